using System.Globalization;

namespace Simulator.Reports.Drawing;

/// <summary>Maps values above 0 to places on a logarithmic scale from 0 to a length, and says where to put marks.</summary>
internal sealed class LogAxis
{
    private const int FewestMarks = 3;
    private const double Margin = 1.12;
    private const double LeastSpan = 3;

    // Where marks may stand within a power of ten, from few to many.
    private static readonly double[][] Mantissas = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 8]];

    private readonly double _least;
    private readonly double _most;
    private readonly double _length;

    /// <summary>A scale that holds all values and a little more.</summary>
    public LogAxis(IEnumerable<double> values, double length)
    {
        double[] all = [.. values];
        (double least, double most) = all.Length == 0 ? (1, 1) : (all.Min(), all.Max());
        double widen = Math.Max(Margin, Math.Sqrt(LeastSpan * least / most));
        (_least, _most, _length) = (least / widen, most * widen, length);
    }

    /// <summary>How far a value is from the beginning.</summary>
    public double At(double value) => Between(_least, value);

    /// <summary>How far apart a value and its multiple are, wherever they are.</summary>
    public double Between(double value, double multiple) => Math.Log(multiple / value) / Math.Log(_most / _least) * _length;

    /// <summary>Round values on the scale.</summary>
    public IReadOnlyList<double> Marks()
    {
        IReadOnlyList<double>[] choices = [.. Mantissas.Select(Marks)];
        return choices.FirstOrDefault(marks => marks.Count >= FewestMarks, choices[^1]);
    }

    private IReadOnlyList<double> Marks(double[] mantissas) =>
    [
        .. from power in Enumerable.Range(Power(_least), Power(_most) - Power(_least) + 1)
           from mantissa in mantissas
           let mark = double.Parse(string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{power}"), CultureInfo.InvariantCulture)
           where _least <= mark && mark <= _most
           select mark,
    ];

    private static int Power(double value) => (int)Math.Floor(Math.Log10(value));
}
