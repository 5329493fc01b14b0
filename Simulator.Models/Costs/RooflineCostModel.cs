using Simulator.Models.Architectures;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Models.Costs;

/// <summary>The roofline of one model under one plan on one device, ready for engines. Safe to share between threads.</summary>
public sealed class RooflineCostModel : ICostModel<RooflineAccumulator>
{
    private readonly RooflineParameters _parameters;
    private readonly RooflineParameters _oneRank;
    private readonly CudaGraphs _graphs;
    private readonly int[] _paddedSizes;
    private readonly double[] _stageLayers;
    private readonly IterationCost[] _launches;
    private readonly GrowingTable<DecodeCosts> _rank;
    private readonly GrowingTable<DecodeCosts> _rankPadded;
    private readonly GrowingTable<DecodeTimes> _size;
    private readonly GrowingTable<DecodeTimes> _copy;
    private readonly GrowingTable<DecodeStages>? _rankStages;
    private readonly GrowingTable<DecodeStages>? _copyStages;
    private readonly GrowingTable<DecodeStages>? _sizeStages;
    private readonly GrowingTable<DecodeBatchCosts> _batch;

    /// <summary>Compiles.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plan">How one replica is spread over devices.</param>
    /// <param name="quantization">Number formats.</param>
    /// <param name="device">The device.</param>
    /// <param name="options">Efficiencies and fixed times; the defaults when null.</param>
    /// <exception cref="ArgumentException">As <see cref="RooflineCompiler.Compile"/>.</exception>
    public RooflineCostModel(
        ModelArchitecture model, ParallelPlan plan, Quantization quantization, Device device, RooflineOptions? options = null)
        : this(
            RooflineCompiler.Compile(model, plan, quantization, device, options),
            (options ?? RooflineOptions.Default).Graphs, RooflineCompiler.LayersOfStages(model, plan))
    {
    }

    /// <summary>A cost model from parameters that are compiled already; every pipeline stage has the same share of every kind of layer.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="graphs">CUDA graphs; the defaults when null. What a launch takes is in the parameters.</param>
    /// <exception cref="ArgumentException">The graphs are unsound.</exception>
    public RooflineCostModel(in RooflineParameters parameters, CudaGraphs? graphs = null)
        : this(parameters, graphs ?? CudaGraphs.Default, EqualStages(parameters))
    {
    }

    private RooflineCostModel(in RooflineParameters parameters, CudaGraphs graphs, double[] stageLayers)
    {
        if (graphs.Validate().ToArray() is { Length: > 0 } faults)
            throw new ArgumentException(string.Join(" ", faults), nameof(graphs));
        _parameters = _oneRank = parameters;
        _oneRank.Ranks = 1;
        _oneRank.RankShare = 1;
        _graphs = graphs;
        _paddedSizes = graphs.PaddedSizes();
        _stageLayers = stageLayers;
        _launches = [.. Enum.GetValues<LaunchMode>().Select(LaunchesOfDecode)];
        _rank = new(rows => DecodeCosts.TimeOfRank(rows, padded: false, this));
        _rankPadded = new(rows => DecodeCosts.TimeOfRank(rows, padded: true, this));
        CopyRanks = RanksOfCopy(_parameters);
        _copy = new(rows => new(DecodeCosts.TimeOfCopy(rows, CopyRanks, _parameters)));
        _batch = new(rows => DecodeBatchCosts.Of(rows, this));
        _size = new(size => new(DecodeCosts.TimeOfSize(size, _parameters)));
        if (_parameters.Stages == 1)
            return;
        _rankStages = new(rows => DecodeStages.Of(new() { DecodeRows = rows, EmittedTokens = rows }, _oneRank));
        _copyStages = new(rows => DecodeStages.Of(new() { DecodeRows = rows, EmittedTokens = rows }, DecodeCosts.OfCopy(CopyRanks, _parameters)));
        _sizeStages = new(size => DecodeStages.Of(new() { DecodeRows = 1, EmittedTokens = 1, PaddedTokens = size }, _parameters));
    }

    /// <summary>The compiled parameters.</summary>
    public ref readonly RooflineParameters Parameters => ref _parameters;

    /// <summary>The parameters for one attention data-parallel rank alone.</summary>
    internal ref readonly RooflineParameters OneRank => ref _oneRank;

    /// <summary>Layers of each kind in each stage, <see cref="RooflineCompiler.MaxKinds"/> numbers a stage.</summary>
    internal ReadOnlySpan<double> StageLayers => _stageLayers;

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

    /// <summary>How an iteration is started, and the size it is padded to; 0 without a graph.</summary>
    /// <param name="tokens">Tokens of the rank with the most.</param>
    /// <param name="decodeOnly">Whether it has decode rows alone.</param>
    internal (LaunchMode Launch, int Size) Choose(int tokens, bool decodeOnly) => _graphs.Choose(tokens, decodeOnly, _paddedSizes);

    /// <summary>Time of a rank with that many decode rows.</summary>
    internal DecodeCosts RankCosts(int rows, bool padded) => padded ? _rankPadded[rows] : _rank[rows];

    /// <summary>Costs of a batch with that many decode rows.</summary>
    internal DecodeBatchCosts BatchCosts(int rows) => _batch[rows];

    /// <summary>Ranks that one copy of the feed-forward serves together; 0 when all it does is a rank's own.</summary>
    internal int CopyRanks { get; }

    /// <summary>Time of a copy of the feed-forward whose ranks have that many decode rows, and idle energy.</summary>
    internal IterationCost CopyCosts(int rows) => _copy[rows].Time;

    /// <summary>Time of what goes by tokens and of copies of the feed-forward at a captured size, and idle energy.</summary>
    internal IterationCost SizeCosts(int size) => _size[size].Time;

    /// <summary>Where the seconds of a decode-only pass fall that go by numbers of rows alone; in plans of several stages.</summary>
    /// <param name="rows">Decode rows of the rank that takes longest.</param>
    /// <param name="size">What they are padded to; 0 for nothing.</param>
    /// <param name="copied">Decode rows of the ranks that its copy of the feed-forward serves, when they are not padded; 0 when it has none.</param>
    internal StageSeconds StagesOfRows(int rows, int size, int copied)
    {
        DecodeStages rank = _rankStages![rows];
        if (size > 0)
            return rank.Sequences + _sizeStages![size].Tokens + _sizeStages[size].Copies;
        StageSeconds own = rank.Sequences + rank.Tokens;
        return copied == 0 ? own : own + _copyStages![copied].Copies;
    }

    /// <summary>Time of the launches of a decode-only iteration, and idle energy.</summary>
    internal IterationCost Launches(LaunchMode mode) => _launches[(int)mode];

    private IterationCost LaunchesOfDecode(LaunchMode mode)
    {
        var shape = new IterationShape { DecodeRows = 1, EmittedTokens = 1, Launch = mode };
        return Round(DecodeCosts.Idle(Roofline.Evaluate(shape, _parameters).LaunchSeconds, _parameters));
    }

    // Unless the plan gives the feed-forward devices of its own, only experts serve more than a rank.
    private static int RanksOfCopy(in RooflineParameters p)
    {
        if (p.FeedForwardCopies > 0)
            return Math.Max(1, (int)(p.Ranks / p.FeedForwardCopies));
        return p.Kind0.Experts + p.Kind1.Experts + p.Kind2.Experts + p.Kind3.Experts > 0 ? p.Ranks : 0;
    }

    private static double[] EqualStages(in RooflineParameters p)
    {
        var layers = new double[p.Stages * RooflineCompiler.MaxKinds];
        int[] counts = [p.Kind0.Count, p.Kind1.Count, p.Kind2.Count, p.Kind3.Count];
        for (int i = 0; i < layers.Length; i++) layers[i] = (double)counts[i % RooflineCompiler.MaxKinds] / p.Stages;
        return layers;
    }
}
