namespace Simulator.Core.Statistics;

/// <summary>Count, mean, variance and extremes of observed values, in constant space.</summary>
/// <remarks>
/// Weighted form of Welford's recurrence (West 1979), merged by the rule of Chan, Golub and LeVeque (1979). The values are
/// doubles, so the last bits of the mean depend on the order; where that matters, <see cref="QuantileSketch"/> has an exact sum.
/// </remarks>
public sealed class Tally
{
    private double _mean;
    private double _squares; // Σ weight × (value − mean)²

    /// <summary>Values added, each as often as its weight.</summary>
    public long Count { get; private set; }

    /// <summary>Mean; null without values.</summary>
    public double? Mean => Count == 0 ? null : _mean;

    /// <summary>Unbiased sample variance, with Count − 1 in the denominator; null below two values.</summary>
    public double? Variance => Count < 2 ? null : _squares / (Count - 1);

    /// <summary>Square root of <see cref="Variance"/>; null below two values.</summary>
    public double? StandardDeviation => Variance is { } variance ? Math.Sqrt(variance) : null;

    /// <summary>Smallest value; null without values.</summary>
    public double? Min { get; private set; }

    /// <summary>Largest value; null without values.</summary>
    public double? Max { get; private set; }

    /// <summary>Adds a value.</summary>
    /// <param name="value">Any finite number.</param>
    /// <param name="weight">How often it counts, at least 0; 0 adds nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite or the weight is negative.</exception>
    public void Add(double value, long weight = 1)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "A tally takes finite numbers only.");
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        Combine(weight, value, 0, value, value);
    }

    /// <summary>Adds all that another tally has seen.</summary>
    /// <param name="other">Stays as it is.</param>
    public void Merge(Tally other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Combine(other.Count, other._mean, other._squares, other.Min ?? 0, other.Max ?? 0);
    }

    /// <summary>The interval that holds the expected value, if the values are independent and about normal (Student's t).</summary>
    /// <remarks>Meant for the means of replications or of batches; single waiting times of one run are not independent.</remarks>
    /// <param name="level">Confidence level between 0 and 1, exclusive.</param>
    /// <returns>Null below two values.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public ConfidenceInterval? Confidence(double level = 0.95)
    {
        if (!(level > 0 && level < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "A confidence level lies between 0 and 1.");
        if (Variance is not { } variance) return null;
        double quantile = StudentT.Quantile((1 + level) / 2, Count - 1);
        return new ConfidenceInterval(_mean, quantile * Math.Sqrt(variance / Count), level);
    }

    private void Combine(long count, double otherMean, double otherSquares, double min, double max)
    {
        if (count == 0) return;
        double total = Count + count;
        double delta = otherMean - _mean;
        _squares += otherSquares + delta * delta * (Count * (count / total));
        _mean = Count == 0 ? otherMean : _mean + delta * (count / total);
        Count += count;
        Min = Min < min ? Min : min;
        Max = Max > max ? Max : max;
    }
}
