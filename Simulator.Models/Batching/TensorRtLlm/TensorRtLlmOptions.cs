using Simulator.Core.Time;

namespace Simulator.Models.Batching.TensorRtLlm;

/// <summary>Settings of the TensorRT-LLM scheduler (PyTorch flow), named as in <c>llmapi/llm_args.py</c>.</summary>
/// <remarks>With attention data parallelism the limits are those of each rank.</remarks>
public sealed record TensorRtLlmOptions
{
    /// <summary>When a waiting sequence is admitted (<c>capacity_scheduler_policy</c>).</summary>
    /// <value><see cref="CapacityPolicy.GuaranteedNoEvict"/>.</value>
    public CapacityPolicy CapacityPolicy { get; init; }

    /// <summary>Sequences that may run at once (<c>max_batch_size</c>).</summary>
    /// <value>2048.</value>
    public int MaxBatchSize { get; init; } = 2048;

    /// <summary>Tokens that one iteration may compute (<c>max_num_tokens</c>). Without chunks a longer prompt is rejected.</summary>
    /// <value>8192.</value>
    public int MaxNumTokens { get; init; } = 8192;

    /// <summary>Whether a prompt may be split over iterations (<c>enable_chunked_prefill</c>), first come first served, into multiples of a block.</summary>
    /// <value>False.</value>
    public bool ChunkedPrefill { get; init; }

    /// <summary>Tokens of a KV block (<c>tokens_per_block</c>).</summary>
    /// <value>32; 64 in versions before 0.12.</value>
    public int TokensPerBlock { get; init; } = 32;

    /// <summary>Whether prompts share their cached blocks (<c>enable_block_reuse</c>).</summary>
    /// <value>True.</value>
    public bool BlockReuse { get; init; } = true;

    /// <summary>Whether an iteration is put together while the one before it runs (<c>disable_overlap_scheduler</c> turns it off).</summary>
    /// <value>True.</value>
    public bool OverlapScheduler { get; init; } = true;

    /// <summary>How long the engine waits before an iteration for <see cref="MaxBatchSize"/> new requests (<c>batch_wait_timeout_ms</c>); 0 for not at all.</summary>
    /// <remarks>It waits before iterations of decodes too. With the overlap scheduler it does so while the iteration before runs.</remarks>
    /// <value>0.</value>
    public SimDuration BatchWaitTimeout { get; init; }

    /// <summary>
    /// Iterations for which prompts wait until more have come, while there are decodes to run (<c>batch_wait_timeout_iters</c>). It needs
    /// <see cref="BatchWaitMaxTokensRatio"/>, and does nothing with attention data parallelism.
    /// </summary>
    /// <value>0: prompts do not wait.</value>
    public int BatchWaitTimeoutIters { get; init; }

    /// <summary>Share of <see cref="MaxNumTokens"/> from which prompts wait no longer (<c>batch_wait_max_tokens_ratio</c>), 0 to 1.</summary>
    /// <value>0: prompts do not wait.</value>
    public double BatchWaitMaxTokensRatio { get; init; }

    /// <summary>Whether prompts wait until every attention data-parallel rank has one (<c>attention_dp_config.enable_balance</c>).</summary>
    /// <value>False.</value>
    public bool AttentionDpBalance { get; init; }

    /// <summary>Iterations after which prompts that wait for other ranks go ahead (<c>attention_dp_config.timeout_iters</c>), at least 0.</summary>
    /// <value>50.</value>
    public int AttentionDpTimeoutIters { get; init; } = 50;

    /// <summary>Iterations for which prompts wait when every rank has one, for more to come (<c>attention_dp_config.batching_wait_iters</c>), at least 0.</summary>
    /// <value>10.</value>
    public int AttentionDpBatchingWaitIters { get; init; } = 10;

    /// <summary>Reports every fault of the settings.</summary>
    /// <returns>One message for each fault, with the valid range; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [];
        if (!Enum.IsDefined(CapacityPolicy)) faults.Add($"CapacityPolicy is {CapacityPolicy}; it must be GuaranteedNoEvict or MaxUtilization.");
        if (MaxBatchSize < 1) faults.Add($"MaxBatchSize is {MaxBatchSize}; it must be at least 1.");
        if (MaxNumTokens < 1) faults.Add($"MaxNumTokens is {MaxNumTokens}; it must be at least 1.");
        if (TokensPerBlock < 1) faults.Add($"TokensPerBlock is {TokensPerBlock}; it must be at least 1.");
        if (BatchWaitTimeout < SimDuration.Zero) faults.Add($"BatchWaitTimeout is {BatchWaitTimeout}; it must be 0 or more.");
        if (BatchWaitTimeoutIters < 0) faults.Add($"BatchWaitTimeoutIters is {BatchWaitTimeoutIters}; it must be 0 or more.");
        if (!(BatchWaitMaxTokensRatio is >= 0 and <= 1)) faults.Add($"BatchWaitMaxTokensRatio is {BatchWaitMaxTokensRatio}; it must be from 0 to 1.");
        if (AttentionDpTimeoutIters < 0) faults.Add($"AttentionDpTimeoutIters is {AttentionDpTimeoutIters}; it must be 0 or more.");
        if (AttentionDpBatchingWaitIters < 0) faults.Add($"AttentionDpBatchingWaitIters is {AttentionDpBatchingWaitIters}; it must be 0 or more.");
        if (MaxBatchSize >= 1 && MaxNumTokens >= 1 && MaxNumTokens < MaxBatchSize)
            faults.Add($"MaxNumTokens ({MaxNumTokens}) is below MaxBatchSize ({MaxBatchSize}); it must be at least that, so that all decodes can run.");
        if (ChunkedPrefill && TokensPerBlock >= 1 && MaxNumTokens >= 1 && MaxNumTokens < TokensPerBlock)
            faults.Add($"ChunkedPrefill is on and MaxNumTokens ({MaxNumTokens}) is below TokensPerBlock ({TokensPerBlock}), the unit of chunks; it must be at least that.");
        return faults;
    }
}

/// <summary>When TensorRT-LLM admits a waiting sequence (<c>CapacitySchedulerPolicy</c>).</summary>
public enum CapacityPolicy
{
    /// <summary>When it and all that run fit into KV memory to the last token that each may generate (<c>GUARANTEED_NO_EVICT</c>).</summary>
    GuaranteedNoEvict,

    /// <summary>When its prompt fits now; a running one is paused when blocks run out (<c>MAX_UTILIZATION</c>).</summary>
    MaxUtilization,
}
