using System.Globalization;
using Simulator.Models.Architectures;
using Simulator.Models.Caching;
using Simulator.Models.Devices;

namespace Simulator.Models.Parallelism;

/// <summary>Where the memory of each device of a replica goes, and how many KV blocks that leaves.</summary>
/// <remarks>
/// On each device of a pipeline stage, as vLLM counts it:
/// <code>
/// KV bytes    = memory × utilization − weights − activations − reserve − states
/// weights     = Σ layers of the stage (attention / tensor, what tensor parallelism replicates in full; dense feed-forward and shared
///               experts / tensor; routed experts / (tensor × data); all three / feed-forward where the plan gives it; router and norms in full)
///               + embedding / tensor (first stage) + head / tensor (last stage); embedding, head, router and norms 16-bit
/// activations = max(tokens of an iteration × widest point of a layer × 2 bytes, most sequences × vocabulary × 32 bytes);
///               context parallel: tokens = decode rows + prefill tokens / context, and a layer's keys and values of one sequence
/// states      = most sequences × Σ layers of the stage (state of linear attention / tensor)
/// page        = tokens of a block × Σ layers of the stage in one group (KV bytes a token on this device) / context
/// pages       = ⌊KV bytes / page⌋
/// KV blocks   = ⌊pages × ⌈length / tokens of a block⌉ / most pages that a sequence of this length holds⌋
///               of the stage with the fewest, for each of the data-parallel ranks
/// </code>
/// A page is a block of one group of layers. Without windows there is one group, and KV blocks are pages. With windows there are several,
/// formed as vLLM v1 forms them, and a sequence holds at most the pages of the window, of the tokens of one iteration and one page more
/// of each that has a window. The KV blocks then make room for as many sequences of <see cref="MemoryOptions.SequenceTokens"/> as vLLM
/// reckons (<c>get_max_concurrency_for_kv_cache_config</c>). By its reckoning shorter sequences take more pages for each block, and fewer
/// of them fit than the KV blocks promise; of longer ones, more. Llama 4's chunks are counted as windows.
///
/// With the default reserve, which was chosen so, within 2 % of the block counts that vLLM 0.15.1 and 0.19 reported on H100 and
/// RTX 4090 for eight text models of 7B to 70B with 16-bit weights.
/// </remarks>
public sealed record MemoryPlan
{
    private const long GibibyteBytes = 1L << 30;
    private const long LibraryBytes = GibibyteBytes / 4;
    private const long CommunicationBytes = GibibyteBytes * 35 / 100;

    /// <summary>Weights on a device of the stage with the fewest blocks, bytes.</summary>
    public required long WeightsBytes { get; init; }

    /// <summary>Peak of activations and logits on it, bytes.</summary>
    public required long ActivationBytes { get; init; }

    /// <summary>Libraries and communication buffers on it, bytes.</summary>
    public required long ReserveBytes { get; init; }

    /// <summary>States of linear attention on it, bytes.</summary>
    public required long StateBytes { get; init; }

    /// <summary>Memory for the KV cache on it, bytes; with an override, what its blocks take.</summary>
    public required long KvBytes { get; init; }

    /// <summary>
    /// One KV block on it, bytes: what a sequence of <see cref="MemoryOptions.SequenceTokens"/> takes at most, over its blocks, rounded
    /// down. Without windows, all that the layers keep of the tokens of a block.
    /// </summary>
    public required long BytesPerBlock { get; init; }

    /// <summary>Tokens of a block.</summary>
    public required int BlockTokens { get; init; }

    /// <summary>KV blocks of each data-parallel rank.</summary>
    public required long BlocksPerRank { get; init; }

    /// <summary>Data-parallel ranks, each with its own KV cache.</summary>
    public required int Ranks { get; init; }

    /// <summary>KV blocks of the replica.</summary>
    public long KvBlocks => BlocksPerRank * Ranks;

    /// <summary>Tokens that the KV cache of the replica holds.</summary>
    public long KvTokens => KvBlocks * BlockTokens;

    /// <summary>Divides the memory of a replica.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">The device.</param>
    /// <param name="plan">How the replica is spread.</param>
    /// <param name="formats">Number formats.</param>
    /// <param name="options">What decides how much memory is left; null for the defaults.</param>
    /// <exception cref="PlanException">
    /// The plan or the options are at fault (all faults are named), or the plan does not fit: then the message names what is
    /// needed, the shortfall in GiB and changes that would fit.
    /// </exception>
    public static MemoryPlan For(
        ModelArchitecture model, Device device, ParallelPlan plan, Quantization formats, MemoryOptions? options = null)
    {
        options ??= new();
        string subject = $"{model.Id} on {plan.Devices} x {device.Id}";
        if (plan.Validate(model).Concat(options.Validate()).ToArray() is { Length: > 0 } faults)
            throw new PlanException(subject, faults);
        (MemoryPlan result, long shortfall) = Divide(model, device, plan, formats, options);
        if (result.BlocksPerRank >= 1)
            return result;
        string needs = $"weights {Gib(result.WeightsBytes)}, activations {Gib(result.ActivationBytes)}, " +
            $"reserve {Gib(result.ReserveBytes)}" +
            (result.StateBytes > 0 ? $", states {Gib(result.StateBytes)}" : "") + $" and a KV block exceed " +
            $"{Gib((long)(device.MemoryBytes * options.UtilizationFraction))} of {Gib(device.MemoryBytes)} " +
            $"by {Gib(shortfall)} on each device";
        throw new PlanException(subject, [needs, Remedies(model, device, plan, formats, options)], shortfall, result.WeightsBytes);
    }

    /// <summary>The plan, and what the memory for the KV cache falls short of one block, bytes; not above 0 when it holds one.</summary>
    private static (MemoryPlan Plan, long Shortfall) Divide(
        ModelArchitecture model, Device device, ParallelPlan plan, Quantization formats, MemoryOptions options)
    {
        plan = plan.Simplified(model);
        long reserve = options.ReserveBytes ?? LibraryBytes + (plan.Devices > 1 ? CommunicationBytes : 0);
        long usable = (long)(device.MemoryBytes * options.UtilizationFraction);
        KvGroups groups = KvGroups.Of(model, plan.Tensor, formats.KvCache, options.BlockTokens);
        Int128 sequencePages = groups.MostBlocks(options.SequenceTokens, options.MaxBatchedTokens);
        Int128 sequenceBlocks = KvBlockPool.BlocksFor(options.SequenceTokens, options.BlockTokens);
        MemoryPlan? tightest = null;
        long shortfall = 0;
        for (int stage = 0; stage < plan.Pipeline; stage++)
        {
            StageMemory memory = StageMemory.Of(model, plan, formats, options, groups, stage);
            long kv = usable - memory.Weights - memory.Activations - reserve - memory.States;
            // Layers without a growing cache alone: sequences are bounded by their states, not by blocks.
            long blocks = kv < 0 ? -1 : memory.Page == 0 ? int.MaxValue : (long)(kv / memory.Page * sequenceBlocks / sequencePages);
            if (tightest is not null && (blocks, kv).CompareTo((tightest.BlocksPerRank, tightest.KvBytes)) >= 0)
                continue;
            shortfall = (long)((sequencePages + sequenceBlocks - 1) / sequenceBlocks * memory.Page) - kv;
            tightest = new()
            {
                WeightsBytes = memory.Weights,
                ActivationBytes = memory.Activations,
                ReserveBytes = reserve,
                StateBytes = memory.States,
                KvBytes = kv,
                BytesPerBlock = (long)(memory.Page * sequencePages / sequenceBlocks),
                BlockTokens = options.BlockTokens,
                BlocksPerRank = blocks,
                Ranks = plan.Data,
            };
        }

        return options.BlocksOverride is { } fixedBlocks
            ? (tightest! with { BlocksPerRank = fixedBlocks, KvBytes = fixedBlocks * tightest.BytesPerBlock }, 0)
            : (tightest!, shortfall);
    }

    /// <summary>Single changes that would fit, tried one by one.</summary>
    private static string Remedies(ModelArchitecture model, Device device, ParallelPlan plan, Quantization formats, MemoryOptions options)
    {
        var remedies = new List<string>();
        for (int factor = 2; factor <= 64; factor *= 2)
        {
            ParallelPlan wider = plan with { Tensor = plan.Tensor * factor, FeedForward = plan.FeedForward * factor };
            if (wider.Validate(model).Count > 0 || !Fits(wider, formats, options))
                continue;
            remedies.Add($"tensor parallel {wider.Tensor}" + (wider.FeedForward > 0 ? $" with feed-forward parallel {wider.FeedForward}" : ""));
            break;
        }

        foreach ((NumberFormat format, string name) in new[] { (NumberFormat.Fp8, "FP8"), (NumberFormat.Fp4, "FP4") })
        {
            Quantization smaller = formats with { Weights = format, ExpertWeights = null, WeightGroup = 0 };
            if (smaller.WeightBytes >= Math.Min(formats.WeightBytes, formats.ExpertWeightBytes) || !Fits(plan, smaller, options))
                continue;
            remedies.Add($"{name} weights");
            break;
        }

        if (options.MaxBatchedTokens > 2048 && Fits(plan, formats, options with { MaxBatchedTokens = 2048 }))
            remedies.Add("at most 2048 batched tokens");
        if (options.MaxSequences > 32 && Fits(plan, formats, options with { MaxSequences = 32 }))
            remedies.Add("at most 32 sequences");
        if (options.UtilizationFraction < 0.95 && Fits(plan, formats, options with { UtilizationFraction = 0.95 }))
            remedies.Add("a memory utilization of 0.95");
        return remedies.Count > 0
            ? $"any of these would fit: {string.Join(", ", remedies)}"
            : "no single change of tensor parallelism, weight format or batch limits fits; use pipeline stages or a larger device";

        bool Fits(ParallelPlan p, Quantization q, MemoryOptions o) => Divide(model, device, p, q, o).Plan.BlocksPerRank >= 1;
    }

    private static string Gib(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / GibibyteBytes:0.0#} GiB");
}
