using Simulator.Models.Batching.Sglang;
using Simulator.Models.Batching.TensorRtLlm;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Devices;

namespace Simulator.Models.Engines;

/// <summary>Engines by name.</summary>
public static class ServingEngines
{
    /// <summary>vLLM v1 with its default settings for a device.</summary>
    public static EngineOptions VllmV1(Device device) => VllmV1(VllmV1Options.For(device));

    /// <summary>vLLM v1 with settings of your own.</summary>
    public static EngineOptions VllmV1(VllmV1Options options) => new()
    {
        Scheduler = context => new VllmV1Scheduler(options, context.ContextWindow),
        TokenBudget = options.TokenBudget,
        MaxSequences = options.MaxSequences,
        ReservedBlocks = 1,
        QueueOrder = options.Policy == VllmV1Policy.Priority ? QueueOrder.Priority : QueueOrder.Arrival,
        AsyncScheduling = options.AsyncScheduling,
    };

    /// <summary>SGLang with its default settings for a device.</summary>
    public static EngineOptions Sglang(Device device) => Sglang(SglangOptions.For(device));

    /// <summary>SGLang with settings of your own.</summary>
    public static EngineOptions Sglang(SglangOptions options) => new()
    {
        Scheduler = context => new SglangScheduler(options, context),
        TokenBudget = options.ChunkedPrefillSize ?? options.MaxPrefillTokens,
        MaxSequences = options.MaxRunningRequests,
        BlockTokens = options.PageSize,
        PrefixCaching = options.RadixCache,
        QueueOrder = options.PriorityScheduling ? QueueOrder.Priority : QueueOrder.Arrival,
        AsyncScheduling = options.OverlapSchedule,
        ReceiveInterval = options.RecvInterval,
    };

    /// <summary>TensorRT-LLM with its default settings.</summary>
    public static EngineOptions TensorRtLlm() => TensorRtLlm(new TensorRtLlmOptions());

    /// <summary>TensorRT-LLM with settings of your own.</summary>
    public static EngineOptions TensorRtLlm(TensorRtLlmOptions options) => new()
    {
        Scheduler = context => new TensorRtLlmScheduler(options, context),
        TokenBudget = options.MaxNumTokens,
        MaxSequences = options.MaxBatchSize,
        BlockTokens = options.TokensPerBlock,
        MaxPromptTokens = options.ChunkedPrefill ? null : options.MaxNumTokens,
        PrefixCaching = options.BlockReuse,
        AsyncScheduling = options.OverlapScheduler,
    };
}
