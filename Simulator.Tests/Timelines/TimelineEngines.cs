using Simulator.Models.Batching.Apex;
using Simulator.Models.Batching.DistServe;
using Simulator.Models.Batching.FasterTransformer;
using Simulator.Models.Batching.Orca;
using Simulator.Models.Batching.Sarathi;
using Simulator.Models.Batching.VllmV0;
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
        ["vllm-v0"] = o => ServingEngines.VllmV0(
            new VllmV0Options { MaxBatchedTokens = o.Int("max-tokens-in-batch"), MaxSequences = o.Int("batch-size-cap"), WatermarkFraction = 0 }),
        ["sarathi"] = o => ServingEngines.Sarathi(
            new SarathiOptions { ChunkTokens = o.Int("chunk-size"), MaxSequences = o.Int("batch-size-cap"), WatermarkFraction = 0 }),
        ["distserve-prefill"] = o => ServingEngines.DistServePrefill(
            new DistServePrefillOptions { MaxTokensPerBatch = o.Int("max-tokens"), MaxBatchSize = o.Int("max-batch-size") }),
        ["distserve-decode"] = o => ServingEngines.DistServeDecode(
            new DistServeDecodeOptions { MaxBatchSize = o.Int("max-batch-size"), SwapBlocks = o.Int("swap-blocks") }) with { SwapsTakeTime = false },
        ["apex"] = o => ServingEngines.Apex(new ApexOptions { Resumption = o.Enum<ApexResumption>("resumption") }),
    };

    /// <summary>Makes an engine.</summary>
    /// <exception cref="FormatException">No such engine, or options that it has not.</exception>
    public static EngineOptions Make(TimelineCase timeline)
    {
        if (!Known.TryGetValue(timeline.Engine, out Func<TimelineOptions, EngineOptions>? make))
            throw new FormatException($"{timeline.Name}: no engine '{timeline.Engine}'; there are {string.Join(", ", Known.Keys)}.");
        EngineOptions engine = make(timeline.Options);
        timeline.Options.RequireAllRead();
        return engine;
    }
}
