using Simulator.Models.Architectures;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Networks;
using Simulator.Models.Parallelism;

namespace Simulator.Models.Costs;

/// <summary>Flattens a model, a plan, a device and the options to the numbers that <see cref="Roofline"/> works with.</summary>
/// <remarks>
/// <para>
/// Tensor parallelism splits heads, inner widths and the vocabulary; key-value heads are repeated when there are fewer of
/// them than devices, and so is the latent of latent attention. Data-parallel ranks share the batch and repeat the
/// weights. Whole experts are spread over <see cref="ParallelPlan.Expert"/> devices, and split over the rest of Tensor × Data.
/// With one rank, expert results meet in the all-reduce; with more, tokens go to their experts and back by all-to-all
/// (by all-gather and reduce-scatter when experts are not spread). Pipeline stages hold the layers that the plan gives them.
/// </para>
/// <para>
/// Where the plan splits the feed-forward over devices of its own (<see cref="ParallelPlan.FeedForward"/>), its rows are handed over as APEX does
/// (arXiv 2411.17651, <c>parallel/reshard.py</c>): instead of the all-reduce after attention and the one after the feed-forward, a reduce-scatter
/// over the tensor-parallel devices and an all-gather over those of the copy, then a reduce-scatter over the copy and an all-gather over the
/// tensor-parallel devices. Routed experts that serve several ranks without a shared expert take all-to-alls within their copy instead.
/// </para>
/// <para>
/// Context-parallel devices repeat the weights, the experts' too, and gather the keys and values of a layer before the attention of
/// its prefill rows; for decode rows each attends to its share of the cache, and an all-reduce adds up the outputs.
/// </para>
/// <para>
/// Weights are in their own format, with scales; embedding, head, router and residual stream are 16-bit; attention runs at the
/// 16-bit rate whatever the cache holds.
/// </para>
/// </remarks>
public static class RooflineCompiler
{
    /// <summary>Most kinds of layers that a model may have.</summary>
    public const int MaxKinds = 4;

    private const double WideBytes = 2;

    // Top-p sorts all logits by value and then by row (six passes of a radix sort over keys, positions and rows), takes their softmax and its running sum, masks,
    // scatters them back and draws one: traffic that takes as long as 400 bytes for each logit and 25 kernels. PyTorch was measured at 126 to 138 ps a logit, for
    // 32,768 and 131,072 logits and 128 rows or more, and at 0.1 ms for one row (vllm-project/vllm #33538 and #40376); 131 ps is 400 bytes of H100. The greatest
    // logit takes a turn to 32-bit floats, a scaling and a search: one write and two reads.
    private const double SortedBytes = 400;
    private const int SortedKernels = 25;

    private static readonly CompiledTimes<MatrixProfile, MatrixShape, MatrixTime> MatrixTimes = new();
    private static readonly CompiledTimes<ExpertProfile, ExpertShape, ExpertTime> ExpertTimes = new();

    /// <summary>Compiles.</summary>
    /// <param name="model">The model. Windowed layers must all have one and the same window; chunked attention counts as a window of the chunk.</param>
    /// <param name="plan">How one replica is spread over devices.</param>
    /// <param name="quantization">Number formats.</param>
    /// <param name="device">The device, of which all devices of the replica are one.</param>
    /// <param name="options">Efficiencies and fixed times; the defaults when null.</param>
    /// <exception cref="ArgumentException">The plan does not divide the model, the options are unsound, or the model has more than
    /// <see cref="MaxKinds"/> kinds of layers or two windows.</exception>
    public static RooflineParameters Compile(
        ModelArchitecture model, ParallelPlan plan, Quantization quantization, Device device, RooflineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(device);
        options ??= RooflineOptions.Default;
        string[] faults = [.. options.Validate()];
        if (faults.Length > 0)
            throw new ArgumentException(string.Join(" ", faults), nameof(options));
        Check(model, plan);
        plan = plan.Simplified(model);

        CostProfile profile = options.Profile ?? CostProfile.Flat(options, device.Id);
        int layers = model.Layers.Count;
        var context = new Context(model.HiddenSize, plan, quantization, device, options, profile);
        double bf16 = device.PeakFlopsPerSecond(NumberFormat.Bf16);
        double matrix = device.PeakFlopsPerSecond(quantization.Activations);
        double memory = device.MemoryBytesPerSecond;
        double h = model.HiddenSize;
        double vocabulary = (double)model.VocabularySize / plan.Tensor;

        var parameters = new RooflineParameters
        {
            Window = Window(model),
            Ranks = plan.Data,
            RankShare = 1.0 / plan.Data,
            ContextShare = 1.0 / plan.Context,
            FeedForwardCopies = plan.FeedForward == 0 ? 0 : (double)(plan.Tensor * plan.Data) / plan.FeedForward,
            ExpertImbalance = Math.Min(options.ExpertImbalance, plan.Expert),
            StageDevices = plan.Tensor * plan.Data * plan.Context,
            Stages = plan.Pipeline,
            FirstStageShare = (double)plan.LayersOfStage(layers, 0) / layers,
            LargestStageShare = Enumerable.Range(0, Math.Max(1, plan.Pipeline - 1)).Max(stage => (double)plan.LayersOfStage(layers, stage)) / layers,
            LastStageShare = (double)plan.LayersOfStage(layers, plan.Pipeline - 1) / layers,
            ElementwiseSecondsPerByte = 1 / (memory * profile.Elementwise.MemoryEfficiency),
            PeakMatrixSecondsPerFlop = device.ArithmeticPowerShare / matrix,
            PeakWideSecondsPerFlop = device.ArithmeticPowerShare / bf16,
            PeakSecondsPerByte = device.MemoryPowerShare / memory,
            ElementwiseKernelSeconds = profile.Elementwise.KernelSeconds,
            LaunchSeconds = options.Graphs.LaunchSeconds,
            HostSchedule = options.Host.Schedule,
            HostPrepare = options.Host.Prepare,
            HostSample = options.Host.Sample,
            HostDetokenize = options.Host.Detokenize,
            HostExposed = options.Host.Exposed,
            HostOverlapped = options.Host.Overlapped ? 1 : 0,
            IdleWatts = device.IdleWatts,
            ActiveWatts = device.FullWatts - device.IdleWatts,
            EmbeddingBytesPerToken = 2 * h * WideBytes,
            HiddenReduce = context.AllReduce(h),
            StageTransfer = context.StageTransfer(h),
            FinalNormBytesPerToken = 4 * h * WideBytes,
            Head = context.Product(MatrixShape.Wide(vocabulary, h)),
            LogitsGather = context.AllGather(model.VocabularySize),
            SamplingBytesPerToken = model.VocabularySize * (options.Sampling == TokenSampling.TopP ? SortedBytes : WideBytes + 3 * 4.0),
            SamplingKernels = options.Sampling == TokenSampling.TopP ? SortedKernels : 2,
        };

        List<LayerSpec> kinds = [.. model.Layers.Distinct()];
        if (kinds.Count > MaxKinds)
            throw new ArgumentException($"Model {model.Id} has {kinds.Count} kinds of layers; the cost model takes at most {MaxKinds}.", nameof(model));

        parameters.Kinds = kinds.Count;
        for (int kind = 0; kind < kinds.Count; kind++)
        {
            LayerParameters layer = context.Layer(kinds[kind], model.Layers.Count(own => own.Equals(kinds[kind])));
            switch (kind)
            {
                case 0: parameters.Kind0 = layer; break;
                case 1: parameters.Kind1 = layer; break;
                case 2: parameters.Kind2 = layer; break;
                default: parameters.Kind3 = layer; break;
            }
        }
        return parameters;
    }

    /// <summary>Layers of each kind in each pipeline stage: <see cref="MaxKinds"/> numbers for each stage, in the order of the stages.</summary>
    internal static double[] LayersOfStages(ModelArchitecture model, ParallelPlan plan)
    {
        List<LayerSpec> kinds = [.. model.Layers.Distinct()];
        var counts = new double[plan.Pipeline * MaxKinds];
        int layer = 0;
        for (int stage = 0; stage < plan.Pipeline; stage++)
        {
            for (int left = plan.LayersOfStage(model.Layers.Count, stage); left > 0; left--)
                counts[stage * MaxKinds + kinds.IndexOf(model.Layers[layer++])]++;
        }
        return counts;
    }

    private static void Check(ModelArchitecture model, ParallelPlan plan)
    {
        if (model.Layers.Count == 0)
            throw new ArgumentException($"Model {model.Id} has no layers.", nameof(model));
        foreach (LayerSpec layer in model.Layers)
        {
            if (layer.Attention is not (GroupedQueryAttention or LatentAttention or LinearAttention))
                throw new ArgumentException($"Model {model.Id} has attention of an unknown kind, {layer.Attention.GetType().Name}.", nameof(model));
        }
        if (plan.Validate(model) is { Count: > 0 } faults)
            throw new ArgumentException($"{model.Id}: {string.Join("; ", faults)}.", nameof(plan));
    }

    private static int Window(ModelArchitecture model)
    {
        int window = 0;
        foreach (LayerSpec layer in model.Layers)
        {
            if (layer.Attention is not GroupedQueryAttention { Window: int own })
                continue;
            if (own < 1 || (window != 0 && own != window))
                throw new ArgumentException($"Model {model.Id} has windows of {window} and {own} tokens; the cost model takes one, of at least 1.", nameof(model));
            window = own;
        }
        return window;
    }

    private sealed class Context(double h, ParallelPlan plan, Quantization quantization, Device device, RooflineOptions options, CostProfile profile)
    {
        private readonly double _activation = quantization.Activations.BytesPerElement();
        private readonly double _cache = quantization.KvCache.BytesPerElement();
        private readonly int _group = plan.ExpertDevices;
        private readonly Fabric _fabric = options.Fabric ?? Fabric.Of(device);

        // Constant efficiencies are no work to speak of, and their profile is made anew each time.
        private readonly bool _keeps = options.Profile is not null;

        public LayerParameters Layer(LayerSpec spec, int count)
        {
            var layer = new LayerParameters { Count = count, NormBytesPerToken = 2 * 4 * h * WideBytes };
            switch (spec.Attention)
            {
                case GroupedQueryAttention attention: Grouped(ref layer, attention); break;
                case LatentAttention attention: Latent(ref layer, attention); break;
                case LinearAttention attention: Linear(ref layer, attention); break;
                default: break;
            }
            AttentionShape attends = AttentionShape.Of(spec.Attention, plan.Tensor, quantization.KvCache);
            layer.PrefillFlopsPerPair = attends.PrefillFlopsPerPair;
            layer.PrefillBytesPerContextToken = attends.PrefillBytesPerContextToken;
            layer.DecodeFlopsPerContextToken = attends.DecodeFlopsPerContextToken;
            layer.DecodeBytesPerContextToken = attends.DecodeBytesPerContextToken;
            layer.QueryBytesPerToken = attends.QueryBytesPerToken;
            layer.StateFlopsPerToken = attends.StateFlopsPerToken;
            layer.StateBytesPerSequence = attends.StateBytesPerSequence;
            layer.Prefill = profile.Attention.Prefill(attends, device);
            layer.Decode = profile.Attention.Decode(attends, device);
            switch (spec.FeedForward)
            {
                case DenseFeedForward dense: Dense(ref layer, dense.Intermediate, dense.Gated); break;
                case MixtureOfExperts moe: Mixture(ref layer, moe); break;
                default: throw new ArgumentException($"A feed-forward block of an unknown kind, {spec.FeedForward.GetType().Name}.", nameof(spec));
            }
            return layer;
        }

        public Communication AllReduce(double width) => AllReduce(width, plan.Tensor);

        public Communication AllGather(double width) => AllGather(width * WideBytes, plan.Tensor);

        // A layer's keys and values of prefill rows, and the outputs of decode rows, go around the context-parallel devices.
        private void SplitContext(ref LayerParameters layer, double cached, double outputs)
        {
            if (plan.Context == 1)
                return;
            layer.ContextGather = AllGather(cached * _cache, plan.Context);
            layer.ContextMerge = AllReduce(outputs, plan.Context);
        }

        private Communication AllReduce(double width, int devices) => devices == 1 ? default : new()
        {
            Time = profile.Collectives.AllReduce(width * WideBytes, devices, _fabric),
            LinkBytesPerRow = Collective.AllReduceLinkBytes(width * WideBytes, devices) / devices,
        };

        private Communication AllGather(double bytes, int devices) => devices == 1 ? default : new()
        {
            Time = profile.Collectives.AllGather(bytes, devices, _fabric),
            LinkBytesPerRow = Collective.AllGatherLinkBytes(bytes, devices) / devices,
        };

        // The tensor-parallel devices of a stage split the hidden states of a rank between them.
        public Communication StageTransfer(double width)
        {
            if (plan.Pipeline == 1)
                return default;
            double bytes = width * WideBytes / plan.Tensor;
            return new() { Time = profile.Collectives.Send(bytes, Collective.LinkAmong(plan.Devices, _fabric)), LinkBytesPerRow = bytes };
        }

        private void Grouped(ref LayerParameters layer, GroupedQueryAttention attention)
        {
            double queries = (double)attention.QueryHeads / plan.Tensor * attention.HeadDim;
            double gate = attention.OutputGate ? queries : 0;
            double cached = attention.KvElementsPerTokenOn(plan.Tensor);
            layer.Windowed = attention.Window is null ? 0 : 1;
            layer.Input = Product(h, queries + gate + cached);
            layer.CacheWriteBytesPerToken = 2 * (queries + cached / 2) * WideBytes + cached * (WideBytes + _cache) + 2 * gate * WideBytes;
            layer.Output = Product(queries, h);
            SplitContext(ref layer, cached, queries);
        }

        private void Latent(ref LayerParameters layer, LatentAttention attention)
        {
            double heads = (double)attention.Heads / plan.Tensor;
            double keyWidth = attention.NopeHeadDim + attention.RopeHeadDim;
            double latent = attention.KvRank + attention.RopeHeadDim;
            layer.Input = attention.QueryRank > 0 ? Product(h, attention.QueryRank + latent) : Product(h, heads * keyWidth + latent);
            if (attention.QueryRank > 0)
                layer.QueryUp = Product(attention.QueryRank, heads * keyWidth);
            layer.KeyValueUp = Product(attention.KvRank, heads * (attention.NopeHeadDim + attention.ValueHeadDim));
            layer.CacheWriteBytesPerToken = 2 * (heads * attention.RopeHeadDim + attention.RopeHeadDim) * WideBytes + latent * (WideBytes + _cache);
            layer.Output = Product(heads * attention.ValueHeadDim, h);
            SplitContext(ref layer, latent, heads * attention.KvRank);
        }

        private void Linear(ref LayerParameters layer, LinearAttention attention)
        {
            double share = 1.0 / plan.Tensor;
            double keys = attention.KeyHeads * attention.KeyHeadDim * share;
            double values = attention.ValueHeads * attention.ValueHeadDim * share;
            layer.Input = Product(h, 2 * keys + 2 * values + 2 * attention.ValueHeads * share);
            layer.CacheWriteBytesPerToken = 2 * (2 * keys + values) * WideBytes;
            layer.Output = Product(values, h);
        }

        private void Dense(ref LayerParameters layer, double intermediate, bool gated)
        {
            double inner = intermediate / plan.DenseDevices;
            double wide = gated ? 2 * inner : inner;
            layer.GateUp = Product(h, wide);
            layer.ActivationBytesPerToken = (wide + inner) * WideBytes;
            layer.Down = Product(inner, h);
            Join(ref layer, plan.DenseDevices);
        }

        // A sum over the devices of each rank; over others, the sums of a copy's rows are scattered and the rank's rows gathered.
        private void Join(ref LayerParameters layer, int devices)
        {
            if (devices == plan.Tensor)
            {
                layer.FeedForwardReduce = AllReduce(h);
                return;
            }
            layer.Resharded = 1;
            layer.Reshard = AllGather(h * WideBytes, devices);
            layer.FeedForwardReduce = AllGather(h);
        }

        private void Mixture(ref LayerParameters layer, MixtureOfExperts moe)
        {
            double slice = (double)_group / plan.Expert;
            double inner = moe.ExpertIntermediate / slice;
            NumberFormat weights = quantization.ExpertWeights ?? quantization.Weights;
            var up = new MatrixShape(2 * inner, h, weights, quantization.Activations, quantization.ExpertWeightBytes);
            var down = new MatrixShape(h, inner, weights, quantization.Activations, quantization.ExpertWeightBytes);
            double tokensPerDevice = (double)moe.ActiveExperts / plan.Expert;
            layer.Experts = moe.Experts;
            layer.ExpertMiss = 1 - (double)moe.ActiveExperts / moe.Experts;
            layer.LocalExperts = (double)moe.Experts / plan.Expert;
            layer.ExpertBytes = up.MatrixBytes + down.MatrixBytes;
            layer.ExpertFlopsPerToken = tokensPerDevice * (up.FlopsPerRow + down.FlopsPerRow);
            layer.ExpertBytesPerToken = tokensPerDevice * (up.BytesPerRow + down.BytesPerRow + 3 * inner * WideBytes);
            var experts = new ExpertShape(moe, h, _group / plan.Expert, plan.Expert, weights, quantization.Activations)
            {
                ExpertBytes = layer.ExpertBytes,
                FlopsPerToken = layer.ExpertFlopsPerToken,
                BytesPerToken = layer.ExpertBytesPerToken,
            };
            layer.ExpertTime = _keeps
                ? ExpertTimes.Of(profile.Experts, experts, device, experts.Activations, static (own, shape, on) => own.Time(shape, on))
                : profile.Experts.Time(experts, device);
            layer.Router = Product(MatrixShape.Wide(moe.Experts, h));
            if (moe.SharedIntermediate > 0)
                Dense(ref layer, moe.SharedIntermediate, gated: true);
            else if (_group <= plan.Tensor)
                Join(ref layer, _group);
            // Every device has the rows of its copy already.
            if (_group <= plan.Tensor || layer.Resharded != 0)
                return;
            // Each device brings its share of its rank's tokens; the tensor-parallel devices of the rank then gather what each got back.
            layer.Dispatch = Exchange(moe, _activation);
            layer.Combine = Exchange(moe, WideBytes);
            if (moe.SharedIntermediate == 0)
                layer.FeedForwardReduce = AllGather(h);
        }

        // To the devices of a token's experts when these are spread, to all devices when every one has a slice of every expert.
        private Communication Exchange(MixtureOfExperts moe, double bytes)
        {
            double own = h * bytes / plan.Tensor;
            if (plan.Expert == 1)
                return AllGather(own * _group, _group);
            // The busiest device receives, and sends back, as many times its share as it has tokens.
            double sent = own * Math.Min(moe.ActiveExperts, plan.Expert) * (_group / plan.Expert);
            double busiest = Math.Min(options.ExpertImbalance, plan.Expert);
            return new()
            {
                Time = profile.Collectives.AllToAll(sent * busiest, _group, _fabric),
                LinkBytesPerRow = Collective.AllToAllLinkBytes(sent, _group) / _group,
            };
        }

        private MatrixProduct Product(double input, double output) =>
            Product(new(output, input, quantization.Weights, quantization.Activations, quantization.WeightBytes) { BlockScaled = quantization.BlockScaled });

        public MatrixProduct Product(in MatrixShape shape) => new()
        {
            FlopsPerRow = shape.FlopsPerRow,
            WeightBytes = shape.MatrixBytes,
            BytesPerRow = shape.BytesPerRow,
            Time = _keeps
                ? MatrixTimes.Of(profile.Matrix, shape, device, shape.Activations, static (own, matrix, on) => own.Time(matrix, on))
                : profile.Matrix.Time(shape, device),
        };
    }
}
