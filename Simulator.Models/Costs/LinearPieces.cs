namespace Simulator.Models.Costs;

/// <summary>
/// Times of consecutive iterations on one line: the first with its idle energy, what each further one takes more, and how many the line holds for.
/// </summary>
internal struct TimeLine
{
    public long Time;
    public long TimeStep;
    public long Nanojoules;
    public long NanojoulesStep;
    public long Iterations;

    /// <summary>At least that much time: below it, what takes that time costs instead.</summary>
    public void RaiseTo(in IterationCost floor)
    {
        if (Time >= floor.Time)
            return;
        if (TimeStep > 0)
            Iterations = Math.Min(Iterations, (floor.Time - Time + TimeStep - 1) / TimeStep);
        (Time, TimeStep, Nanojoules, NanojoulesStep) = (floor.Time, 0, floor.Nanojoules, 0);
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

    /// <summary>Adds the times of a sum that grows by a step in every iteration to a line.</summary>
    public void AddTimes(long sum, long step, ref TimeLine line)
    {
        ref readonly Piece piece = ref At(sum, step, ref line.Iterations);
        line.Time += piece.Base.Time + piece.Slope.Time * sum;
        line.TimeStep += piece.Slope.Time * step;
        line.Nanojoules += piece.Base.Nanojoules + piece.Slope.Nanojoules * sum;
        line.NanojoulesStep += piece.Slope.Nanojoules * step;
    }

    /// <summary>Adds the costs of a sum that grows by a step in every iteration.</summary>
    /// <param name="sum">The sum in the first iteration.</param>
    /// <param name="step">What it grows by, at least 0.</param>
    /// <param name="first">The first iteration.</param>
    /// <param name="increment">What each further one costs more.</param>
    /// <param name="iterations">Iterations that the line holds for.</param>
    public void Add(long sum, long step, ref IterationCost first, ref IterationCost increment, ref long iterations)
    {
        ref readonly Piece piece = ref At(sum, step, ref iterations);
        first += piece.Base + piece.Slope * sum;
        increment += piece.Slope * step;
    }

    private ref readonly Piece At(long sum, long step, ref long iterations)
    {
        int index = _pieces.Length - 1;
        long end = long.MaxValue;
        while (_pieces[index].From > sum)
            end = _pieces[index--].From;
        if (end != long.MaxValue && step > 0)
            iterations = Math.Min(iterations, (end - sum - 1) / step + 1);
        return ref _pieces[index];
    }

    /// <summary>Cost <c>Base + sum × Slope</c> for sums from <c>From</c> on.</summary>
    private readonly record struct Piece(long From, IterationCost Base, IterationCost Slope);
}
