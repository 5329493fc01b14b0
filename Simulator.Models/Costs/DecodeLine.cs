namespace Simulator.Models.Costs;

/// <summary>Costs of consecutive iterations on one line: the first, what each further one costs more, and how many the line holds for.</summary>
internal readonly record struct DecodeLine(IterationCost First, IterationCost Increment, long Iterations)
{
    /// <summary>The same cost for ever.</summary>
    public static DecodeLine Constant(IterationCost cost) => new(cost, default, long.MaxValue);

    /// <summary>The sum of two lines, while both hold.</summary>
    public static DecodeLine operator +(DecodeLine a, DecodeLine b) =>
        new(a.First + b.First, a.Increment + b.Increment, Math.Min(a.Iterations, b.Iterations));

    /// <summary>At least that much time: below it, what takes that time costs instead.</summary>
    public DecodeLine AtLeast(IterationCost floor)
    {
        if (First.Time >= floor.Time)
            return this;
        long until = Increment.Time > 0 ? (floor.Time - First.Time + Increment.Time - 1) / Increment.Time : long.MaxValue;
        return new(floor, default, Math.Min(Iterations, until));
    }
}

/// <summary>A cost that is piecewise linear in a sum of tokens, with integer coefficients.</summary>
/// <remarks>Equal sums give equal integers, whether they were reached in one step or in many (invariant 7).</remarks>
internal sealed class LinearPieces
{
    private const long Beyond = 1L << 30;
    private readonly Piece[] _pieces;

    /// <summary>Base and slope of each piece are read off a smooth function at two sums of the piece.</summary>
    /// <param name="starts">First sum of each piece, ascending, from 0.</param>
    /// <param name="smooth">The function.</param>
    public LinearPieces(long[] starts, Func<long, IterationEstimate> smooth)
    {
        _pieces = new Piece[starts.Length];
        for (int i = 0; i < starts.Length; i++)
        {
            long from = starts[i];
            long to = i + 1 < starts.Length ? starts[i + 1] - 1 : from + Beyond;
            IterationEstimate low = smooth(from), high = smooth(to);
            double length = Math.Max(to - from, 1);
            IterationCost slope = RooflineCostModel.Round(new()
            {
                Seconds = (high.Seconds - low.Seconds) / length,
                Flops = (high.Flops - low.Flops) / length,
                MemoryBytes = (high.MemoryBytes - low.MemoryBytes) / length,
                LinkBytes = (high.LinkBytes - low.LinkBytes) / length,
                Joules = (high.Joules - low.Joules) / length,
            });
            _pieces[i] = new(from, RooflineCostModel.Round(low) + slope * -from, slope);
        }
    }

    /// <summary>The line of a sum that grows by a step in every iteration.</summary>
    /// <param name="sum">The sum in the first iteration.</param>
    /// <param name="step">What it grows by, at least 0.</param>
    public DecodeLine Along(long sum, long step)
    {
        int index = _pieces.Length - 1;
        long end = long.MaxValue;
        while (_pieces[index].From > sum)
            end = _pieces[index--].From;
        ref readonly Piece piece = ref _pieces[index];
        long iterations = end == long.MaxValue || step == 0 ? long.MaxValue : (end - sum - 1) / step + 1;
        return new(piece.Base + piece.Slope * sum, piece.Slope * step, iterations);
    }

    /// <summary>Cost <c>Base + sum × Slope</c> for sums from <c>From</c> on.</summary>
    private readonly record struct Piece(long From, IterationCost Base, IterationCost Slope);
}
