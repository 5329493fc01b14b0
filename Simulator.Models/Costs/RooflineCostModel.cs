using Simulator.Models.Architectures;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Models.Costs;

/// <summary>The roofline of one model under one plan on one device, ready for engines. Safe to share between threads.</summary>
public sealed class RooflineCostModel : ICostModel<RooflineAccumulator>
{
    private readonly RooflineParameters _parameters;
    private readonly Lock _grow = new();
    private DecodeCosts?[] _decode = new DecodeCosts?[257];

    /// <summary>Compiles.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plan">How one replica is spread over devices.</param>
    /// <param name="quantization">Number formats.</param>
    /// <param name="device">The device.</param>
    /// <param name="options">Efficiencies and fixed times; the defaults when null.</param>
    /// <exception cref="ArgumentException">As <see cref="RooflineCompiler.Compile"/>.</exception>
    public RooflineCostModel(
        ModelArchitecture model, ParallelPlan plan, Quantization quantization, Device device, RooflineOptions? options = null)
        : this(RooflineCompiler.Compile(model, plan, quantization, device, options))
    {
    }

    /// <summary>A cost model from parameters that are compiled already.</summary>
    /// <param name="parameters">The parameters.</param>
    public RooflineCostModel(in RooflineParameters parameters) => _parameters = parameters;

    /// <summary>The compiled parameters.</summary>
    public ref readonly RooflineParameters Parameters => ref _parameters;

    /// <inheritdoc/>
    public RooflineAccumulator CreateAccumulator() => new(this);

    /// <summary>Cost of one iteration, smooth.</summary>
    /// <param name="shape">What it computes.</param>
    public IterationEstimate Evaluate(in IterationShape shape) => Roofline.Evaluate(shape, _parameters);

    /// <summary>Cost of one iteration, operator by operator.</summary>
    /// <param name="shape">What it computes.</param>
    public CostBreakdown Explain(in IterationShape shape) => CostBreakdown.Of(shape, _parameters);

    /// <summary>An estimate in the integer units of <see cref="IterationCost"/>, rounded to nearest.</summary>
    /// <param name="estimate">The estimate.</param>
    /// <exception cref="OverflowException">A part is out of range: a time above 39 hours, or more than 9.2·10¹⁸ of the rest.</exception>
    public static IterationCost Round(in IterationEstimate estimate) => new(
        checked((long)Math.Round(estimate.Seconds * (1e9 * IterationCost.TimeUnitsPerNanosecond))),
        checked((long)Math.Round(estimate.Flops)),
        checked((long)Math.Round(estimate.MemoryBytes)),
        checked((long)Math.Round(estimate.LinkBytes)),
        checked((long)Math.Round(estimate.Joules * 1e9)));

    /// <summary>Costs of decode-only iterations with that many rows: compiled once, then shared by every accumulator.</summary>
    internal DecodeCosts DecodeCosts(int rows)
    {
        DecodeCosts?[] table = Volatile.Read(ref _decode);
        return rows < table.Length && Volatile.Read(ref table[rows]) is { } costs ? costs : Compile(rows);
    }

    private DecodeCosts Compile(int rows)
    {
        var costs = new DecodeCosts(rows, _parameters);
        lock (_grow)
        {
            if (rows >= _decode.Length)
            {
                DecodeCosts?[] larger = _decode;
                Array.Resize(ref larger, Math.Max(rows + 1, 2 * larger.Length));
                Volatile.Write(ref _decode, larger);
            }
            Volatile.Write(ref _decode[rows], costs);
        }
        return costs;
    }
}
