using Simulator.Models.Engines;

namespace Simulator.Models.Batching.Sarathi;

/// <summary>Settings of the Sarathi-Serve scheduler, named as in its own configuration.</summary>
public sealed record SarathiOptions
{
    /// <summary>Tokens up to which an iteration takes parts of prompts (<c>chunk_size</c>), at least 1. Decodes count, and are never held back by it.</summary>
    /// <value>512.</value>
    public int ChunkTokens { get; init; } = 512;

    /// <summary>Chunks that become smaller as a prompt goes on (<c>enable_dynamic_chunking_schedule</c>), in place of <see cref="ChunkTokens"/>; null for none.</summary>
    /// <value>Null.</value>
    public SarathiChunkSchedule? ChunkSchedule { get; init; }

    /// <summary>Sequences that may run at once (<c>max_num_seqs</c>), at least one a pipeline stage.</summary>
    /// <value>128, Vidur's <c>batch_size_cap</c>.</value>
    public int MaxSequences { get; init; } = 128;

    /// <summary>Share of the KV blocks that admission leaves free, from 0 to below 1 (<c>watermark</c>).</summary>
    /// <value>0.01.</value>
    public double WatermarkFraction { get; init; } = 0.01;

    /// <summary>Most tokens that prompts can bring an iteration to.</summary>
    public int MostChunkTokens => ChunkSchedule?.HighTokens ?? ChunkTokens;

    /// <summary>Reports every fault of the settings.</summary>
    /// <param name="context">The replica that they are for.</param>
    /// <returns>One message for each fault, with the valid range; empty when all is well.</returns>
    public IReadOnlyList<string> Validate(in SchedulerContext context)
    {
        List<string> faults = [];
        if (ChunkTokens < 1) faults.Add($"ChunkTokens is {ChunkTokens}; it must be at least 1.");
        if (MaxSequences < context.BatchSlots)
            faults.Add($"MaxSequences is {MaxSequences}; it must be at least {context.BatchSlots}, one for each batch in flight.");
        faults.AddRange(BlockWatermark.Validate(WatermarkFraction, context));
        if (ChunkSchedule is not null) faults.AddRange(ChunkSchedule.Validate());
        return faults;
    }
}
