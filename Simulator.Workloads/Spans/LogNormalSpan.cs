using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Workloads.Spans;

/// <summary>Log-normal spans: the shape of think gaps.</summary>
public sealed class LogNormalSpan : ISpanDistribution
{
    private readonly double _mu;
    private readonly double _sigma;

    /// <summary>Spans whose logarithm, in seconds, is normal.</summary>
    /// <param name="mu">Mean of the logarithm; e^mu seconds is the median.</param>
    /// <param name="sigma">Standard deviation of the logarithm, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public LogNormalSpan(double mu, double sigma)
    {
        if (!double.IsFinite(mu)) throw new ArgumentOutOfRangeException(nameof(mu), mu, "Give a number.");
        if (!(sigma >= 0) || double.IsInfinity(sigma)) throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "Give a number of at least 0.");
        _mu = mu;
        _sigma = sigma;
    }

    /// <summary>Log-normal spans of a median and a 90th percentile.</summary>
    /// <param name="median">Median, above 0.</param>
    /// <param name="p90">90th percentile, at least the median.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public static LogNormalSpan OfQuantiles(SimDuration median, SimDuration p90)
    {
        const double NormalP90 = 1.2815515655446004;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(median, SimDuration.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(p90, median);
        double mu = DeterministicMath.Log(median.ToSeconds());
        return new LogNormalSpan(mu, (DeterministicMath.Log(p90.ToSeconds()) - mu) / NormalP90);
    }

    /// <inheritdoc/>
    public SimDuration Next(RandomStream random) => Seconds.ToSpan(random.NextLogNormal(_mu, _sigma));
}
