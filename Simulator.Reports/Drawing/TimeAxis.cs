using System.Globalization;
using Simulator.Core.Time;

namespace Simulator.Reports.Drawing;

/// <summary>Maps instants to places, and says where to put marks.</summary>
internal sealed class TimeAxis
{
    private const int MostMarks = 9;

    private static readonly (string Name, long Nanoseconds)[] Units =
        [("s", 1_000_000_000), ("ms", 1_000_000), ("µs", 1_000), ("ns", 1)];

    private readonly SimTime _start;
    private readonly double _left;
    private readonly double _pixelsPerNanosecond;
    private readonly long _span;
    private readonly (string Name, long Nanoseconds) _unit;

    public TimeAxis(SimTime start, SimTime end, double left, double width)
    {
        _start = start;
        _left = left;
        _span = Math.Max((end - start).Nanoseconds, 1);
        _pixelsPerNanosecond = width / _span;
        _unit = Units.FirstOrDefault(unit => _span >= 2 * unit.Nanoseconds, Units[^1]);
    }

    /// <summary>The place of an instant.</summary>
    public double At(SimTime time) => _left + (time - _start).Nanoseconds * _pixelsPerNanosecond;

    /// <summary>Marks at round times since the start, each with its label.</summary>
    public IEnumerable<(double Place, string Label)> Marks()
    {
        decimal step = Step();
        for (decimal at = 0; at <= _span; at += step)
        {
            string number = (at / _unit.Nanoseconds).ToString("#,0.###", CultureInfo.InvariantCulture);
            yield return (_left + (double)at * _pixelsPerNanosecond, at == 0 ? "0" : $"{number} {_unit.Name}");
        }
    }

    /// <summary>A span in the unit that suits it, to three digits.</summary>
    public static string Format(SimDuration span)
    {
        if (span == SimDuration.Zero) return "0";
        (string name, long nanoseconds) = Units.FirstOrDefault(unit => span.Nanoseconds >= unit.Nanoseconds, Units[^1]);
        decimal value = (decimal)span.Nanoseconds / nanoseconds;
        return $"{value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture)} {name}";
    }

    // 1, 2 or 5 times a power of ten.
    private decimal Step()
    {
        decimal step = 1;
        for (int i = 0; _span / step > MostMarks; i++) step *= i % 3 == 1 ? 2.5m : 2m;
        return step;
    }
}
