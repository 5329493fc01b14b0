using Simulator.Core.Time;

namespace Simulator.Core.Statistics;

/// <summary>Time average and extremes of a signal that is constant between changes: a queue length, a level, a number in use.</summary>
/// <remarks>
/// The area under the whole part of the signal is an integer (value × nanoseconds), so the average of a signal of whole
/// numbers is exact up to its final rounding, however long the run. Fractional parts are summed as doubles.
/// </remarks>
public sealed class TimeWeighted
{
    private const double Limit = 1L << 62;

    private SimTime _start;
    private SimTime _last;
    private Int128 _wholeArea;
    private double _fractionArea;

    /// <summary>A signal that begins with a value.</summary>
    /// <param name="start">Begin of the measurement.</param>
    /// <param name="value">Value from then on, between −2⁶² and 2⁶².</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeWeighted(SimTime start = default, double value = 0)
    {
        Require(value);
        Value = value;
        Reset(start);
    }

    /// <summary>The current value.</summary>
    public double Value { get; private set; }

    /// <summary>Smallest value since the begin of the measurement.</summary>
    public double Min { get; private set; }

    /// <summary>Largest value since the begin of the measurement.</summary>
    public double Max { get; private set; }

    /// <summary>Gives the signal a new value.</summary>
    /// <remarks>A value that is replaced at the same instant counts for the extremes and not for the average.</remarks>
    /// <param name="now">The instant, not before that of the last change.</param>
    /// <param name="value">Value from then on, between −2⁶² and 2⁶².</param>
    /// <exception cref="ArgumentOutOfRangeException">The instant lies before the last change, or the value is out of range.</exception>
    public void Set(SimTime now, double value)
    {
        Require(value);
        (_wholeArea, _fractionArea) = AreaUntil(now);
        _last = now;
        Value = value;
        Min = Math.Min(Min, value);
        Max = Math.Max(Max, value);
    }

    /// <summary>Raises or lowers the signal.</summary>
    /// <param name="now">The instant, not before that of the last change.</param>
    /// <param name="change">Added to the current value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The instant lies before the last change, or the value is out of range.</exception>
    public void Add(SimTime now, double change) => Set(now, Value + change);

    /// <summary>Time average from the begin of the measurement to an instant; the current value if no time has passed.</summary>
    /// <param name="now">The instant, not before that of the last change.</param>
    /// <exception cref="ArgumentOutOfRangeException">The instant lies before the last change.</exception>
    public double Average(SimTime now)
    {
        (Int128 whole, double fraction) = AreaUntil(now);
        return now == _start ? Value : ((double)whole + fraction) / (now - _start).Nanoseconds;
    }

    /// <summary>Begins the measurement anew with the current value, as at the end of a warm-up.</summary>
    /// <param name="now">The instant, not before that of the last change.</param>
    /// <exception cref="ArgumentOutOfRangeException">The instant lies before the last change.</exception>
    public void Reset(SimTime now)
    {
        RequireOrder(now);
        (_start, _last) = (now, now);
        (_wholeArea, _fractionArea) = (0, 0);
        (Min, Max) = (Value, Value);
    }

    private (Int128 Whole, double Fraction) AreaUntil(SimTime now)
    {
        RequireOrder(now);
        long span = (now - _last).Nanoseconds;
        double floor = Math.Floor(Value);
        return (_wholeArea + (Int128)(long)floor * span, _fractionArea + (Value - floor) * span);
    }

    private void RequireOrder(SimTime now)
    {
        if (now < _last)
            throw new ArgumentOutOfRangeException(nameof(now), now, $"The signal has already changed at {_last}; time never goes back.");
    }

    private static void Require(double value)
    {
        if (!(Math.Abs(value) <= Limit))
            throw new ArgumentOutOfRangeException(nameof(value), value, "A time-weighted signal takes numbers between −2⁶² and 2⁶².");
    }
}
