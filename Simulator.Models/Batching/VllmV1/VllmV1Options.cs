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

    /// <summary>Who goes first, and who is preempted (<c>policy</c>).</summary>
    /// <value><see cref="VllmV1Policy.FirstComeFirstServed"/>.</value>
    public VllmV1Policy Policy { get; init; }

    /// <summary>Whether an iteration is put together while the one before it runs (<c>async_scheduling</c>).</summary>
    /// <value>False, the default up to version 0.13; later versions turn it on.</value>
    public bool AsyncScheduling { get; init; }

    /// <summary>The defaults for a device (<c>EngineArgs.get_batch_defaults</c> in <c>engine/arg_utils.py</c>).</summary>
    /// <remarks>
    /// From 70 GiB on, A100 excepted: 1024 sequences, and 8192 tokens in the API server, 16384 offline. On others: 256 sequences, and
    /// 2048 tokens in the API server, 8192 offline.
    /// </remarks>
    /// <param name="device">The device.</param>
    /// <param name="context">How the engine is used.</param>
    public static VllmV1Options For(Device device, VllmV1Usage context = VllmV1Usage.ApiServer)
    {
        bool isLarge = device.MemoryBytes >= 70L << 30 && !device.Id.StartsWith("a100", StringComparison.Ordinal);
        bool isServer = context == VllmV1Usage.ApiServer;
        return isLarge
            ? new() { TokenBudget = isServer ? 8192 : 16384, MaxSequences = 1024 }
            : new() { TokenBudget = isServer ? 2048 : 8192, MaxSequences = 256 };
    }

    /// <summary>Reports every fault of the settings.</summary>
    /// <param name="contextWindow">Longest prompt and output together, in tokens.</param>
    /// <returns>One message for each fault, with the valid range; empty when all is well.</returns>
    public IReadOnlyList<string> Validate(int contextWindow)
    {
        List<string> faults = [];
        if (TokenBudget < 1) faults.Add($"TokenBudget is {TokenBudget}; it must be at least 1.");
        if (MaxSequences < 1) faults.Add($"MaxSequences is {MaxSequences}; it must be at least 1.");
        if (!Enum.IsDefined(Policy)) faults.Add($"Policy is {Policy}; it must be FirstComeFirstServed or Priority.");
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

/// <summary>The scheduling policy of vLLM v1 (<c>policy</c>).</summary>
public enum VllmV1Policy
{
    /// <summary>In order of arrival, preempted sequences in front; the victim is the running sequence that was admitted last (<c>fcfs</c>).</summary>
    FirstComeFirstServed,

    /// <summary>
    /// By priority, the lower value first, then by arrival; the victim is the running sequence with the highest value, and of those the latest
    /// (<c>priority</c>).
    /// </summary>
    Priority,
}

/// <summary>How vLLM is used, which decides on its defaults (<c>UsageContext</c>).</summary>
public enum VllmV1Usage
{
    /// <summary>Behind its API server (<c>OPENAI_API_SERVER</c>).</summary>
    ApiServer,

    /// <summary>Offline, from a program (<c>LLM_CLASS</c>).</summary>
    Offline,
}
