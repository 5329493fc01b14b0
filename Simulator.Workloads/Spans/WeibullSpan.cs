using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Workloads.Spans;

/// <summary>Weibull spans: shape k from the coefficient of variation, scale mean/Γ(1 + 1/k).</summary>
public sealed class WeibullSpan : ISpanDistribution
{
    private readonly double _shape;
    private readonly double _scaleSeconds;

    /// <summary>Spans of a mean and a coefficient of variation.</summary>
    /// <param name="meanSeconds">Mean in seconds, above 0.</param>
    /// <param name="cv">Coefficient of variation, from 0.02 to 100: 1 is exponential, more has a heavier tail.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public WeibullSpan(double meanSeconds, double cv)
        : this((WeibullMoments.ShapeOf(cv), Seconds.Positive(meanSeconds, nameof(meanSeconds))))
    {
    }

    private WeibullSpan((double Shape, double MeanSeconds) moments)
    {
        _shape = moments.Shape;
        _scaleSeconds = WeibullMoments.ScaleOf(moments.MeanSeconds, moments.Shape);
    }

    /// <summary>Spans of a mean and a shape.</summary>
    /// <param name="meanSeconds">Mean in seconds, above 0.</param>
    /// <param name="shape">Shape, from 0.1 to 100: 1 is exponential, less has a heavier tail.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public static WeibullSpan OfShape(double meanSeconds, double shape)
    {
        if (!(shape is >= WeibullMoments.LeastShape and <= WeibullMoments.MostShape))
            throw new ArgumentOutOfRangeException(nameof(shape), shape, "The shape of a Weibull distribution must lie between 0.1 and 100 here.");
        return new WeibullSpan((shape, Seconds.Positive(meanSeconds, nameof(meanSeconds))));
    }

    /// <inheritdoc/>
    public SimDuration Next(RandomStream random) => Seconds.ToSpan(random.NextWeibull(_shape, _scaleSeconds));
}
