namespace Simulator.Models.Parallelism;

/// <summary>What decides how much memory is left for the KV cache.</summary>
public sealed record MemoryOptions
{
    /// <summary>As <see cref="BlocksOverride"/>: KV memory without a limit.</summary>
    public const long UnlimitedBlocks = int.MaxValue;

    /// <summary>
    /// Share of the device's memory that the engine takes; above 0, at most 1. The rest is for the driver's context and CUDA graphs,
    /// which engines do not count. vLLM's default is 0.9.
    /// </summary>
    public double UtilizationFraction { get; init; } = 0.9;

    /// <summary>
    /// Bytes on each device for libraries and communication buffers; null for 0.25 GiB, and 0.35 GiB more when several devices work
    /// together (AIConfigurator measures 342 to 392 MB for NCCL).
    /// </summary>
    public long? ReserveBytes { get; init; }

    /// <summary>Tokens of a KV block, at least 1. vLLM's default is 16.</summary>
    public int BlockTokens { get; init; } = 16;

    /// <summary>
    /// KV blocks of each rank, from 1 to 2³¹ − 1, in place of what memory gives; they may exceed the memory.
    /// <see cref="UnlimitedBlocks"/> for no limit, null to compute them.
    /// </summary>
    public long? BlocksOverride { get; init; }

    /// <summary>Most tokens of an iteration on one rank, at least 1: activations are sized for them.</summary>
    public int MaxBatchedTokens { get; init; } = 8192;

    /// <summary>
    /// Most sequences that run at a time on one rank, at least 1: logits and the states of linear attention are sized for them.
    /// </summary>
    public int MaxSequences { get; init; } = 256;

    /// <summary>
    /// Length of sequence, in tokens, for which the KV cache of a model with windows is counted, at least 1: the longer it is, the more
    /// of a sequence has passed out of the windows and the more tokens fit. vLLM reports the size of its cache for the longest sequence
    /// that it serves (<c>max_model_len</c>). Models without windows do not depend on it.
    /// </summary>
    public int SequenceTokens { get; init; } = 8192;

    /// <summary>All faults of the options, each a clause; empty when there are none.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (!(UtilizationFraction > 0 && UtilizationFraction <= 1))
            faults.Add($"the memory utilization is {UtilizationFraction}; it must be above 0 and at most 1");
        if (ReserveBytes < 0)
            faults.Add($"the memory reserve is {ReserveBytes} bytes; it must be at least 0");
        foreach ((string name, long? value) in new (string, long?)[]
        {
            ("block size", BlockTokens), ("block override", BlocksOverride), ("most batched tokens", MaxBatchedTokens),
            ("most sequences", MaxSequences), ("sequence length", SequenceTokens),
        })
        {
            if (value < 1)
                faults.Add($"the {name} is {value}; it must be at least 1");
        }

        if (BlocksOverride > int.MaxValue)
            faults.Add($"the block override is {BlocksOverride}; it must be at most {int.MaxValue}");
        return faults;
    }
}
