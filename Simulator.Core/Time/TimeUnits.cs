namespace Simulator.Core.Time;

/// <summary>Spans written as in prose: <c>500.Milliseconds()</c>.</summary>
public static class TimeUnits
{
    /// <summary>That many seconds.</summary>
    public static SimDuration Seconds(this double value) => SimDuration.FromSeconds(value);

    /// <summary>That many seconds.</summary>
    public static SimDuration Seconds(this int value) => SimDuration.FromSeconds(value);

    /// <summary>That many milliseconds.</summary>
    public static SimDuration Milliseconds(this double value) => SimDuration.FromMilliseconds(value);

    /// <summary>That many milliseconds.</summary>
    public static SimDuration Milliseconds(this int value) => SimDuration.FromMilliseconds(value);

    /// <summary>That many microseconds.</summary>
    public static SimDuration Microseconds(this int value) => SimDuration.FromMicroseconds(value);

    /// <summary>That many minutes.</summary>
    public static SimDuration Minutes(this int value) => SimDuration.FromSeconds(60.0 * value);

    /// <summary>That many hours.</summary>
    public static SimDuration Hours(this int value) => SimDuration.FromSeconds(3600.0 * value);
}
