using System.Runtime.CompilerServices;
using Simulator.Models.Costs.Profiles;

namespace Simulator.Models.Costs;

/// <summary>Cost of one iteration from first principles: every operator takes a fixed time and as long as its tightest resource, at a stated share of the peak.</summary>
/// <remarks>
/// <para>
/// A kernel on one device takes <c>fixed time + max(FLOPs ÷ (peak · efficiency) · effective rows ÷ rows, bytes ÷ (bandwidth · efficiency))</c>
/// (of attention both bounds go by effective rows), a collective <c>fixed time + seconds per row · effective rows</c>. Effective rows, at
/// least the rows themselves, stand for tiles that are not full and devices that are not busy; they, and the rest, are compiled from a
/// <see cref="Profiles.CostProfile"/>. Operators run one after the other. FLOPs and bytes are counted over all devices.
/// </para>
/// <para>
/// Attention data-parallel ranks step together: what each does with its own rows takes the time of the rank that takes longest, while
/// the experts take the rows of all ranks, or of those that their copy serves. Ranks are balanced unless <see cref="IterationShape.Straggler"/> says otherwise. Experts are
/// balanced but for <see cref="RooflineOptions.ExpertImbalance"/>, which bears on time alone.
/// </para>
/// <para>
/// The host works before and after the device, or while it works (<see cref="HostOverhead.Overlapped"/>); the device is not done before
/// its kernels are launched: <c>host + max(device, launches)</c>, or <c>max(device, host + launches)</c>.
/// </para>
/// <para>
/// Energy is charged for the devices of one pipeline stage at a time, the others being busy with other micro-batches:
/// <c>devices · (idle watts · seconds + (full − idle watts) · Σ peak seconds)</c>, where the peak seconds of an
/// operator are what its FLOPs or its bytes need at the physical peak, whichever is longer (at a lower clock, <see cref="Devices.DeviceClock"/>,
/// each is weighed with the power that it still draws). Waiting devices are charged
/// idle power by whoever knows that they wait.
/// </para>
/// <para>
/// The code keeps to what a GPU kernel may hold: straight-line static methods over blittable structs; no exceptions, arrays,
/// statics, logarithms or powers.
/// </para>
/// </remarks>
public static class Roofline
{
    private const double MissFloor = 1e-18;

    /// <summary>Cost of one iteration; zero when the shape has no rows.</summary>
    /// <param name="shape">What the iteration computes.</param>
    /// <param name="parameters">Model, plan, device and options, compiled.</param>
    public static IterationEstimate Evaluate(in IterationShape shape, in RooflineParameters parameters)
    {
        IterationEstimate estimate = default;
        if (shape.DecodeRows + shape.PrefillRows == 0)
            return estimate;
        RankLoad load = RankLoad.Of(shape, parameters);
        SumSink first = default, layers = default, transfer = default, last = default;
        VisitEmbedding(load, parameters, ref first);
        VisitLayers(shape, load, parameters, ref layers);
        VisitTransfer(load, parameters, ref transfer);
        VisitHead(shape, load, parameters, ref last);

        double device = first.Seconds + layers.Seconds + transfer.Seconds + last.Seconds;
        double peak = first.PeakSeconds + layers.PeakSeconds + transfer.PeakSeconds + last.PeakSeconds;
        double launches = parameters.LaunchSeconds * shape.Launch switch
        {
            LaunchMode.FullGraph => 0,
            LaunchMode.PiecewiseGraph => layers.AttentionKernels + Layers(parameters) + 1,
            _ => first.Kernels + layers.Kernels + transfer.Kernels + last.Kernels,
        };
        estimate.HostSeconds = HostSeconds(shape, parameters);
        estimate.DeviceSeconds = device;
        estimate.LaunchSeconds = launches;
        double exposed = ExposedSeconds((double)shape.DecodeRows + shape.PrefillRows, parameters);
        estimate.Seconds = exposed + WithHost(device, launches, estimate.HostSeconds, parameters);
        estimate.StageSeconds = estimate.Seconds;
        if (parameters.Stages > 1)
        {
            double hop = transfer.Seconds / (parameters.Stages - 1);
            double ends = Math.Max(
                first.Seconds + layers.Seconds * parameters.FirstStageShare + hop, layers.Seconds * parameters.LastStageShare + last.Seconds);
            double stage = Math.Max(ends, layers.Seconds * parameters.LargestStageShare + hop);
            double share = Math.Max(parameters.LargestStageShare, parameters.LastStageShare);
            estimate.StageSeconds = exposed + WithHost(stage, launches * share, estimate.HostSeconds, parameters);
        }
        estimate.Flops = parameters.StageDevices * (first.Flops + layers.Flops + last.Flops);
        estimate.MemoryBytes = parameters.StageDevices * (first.MemoryBytes + layers.MemoryBytes + last.MemoryBytes);
        estimate.LinkBytes = parameters.StageDevices * (first.LinkBytes + layers.LinkBytes + transfer.LinkBytes + last.LinkBytes);
        // A straggler that looks back on a window alone may have less to read than the mean of the sums says.
        double busy = Math.Min(peak, device);
        estimate.Joules = parameters.StageDevices * (parameters.IdleWatts * estimate.Seconds + parameters.ActiveWatts * busy);
        return estimate;
    }

    /// <summary>Hands every operator of one iteration to a sink, in the order they run; none when the shape has no rows.</summary>
    /// <typeparam name="TSink">What takes them.</typeparam>
    /// <param name="shape">What the iteration computes.</param>
    /// <param name="parameters">Model, plan, device and options, compiled.</param>
    /// <param name="sink">What takes them.</param>
    public static void Visit<TSink>(in IterationShape shape, in RooflineParameters parameters, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        if (shape.DecodeRows + shape.PrefillRows == 0)
            return;
        RankLoad load = RankLoad.Of(shape, parameters);
        if (parameters.HostOverlapped == 0)
            VisitHostBefore(shape, parameters, ref sink);
        VisitEmbedding(load, parameters, ref sink);
        VisitLayers(shape, load, parameters, ref sink);
        VisitTransfer(load, parameters, ref sink);
        VisitHead(shape, load, parameters, ref sink);
        if (parameters.HostOverlapped == 0)
            VisitHostAfter(shape, parameters, ref sink);
    }

    /// <summary>Attention of the decode rows in one layer: the one operator whose cost changes while a batch only decodes.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="kind">Index of its kind.</param>
    /// <param name="rows">Decode rows of a rank.</param>
    /// <param name="context">Tokens that they look back on, summed.</param>
    /// <param name="parameters">Model, plan, device and options, compiled.</param>
    internal static OperatorCost AttentionDecode(
        in LayerParameters layer, int kind, PerRank rows, PerRank context, in RooflineParameters parameters)
    {
        PerRank keys = (context + rows) * parameters.ContextShare;
        PerRank flops = keys * layer.DecodeFlopsPerContextToken + rows * layer.StateFlopsPerToken;
        PerRank bytes = keys * layer.DecodeBytesPerContextToken + rows * (layer.QueryBytesPerToken + layer.StateBytesPerSequence);
        ref readonly DecodeTime time = ref layer.Decode;
        OperatorCost cost = Attention(
            Operator.AttentionDecode, kind, layer.Count, rows, flops, bytes,
            flops.Straggler * time.SecondsPerFlop, bytes.Straggler * time.SecondsPerByte, time.FixedSeconds, parameters);
        // A rank without such rows launches no attention for them.
        if (rows.Straggler == 0)
            return cost;
        double latency = time.LatencySeconds(rows.Straggler);
        double reading = time.ReadingSeconds(flops.Straggler, bytes.Straggler, keys.Straggler);
        cost.Seconds = time.FixedSeconds + DecodeTime.Norm(latency, reading);
        if (latency > reading)
            cost.Bound = Bound.Launch;
        return cost;
    }

    private static double HostSeconds(in IterationShape shape, in RooflineParameters p)
    {
        double sequences = (double)shape.DecodeRows + shape.PrefillRows;
        return p.HostSchedule.Seconds(sequences) + p.HostPrepare.Seconds(sequences) + (p.HostSample.Seconds(sequences) + p.HostDetokenize.Seconds(sequences));
    }

    /// <summary>What overlapping leaves between two iterations; 0 when the host and the device take turns.</summary>
    internal static double ExposedSeconds(double sequences, in RooflineParameters p) => p.HostOverlapped != 0 ? p.HostExposed.Seconds(sequences) : 0;

    private static double WithHost(double device, double launches, double host, in RooflineParameters p) =>
        p.HostOverlapped != 0 ? Math.Max(device, host + launches) : host + Math.Max(device, launches);

    private static int Layers(in RooflineParameters p)
    {
        int layers = p.Kind0.Count;
        if (p.Kinds > 1)
            layers += p.Kind1.Count;
        if (p.Kinds > 2)
            layers += p.Kind2.Count;
        if (p.Kinds > 3)
            layers += p.Kind3.Count;
        return layers;
    }

    private static void VisitHostBefore<TSink>(in IterationShape shape, in RooflineParameters p, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        sink.Add(Host(Operator.HostSchedule, p.HostSchedule, shape));
        sink.Add(Host(Operator.HostPrepare, p.HostPrepare, shape));
    }

    private static void VisitHostAfter<TSink>(in IterationShape shape, in RooflineParameters p, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        sink.Add(Host(Operator.HostSample, p.HostSample, shape));
        sink.Add(Host(Operator.HostDetokenize, p.HostDetokenize, shape));
    }

    private static void VisitEmbedding<TSink>(in RankLoad load, in RooflineParameters p, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        sink.Add(Elementwise(Operator.Embedding, -1, 1, 1, load.Rows * p.EmbeddingBytesPerToken, p));
        if (p.HiddenReduce.Time.SecondsPerRow > 0)
            sink.Add(Communicate(Operator.EmbeddingAllReduce, -1, 1, p.HiddenReduce, load.Rows, load.RowsPlace));
    }

    private static void VisitLayers<TSink>(in IterationShape shape, in RankLoad load, in RooflineParameters p, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        VisitLayer(shape, load, p, p.Kind0, 0, ref sink);
        if (p.Kinds > 1)
            VisitLayer(shape, load, p, p.Kind1, 1, ref sink);
        if (p.Kinds > 2)
            VisitLayer(shape, load, p, p.Kind2, 2, ref sink);
        if (p.Kinds > 3)
            VisitLayer(shape, load, p, p.Kind3, 3, ref sink);
    }

    private static void VisitLayer<TSink>(
        in IterationShape shape, in RankLoad load, in RooflineParameters p, in LayerParameters layer, int kind, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        PerRank rows = load.Rows;
        RowPlace place = load.RowsPlace;
        int count = layer.Count;

        sink.Add(Elementwise(Operator.Normalization, kind, count, 2, rows * layer.NormBytesPerToken, p));
        sink.Add(Matrix(Operator.InputProjection, kind, count, layer.Input, rows, place, p.PeakMatrixSecondsPerFlop, p));
        if (layer.QueryUp.WeightBytes > 0)
            sink.Add(Matrix(Operator.QueryUpProjection, kind, count, layer.QueryUp, rows, place, p.PeakMatrixSecondsPerFlop, p));
        if (layer.KeyValueUp.WeightBytes > 0)
        {
            PerRank latents = rows + load.PrefillContext + load.PrefillTokens * (1 - p.ContextShare);
            RowPlace latentPlace = RowPlace.Of(latents.Straggler);
            sink.Add(Matrix(Operator.KeyValueUpProjection, kind, count, layer.KeyValueUp, latents, latentPlace, p.PeakMatrixSecondsPerFlop, p));
        }
        sink.Add(Elementwise(Operator.KeyValueWrite, kind, count, 2, rows * layer.CacheWriteBytesPerToken, p));
        if (shape.PrefillRows > 0)
            VisitPrefill(load, p, layer, kind, ref sink);
        if (shape.DecodeRows > 0)
        {
            sink.Add(AttentionDecode(layer, kind, load.DecodeRows, layer.Windowed != 0 ? load.DecodeWindowContext : load.DecodeContext, p));
            if (layer.ContextMerge.Time.SecondsPerRow > 0)
                sink.Add(Communicate(Operator.ContextMerge, kind, count, layer.ContextMerge, load.DecodeRows, load.DecodePlace));
        }
        sink.Add(Matrix(Operator.OutputProjection, kind, count, layer.Output, rows, place, p.PeakMatrixSecondsPerFlop, p));
        if (layer.Resharded != 0)
        {
            VisitResharded(load, p, layer, kind, ref sink);
            return;
        }
        if (p.HiddenReduce.Time.SecondsPerRow > 0)
            sink.Add(Communicate(Operator.AttentionAllReduce, kind, count, p.HiddenReduce, rows, place));
        if (layer.Experts > 0)
            sink.Add(Router(layer, kind, rows, place, p));
        VisitFeedForward(load, p, layer, kind, rows, place, ref sink);
        if (layer.FeedForwardReduce.Time.SecondsPerRow > 0)
            sink.Add(Communicate(Operator.FeedForwardAllReduce, kind, count, layer.FeedForwardReduce, rows, place));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void VisitFeedForward<TSink>(
        in RankLoad load, in RooflineParameters p, in LayerParameters layer, int kind, PerRank rows, RowPlace place, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        int count = layer.Count;
        if (layer.Experts > 0)
        {
            if (layer.Dispatch.Time.SecondsPerRow > 0)
                sink.Add(Communicate(Operator.ExpertDispatch, kind, count, layer.Dispatch, rows, place));
            sink.Add(Experts(layer, kind, load, p));
            if (layer.Combine.Time.SecondsPerRow > 0)
                sink.Add(Communicate(Operator.ExpertCombine, kind, count, layer.Combine, rows, place));
        }
        if (layer.GateUp.WeightBytes > 0)
        {
            sink.Add(Matrix(Operator.GateUpProjection, kind, count, layer.GateUp, rows, place, p.PeakMatrixSecondsPerFlop, p));
            sink.Add(Elementwise(Operator.Activation, kind, count, 1, rows * layer.ActivationBytesPerToken, p));
            sink.Add(Matrix(Operator.DownProjection, kind, count, layer.Down, rows, place, p.PeakMatrixSecondsPerFlop, p));
        }
    }

    // The rows of the rank, scattered over its devices, are gathered in a copy of the feed-forward, and go back the same way. Out of line, since few plans have it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void VisitResharded<TSink>(in RankLoad load, in RooflineParameters p, in LayerParameters layer, int kind, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        int count = layer.Count;
        PerRank copied = new(load.CopyTokens, load.CopyTokensRun);
        RowPlace place = RowPlace.Of(copied.Straggler);
        bool scattered = layer.FeedForwardReduce.Time.SecondsPerRow > 0, gathered = layer.Reshard.Time.SecondsPerRow > 0;
        if (scattered)
            sink.Add(Communicate(Operator.AttentionAllReduce, kind, count, layer.FeedForwardReduce, load.Rows, load.RowsPlace));
        if (layer.Experts > 0)
            sink.Add(Router(layer, kind, load.Rows, load.RowsPlace, p));
        if (gathered)
            sink.Add(Communicate(Operator.FeedForwardGather, kind, count, layer.Reshard, copied, place));
        VisitFeedForward(load, p, layer, kind, copied, place, ref sink);
        if (gathered)
            sink.Add(Communicate(Operator.FeedForwardScatter, kind, count, layer.Reshard, copied, place));
        if (scattered)
            sink.Add(Communicate(Operator.FeedForwardAllReduce, kind, count, layer.FeedForwardReduce, load.Rows, load.RowsPlace));
    }

    // A windowed prefill row reads no more cached tokens than the window, whatever its context. Context-parallel devices take their share
    // of the queries to all keys.
    private static void VisitPrefill<TSink>(in RankLoad load, in RooflineParameters p, in LayerParameters layer, int kind, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        PerRank pairs = load.PrefillPairs, context = load.PrefillContext;
        if (layer.Windowed != 0)
        {
            pairs = load.PrefillWindowPairs;
            context = PerRank.Min(context, load.PrefillRows * p.Window);
        }
        PerRank keys = context + load.PrefillTokens, queries = load.PrefillTokens * p.ContextShare;
        if (layer.ContextGather.Time.SecondsPerRow > 0)
            sink.Add(Communicate(Operator.ContextGather, kind, layer.Count, layer.ContextGather, keys, RowPlace.Of(keys.Straggler)));
        PerRank flops = pairs * (p.ContextShare * layer.PrefillFlopsPerPair) + queries * layer.StateFlopsPerToken;
        PerRank bytes = keys * layer.PrefillBytesPerContextToken + queries * layer.QueryBytesPerToken + load.PrefillRows * layer.StateBytesPerSequence;
        ref readonly PrefillTime time = ref layer.Prefill;
        double work = time.WorkSeconds(
            flops.Straggler, queries.Straggler, load.PrefillRows.Straggler, pairs.Straggler * p.ContextShare, load.LongestPrefill * p.ContextShare);
        sink.Add(Attention(
            Operator.AttentionPrefill, kind, layer.Count, load.PrefillRows, flops, bytes, work, bytes.Straggler * time.SecondsPerByte, time.FixedSeconds, p));
    }

    private static void VisitTransfer<TSink>(in RankLoad load, in RooflineParameters p, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        if (p.Stages > 1)
            sink.Add(Communicate(Operator.StageTransfer, -1, p.Stages - 1, p.StageTransfer, load.Rows, load.RowsPlace));
    }

    private static void VisitHead<TSink>(in IterationShape shape, in RankLoad load, in RooflineParameters p, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        if (shape.EmittedTokens == 0)
            return;
        PerRank rows = load.EmittedTokens;
        RowPlace place = RowPlace.Of(rows.Straggler);
        sink.Add(Elementwise(Operator.FinalNorm, -1, 1, 1, rows * p.FinalNormBytesPerToken, p));
        sink.Add(Matrix(Operator.Head, -1, 1, p.Head, rows, place, p.PeakWideSecondsPerFlop, p));
        if (p.LogitsGather.Time.SecondsPerRow > 0)
            sink.Add(Communicate(Operator.LogitsGather, -1, 1, p.LogitsGather, rows, place));
        sink.Add(Elementwise(Operator.Sampling, -1, 1, p.SamplingKernels, rows * p.SamplingBytesPerToken, p));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static OperatorCost Host(Operator op, in HostPart part, in IterationShape shape) => new()
    {
        Operator = op,
        LayerKind = -1,
        Count = 1,
        Seconds = part.PerIteration + ((double)shape.DecodeRows + shape.PrefillRows) * part.PerSequence,
        Bound = Bound.Host,
    };

    // Uniform routing: n tokens that choose k of E experts each touch E·(1 − (1 − k/E)ⁿ) of them. Time is set by the device with the
    // most tokens, which has at least one expert to read; padding is routed like any row. Two matrix products, between a sort by expert, the activation and a sum.
    private static OperatorCost Experts(in LayerParameters layer, int kind, in RankLoad load, in RooflineParameters p)
    {
        int busiest = (int)Math.Min(load.CopyTokensRun * p.ExpertImbalance, int.MaxValue);
        PerRank tokens = new(load.CopyTokens, load.CopyTokensRun * p.ExpertImbalance);
        PerRank touched = new(
            layer.LocalExperts * (1 - Power(layer.ExpertMiss, load.CopyTokensMet)),
            Math.Max(layer.LocalExperts * (1 - Power(layer.ExpertMiss, busiest)), Math.Min(1, layer.LocalExperts)));
        PerRank bytes = touched * layer.ExpertBytes + tokens * layer.ExpertBytesPerToken;
        ref readonly ExpertTime time = ref layer.ExpertTime;
        double effective = time.EffectiveTokens.At(RowPlace.Of(tokens.Straggler));
        return Roof(
            Operator.Experts, kind, layer.Count, 5, tokens * layer.ExpertFlopsPerToken, bytes,
            effective * layer.ExpertFlopsPerToken * time.SecondsPerFlop, bytes.Straggler * time.SecondsPerByte,
            p.PeakMatrixSecondsPerFlop, p.PeakSecondsPerByte, time.FixedSeconds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static OperatorCost Router(in LayerParameters layer, int kind, PerRank rows, RowPlace place, in RooflineParameters p)
    {
        OperatorCost router = Matrix(Operator.Router, kind, layer.Count, layer.Router, rows, place, p.PeakWideSecondsPerFlop, p);
        router.Kernels = 2;
        router.Seconds += p.ElementwiseKernelSeconds;
        return router;
    }

    // value to the power n by squaring, for value in [0, 1): below 10⁻¹⁸ it is zero.
    private static double Power(double value, int n)
    {
        double result = 1;
        while (n > 0)
        {
            if (value < MissFloor)
                return 0;
            if ((n & 1) != 0)
                result *= value;
            value *= value;
            n >>= 1;
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static OperatorCost Matrix(
        Operator op, int kind, int count, in MatrixProduct matrix, PerRank rows, RowPlace place, double peakSecondsPerFlop, in RooflineParameters p)
    {
        ref readonly MatrixTime time = ref matrix.Time;
        PerRank bytes = rows * matrix.BytesPerRow + matrix.WeightBytes;
        double compute = time.EffectiveRows.At(place) * matrix.FlopsPerRow * time.SecondsPerFlop;
        return Roof(
            op, kind, count, 1, rows * matrix.FlopsPerRow, bytes, compute, bytes.Straggler * time.SecondsPerByte,
            peakSecondsPerFlop, p.PeakSecondsPerByte, time.FixedSeconds);
    }

    // A rank without such rows launches no attention for them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static OperatorCost Attention(
        Operator op, int kind, int count, PerRank rows, PerRank flops, PerRank bytes, double compute, double memory, double fixedSeconds,
        in RooflineParameters p)
    {
        bool runs = rows.Straggler > 0;
        return Roof(
            op, kind, count, 1, flops, bytes, runs ? compute : 0, runs ? memory : 0, p.PeakWideSecondsPerFlop, p.PeakSecondsPerByte, runs ? fixedSeconds : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static OperatorCost Elementwise(Operator op, int kind, int count, int kernels, PerRank bytes, in RooflineParameters p) => Roof(
        op, kind, count, kernels, default, bytes, 0, bytes.Straggler * p.ElementwiseSecondsPerByte, 0, p.PeakSecondsPerByte,
        kernels * p.ElementwiseKernelSeconds);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static OperatorCost Roof(
        Operator op, int kind, int count, int kernels, PerRank flops, PerRank bytes,
        double compute, double memory, double peakSecondsPerFlop, double peakSecondsPerByte, double fixedSeconds)
    {
        double seconds = Math.Max(compute, memory);
        bool arithmetic = flops.Straggler * peakSecondsPerFlop > bytes.Straggler * peakSecondsPerByte;
        return new()
        {
            Operator = op,
            LayerKind = kind,
            Count = count,
            Kernels = kernels,
            Flops = flops.Mean,
            MemoryBytes = bytes.Mean,
            Seconds = fixedSeconds + seconds,
            PeakSeconds = Math.Max(flops.Mean * peakSecondsPerFlop, bytes.Mean * peakSecondsPerByte),
            Bound = seconds < fixedSeconds ? Bound.Launch : arithmetic ? Bound.Compute : Bound.Memory,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static OperatorCost Communicate(Operator op, int kind, int count, in Communication communication, PerRank rows, RowPlace place) => new()
    {
        Operator = op,
        LayerKind = kind,
        Count = count,
        Kernels = 1,
        LinkBytes = rows.Mean * communication.LinkBytesPerRow,
        Seconds = communication.Time.FixedSeconds + communication.Time.EffectiveRows.At(place) * communication.Time.SecondsPerRow,
        Bound = Bound.Link,
    };

    // Rows of one device: of a rank on average, and of the one that takes longest. The tokens of a copy of the feed-forward are those of the experts
    // alone unless the plan gives the feed-forward devices of its own; met are the whole ones that choose experts on average.
    private struct RankLoad
    {
        public PerRank Rows;
        public RowPlace RowsPlace;
        public PerRank DecodeRows;
        public RowPlace DecodePlace;
        public PerRank DecodeContext;
        public PerRank DecodeWindowContext;
        public PerRank PrefillRows;
        public PerRank PrefillTokens;
        public PerRank PrefillContext;
        public PerRank PrefillPairs;
        public PerRank PrefillWindowPairs;
        public double LongestPrefill;
        public PerRank EmittedTokens;
        public double CopyTokens;
        public int CopyTokensMet;
        public int CopyTokensRun;

        public static RankLoad Of(in IterationShape shape, in RooflineParameters p)
        {
            RankShape straggler = shape.Straggler;
            bool balanced = straggler.DecodeRows + straggler.PrefillRows == 0;
            var load = new RankLoad
            {
                DecodeRows = Share(shape.DecodeRows, straggler.DecodeRows, balanced, p),
                DecodeContext = Share(shape.DecodeContext, straggler.DecodeContext, balanced, p),
                DecodeWindowContext = Share(shape.DecodeWindowContext, straggler.DecodeWindowContext, balanced, p),
                PrefillRows = Share(shape.PrefillRows, straggler.PrefillRows, balanced, p),
                PrefillTokens = Share(shape.PrefillTokens, straggler.PrefillTokens, balanced, p),
                PrefillContext = Share(shape.PrefillContext, straggler.PrefillContext, balanced, p),
                PrefillPairs = Share(shape.PrefillPairs, straggler.PrefillPairs, balanced, p),
                PrefillWindowPairs = Share(shape.PrefillWindowPairs, straggler.PrefillWindowPairs, balanced, p),
                LongestPrefill = balanced ? shape.LongestPrefill : straggler.LongestPrefill,
                EmittedTokens = Share(shape.EmittedTokens, straggler.EmittedTokens, balanced, p),
            };
            double tokens = shape.DecodeRows + shape.PrefillTokens * p.ContextShare;
            load.Rows = Share(tokens, straggler.DecodeRows + straggler.PrefillTokens * p.ContextShare, balanced, p);
            // Padding takes time, but does no work that counts.
            if (shape.PaddedTokens > 0)
                load.Rows = new(load.Rows.Mean, shape.PaddedTokens);
            load.RowsPlace = RowPlace.Of(load.Rows.Straggler);
            load.DecodePlace = RowPlace.Of(load.DecodeRows.Straggler);
            if (p.FeedForwardCopies != 0)
            {
                PerRank copy = TokensOfCopy(shape, load.Rows, tokens, balanced, p);
                load.CopyTokens = copy.Mean;
                load.CopyTokensMet = (int)Math.Ceiling(copy.Mean);
                load.CopyTokensRun = (int)copy.Straggler;
                return load;
            }
            int all = shape.DecodeRows + (int)Math.Ceiling(shape.PrefillTokens * p.ContextShare);
            load.CopyTokens = load.CopyTokensMet = all;
            load.CopyTokensRun = shape.PaddedTokens > 0 ? shape.PaddedTokens * p.Ranks : all;
            return load;
        }

        // A copy of the feed-forward takes an equal share of the tokens, of several ranks or of one; where it takes longest, whole ones.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static PerRank TokensOfCopy(in IterationShape shape, PerRank rows, double tokens, bool balanced, in RooflineParameters p)
        {
            double run = shape.PaddedTokens > 0 ? (double)shape.PaddedTokens * p.Ranks / p.FeedForwardCopies
                : balanced ? tokens / p.FeedForwardCopies
                : p.FeedForwardCopies < p.Ranks ? shape.StragglerCopyTokens
                : rows.Straggler * p.Ranks / p.FeedForwardCopies;
            return new(tokens / p.FeedForwardCopies, Math.Ceiling(run));
        }

        private static PerRank Share(double all, double straggler, bool balanced, in RooflineParameters p) =>
            new(all * p.RankShare, balanced ? all * p.RankShare : straggler);
    }

    private struct SumSink : IOperatorSink
    {
        public double Seconds;
        public double PeakSeconds;
        public double Flops;
        public double MemoryBytes;
        public double LinkBytes;
        public double Kernels;
        public double AttentionKernels;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(in OperatorCost cost)
        {
            double count = cost.Count;
            Seconds += count * cost.Seconds;
            PeakSeconds += count * cost.PeakSeconds;
            Flops += count * cost.Flops;
            MemoryBytes += count * cost.MemoryBytes;
            LinkBytes += count * cost.LinkBytes;
            Kernels += count * cost.Kernels;
            if (cost.Operator is Operator.AttentionPrefill or Operator.AttentionDecode)
                AttentionKernels += count * cost.Kernels;
        }
    }
}
