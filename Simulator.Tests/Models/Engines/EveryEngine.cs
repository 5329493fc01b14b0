using Simulator.Models.Batching.Apex;
using Simulator.Models.Batching.Sglang;
using Simulator.Models.Batching.TensorRtLlm;
using Simulator.Models.Batching.VllmV0;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Engines;

namespace Simulator.Tests.Models.Engines;

/// <summary>Every engine by name, with settings that suit a workload.</summary>
internal static class EveryEngine
{
    private static readonly (string Name, Func<Limits, EngineOptions> Make)[] Engines =
    [
        ("vLLM v1", l => ServingEngines.VllmV1(V1(l))),
        ("vLLM v1, priority", l => ServingEngines.VllmV1(V1(l) with { Policy = VllmV1Policy.Priority })),
        ("vLLM v1, async", l => ServingEngines.VllmV1(V1(l) with { AsyncScheduling = true })),
        ("vLLM v0, recompute", l => ServingEngines.VllmV0(V0(l))),
        ("vLLM v0, swap", l => ServingEngines.VllmV0(V0(l) with { Preemption = VllmV0Preemption.Swap }) with { SwapBlocks = l.Blocks(l.ContextWindow) }),
        ("Sarathi, static", l => ServingEngines.Sarathi(new() { ChunkTokens = l.ChunkTokens, MaxSequences = l.Sequences })),
        ("Sarathi, dynamic", l => ServingEngines.Sarathi(new() { ChunkSchedule = new(Chunk(l) / 2 / 32 * 32, Chunk(l), l.ContextWindow / 2, 4), MaxSequences = l.Sequences })),
        ("SGLang", l => ServingEngines.Sglang(Sglang(l))),
        ("SGLang, mixed chunk", l => ServingEngines.Sglang(Sglang(l) with { MixedChunk = true })),
        ("SGLang, lpm", l => ServingEngines.Sglang(Sglang(l) with { SchedulePolicy = SglangPolicy.LongestPrefixMatch })),
        ("SGLang, no overlap", l => ServingEngines.Sglang(Sglang(l) with { OverlapSchedule = false, RecvInterval = 2 })),
        ("TensorRT-LLM, no evict", l => ServingEngines.TensorRtLlm(TensorRtLlm(l))),
        ("TensorRT-LLM, max utilization", l => ServingEngines.TensorRtLlm(
            TensorRtLlm(l) with { CapacityPolicy = CapacityPolicy.MaxUtilization, ChunkedPrefill = true, MaxNumTokens = l.ChunkTokens })),
        ("FasterTransformer", l => ServingEngines.FasterTransformer(new() { MaxBatchSize = l.Sequences })),
        ("Orca", l => ServingEngines.Orca(new() { MaxBatchSize = l.Sequences })),
        ("DistServe, prefill", l => ServingEngines.DistServePrefill(new() { MaxBatchSize = l.Sequences, MaxTokensPerBatch = l.ChunkTokens })),
        ("DistServe, decode", l => ServingEngines.DistServeDecode(new() { MaxBatchSize = l.Sequences, SwapBlocks = l.Blocks(l.ContextWindow) })),
        ("APEX, recompute", l => ServingEngines.Apex(new() { MaxBatchSize = l.Sequences, TokenBudget = l.ContextWindow })),
        ("APEX, free", l => ServingEngines.Apex(new() { TokenBudget = l.ContextWindow, Resumption = ApexResumption.Free })),
    ];

    public static IEnumerable<string> Names => Engines.Select(engine => engine.Name);

    /// <summary>Those in which requests decode.</summary>
    public static IEnumerable<string> NamesThatDecode => Names.Where(name => name != "DistServe, prefill");

    public static EngineOptions Named(string name, Limits limits)
    {
        EngineOptions engine = Engines.Single(engine => engine.Name == name).Make(limits);
        // SGLang and APEX count single tokens.
        return engine with { ContextWindow = limits.ContextWindow, BlockTokens = engine.BlockTokens == 1 ? 1 : limits.BlockTokens };
    }

    private static int Chunk(Limits l) => Math.Max(64, l.ChunkTokens / 32 * 32);

    private static VllmV1Options V1(Limits l) => new() { TokenBudget = l.ChunkTokens, MaxSequences = l.Sequences };

    private static VllmV0Options V0(Limits l) => new() { MaxBatchedTokens = l.ContextWindow, MaxSequences = l.Sequences };

    private static SglangOptions Sglang(Limits l) => new() { ChunkedPrefillSize = l.ChunkTokens, MaxPrefillTokens = l.ContextWindow, MaxRunningRequests = l.Sequences };

    private static TensorRtLlmOptions TensorRtLlm(Limits l) => new() { MaxBatchSize = l.Sequences, MaxNumTokens = l.ContextWindow, TokensPerBlock = l.BlockTokens };

    /// <param name="ContextWindow">Longest prompt and output together, in tokens; also what bounds an iteration of whole prompts.</param>
    /// <param name="Sequences">Most sequences that run at once.</param>
    /// <param name="ChunkTokens">Tokens of an iteration where prompts are split; at least the sequences and a block.</param>
    /// <param name="BlockTokens">Tokens of a KV block.</param>
    internal sealed record Limits(int ContextWindow, int Sequences, int ChunkTokens, int BlockTokens)
    {
        public long Blocks(int tokens) => tokens / BlockTokens + 1;
    }
}
