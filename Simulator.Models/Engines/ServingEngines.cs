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
}
