using Simulator.Models.Batching.Apex;
using Simulator.Models.Batching.DistServe;
using Simulator.Models.Batching.FasterTransformer;
using Simulator.Models.Batching.Orca;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Engines;

namespace Simulator.Tests.Timelines;

/// <summary>The engines that a timeline may name, and their options. A new engine takes one line here.</summary>
internal static class TimelineEngines
{
    private static readonly Dictionary<string, Func<TimelineOptions, EngineOptions>> Known = new()
    {
        ["faster-transformer"] = o => ServingEngines.FasterTransformer(new FasterTransformerOptions { MaxBatchSize = o.Int("max-batch-size") }),
        ["orca"] = o => ServingEngines.Orca(new OrcaOptions { MaxBatchSize = o.Int("max-batch-size") }),
        ["vllm-v1"] = o => ServingEngines.VllmV1(
            new VllmV1Options { TokenBudget = o.Int("token-budget"), MaxSequences = o.Int("max-sequences") }) with { PrefixCaching = false },
        ["distserve-prefill"] = o => ServingEngines.DistServePrefill(
            new DistServePrefillOptions { MaxTokensPerBatch = o.Int("max-tokens"), MaxBatchSize = o.Int("max-batch-size") }),
        ["distserve-decode"] = o => ServingEngines.DistServeDecode(
            new DistServeDecodeOptions { MaxBatchSize = o.Int("max-batch-size"), SwapBlocks = o.Int("swap-blocks") }),
        ["apex"] = o => ServingEngines.Apex(new ApexOptions { Resumption = o.Enum<ApexResumption>("resumption") }),
    };

    /// <summary>Engines whose timelines are worked out already, and why they cannot run yet.</summary>
    private static readonly Dictionary<string, string> Awaited = new()
    {
        ["vllm-v0"] = "Its scheduler is not in this build.",
        ["sarathi"] = "Its scheduler is not in this build.",
    };

    /// <summary>Makes an engine; ends the test as ignored when the engine is awaited.</summary>
    /// <exception cref="FormatException">No such engine, or options that it has not.</exception>
    public static EngineOptions Make(TimelineCase timeline)
    {
        if (Awaited.TryGetValue(timeline.Engine, out string? reason)) Assert.Ignore($"{timeline.Engine}: {reason}");
        if (!Known.TryGetValue(timeline.Engine, out Func<TimelineOptions, EngineOptions>? make))
            throw new FormatException($"{timeline.Name}: no engine '{timeline.Engine}'; there are {string.Join(", ", Known.Keys)}.");
        EngineOptions engine = make(timeline.Options);
        timeline.Options.RequireAllRead();
        return engine;
    }
}
