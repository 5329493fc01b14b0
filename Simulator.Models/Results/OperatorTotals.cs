using System.Text.Json;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Engines;

namespace Simulator.Models.Results;

/// <summary>Time and energy of the operators of a pool over a run.</summary>
/// <remarks>
/// A stretch of iterations is broken down as its middle one is, since the cost of a stretch is linear in its contexts, and the parts are
/// scaled to what the stretch took. Sums are of floating-point numbers, so stepping through a stretch may change their last digits.
/// </remarks>
internal sealed class OperatorTotals(PoolSpec pool, RooflineCostModel costs)
{
    private const double UnitsPerSecond = 1e9 * IterationCost.TimeUnitsPerNanosecond;

    private static readonly string[] Names = [.. Enum.GetNames<Operator>().Select(JsonNamingPolicy.CamelCase.ConvertName)];

    private readonly double[] _seconds = new double[Names.Length];
    private readonly double[] _joules = new double[Names.Length];
    private readonly double[] _nowSeconds = new double[Names.Length];
    private readonly double[] _nowJoules = new double[Names.Length];
    private double _pipelineSeconds;

    /// <summary>Adds the iterations of a plan that ran, before its slot moves past them.</summary>
    /// <param name="shape">What the first of them computes, decode rows included.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="ran">Iterations that ran.</param>
    public void Add(IterationShape shape, BatchSlot slot, int ran)
    {
        ref readonly RooflineParameters parameters = ref costs.Parameters;
        Array.Clear(_nowSeconds);
        Array.Clear(_nowJoules);
        shape = slot.DecodesRun ? InTheMiddle(shape, ran) : WithoutDecodes(shape);
        Sink sink = new(_nowSeconds, _nowJoules, parameters.IdleWatts, parameters.ActiveWatts);
        Roofline.Visit(shape, parameters, ref sink);
        double waits = CostBreakdown.WaitSeconds(shape, Roofline.Evaluate(shape, parameters), parameters);
        _nowSeconds[(int)Operator.HostWait] += waits;
        _nowJoules[(int)Operator.HostWait] += parameters.IdleWatts * waits;

        IterationCost cost = slot.Costs.Sum(ran);
        double seconds = _nowSeconds.Sum(), joules = _nowJoules.Sum();
        double ofSeconds = seconds > 0 ? cost.Time / UnitsPerSecond / seconds : 0, ofJoules = joules > 0 ? cost.Nanojoules / 1e9 / joules : 0;
        for (int i = 0; i < Names.Length; i++)
        {
            _seconds[i] += _nowSeconds[i] * ofSeconds;
            _joules[i] += _nowJoules[i] * ofJoules;
        }
        _pipelineSeconds += (slot.Duration(ran) - cost.Time) / UnitsPerSecond;
    }

    /// <summary>The operators that ran, in the order of <see cref="Operator"/>, then what is left of the devices' time.</summary>
    /// <param name="replicas">The replicas of the pool.</param>
    /// <param name="seconds">Length of the run.</param>
    public IEnumerable<OperatorUse> Result(IReadOnlyList<ReplicaSummary> replicas, double seconds)
    {
        double stageDevices = (double)pool.Plan.Devices / pool.Plan.Pipeline;
        double all = replicas.Count * pool.Plan.Devices * seconds, idle = all, joules = replicas.Sum(replica => replica.EnergyJoules), idleJoules = joules;
        for (int i = 0; i < Names.Length; i++)
        {
            if (_seconds[i] <= 0) continue;
            idle -= _seconds[i] * stageDevices;
            idleJoules -= _joules[i];
            yield return new(pool.Name, Names[i], _seconds[i] * stageDevices, _joules[i]);
        }
        if (_pipelineSeconds > 0) yield return new(pool.Name, "pipelineWait", _pipelineSeconds * stageDevices, 0);
        yield return new(pool.Name, "idle", Rest(idle - _pipelineSeconds * stageDevices, all), Rest(idleJoules, joules));
    }

    private static IterationShape InTheMiddle(IterationShape shape, int ran)
    {
        if (ran == 1) return shape;
        long more = (long)shape.DecodeRows * (ran - 1) / 2;
        if (shape.DecodeWindowContext == shape.DecodeContext) shape.DecodeWindowContext += more;
        shape.DecodeContext += more;
        return shape;
    }

    private static IterationShape WithoutDecodes(IterationShape shape)
    {
        shape.EmittedTokens -= shape.DecodeRows;
        (shape.DecodeRows, shape.DecodeContext, shape.DecodeWindowContext, shape.Straggler) = (0, 0, 0, default);
        return shape;
    }

    // What is left of a sum when all its parts are taken away is digits, not idleness.
    private static double Rest(double left, double all) => left > 1e-9 * all ? left : 0;

    private readonly struct Sink(double[] seconds, double[] joules, double idleWatts, double activeWatts) : IOperatorSink
    {
        public void Add(in OperatorCost cost)
        {
            seconds[(int)cost.Operator] += cost.Count * cost.Seconds;
            joules[(int)cost.Operator] += cost.Count * (idleWatts * cost.Seconds + activeWatts * cost.PeakSeconds);
        }
    }
}
