using Simulator.Core.Randomness;
using Simulator.Workloads.Spans;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Workloads.Lengths;

/// <summary>Log-normal lengths, rounded, from 1 to a greatest one; what lies beyond is moved to it.</summary>
public sealed class LogNormalLength : ILengthDistribution
{
    private readonly double _mu;
    private readonly double _sigma;
    private readonly int _max;

    /// <summary>Lengths whose logarithm is normal.</summary>
    /// <param name="mu">Mean of the logarithm; e^mu is the median.</param>
    /// <param name="sigma">Standard deviation of the logarithm, at least 0.</param>
    /// <param name="max">Greatest length in tokens, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public LogNormalLength(double mu, double sigma, int max)
    {
        if (!double.IsFinite(mu)) throw new ArgumentOutOfRangeException(nameof(mu), mu, "Give a number.");
        if (!(sigma >= 0) || double.IsInfinity(sigma)) throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "Give a number of at least 0.");
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        _mu = mu;
        _sigma = sigma;
        _max = max;
    }

    /// <summary>Lengths of a mean and a coefficient of variation, before rounding and before the limit.</summary>
    /// <param name="mean">Mean in tokens, above 0.</param>
    /// <param name="cv">Coefficient of variation, above 0.</param>
    /// <param name="max">Greatest length in tokens, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public static LogNormalLength OfMean(double mean, double cv, int max = FieldParser.MaxTokens)
    {
        double variance = DeterministicMath.Log1p(Seconds.Positive(cv, nameof(cv)) * cv);
        return new LogNormalLength(DeterministicMath.Log(Seconds.Positive(mean, nameof(mean))) - (variance / 2), Math.Sqrt(variance), max);
    }

    /// <inheritdoc/>
    public int Next(RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return (int)Math.Clamp(Math.Round(random.NextLogNormal(_mu, _sigma)), 1, _max);
    }
}
