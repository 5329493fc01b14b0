using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Spans;

namespace Simulator.Workloads.Arrivals;

/// <summary>A steady clock: every gap is the same.</summary>
public sealed class ConstantArrivals : IArrivalProcess
{
    private readonly ISpanDistribution _gaps;

    /// <summary>Arrivals of a rate.</summary>
    /// <param name="rate">Mean arrivals per second, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not a number above 0.</exception>
    public ConstantArrivals(double rate)
    {
        Rate = Seconds.Positive(rate, nameof(rate));
        _gaps = new FixedSpan(SimDuration.FromSeconds(1 / rate));
    }

    /// <inheritdoc/>
    public double Rate { get; }

    /// <inheritdoc/>
    public IEnumerable<SimTime> Arrivals(RandomStream random) => RenewalArrivals.Of(_gaps, random);
}
