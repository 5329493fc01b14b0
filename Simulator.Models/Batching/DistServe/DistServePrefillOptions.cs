namespace Simulator.Models.Batching.DistServe;

/// <summary>Settings of DistServe's prefill instances, named as in its server.</summary>
public sealed record DistServePrefillOptions
{
    /// <summary>Most requests of a batch (<c>context-max-batch-size</c>).</summary>
    /// <value>256.</value>
    public int MaxBatchSize { get; init; } = 256;

    /// <summary>Most prompt tokens of a batch (<c>context-max-tokens-per-batch</c>): L<sub>m</sub>, the shortest length that saturates the device.</summary>
    /// <value>4096.</value>
    public int MaxTokensPerBatch { get; init; } = 4096;

    /// <summary>Reports every fault of the settings.</summary>
    /// <returns>One message for each fault, with the valid range; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [];
        if (MaxBatchSize < 1) faults.Add($"MaxBatchSize is {MaxBatchSize}; it must be at least 1.");
        if (MaxTokensPerBatch < 1) faults.Add($"MaxTokensPerBatch is {MaxTokensPerBatch}; it must be at least 1.");
        return faults;
    }
}
