using Simulator.Models.Batching.Apex;
using Simulator.Models.Batching.DistServe;
using Simulator.Models.Batching.FasterTransformer;
using Simulator.Models.Batching.Orca;
using Simulator.Models.Batching.Sarathi;
using Simulator.Models.Batching.Sglang;
using Simulator.Models.Batching.TensorRtLlm;
using Simulator.Models.Batching.VllmV0;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Caching;
using Simulator.Models.Costs.Profiles;
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
        Kernels = EngineKernels.Sglang,
        TokenBudget = options.ChunkedPrefillSize ?? options.MaxPrefillTokens,
        MaxSequences = options.MaxRunningRequests,
        BlockTokens = options.PageSize,
        PrefixCaching = options.RadixCache,
        PrefixIndex = PrefixIndex.RadixTree,
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
        Kernels = EngineKernels.TensorRtLlm,
        TokenBudget = options.MaxNumTokens,
        MaxSequences = options.MaxBatchSize,
        BlockTokens = options.TokensPerBlock,
        MaxPromptTokens = options.ChunkedPrefill ? null : options.MaxNumTokens,
        PrefixCaching = options.BlockReuse,
        AsyncScheduling = options.OverlapScheduler,
    };

    /// <summary>vLLM v0 (versions 0.2 and 0.3), which puts prompts first. Its settings need a context window of at most their batched tokens.</summary>
    public static EngineOptions VllmV0(VllmV0Options options) => new()
    {
        Scheduler = context => new VllmV0Scheduler(options, context),
        TokenBudget = options.MaxBatchedTokens,
        MaxSequences = options.MaxSequences,
        PrefixCaching = false,
    };

    /// <summary>Sarathi-Serve, with chunked prefill.</summary>
    public static EngineOptions Sarathi(SarathiOptions options) => new()
    {
        Scheduler = context => new SarathiScheduler(options, context),
        TokenBudget = options.MostChunkTokens,
        MaxSequences = options.MaxSequences,
        PrefixCaching = false,
    };

    /// <summary>Static batching as in FasterTransformer.</summary>
    /// <remarks>Nothing bounds the prompt tokens of an iteration; memory for activations is set aside for 8192 of them.</remarks>
    public static EngineOptions FasterTransformer(FasterTransformerOptions options) => new()
    {
        Scheduler = context => new FasterTransformerScheduler(options, context),
        TokenBudget = 8192,
        MaxSequences = options.MaxBatchSize,
        PrefixCaching = false,
        ReleasesTogether = true,
    };

    /// <summary>Iteration-level scheduling as in Orca.</summary>
    /// <remarks>Nothing bounds the prompt tokens of an iteration; memory for activations is set aside for 8192 of them.</remarks>
    public static EngineOptions Orca(OrcaOptions options) => new()
    {
        Scheduler = context => new OrcaScheduler(options, context),
        TokenBudget = 8192,
        MaxSequences = options.MaxBatchSize,
        PrefixCaching = false,
    };

    /// <summary>A prefill instance of DistServe: requests end with their first token.</summary>
    public static EngineOptions DistServePrefill(DistServePrefillOptions options) => new()
    {
        Scheduler = _ => new DistServePrefillScheduler(options),
        TokenBudget = options.MaxTokensPerBatch,
        MaxSequences = options.MaxBatchSize,
        PrefixCaching = false,
        Role = EngineRole.Prefill,
    };

    /// <summary>A decode instance of DistServe: requests arrive with their KV cache and their first token.</summary>
    public static EngineOptions DistServeDecode(DistServeDecodeOptions options) => new()
    {
        Scheduler = _ => new DistServeDecodeScheduler(options),
        TokenBudget = options.MaxBatchSize,
        MaxSequences = options.MaxBatchSize,
        PrefixCaching = false,
        Role = EngineRole.Decode,
        SwapBlocks = options.SwapBlocks,
    };

    /// <summary>The engine inside APEX, which counts single tokens instead of blocks.</summary>
    /// <remarks>Without a bound on the requests of an iteration, memory for their logits is set aside for 256.</remarks>
    public static EngineOptions Apex(ApexOptions options) => new()
    {
        Scheduler = context => new ApexScheduler(options, context.ContextWindow),
        TokenBudget = options.TokenBudget,
        MaxSequences = options.MaxBatchSize ?? 256,
        BlockTokens = 1,
        PrefixCaching = false,
        SwapBlocks = options.Resumption == ApexResumption.Free ? KvBlockPool.Unlimited : 0,
        SwapsTakeTime = false,
    };
}
