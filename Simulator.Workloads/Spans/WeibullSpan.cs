using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Workloads.Spans;

/// <summary>Weibull spans: shape k from the coefficient of variation, scale mean/Γ(1 + 1/k).</summary>
public sealed class WeibullSpan : ISpanDistribution
{
    private readonly double shape;
    private readonly double scaleSeconds;

    /// <summary>Spans of a mean and a coefficient of variation.</summary>
    /// <param name="meanSeconds">Mean in seconds, above 0.</param>
    /// <param name="cv">Coefficient of variation, from 0.02 to 100: 1 is exponential, more has a heavier tail.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public WeibullSpan(double meanSeconds, double cv)
    {
        shape = WeibullMoments.ShapeOf(cv);
        scaleSeconds = WeibullMoments.ScaleOf(Seconds.Positive(meanSeconds, nameof(meanSeconds)), shape);
    }

    /// <inheritdoc/>
    public SimDuration Next(RandomStream random) => Seconds.ToSpan(random.NextWeibull(shape, scaleSeconds));
}
