namespace Simulator.Core.Statistics;

/// <summary>An estimate and how far off it may be.</summary>
/// <param name="Mean">The estimate.</param>
/// <param name="HalfWidth">The interval reaches from Mean − HalfWidth to Mean + HalfWidth.</param>
/// <param name="Level">Probability that such an interval covers the true value, between 0 and 1.</param>
public readonly record struct ConfidenceInterval(double Mean, double HalfWidth, double Level)
{
    /// <summary>Lower end.</summary>
    public double Lower => Mean - HalfWidth;

    /// <summary>Upper end.</summary>
    public double Upper => Mean + HalfWidth;

    /// <summary>True when the value lies in the interval, ends included.</summary>
    /// <param name="value">Any number.</param>
    public bool Contains(double value) => value >= Lower && value <= Upper;
}
