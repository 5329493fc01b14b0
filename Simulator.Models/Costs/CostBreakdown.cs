namespace Simulator.Models.Costs;

/// <summary>One iteration, operator by operator.</summary>
/// <param name="Operators">The operators in the order they run; layers of one kind are taken together.</param>
/// <param name="Total">The cost of the iteration: the sum of its operators.</param>
public sealed record CostBreakdown(IReadOnlyList<OperatorShare> Operators, IterationEstimate Total)
{
    /// <summary>Breaks an iteration down. An overlapped host shows only in what the device waits for it.</summary>
    /// <param name="shape">What it computes.</param>
    /// <param name="parameters">Model, plan, device and options, compiled.</param>
    public static CostBreakdown Of(in IterationShape shape, in RooflineParameters parameters)
    {
        var sink = new Collector(parameters.StageDevices);
        Roofline.Visit(shape, parameters, ref sink);
        IterationEstimate total = Roofline.Evaluate(shape, parameters);
        double waits = WaitSeconds(shape, total, parameters);
        if (waits > 0)
        {
            var wait = new OperatorCost { Operator = Operator.HostWait, LayerKind = -1, Count = 1, Seconds = waits, Bound = Bound.Host };
            sink.Add(wait);
        }
        return new(sink.Operators, total);
    }

    /// <summary>For how long the device waits for the host.</summary>
    /// <param name="shape">What the iteration computes.</param>
    /// <param name="total">What it takes.</param>
    /// <param name="parameters">Model, plan, device and options, compiled.</param>
    internal static double WaitSeconds(in IterationShape shape, in IterationEstimate total, in RooflineParameters parameters)
    {
        double host = parameters.HostOverlapped != 0 ? total.HostSeconds + total.LaunchSeconds : total.LaunchSeconds;
        return Math.Max(0, host - total.DeviceSeconds) + Roofline.ExposedSeconds((double)shape.DecodeRows + shape.PrefillRows, parameters);
    }

    private readonly struct Collector(double devices) : IOperatorSink
    {
        public List<OperatorShare> Operators { get; } = [];

        public void Add(in OperatorCost cost)
        {
            double everywhere = devices * cost.Count;
            Operators.Add(new(
                cost.Operator, cost.LayerKind, cost.Count, everywhere * cost.Flops, everywhere * cost.MemoryBytes,
                everywhere * cost.LinkBytes, cost.Count * cost.Seconds, cost.Bound));
        }
    }
}

/// <summary>What all runs of one operator take in one iteration.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="LayerKind">Index of the layer kind, from 0; −1 for operators outside the layers.</param>
/// <param name="Count">How many times it runs, one after the other: the layers of the kind.</param>
/// <param name="Flops">Floating-point operations of all runs on all devices.</param>
/// <param name="MemoryBytes">Bytes to and from device memory, all runs, all devices.</param>
/// <param name="LinkBytes">Bytes sent over links, all runs, all devices.</param>
/// <param name="Seconds">Time of all runs, seconds.</param>
/// <param name="Bound">What the greatest part of the time goes to.</param>
public sealed record OperatorShare(
    Operator Operator, int LayerKind, int Count, double Flops, double MemoryBytes, double LinkBytes, double Seconds, Bound Bound);
