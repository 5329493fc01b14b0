using System.Globalization;
using System.Text.RegularExpressions;
using Simulator.Models.Architectures;
using Simulator.Models.Batching.Sglang;
using Simulator.Models.Batching.TensorRtLlm;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Devices;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;

namespace Simulator.Cli.Validation.Measured.ClosedLoop;

/// <summary>The server behind a point, made from the flags that it was started with.</summary>
/// <remarks>
/// Where a flag was left alone, it has the engine's default. Prefix caching is off everywhere: the prompts share nothing.
/// <para>
/// Each engine counts the memory of its KV cache in its own way. vLLM's fraction is of the whole device, weights and activations included,
/// as in <see cref="MemoryPlan"/>. SGLang's (<c>mem_fraction_static</c>) is of the whole device with the weights but without activations;
/// TensorRT-LLM's (<c>free_gpu_memory_fraction</c>) is of what weights and activations leave.
/// </para>
/// </remarks>
internal sealed partial class ServerPool(ServerFlags flags, ClosedLoopPoint point, HuggingFaceModel model, Device device)
{
    private const int SglangMaxPrefillTokens = 16384;

    /// <summary>The pool.</summary>
    /// <exception cref="NotSupportedException">A flag that must be known is not, or the engine is not modelled.</exception>
    /// <exception cref="PlanException">The model cannot be spread so, or does not fit.</exception>
    public PoolSpec Build()
    {
        EngineOptions engine = point.Engine switch
        {
            "vllm" => Vllm(),
            "sglang" => Sglang(),
            "trtllm" => TensorRtLlm(),
            _ => throw new NotSupportedException($"the engine {point.Engine} is not modelled"),
        };
        PoolSpec pool = new(point.Id, model.Architecture, device)
        {
            Plan = new ParallelPlan(point.Tensor, Data: point.AttentionData, Expert: point.Experts),
            Quantization = model.Quantization with { KvCache = KvCache() },
            Engine = engine with
            {
                BlockTokens = BlockTokens(),
                PrefixCaching = false,
                ContextWindow = ContextWindow(),
                StreamInterval = (int)(FlagText.Evaluate(flags.StreamInterval.Replace("unset:", "", StringComparison.Ordinal), point) ?? 1),
            },
        };
        return pool with { Roofline = pool.Roofline with { Graphs = CudaGraphs(), Sampling = Sampling() }, Memory = Memory(pool) };
    }

    // InferenceX's client asks for a temperature of 0. The other, aiperf, says nothing, and only vLLM then sorts all logits: SGLang samples with FlashInfer's kernels,
    // and TensorRT-LLM takes the greatest.
    private TokenSampling Sampling() => point.Engine == "vllm" && flags.Client.Contains("aiperf", StringComparison.Ordinal)
        ? MeasuredServers.DefaultSampling(point.Model)
        : TokenSampling.Greedy;

    private EngineOptions Vllm() => ServingEngines.VllmV1(new VllmV1Options
    {
        // Every data-parallel rank of vLLM is an engine of its own, and they run in step.
        TokenBudget = point.AttentionData * (Number(flags.TokenBudget) ?? 8192),
        MaxSequences = point.AttentionData * (Number(flags.MaxSequences) ?? 1024),
        AsyncScheduling = !flags.AsyncScheduling.Contains("off by default", StringComparison.Ordinal),
    });

    private EngineOptions Sglang()
    {
        Match both = PrefillAndChunk().Match(flags.TokenBudget);
        int chunk = both.Success ? Number(both.Groups["chunk"].Value)!.Value : Number(flags.TokenBudget) ?? 8192;
        bool chunkAlone = flags.TokenBudget.Contains("(chunked-prefill-size)", StringComparison.Ordinal)
            || flags.TokenBudget.StartsWith("unset", StringComparison.Ordinal);
        return ServingEngines.Sglang(new SglangOptions
        {
            ChunkedPrefillSize = chunk,
            MaxPrefillTokens = both.Success ? Number(both.Groups["prefill"].Value)!.Value : chunkAlone ? SglangMaxPrefillTokens : chunk,
            MaxRunningRequests = MaxRunningRequests(),
            // A guess where the flags are unknown, and the points speak against it: whole waves of prompts run before any decode.
            MixedChunk = flags.IsKnown && flags.Others.Contains("--enable-mixed-chunk", StringComparison.Ordinal),
            PageSize = BlockTokens(),
            RadixCache = false,
            RecvInterval = ReceiveInterval(),
        });
    }

    private EngineOptions TensorRtLlm()
    {
        int tokens = Number(flags.TokenBudget) ?? throw new NotSupportedException("the server's flags are not known");
        TensorRtLlmOptions options = new()
        {
            MaxNumTokens = tokens,
            MaxBatchSize = Math.Min(tokens, Number(flags.MaxSequences) ?? 2048),
            BlockReuse = false,
        };
        if (point.AttentionData > 1)
        {
            // As every script of InferenceX sets it where attention is data parallel.
            options = options with { AttentionDpBalance = true, AttentionDpBatchingWaitIters = 0, AttentionDpTimeoutIters = 60 };
        }
        int colon = flags.Others.IndexOf(": batch_wait", StringComparison.Ordinal);
        if (colon < 0 || FlagText.Holds(flags.Others[..colon], point) != true) return ServingEngines.TensorRtLlm(options);
        return ServingEngines.TensorRtLlm(options with
        {
            BatchWaitTimeoutIters = Named("batch_wait_timeout_iters", flags.Others) ?? 0,
            BatchWaitMaxTokensRatio = Share(BatchWaitRatio().Match(flags.Others).Groups[1].Value) ?? 0,
        });
    }

    private NumberFormat KvCache()
    {
        string kv = flags.KvCache;
        bool searched = kv.StartsWith("generator", StringComparison.Ordinal) && point.Precision is "fp8" or "fp4";
        return searched || kv.StartsWith("fp8", StringComparison.Ordinal) || kv.Contains("declares FP8", StringComparison.Ordinal) ? NumberFormat.Fp8 : NumberFormat.Bf16;
    }

    private int BlockTokens()
    {
        if (point.Engine != "sglang") return Number(flags.BlockTokens) ?? (point.Engine == "trtllm" ? 32 : 16);
        bool paged = flags.AttentionBackend.Contains("trtllm", StringComparison.Ordinal);
        return paged ? 64 : 1;
    }

    private int? ContextWindow() =>
        flags.ContextWindow.Contains("model default", StringComparison.Ordinal) ? null : Number(flags.ContextWindow);

    // A limit that nobody read and that is below the number of users is not the one the benchmark ran with.
    private int MaxRunningRequests() => Number(flags.MaxSequences) is not { } limit ? 2048 : flags.IsRead ? limit : Math.Max(limit, point.Concurrency);

    private int ReceiveInterval()
    {
        Match interval = Interval().Match(flags.Others);
        if (!interval.Success) return 1;
        bool first = !interval.Groups["condition"].Success || FlagText.Holds(interval.Groups["condition"].Value, point) == true;
        return int.Parse(interval.Groups[first ? "first" : "second"].Value, CultureInfo.InvariantCulture);
    }

    private CudaGraphs CudaGraphs()
    {
        string text = flags.CudaGraphs;
        if (point.Engine == "vllm")
        {
            bool old = flags.Image.Contains("0.10.", StringComparison.Ordinal);
            int most = Named("max size", text) ?? Math.Min(2 * (Number(flags.MaxSequences) ?? 1024), 512);
            return new()
            {
                Mode = text.Contains("FULL_DECODE_ONLY", StringComparison.Ordinal) ? CudaGraphMode.FullDecodeOnly
                    : text.Contains("PIECEWISE only", StringComparison.Ordinal) ? CudaGraphMode.Piecewise
                    : text.Contains("FULL_AND_PIECEWISE", StringComparison.Ordinal) || !old ? CudaGraphMode.FullAndPiecewise
                    : CudaGraphMode.Piecewise,
                CaptureSizes = [.. CaptureSizes.Vllm(most)],
            };
        }
        bool every = text.Contains("1..", StringComparison.Ordinal);
        int batch = Number(text.Replace("1..", "", StringComparison.Ordinal)) ?? 512;
        return new()
        {
            Mode = CudaGraphMode.FullDecodeOnly,
            CaptureSizes = [.. every ? Enumerable.Range(1, batch) : point.Engine == "sglang" ? CaptureSizes.Sglang(batch) : CaptureSizes.TensorRtLlm(batch)],
        };
    }

    private MemoryOptions Memory(PoolSpec pool)
    {
        double? fraction = Share(FlagText.Choose(flags.MemoryFraction, point));
        MemoryOptions options = new()
        {
            SequenceTokens = pool.Engine.ContextWindow ?? point.PromptTokens + point.OutputTokens,
            BlockTokens = pool.Engine.BlockTokens,
            MaxBatchedTokens = pool.Engine.TokenBudget,
            MaxSequences = Math.Min(pool.Engine.MaxSequences, point.Concurrency),
        };
        switch (point.Engine)
        {
            case "vllm":
                return options with { UtilizationFraction = fraction ?? 0.9 };
            case "sglang":
                return Blocks(options with { UtilizationFraction = fraction ?? 0.85, MaxBatchedTokens = 1, ReserveBytes = 0 }, 1);
            default:
                return Blocks(options with { UtilizationFraction = 1 }, fraction ?? 0.9);
        }

        MemoryOptions Blocks(MemoryOptions counted, double share) => counted with
        {
            BlocksOverride = Math.Max(1, (long)(share * MemoryPlan.For(pool.Model, device, pool.Plan, pool.Quantization, counted).BlocksPerRank)),
        };
    }

    private int? Number(string text) => (int?)FlagText.Evaluate(FlagText.Choose(text, point), point);

    private double? Share(string text) => FlagText.Evaluate(text, point) is { } share and > 0 and <= 1 ? share : null;

    private static int? Named(string name, string text) =>
        Regex.Match(text, Regex.Escape(name) + @" (\d+)") is { Success: true } found ? int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"max-prefill-tokens (?<prefill>\S+); chunked-prefill-size unset: (?<chunk>\d+)")]
    private static partial Regex PrefillAndChunk();

    [GeneratedRegex(@"scheduler-recv-interval (?<first>\d+)(?: for (?<condition>.+?) else (?<second>\d+)| always)")]
    private static partial Regex Interval();

    [GeneratedRegex(@"batch_wait_max_tokens_ratio (\d+(?:\.\d+)?)")]
    private static partial Regex BatchWaitRatio();
}
