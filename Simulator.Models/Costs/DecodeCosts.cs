namespace Simulator.Models.Costs;

/// <summary>Costs of decode-only iterations with one number of rows: linear pieces with integer coefficients.</summary>
/// <remarks>
/// With the rows fixed, the cost is <c>f(Σ context) + g(Σ min(context, window))</c>, and both are piecewise linear, since attention takes the greater
/// of two linear bounds. Each piece is held as an integer base and an integer slope; so equal sums give equal integers, whether
/// they were reached in one step or in many (invariant 7).
/// </remarks>
internal sealed class DecodeCosts
{
    private const long Beyond = 1L << 30;
    private const long Greatest = 1L << 40;

    private readonly Piece[] _context;
    private readonly Piece[] _window;

    public DecodeCosts(int rows, in RooflineParameters parameters)
    {
        _context = Compile(rows, windowed: false, parameters);
        _window = parameters.Window > 0 ? Compile(rows, windowed: true, parameters) : [];
    }

    /// <summary>The piece that holds a sum of contexts, and the first sum beyond it.</summary>
    public ref readonly Piece AtContext(long sum, out long end) => ref At(_context, sum, out end);

    /// <summary>The piece that holds a sum of windowed contexts, and the first sum beyond it.</summary>
    public ref readonly Piece AtWindow(long sum, out long end) => ref At(_window, sum, out end);

    private static ref readonly Piece At(Piece[] pieces, long sum, out long end)
    {
        int index = pieces.Length - 1;
        end = long.MaxValue;
        while (pieces[index].From > sum)
            end = pieces[index--].From;
        return ref pieces[index];
    }

    // Base and slope of each piece are read off the smooth model at two sums of the piece.
    private static Piece[] Compile(int rows, bool windowed, in RooflineParameters parameters)
    {
        long[] starts = Starts(rows, windowed, parameters);
        var pieces = new Piece[starts.Length];
        IterationEstimate zero = windowed ? Estimate(rows, false, 0, parameters) : default;
        for (int i = 0; i < starts.Length; i++)
        {
            long from = starts[i];
            long to = i + 1 < starts.Length ? starts[i + 1] - 1 : from + Beyond;
            IterationEstimate low = Estimate(rows, windowed, from, parameters), high = Estimate(rows, windowed, to, parameters);
            double length = Math.Max(to - from, 1);
            IterationCost slope = RooflineCostModel.Round(new()
            {
                Seconds = (high.Seconds - low.Seconds) / length,
                Flops = (high.Flops - low.Flops) / length,
                MemoryBytes = (high.MemoryBytes - low.MemoryBytes) / length,
                LinkBytes = (high.LinkBytes - low.LinkBytes) / length,
                Joules = (high.Joules - low.Joules) / length,
            });
            low.Seconds -= zero.Seconds;
            low.Flops -= zero.Flops;
            low.MemoryBytes -= zero.MemoryBytes;
            low.LinkBytes -= zero.LinkBytes;
            low.Joules -= zero.Joules;
            pieces[i] = new(from, RooflineCostModel.Round(low) + slope * -from, slope);
        }
        return pieces;
    }

    private static IterationEstimate Estimate(int rows, bool windowed, long context, in RooflineParameters parameters)
    {
        var shape = new IterationShape { DecodeRows = rows, EmittedTokens = rows };
        if (windowed)
            shape.DecodeWindowContext = context;
        else
            shape.DecodeContext = context;
        return Roofline.Evaluate(shape, parameters);
    }

    // A piece ends where, in some kind of layer, the bound of attention or the resource that its energy goes by changes.
    private static long[] Starts(int rows, bool windowed, in RooflineParameters parameters)
    {
        var starts = new SortedSet<long> { 0 };
        for (int kind = 0; kind < parameters.Kinds; kind++)
        {
            LayerParameters layer = kind switch
            {
                0 => parameters.Kind0,
                1 => parameters.Kind1,
                2 => parameters.Kind2,
                _ => parameters.Kind3,
            };
            if ((layer.Windowed != 0) == windowed)
                AddStarts(starts, rows * parameters.RankShare, layer, parameters);
        }
        return [.. starts];
    }

    private static void AddStarts(SortedSet<long> starts, double rankRows, in LayerParameters layer, in RooflineParameters p)
    {
        OperatorCost low = Roofline.AttentionDecode(layer, 0, rankRows, 0, p);
        OperatorCost high = Roofline.AttentionDecode(layer, 0, rankRows, Beyond * p.RankShare, p);
        double flops = (high.Flops - low.Flops) / Beyond, bytes = (high.MemoryBytes - low.MemoryBytes) / Beyond;
        starts.Add(Root(
            low.Flops * p.AttentionSecondsPerFlop - low.MemoryBytes * p.AttentionSecondsPerByte,
            flops * p.AttentionSecondsPerFlop - bytes * p.AttentionSecondsPerByte));
        starts.Add(Root(
            low.Flops * p.PeakWideSecondsPerFlop - low.MemoryBytes * p.PeakSecondsPerByte,
            flops * p.PeakWideSecondsPerFlop - bytes * p.PeakSecondsPerByte));
    }

    // First whole sum at which a line that has this value at zero is past zero; 0 when there is none worth a piece.
    private static long Root(double atZero, double slope)
    {
        double root = Math.Ceiling(-atZero / slope);
        return root > 0 && root < Greatest ? (long)root : 0;
    }

    /// <summary>Cost <c>Base + sum × Slope</c> for sums from <c>From</c> on.</summary>
    internal readonly record struct Piece(long From, IterationCost Base, IterationCost Slope);
}
