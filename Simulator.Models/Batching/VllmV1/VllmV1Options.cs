using Simulator.Models.Devices;

namespace Simulator.Models.Batching.VllmV1;

/// <summary>Settings of the vLLM v1 scheduler, named as in the engine's own configuration.</summary>
public sealed record VllmV1Options
{
    /// <summary>Tokens that one iteration may compute (<c>max_num_batched_tokens</c>).</summary>
    /// <value>8192, the API server's default on devices with at least 70 GiB (A100 excepted); 2048 on others.</value>
    public int TokenBudget { get; init; } = 8192;

    /// <summary>Sequences that may run at once (<c>max_num_seqs</c>).</summary>
    /// <value>1024 on devices with at least 70 GiB (A100 excepted); 256 on others.</value>
    public int MaxSequences { get; init; } = 1024;

    /// <summary>Whether a prompt may be split over iterations (<c>enable_chunked_prefill</c>).</summary>
    /// <value>True.</value>
    public bool ChunkedPrefill { get; init; } = true;

    /// <summary>Most tokens of one prompt in an iteration (<c>long_prefill_token_threshold</c>); 0 for no bound.</summary>
    /// <value>0.</value>
    public int LongPrefillThreshold { get; init; }

    /// <summary>The API server's defaults for a device (<c>engine/arg_utils.py</c>): 8192 tokens and 1024 sequences from 70 GiB on, A100
    /// excepted; 2048 and 256 on others.</summary>
    public static VllmV1Options For(Device device)
    {
        bool isLarge = device.MemoryBytes >= 70L << 30 && !device.Id.StartsWith("a100", StringComparison.Ordinal);
        return isLarge ? new() : new() { TokenBudget = 2048, MaxSequences = 256 };
    }

    /// <summary>Reports every fault of the settings.</summary>
    /// <param name="contextWindow">Longest prompt and output together, in tokens.</param>
    /// <returns>One message for each fault, with the valid range; empty when all is well.</returns>
    public IReadOnlyList<string> Validate(int contextWindow)
    {
        List<string> faults = [];
        if (TokenBudget < 1) faults.Add($"TokenBudget is {TokenBudget}; it must be at least 1.");
        if (MaxSequences < 1) faults.Add($"MaxSequences is {MaxSequences}; it must be at least 1.");
        if (LongPrefillThreshold < 0) faults.Add($"LongPrefillThreshold is {LongPrefillThreshold}; it must be 0 (off) or more.");
        if (TokenBudget >= 1 && TokenBudget < MaxSequences)
            faults.Add($"TokenBudget ({TokenBudget}) is below MaxSequences ({MaxSequences}); it must be at least that.");
        if (!ChunkedPrefill && TokenBudget < contextWindow)
        {
            faults.Add($"ChunkedPrefill is off and TokenBudget ({TokenBudget}) is below the context window ({contextWindow}): "
                + "a longer prompt could never run. Raise TokenBudget, lower the context window or turn ChunkedPrefill on.");
        }
        return faults;
    }
}
