using Simulator.Models.Batching.Sarathi;
using Simulator.Models.Batching.VllmV0;
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
}
