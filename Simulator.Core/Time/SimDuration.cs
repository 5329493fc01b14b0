using System.Globalization;

namespace Simulator.Core.Time;

/// <summary>A span of simulated time: a whole number of nanoseconds, from −292 to +292 years.</summary>
/// <remarks>Integer time keeps sums independent of their order and resolution constant over a run of any length.</remarks>
public readonly record struct SimDuration : IComparable<SimDuration>
{
    /// <summary>Nanoseconds in one second.</summary>
    public const long NanosecondsPerSecond = 1_000_000_000;

    private SimDuration(long nanoseconds) => Nanoseconds = nanoseconds;

    /// <summary>The span in nanoseconds.</summary>
    public long Nanoseconds { get; }

    /// <summary>The empty span.</summary>
    public static SimDuration Zero => default;

    /// <summary>The longest span.</summary>
    public static SimDuration MaxValue => new(long.MaxValue);

    /// <summary>A span of whole nanoseconds.</summary>
    public static SimDuration FromNanoseconds(long nanoseconds) => new(nanoseconds);

    /// <summary>A span of microseconds, rounded to the nearest nanosecond (half to even).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or beyond ±292 years.</exception>
    public static SimDuration FromMicroseconds(double microseconds) => FromUnits(microseconds, 1e3);

    /// <summary>A span of milliseconds, rounded to the nearest nanosecond (half to even).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or beyond ±292 years.</exception>
    public static SimDuration FromMilliseconds(double milliseconds) => FromUnits(milliseconds, 1e6);

    /// <summary>A span of seconds, rounded to the nearest nanosecond (half to even).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or beyond ±292 years.</exception>
    public static SimDuration FromSeconds(double seconds) => FromUnits(seconds, 1e9);

    /// <summary>The same span as a <see cref="TimeSpan"/>, whose unit is 100 ns.</summary>
    /// <exception cref="OverflowException">The span is beyond ±292 years.</exception>
    public static SimDuration FromTimeSpan(TimeSpan span) => new(span.Ticks * 100);

    /// <summary>The span in seconds.</summary>
    public double ToSeconds() => Nanoseconds / 1e9;

    /// <summary>The span in milliseconds.</summary>
    public double ToMilliseconds() => Nanoseconds / 1e6;

    /// <summary>The span as a <see cref="TimeSpan"/>, cut to whole units of 100 ns.</summary>
    public TimeSpan ToTimeSpan() => TimeSpan.FromTicks(Nanoseconds / 100);

    /// <inheritdoc/>
    public int CompareTo(SimDuration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>The span in seconds with its unit, for people.</summary>
    public override string ToString() => ToSeconds().ToString("0.#########", CultureInfo.InvariantCulture) + " s";

    /// <summary>Sum of two spans.</summary>
    /// <exception cref="OverflowException">The sum is out of range.</exception>
    public static SimDuration operator +(SimDuration left, SimDuration right) => new(checked(left.Nanoseconds + right.Nanoseconds));

    /// <summary>Difference of two spans.</summary>
    /// <exception cref="OverflowException">The difference is out of range.</exception>
    public static SimDuration operator -(SimDuration left, SimDuration right) => new(checked(left.Nanoseconds - right.Nanoseconds));

    /// <summary>The span, <paramref name="factor"/> times.</summary>
    /// <exception cref="OverflowException">The product is out of range.</exception>
    public static SimDuration operator *(SimDuration span, long factor) => new(checked(span.Nanoseconds * factor));

    /// <summary>True when the left span is shorter.</summary>
    public static bool operator <(SimDuration left, SimDuration right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>True when the left span is longer.</summary>
    public static bool operator >(SimDuration left, SimDuration right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>True when the left span is not longer.</summary>
    public static bool operator <=(SimDuration left, SimDuration right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>True when the left span is not shorter.</summary>
    public static bool operator >=(SimDuration left, SimDuration right) => left.Nanoseconds >= right.Nanoseconds;

    private static SimDuration FromUnits(double value, double nanosecondsPerUnit)
    {
        double nanoseconds = Math.Round(value * nanosecondsPerUnit);
        if (!(Math.Abs(nanoseconds) < 9.2233720368547748e18))
            throw new ArgumentOutOfRangeException(nameof(value), value, "A span of simulated time must be a number within ±292 years.");
        return new((long)nanoseconds);
    }
}
