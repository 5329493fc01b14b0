namespace Simulator.Models.Batching.Sarathi;

/// <summary>Chunk sizes that fall from high to low in equal steps while a prompt is computed, so that its later chunks, which read more of the KV cache, take no longer.</summary>
/// <remarks>Mirrors <c>_compute_chunk_size_schedule</c> of <c>sarathi/core/scheduler/sarathi_scheduler.py</c> (microsoft/sarathi-serve): sizes are rounded to 32 tokens.</remarks>
/// <param name="LowTokens">The last chunk size (<c>low_chunk_size</c>): a multiple of 32, at least 32.</param>
/// <param name="HighTokens">The first chunk size (<c>high_chunk_size</c>): a multiple of 32, at least the low one.</param>
/// <param name="MaxTokens">Tokens of a prompt over which the sizes are spread (<c>chunk_schedule_max_tokens</c>), at least 1; beyond, the last size stays.</param>
/// <param name="Stages">Chunk sizes (<c>chunk_schedule_stages</c>), from 1 to 100,000.</param>
public sealed record SarathiChunkSchedule(int LowTokens, int HighTokens, int MaxTokens, int Stages)
{
    private const int Grain = 32;
    private const int MostStages = 100_000;

    /// <summary>Chunk size of a prompt of which some tokens are computed.</summary>
    /// <param name="computedTokens">Those tokens, at least 0.</param>
    public int TokensAfter(int computedTokens)
    {
        int perStage = (int)(((long)MaxTokens + Stages - 1) / Stages);
        int fromLow = Stages - 1 - Math.Min(computedTokens / perStage, Stages - 1);
        // As NumPy's linspace in whole numbers: low + i × step in floating point, cut; then to the nearest grain, half to even.
        double step = Stages > 1 ? (double)(HighTokens - LowTokens) / (Stages - 1) : 0;
        int size = fromLow == Stages - 1 && Stages > 1 ? HighTokens : (int)(fromLow * step + LowTokens);
        return (int)Math.Round((double)size / Grain) * Grain;
    }

    /// <summary>Reports every fault, with the valid range; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [];
        if (LowTokens < Grain || LowTokens % Grain != 0) faults.Add($"LowTokens is {LowTokens}; it must be a multiple of {Grain}, at least {Grain}.");
        if (HighTokens < LowTokens || HighTokens % Grain != 0) faults.Add($"HighTokens is {HighTokens}; it must be a multiple of {Grain}, at least LowTokens ({LowTokens}).");
        if (MaxTokens < 1) faults.Add($"MaxTokens is {MaxTokens}; it must be at least 1.");
        if (Stages is < 1 or > MostStages) faults.Add($"Stages is {Stages}; it must be from 1 to {MostStages}.");
        return faults;
    }
}
