namespace Simulator.Models.Costs;

/// <summary>What depends on the contexts in decode-only iterations with one number of rows: either the time of one rank, or the work of all.</summary>
/// <remarks>
/// With the rows fixed, the cost is <c>f(Σ context) + g(Σ min(context, window))</c>, and both are piecewise linear, since attention takes
/// the greater of two linear bounds. A piece ends where, in some kind of layer, the bound changes.
/// </remarks>
internal sealed class DecodeCosts
{
    private const long Beyond = 1L << 30;
    private const long Greatest = 1L << 40;

    private readonly LinearPieces _context;
    private readonly LinearPieces? _window;

    private DecodeCosts(int rows, bool peak, RooflineParameters p, Func<IterationShape, IterationEstimate> part)
    {
        _context = new(Starts(rows, windowed: false, peak, p), sum => part(Rows(rows, sum, 0)));
        if (p.Window == 0)
            return;
        IterationEstimate zero = part(Rows(rows, 0, 0));
        _window = new(Starts(rows, windowed: true, peak, p), sum =>
        {
            IterationEstimate at = part(Rows(rows, 0, sum));
            at.Seconds -= zero.Seconds;
            at.Flops -= zero.Flops;
            at.MemoryBytes -= zero.MemoryBytes;
            at.LinkBytes -= zero.LinkBytes;
            at.Joules -= zero.Joules;
            return at;
        });
    }

    /// <summary>Time of one rank and idle energy of all: of what goes by its sequences, and, when tokens are not padded, by its tokens.</summary>
    public static DecodeCosts TimeOfRank(int rows, bool padded, in RooflineParameters parameters)
    {
        RooflineParameters p = parameters;
        p.Ranks = 1;
        p.RankShare = 1;
        return new(rows, peak: false, p, shape => DecodeParts.Of(shape, p).Time(tokens: !padded, experts: false, sequences: true, p));
    }

    /// <summary>Work of all ranks, of the same operators.</summary>
    public static DecodeCosts WorkOfBatch(int rows, bool padded, in RooflineParameters parameters)
    {
        RooflineParameters p = parameters;
        return new(rows, peak: true, p, shape => DecodeParts.Of(shape, p).Work(tokens: !padded, experts: false, sequences: true, p));
    }

    /// <summary>The line of the sums.</summary>
    /// <param name="context">Σ context.</param>
    /// <param name="rows">What it grows by.</param>
    /// <param name="window">Σ min(context, window).</param>
    /// <param name="growing">What it grows by.</param>
    public DecodeLine Along(long context, int rows, long window, int growing)
    {
        DecodeLine line = _context.Along(context, rows);
        return _window is null ? line : line + _window.Along(window, growing);
    }

    private static IterationShape Rows(int rows, long context, long window) =>
        new() { DecodeRows = rows, EmittedTokens = rows, DecodeContext = context, DecodeWindowContext = window };

    private static long[] Starts(int rows, bool windowed, bool peak, in RooflineParameters p)
    {
        var starts = new SortedSet<long> { 0 };
        for (int kind = 0; kind < p.Kinds; kind++)
        {
            LayerParameters layer = kind switch { 0 => p.Kind0, 1 => p.Kind1, 2 => p.Kind2, _ => p.Kind3 };
            if ((layer.Windowed != 0) != windowed)
                continue;
            double rankRows = rows * p.RankShare, far = Beyond * p.RankShare;
            OperatorCost low = Roofline.AttentionDecode(layer, 0, new(rankRows, rankRows), default, p);
            OperatorCost high = Roofline.AttentionDecode(layer, 0, new(rankRows, rankRows), new(far, far), p);
            double flops = (high.Flops - low.Flops) / Beyond, bytes = (high.MemoryBytes - low.MemoryBytes) / Beyond;
            double perFlop = peak ? p.PeakWideSecondsPerFlop : p.AttentionSecondsPerFlop;
            double perByte = peak ? p.PeakSecondsPerByte : p.AttentionSecondsPerByte;
            starts.Add(Root(low.Flops * perFlop - low.MemoryBytes * perByte, flops * perFlop - bytes * perByte));
        }
        return [.. starts];
    }

    // First whole sum at which a line that has this value at zero is past zero; 0 when there is none worth a piece.
    private static long Root(double atZero, double slope)
    {
        double root = Math.Ceiling(-atZero / slope);
        return root > 0 && root < Greatest ? (long)root : 0;
    }
}

/// <summary>What does not depend on the contexts in decode-only iterations of a number of rows, or of a captured size.</summary>
/// <param name="Time">Time, and idle energy.</param>
/// <param name="Work">Work, and the energy of it.</param>
internal sealed record DecodeShare(IterationCost Time, IterationCost Work)
{
    /// <summary>Experts, and, when tokens are padded to this size, whatever goes by tokens.</summary>
    /// <param name="rows">Captured size; else decode rows of all ranks.</param>
    /// <param name="padded">Whether it is a captured size.</param>
    /// <param name="parameters">Model, plan, device and options, compiled.</param>
    public static DecodeShare Of(int rows, bool padded, in RooflineParameters parameters)
    {
        var shape = new IterationShape { DecodeRows = rows, EmittedTokens = rows, PaddedTokens = padded ? rows : 0 };
        DecodeParts parts = DecodeParts.Of(shape, parameters);
        return new(
            RooflineCostModel.Round(parts.Time(tokens: padded, experts: true, sequences: false, parameters)),
            RooflineCostModel.Round(parts.Work(tokens: padded, experts: true, sequences: false, parameters)));
    }
}

/// <summary>Costs of one number of decode rows: the work of all ranks, the host, and the experts.</summary>
/// <param name="Work">Work that depends on contexts.</param>
/// <param name="Host">Time of the host, and idle energy.</param>
/// <param name="Share">What goes by the rows alone when they are not padded.</param>
internal sealed record DecodeBatchCosts(DecodeCosts Work, IterationCost Host, DecodeShare? Share);

/// <summary>Sums of the operators of a pass, by what they go by: tokens, which may be padded; experts; sequences.</summary>
internal struct DecodeParts : IOperatorSink
{
    private Sums _tokens;
    private Sums _experts;
    private Sums _sequences;

    public static DecodeParts Of(in IterationShape shape, in RooflineParameters parameters)
    {
        DecodeParts parts = default;
        Roofline.Visit(shape, parameters, ref parts);
        return parts;
    }

    public void Add(in OperatorCost cost)
    {
        switch (cost.Operator)
        {
            case Operator.HostSchedule or Operator.HostPrepare or Operator.HostSample or Operator.HostDetokenize:
                break;
            case Operator.Experts:
                _experts.Add(cost);
                break;
            case Operator.AttentionDecode or Operator.ContextMerge or Operator.FinalNorm or Operator.Head or Operator.LogitsGather or Operator.Sampling:
                _sequences.Add(cost);
                break;
            default:
                _tokens.Add(cost);
                break;
        }
    }

    public readonly IterationEstimate Time(bool tokens, bool experts, bool sequences, in RooflineParameters p)
    {
        double seconds = (tokens ? _tokens.Seconds : 0) + (experts ? _experts.Seconds : 0) + (sequences ? _sequences.Seconds : 0);
        return IdleFor(seconds, p);
    }

    public readonly IterationEstimate Work(bool tokens, bool experts, bool sequences, in RooflineParameters p)
    {
        Sums all = default;
        if (tokens) all.Add(_tokens);
        if (experts) all.Add(_experts);
        if (sequences) all.Add(_sequences);
        return new()
        {
            Flops = p.StageDevices * all.Flops,
            MemoryBytes = p.StageDevices * all.MemoryBytes,
            LinkBytes = p.StageDevices * all.LinkBytes,
            Joules = p.StageDevices * p.ActiveWatts * all.PeakSeconds,
        };
    }

    /// <summary>A time, and what the devices take in it however idle.</summary>
    public static IterationEstimate IdleFor(double seconds, in RooflineParameters p) =>
        new() { Seconds = seconds, Joules = p.StageDevices * p.IdleWatts * seconds };

    private struct Sums
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

        public void Add(in Sums other)
        {
            PeakSeconds += other.PeakSeconds;
            Flops += other.Flops;
            MemoryBytes += other.MemoryBytes;
            LinkBytes += other.LinkBytes;
        }
    }
}
