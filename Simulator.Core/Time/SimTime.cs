using System.Globalization;

namespace Simulator.Core.Time;

/// <summary>An instant of simulated time: whole nanoseconds since the start of the run, up to 292 years.</summary>
public readonly record struct SimTime : IComparable<SimTime>
{
    private SimTime(long nanoseconds) => Nanoseconds = nanoseconds;

    /// <summary>Nanoseconds since the start of the run.</summary>
    public long Nanoseconds { get; }

    /// <summary>The start of the run.</summary>
    public static SimTime Zero => default;

    /// <summary>The last instant; used as "never".</summary>
    public static SimTime MaxValue => new(long.MaxValue);

    /// <summary>The instant that many nanoseconds after the start.</summary>
    public static SimTime FromNanoseconds(long nanoseconds) => new(nanoseconds);

    /// <summary>The instant that many seconds after the start, rounded to the nearest nanosecond (half to even).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or beyond ±292 years.</exception>
    public static SimTime FromSeconds(double seconds) => new(SimDuration.FromSeconds(seconds).Nanoseconds);

    /// <summary>Seconds since the start of the run.</summary>
    public double ToSeconds() => Nanoseconds / 1e9;

    /// <inheritdoc/>
    public int CompareTo(SimTime other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>The instant in seconds with its unit, for people.</summary>
    public override string ToString() => ToSeconds().ToString("0.#########", CultureInfo.InvariantCulture) + " s";

    /// <summary>The instant a span later.</summary>
    /// <exception cref="OverflowException">The instant is out of range.</exception>
    public static SimTime operator +(SimTime time, SimDuration span) => new(checked(time.Nanoseconds + span.Nanoseconds));

    /// <summary>The instant a span earlier.</summary>
    /// <exception cref="OverflowException">The instant is out of range.</exception>
    public static SimTime operator -(SimTime time, SimDuration span) => new(checked(time.Nanoseconds - span.Nanoseconds));

    /// <summary>The span from the right instant to the left one.</summary>
    /// <exception cref="OverflowException">The span is out of range.</exception>
    public static SimDuration operator -(SimTime left, SimTime right) =>
        SimDuration.FromNanoseconds(checked(left.Nanoseconds - right.Nanoseconds));

    /// <summary>True when the left instant is earlier.</summary>
    public static bool operator <(SimTime left, SimTime right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>True when the left instant is later.</summary>
    public static bool operator >(SimTime left, SimTime right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>True when the left instant is not later.</summary>
    public static bool operator <=(SimTime left, SimTime right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>True when the left instant is not earlier.</summary>
    public static bool operator >=(SimTime left, SimTime right) => left.Nanoseconds >= right.Nanoseconds;
}
