namespace Simulator.Models.Costs;

/// <summary>Cost of one iteration from first principles: every operator takes a fixed time and as long as its tightest resource, at a stated share of the peak.</summary>
/// <remarks>
/// <para>
/// A kernel on one device takes <c>fixed time + max(FLOPs ÷ (peak · efficiency), bytes ÷ (bandwidth · efficiency))</c>;
/// a collective takes <c>α + β · rows</c>. Operators run one after the other. Rows, experts and layers are balanced
/// over the devices. FLOPs and bytes are counted over all devices.
/// </para>
/// <para>
/// Energy is charged for the devices of one pipeline stage at a time, the others being busy with other micro-batches:
/// <c>devices · (idle watts · seconds + (full − idle watts) · Σ peak seconds)</c>, where the peak seconds of an
/// operator are what its FLOPs or its bytes need at the physical peak, whichever is longer. Waiting devices are charged
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
        SumSink first = default, layers = default, transfer = default, last = default;
        VisitEmbedding(shape, parameters, ref first);
        VisitLayers(shape, parameters, ref layers);
        VisitTransfer(shape, parameters, ref transfer);
        VisitHead(shape, parameters, ref last);

        OperatorCost host = Host(shape, parameters);
        double device = first.Seconds + layers.Seconds + transfer.Seconds + last.Seconds;
        double peak = first.PeakSeconds + layers.PeakSeconds + transfer.PeakSeconds + last.PeakSeconds;
        estimate.HostSeconds = host.Seconds;
        estimate.Seconds = host.Seconds + device;
        estimate.StageSeconds = estimate.Seconds;
        if (parameters.Stages > 1)
        {
            double hop = transfer.Seconds / (parameters.Stages - 1);
            estimate.StageSeconds = host.Seconds + Math.Max(
                first.Seconds + layers.Seconds * parameters.LargestStageShare + hop,
                layers.Seconds * parameters.LastStageShare + last.Seconds);
        }
        estimate.Flops = parameters.StageDevices * (first.Flops + layers.Flops + last.Flops);
        estimate.MemoryBytes = parameters.StageDevices * (first.MemoryBytes + layers.MemoryBytes + last.MemoryBytes);
        estimate.LinkBytes = parameters.StageDevices * (first.LinkBytes + layers.LinkBytes + transfer.LinkBytes + last.LinkBytes);
        estimate.Joules = parameters.StageDevices * (parameters.IdleWatts * estimate.Seconds + parameters.ActiveWatts * peak);
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
        sink.Add(Host(shape, parameters));
        VisitEmbedding(shape, parameters, ref sink);
        VisitLayers(shape, parameters, ref sink);
        VisitTransfer(shape, parameters, ref sink);
        VisitHead(shape, parameters, ref sink);
    }

    /// <summary>Attention of the decode rows in one layer: the one operator whose cost changes while a batch only decodes.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="kind">Index of its kind.</param>
    /// <param name="rows">Decode rows of one data-parallel rank.</param>
    /// <param name="context">Tokens that they look back on, summed.</param>
    /// <param name="parameters">Model, plan, device and options, compiled.</param>
    internal static OperatorCost AttentionDecode(
        in LayerParameters layer, int kind, double rows, double context, in RooflineParameters parameters) => Attention(
            Operator.AttentionDecode, kind, layer.Count,
            (context + rows) * layer.DecodeFlopsPerContextToken + rows * layer.StateFlopsPerToken,
            (context + rows) * layer.DecodeBytesPerContextToken + rows * (layer.QueryBytesPerToken + layer.StateBytesPerSequence),
            parameters);

    private static void VisitEmbedding<TSink>(in IterationShape shape, in RooflineParameters p, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        double rows = ((double)shape.DecodeRows + shape.PrefillTokens) * p.RankShare;
        sink.Add(Elementwise(Operator.Embedding, -1, 1, 1, rows * p.EmbeddingBytesPerToken, p));
        if (p.HiddenReduce.SecondsPerRow > 0)
            sink.Add(Communicate(Operator.EmbeddingAllReduce, -1, 1, p.HiddenReduce, rows));
    }

    private static void VisitLayers<TSink>(in IterationShape shape, in RooflineParameters p, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        VisitLayer(shape, p, p.Kind0, 0, ref sink);
        if (p.Kinds > 1)
            VisitLayer(shape, p, p.Kind1, 1, ref sink);
        if (p.Kinds > 2)
            VisitLayer(shape, p, p.Kind2, 2, ref sink);
        if (p.Kinds > 3)
            VisitLayer(shape, p, p.Kind3, 3, ref sink);
    }

    private static void VisitLayer<TSink>(in IterationShape shape, in RooflineParameters p, in LayerParameters layer, int kind, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        int tokens = shape.DecodeRows + shape.PrefillTokens;
        double rows = tokens * p.RankShare;
        int count = layer.Count;

        sink.Add(Elementwise(Operator.Normalization, kind, count, 2, rows * layer.NormBytesPerToken, p));
        sink.Add(Matrix(Operator.InputProjection, kind, count, layer.Input, rows, p));
        if (layer.QueryUp.WeightBytes > 0)
            sink.Add(Matrix(Operator.QueryUpProjection, kind, count, layer.QueryUp, rows, p));
        if (layer.KeyValueUp.WeightBytes > 0)
            sink.Add(Matrix(Operator.KeyValueUpProjection, kind, count, layer.KeyValueUp, rows + shape.PrefillContext * p.RankShare, p));
        sink.Add(Elementwise(Operator.KeyValueWrite, kind, count, 2, rows * layer.CacheWriteBytesPerToken, p));
        if (shape.PrefillRows > 0)
            sink.Add(AttentionPrefill(shape, layer, kind, p));
        if (shape.DecodeRows > 0)
        {
            long context = layer.Windowed != 0 ? shape.DecodeWindowContext : shape.DecodeContext;
            sink.Add(AttentionDecode(layer, kind, shape.DecodeRows * p.RankShare, context * p.RankShare, p));
        }
        sink.Add(Matrix(Operator.OutputProjection, kind, count, layer.Output, rows, p));
        if (p.HiddenReduce.SecondsPerRow > 0)
            sink.Add(Communicate(Operator.AttentionAllReduce, kind, count, p.HiddenReduce, rows));

        if (layer.Experts > 0)
        {
            sink.Add(Roof(
                Operator.Router, kind, count, rows * layer.Router.FlopsPerRow, layer.Router.WeightBytes + rows * layer.Router.BytesPerRow,
                p.WideMatrixSecondsPerFlop, p.MatrixSecondsPerByte, p.PeakWideSecondsPerFlop, p.PeakSecondsPerByte, p.MatrixKernelSeconds + p.ElementwiseKernelSeconds));
            if (layer.Dispatch.SecondsPerRow > 0)
                sink.Add(Communicate(Operator.ExpertDispatch, kind, count, layer.Dispatch, rows));
            sink.Add(Experts(layer, kind, tokens, p));
            if (layer.Combine.SecondsPerRow > 0)
                sink.Add(Communicate(Operator.ExpertCombine, kind, count, layer.Combine, rows));
        }
        if (layer.GateUp.WeightBytes > 0)
        {
            sink.Add(Matrix(Operator.GateUpProjection, kind, count, layer.GateUp, rows, p));
            sink.Add(Elementwise(Operator.Activation, kind, count, 1, rows * layer.ActivationBytesPerToken, p));
            sink.Add(Matrix(Operator.DownProjection, kind, count, layer.Down, rows, p));
        }
        if (layer.FeedForwardReduce.SecondsPerRow > 0)
            sink.Add(Communicate(Operator.FeedForwardAllReduce, kind, count, layer.FeedForwardReduce, rows));
    }

    private static void VisitTransfer<TSink>(in IterationShape shape, in RooflineParameters p, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        if (p.Stages > 1)
        {
            double rows = ((double)shape.DecodeRows + shape.PrefillTokens) * p.RankShare;
            sink.Add(Communicate(Operator.StageTransfer, -1, p.Stages - 1, p.StageTransfer, rows));
        }
    }

    private static void VisitHead<TSink>(in IterationShape shape, in RooflineParameters p, ref TSink sink)
        where TSink : struct, IOperatorSink
    {
        if (shape.EmittedTokens == 0)
            return;
        double rows = shape.EmittedTokens * p.RankShare;
        sink.Add(Elementwise(Operator.FinalNorm, -1, 1, 1, rows * p.FinalNormBytesPerToken, p));
        sink.Add(Roof(
            Operator.Head, -1, 1, rows * p.Head.FlopsPerRow, p.Head.WeightBytes + rows * p.Head.BytesPerRow,
            p.WideMatrixSecondsPerFlop, p.MatrixSecondsPerByte, p.PeakWideSecondsPerFlop, p.PeakSecondsPerByte, p.MatrixKernelSeconds));
        if (p.LogitsGather.SecondsPerRow > 0)
            sink.Add(Communicate(Operator.LogitsGather, -1, 1, p.LogitsGather, rows));
        sink.Add(Elementwise(Operator.Sampling, -1, 1, 2, rows * p.SamplingBytesPerToken, p));
    }

    private static OperatorCost Host(in IterationShape shape, in RooflineParameters p) => new()
    {
        Operator = Operator.Host,
        LayerKind = -1,
        Count = 1,
        Seconds = p.HostSecondsPerIteration + ((double)shape.DecodeRows + shape.PrefillRows) * p.HostSecondsPerSequence,
        Bound = Bound.Host,
    };

    // A windowed prefill row reads no more cached tokens than the window, whatever its context.
    private static OperatorCost AttentionPrefill(in IterationShape shape, in LayerParameters layer, int kind, in RooflineParameters p)
    {
        double pairs = shape.PrefillPairs;
        double context = shape.PrefillContext;
        if (layer.Windowed != 0)
        {
            pairs = shape.PrefillWindowPairs;
            context = Math.Min(context, (double)shape.PrefillRows * p.Window);
        }
        double tokens = shape.PrefillTokens * p.RankShare;
        return Attention(
            Operator.AttentionPrefill, kind, layer.Count,
            pairs * p.RankShare * layer.PrefillFlopsPerPair + tokens * layer.StateFlopsPerToken,
            (context * p.RankShare + tokens) * layer.PrefillBytesPerContextToken
                + tokens * layer.QueryBytesPerToken + shape.PrefillRows * p.RankShare * layer.StateBytesPerSequence,
            p);
    }

    // Balanced routing: n tokens that choose k of E experts each touch E·(1 − (1 − k/E)ⁿ) of them. Time is set by the device with the
    // most, which has at least one. Two matrix products, between a sort by expert, the activation and a sum.
    private static OperatorCost Experts(in LayerParameters layer, int kind, int tokens, in RooflineParameters p)
    {
        double touched = layer.LocalExperts * (1 - Power(layer.ExpertMiss, tokens));
        double busiest = Math.Max(touched, Math.Min(1, layer.LocalExperts));
        double activations = tokens * layer.ExpertBytesPerToken;
        OperatorCost cost = Roof(
            Operator.Experts, kind, layer.Count, tokens * layer.ExpertFlopsPerToken, busiest * layer.ExpertBytes + activations,
            p.MatrixSecondsPerFlop, p.MatrixSecondsPerByte, p.PeakMatrixSecondsPerFlop, p.PeakSecondsPerByte,
            2 * p.MatrixKernelSeconds + 3 * p.ElementwiseKernelSeconds);
        cost.MemoryBytes = touched * layer.ExpertBytes + activations;
        cost.PeakSeconds = Math.Max(cost.Flops * p.PeakMatrixSecondsPerFlop, cost.MemoryBytes * p.PeakSecondsPerByte);
        return cost;
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

    private static OperatorCost Matrix(Operator op, int kind, int count, in MatrixProduct matrix, double rows, in RooflineParameters p) => Roof(
        op, kind, count, rows * matrix.FlopsPerRow, matrix.WeightBytes + rows * matrix.BytesPerRow,
        p.MatrixSecondsPerFlop, p.MatrixSecondsPerByte, p.PeakMatrixSecondsPerFlop, p.PeakSecondsPerByte, p.MatrixKernelSeconds);

    private static OperatorCost Attention(Operator op, int kind, int count, double flops, double bytes, in RooflineParameters p) => Roof(
        op, kind, count, flops, bytes,
        p.AttentionSecondsPerFlop, p.AttentionSecondsPerByte, p.PeakWideSecondsPerFlop, p.PeakSecondsPerByte, p.AttentionKernelSeconds);

    private static OperatorCost Elementwise(Operator op, int kind, int count, int kernels, double bytes, in RooflineParameters p) => Roof(
        op, kind, count, 0, bytes, 0, p.ElementwiseSecondsPerByte, 0, p.PeakSecondsPerByte, kernels * p.ElementwiseKernelSeconds);

    private static OperatorCost Roof(
        Operator op, int kind, int count, double flops, double bytes,
        double secondsPerFlop, double secondsPerByte, double peakSecondsPerFlop, double peakSecondsPerByte, double fixedSeconds)
    {
        double compute = flops * secondsPerFlop;
        double memory = bytes * secondsPerByte;
        double seconds = Math.Max(compute, memory);
        return new()
        {
            Operator = op,
            LayerKind = kind,
            Count = count,
            Flops = flops,
            MemoryBytes = bytes,
            Seconds = fixedSeconds + seconds,
            PeakSeconds = Math.Max(flops * peakSecondsPerFlop, bytes * peakSecondsPerByte),
            Bound = seconds < fixedSeconds ? Bound.Launch : compute > memory ? Bound.Compute : Bound.Memory,
        };
    }

    private static OperatorCost Communicate(Operator op, int kind, int count, in Communication communication, double rows) => new()
    {
        Operator = op,
        LayerKind = kind,
        Count = count,
        LinkBytes = rows * communication.LinkBytesPerRow,
        Seconds = communication.Latency + rows * communication.SecondsPerRow,
        Bound = Bound.Link,
    };

    private struct SumSink : IOperatorSink
    {
        public double Seconds;
        public double PeakSeconds;
        public double Flops;
        public double MemoryBytes;
        public double LinkBytes;

        public void Add(in OperatorCost cost)
        {
            Seconds += cost.Count * cost.Seconds;
            PeakSeconds += cost.Count * cost.PeakSeconds;
            Flops += cost.Count * cost.Flops;
            MemoryBytes += cost.Count * cost.MemoryBytes;
            LinkBytes += cost.Count * cost.LinkBytes;
        }
    }
}
