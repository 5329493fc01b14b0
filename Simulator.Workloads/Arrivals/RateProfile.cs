using Simulator.Core.Time;

namespace Simulator.Workloads.Arrivals;

/// <summary>Rates that change by the hour.</summary>
internal static class RateProfile
{
    private const long Hour = 3600 * SimDuration.NanosecondsPerSecond;

    /// <summary>Checks the 24 factors of a day and scales them to a mean of 1.</summary>
    public static double[] OfDay(IReadOnlyList<double> hourFactors)
    {
        if (hourFactors.Count != 24) throw new ArgumentException($"A day has 24 hours, and there are {hourFactors.Count} factors.", nameof(hourFactors));
        double sum = 0;
        foreach (double factor in hourFactors)
        {
            if (!(factor >= 0) || double.IsInfinity(factor)) throw new ArgumentException("Each factor must be a number of at least 0.", nameof(hourFactors));
            sum += factor;
        }
        if (sum == 0) throw new ArgumentException("At least one hour must have a factor above 0.", nameof(hourFactors));
        return [.. hourFactors.Select(factor => factor * 24 / sum)];
    }

    /// <summary>Moves each arrival to the time at which the integral of the hourly factors reaches it.</summary>
    public static IEnumerable<SimTime> Rescale(IEnumerable<SimTime> stationary, IEnumerable<double> hourFactors)
    {
        using IEnumerator<double> hours = hourFactors.GetEnumerator();
        double factor = 0;
        long hourStart = -Hour;
        long stretchedStart = 0;
        long stretchedEnd = 0;
        foreach (SimTime arrival in stationary)
        {
            while (arrival.Nanoseconds >= stretchedEnd)
            {
                hours.MoveNext();
                factor = hours.Current;
                hourStart += Hour;
                stretchedStart = stretchedEnd;
                stretchedEnd += (long)Math.Round(Hour * factor);
            }
            long offset = (long)Math.Round((arrival.Nanoseconds - stretchedStart) / factor);
            yield return SimTime.FromNanoseconds(hourStart + Math.Min(offset, Hour - 1));
        }
    }
}
