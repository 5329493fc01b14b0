using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Workloads.Spans;

/// <summary>Exponential spans.</summary>
public sealed class ExponentialSpan : ISpanDistribution
{
    private readonly double _meanSeconds;

    /// <summary>Spans whose coefficient of variation is 1.</summary>
    /// <param name="meanSeconds">Mean in seconds, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The mean is not a number above 0.</exception>
    public ExponentialSpan(double meanSeconds) => _meanSeconds = Seconds.Positive(meanSeconds, nameof(meanSeconds));

    /// <inheritdoc/>
    public SimDuration Next(RandomStream random) => Seconds.ToSpan(random.NextExponential(_meanSeconds));
}
