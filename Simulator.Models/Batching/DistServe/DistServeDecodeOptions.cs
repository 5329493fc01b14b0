using Simulator.Models.Caching;

namespace Simulator.Models.Batching.DistServe;

/// <summary>Settings of DistServe's decode instances, named as in its server.</summary>
public sealed record DistServeDecodeOptions
{
    /// <summary>Most requests of a batch (<c>decoding-max-batch-size</c>).</summary>
    /// <value>256. (The server's <c>decoding-max-tokens-per-batch</c>, 8192, counts one token a request and so never binds.)</value>
    public int MaxBatchSize { get; init; } = 256;

    /// <summary>KV blocks of host memory (<c>swap-space</c>, there in GiB).</summary>
    /// <value>81: the blocks of OPT-13B, 16 tokens of 819,200 bytes each, that the server's default of 1 GiB holds.</value>
    public long SwapBlocks { get; init; } = 81;

    /// <summary>Reports every fault of the settings.</summary>
    /// <returns>One message for each fault, with the valid range; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [];
        if (MaxBatchSize < 1) faults.Add($"MaxBatchSize is {MaxBatchSize}; it must be at least 1.");
        if (SwapBlocks is < 0 or > KvBlockPool.Unlimited) faults.Add($"SwapBlocks is {SwapBlocks}; it must be from 0 to {KvBlockPool.Unlimited}.");
        return faults;
    }
}
