using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Workloads.Spans;

/// <summary>Gamma spans: shape α = 1/CV², scale mean/α (the method of moments of BurstGPT, arXiv 2401.17644).</summary>
public sealed class GammaSpan : ISpanDistribution
{
    private readonly double _shape;
    private readonly double _scaleSeconds;

    /// <summary>Spans of a mean and a coefficient of variation.</summary>
    /// <param name="meanSeconds">Mean in seconds, above 0.</param>
    /// <param name="cv">Coefficient of variation, above 0: 1 is exponential, more is burstier.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not a number above 0.</exception>
    public GammaSpan(double meanSeconds, double cv)
    {
        _shape = 1 / (Seconds.Positive(cv, nameof(cv)) * cv);
        _scaleSeconds = Seconds.Positive(meanSeconds, nameof(meanSeconds)) / _shape;
    }

    /// <inheritdoc/>
    public SimDuration Next(RandomStream random) => Seconds.ToSpan(random.NextGamma(_shape, _scaleSeconds));
}
