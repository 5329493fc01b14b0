namespace Simulator.Reports.Drawing;

/// <summary>Maps values to places on an even scale from 0 to a length, and says where to put marks.</summary>
internal sealed class LinearAxis
{
    private const int MostSteps = 6;
    private const double Margin = 0.06;

    private readonly double _least;
    private readonly double _most;
    private readonly double _length;

    /// <summary>A scale that holds all values.</summary>
    public LinearAxis(IEnumerable<double> values, double length, bool fromZero)
    {
        double[] all = [.. values];
        (double least, double most) = all.Length == 0 ? (0, 1) : (all.Min(), all.Max());
        if (fromZero) (least, most) = (Math.Min(0, least), Math.Max(0, most));
        double span = most > least ? most - least : most == 0 ? 1 : Math.Abs(most);
        (_least, _most) = fromZero ? (least, least < most ? most : span) : (least - Margin * span, most + Margin * span);
        _length = length;
    }

    /// <summary>How far a value is from the beginning.</summary>
    public double At(double value) => (value - _least) / (_most - _least) * _length;

    /// <summary>Round values on the scale: 1, 2 or 5 times a power of ten apart.</summary>
    public IReadOnlyList<double> Marks()
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10((_most - _least) / MostSteps)));
        double step = ((double[])[1, 2, 5, 10]).Select(factor => factor * power).First(step => (_most - _least) / step <= MostSteps);
        long first = (long)Math.Ceiling(_least / step - 1e-9), last = (long)Math.Floor(_most / step + 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => Math.Round((first + i) * step, 12))];
    }
}
