using Simulator.Core.Time;

namespace Simulator.Workloads.Spans;

/// <summary>Seconds as they are drawn, and spans of whole nanoseconds.</summary>
internal static class Seconds
{
    /// <summary>Longest span that is given: about 29 years, so that sums of a few do not overflow.</summary>
    public const double Longest = 9.2e8;

    /// <summary>The span nearest to a number of seconds, at most <see cref="Longest"/>.</summary>
    public static SimDuration ToSpan(double seconds) => SimDuration.FromSeconds(Math.Min(seconds, Longest));

    /// <summary>The number itself, when it is above 0 and finite.</summary>
    public static double Positive(double value, string name) => value > 0 && !double.IsInfinity(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "Give a number above 0.");
}
