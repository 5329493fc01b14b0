using Simulator.Models.Costs.Profiles;

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

    private DecodeCosts(int rows, bool peak, in RooflineParameters p, Func<IterationShape, IterationEstimate> part)
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

    /// <summary>Time of one rank, and idle energy of all: of what goes by its sequences, and, when tokens are not padded, by its tokens.</summary>
    public static DecodeCosts TimeOfRank(int rows, bool padded, RooflineCostModel model) => new(rows, peak: false, model.OneRank, shape =>
    {
        DecodeSeconds seconds = DecodeSeconds.Of(shape, model.OneRank);
        return Idle(seconds.Sequences + (padded ? 0 : seconds.Tokens), model.OneRank);
    });

    /// <summary>Work of all ranks, and the energy of it.</summary>
    public static DecodeCosts WorkOfBatch(int rows, RooflineCostModel model) => new(rows, peak: true, model.Parameters, shape =>
    {
        IterationEstimate work = Roofline.Evaluate(shape, model.Parameters);
        work.Joules -= Idle(work.Seconds, model.Parameters).Joules;
        work.Seconds = 0;
        return work;
    });

    /// <summary>Time of what a copy of the feed-forward does for all its ranks, not padded, and idle energy.</summary>
    /// <param name="rows">Decode rows of the ranks that it serves.</param>
    /// <param name="ranks">How many these are.</param>
    /// <param name="parameters">Model, plan, device and options, compiled.</param>
    public static IterationCost TimeOfCopy(int rows, int ranks, in RooflineParameters parameters)
    {
        RooflineParameters p = OfCopy(ranks, parameters);
        return RooflineCostModel.Round(Idle(DecodeSeconds.Of(new IterationShape { DecodeRows = rows, EmittedTokens = rows }, p).Copies, p));
    }

    /// <summary>The parameters for the ranks of one copy of the feed-forward alone.</summary>
    public static RooflineParameters OfCopy(int ranks, in RooflineParameters parameters)
    {
        RooflineParameters p = parameters;
        p.FeedForwardCopies = p.FeedForwardCopies * ranks / p.Ranks;
        p.Ranks = ranks;
        p.RankShare = 1.0 / ranks;
        return p;
    }

    /// <summary>Time of what goes by tokens, padded to a captured size, and of copies of the feed-forward; and idle energy.</summary>
    public static IterationCost TimeOfSize(int size, in RooflineParameters parameters)
    {
        DecodeSeconds seconds = DecodeSeconds.Of(new IterationShape { DecodeRows = 1, EmittedTokens = 1, PaddedTokens = size }, parameters);
        return RooflineCostModel.Round(Idle(seconds.Tokens + seconds.Copies, parameters));
    }

    /// <summary>A time, and what the devices take in it however idle.</summary>
    public static IterationEstimate Idle(double seconds, in RooflineParameters p) =>
        new() { Seconds = seconds, Joules = p.StageDevices * p.IdleWatts * seconds };

    /// <summary>The line of the times of a rank.</summary>
    /// <param name="context">Σ context.</param>
    /// <param name="rows">What it grows by.</param>
    /// <param name="ring">Σ min(context, window); null without a window.</param>
    public TimeLine Times(long context, int rows, WindowRing? ring)
    {
        TimeLine line = new() { Iterations = long.MaxValue };
        _context.AddTimes(context, rows, ref line);
        if (ring is not null)
            _window!.AddTimes(ring.Sum, ring.Growing, ref line);
        return line;
    }

    /// <summary>Adds the work of all ranks.</summary>
    /// <param name="context">Σ context.</param>
    /// <param name="rows">What it grows by.</param>
    /// <param name="window">Σ min(context, window).</param>
    /// <param name="growing">What it grows by.</param>
    /// <param name="first">The first iteration.</param>
    /// <param name="increment">What each further one costs more.</param>
    /// <param name="iterations">Iterations that the line holds for.</param>
    public void AddWork(
        long context, int rows, long window, int growing, ref IterationCost first, ref IterationCost increment, ref long iterations)
    {
        _context.Add(context, rows, ref first, ref increment, ref iterations);
        _window?.Add(window, growing, ref first, ref increment, ref iterations);
    }

    private static IterationShape Rows(int rows, long context, long window) =>
        new() { DecodeRows = rows, EmittedTokens = rows, DecodeContext = context, DecodeWindowContext = window };

    private static long[] Starts(int rows, bool windowed, bool peak, in RooflineParameters p)
    {
        var starts = new SortedSet<long> { 0 };
        for (int kind = 0; kind < p.Kinds; kind++)
        {
            ref readonly LayerParameters layer = ref Kind(p, kind);
            if ((layer.Windowed != 0) != windowed)
                continue;
            AddKinks(layer, rows * p.RankShare, peak, p, starts);
        }
        return [.. starts];
    }

    /// <summary>The layers of a kind.</summary>
    public static ref readonly LayerParameters Kind(in RooflineParameters p, int kind)
    {
        switch (kind)
        {
            case 0: return ref p.Kind0;
            case 1: return ref p.Kind1;
            case 2: return ref p.Kind2;
            default: return ref p.Kind3;
        }
    }

    // Where the time, or the time at the peak, of one layer changes its slope.
    private static void AddKinks(in LayerParameters layer, double rows, bool peak, in RooflineParameters p, SortedSet<long> starts)
    {
        double far = Beyond * p.RankShare;
        OperatorCost low = Roofline.AttentionDecode(layer, 0, new(rows, rows), default, p);
        OperatorCost high = Roofline.AttentionDecode(layer, 0, new(rows, rows), new(far, far), p);
        double flops = (high.Flops - low.Flops) / Beyond, bytes = (high.MemoryBytes - low.MemoryBytes) / Beyond;
        DecodeTime time = layer.Decode;
        double perFlop = peak ? p.PeakWideSecondsPerFlop : time.SecondsPerFlop;
        double perByte = peak ? p.PeakSecondsPerByte : time.SecondsPerByte;
        long bound = Root(low.Flops * perFlop - low.MemoryBytes * perByte, flops * perFlop - bytes * perByte);
        starts.Add(bound);
        if (peak)
            return;
        double keys = rows * p.ContextShare, growth = p.RankShare * p.ContextShare;
        long[] ends =
        [
            bound,
            Root(keys * time.RampSecondsPerKey - time.RampSeconds, growth * time.RampSecondsPerKey),
            Root(keys * time.WalkSecondsPerKey - time.WalkSeconds, growth * time.WalkSecondsPerKey),
            0, 2 * Greatest,
        ];
        Array.Sort(ends);
        double Reading(double sum) => time.ReadingSeconds(low.Flops + sum * flops, low.MemoryBytes + sum * bytes, keys + sum * growth);
        double latency = time.LatencySeconds(rows);
        for (int i = 0; i + 1 < ends.Length; i++)
        {
            if (ends[i + 1] == ends[i])
                continue;
            starts.Add(ends[i]);
            double from = Reading(ends[i]), slope = (Reading(ends[i + 1]) - from) / (ends[i + 1] - ends[i]);
            foreach (double level in (ReadOnlySpan<double>)[latency * DecodeTime.Corner, latency / DecodeTime.Corner])
            {
                long root = Root(from - level, slope);
                if (root > 0 && ends[i] + root < ends[i + 1])
                    starts.Add(ends[i] + root);
            }
        }
    }

    // First whole sum at which a line that has this value at zero is past zero; 0 when there is none worth a piece.
    private static long Root(double atZero, double slope)
    {
        double root = Math.Ceiling(-atZero / slope);
        return root > 0 && root < Greatest ? (long)root : 0;
    }
}

/// <summary>Costs of one number of decode rows.</summary>
/// <param name="Work">Work of all ranks.</param>
/// <param name="Host">Time of the host, and idle energy.</param>
/// <param name="Exposed">Time that overlapping leaves between two iterations, and idle energy.</param>
internal sealed record DecodeBatchCosts(DecodeCosts Work, IterationCost Host, IterationCost Exposed)
{
    public static DecodeBatchCosts Of(int rows, RooflineCostModel model)
    {
        ref readonly RooflineParameters p = ref model.Parameters;
        var shape = new IterationShape { DecodeRows = rows, EmittedTokens = rows };
        return new(
            DecodeCosts.WorkOfBatch(rows, model),
            RooflineCostModel.Round(DecodeCosts.Idle(Roofline.Evaluate(shape, p).HostSeconds, p)),
            RooflineCostModel.Round(DecodeCosts.Idle(Roofline.ExposedSeconds(rows, p), p)));
    }
}

/// <summary>What goes by one number of rows, whatever the contexts.</summary>
/// <param name="Time">Time, and idle energy.</param>
internal sealed record DecodeTimes(IterationCost Time);

/// <summary>
/// Seconds of the operators of a pass, by what they go by: tokens of a rank, which may be padded; tokens that a copy of the feed-forward serves, which
/// may be padded too; sequences.
/// </summary>
internal struct DecodeSeconds : IOperatorSink
{
    private bool _copied;

    public double Tokens { get; private set; }

    public double Copies { get; private set; }

    public double Sequences { get; private set; }

    public static DecodeSeconds Of(in IterationShape shape, in RooflineParameters parameters)
    {
        DecodeSeconds seconds = new() { _copied = parameters.FeedForwardCopies != 0 };
        Roofline.Visit(shape, parameters, ref seconds);
        return seconds;
    }

    public void Add(in OperatorCost cost)
    {
        double seconds = cost.Count * cost.Seconds;
        switch (PartOf(cost.Operator, _copied))
        {
            case DecodePart.Tokens: Tokens += seconds; break;
            case DecodePart.Copies: Copies += seconds; break;
            case DecodePart.Sequences: Sequences += seconds; break;
            default: break;
        }
    }

    /// <summary>What an operator goes by.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="copied">Whether the feed-forward has copies on devices of its own.</param>
    public static DecodePart PartOf(Operator op, bool copied) => op switch
    {
        Operator.HostSchedule or Operator.HostPrepare or Operator.HostSample or Operator.HostDetokenize => DecodePart.Host,
        Operator.Experts => DecodePart.Copies,
        Operator.GateUpProjection or Operator.Activation or Operator.DownProjection or Operator.FeedForwardGather or Operator.FeedForwardScatter
            when copied => DecodePart.Copies,
        Operator.AttentionDecode or Operator.ContextMerge or Operator.FinalNorm or Operator.Head or Operator.LogitsGather or Operator.Sampling =>
            DecodePart.Sequences,
        _ => DecodePart.Tokens,
    };
}

/// <summary>What the time of an operator goes by while a batch only decodes.</summary>
internal enum DecodePart
{
    /// <summary>All sequences.</summary>
    Host,

    /// <summary>Tokens of a rank, which may be padded.</summary>
    Tokens,

    /// <summary>Tokens that a copy of the feed-forward serves, which may be padded.</summary>
    Copies,

    /// <summary>Sequences of a rank.</summary>
    Sequences,
}
