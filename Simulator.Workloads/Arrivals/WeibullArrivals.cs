using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Spans;

namespace Simulator.Workloads.Arrivals;

/// <summary>Weibull gaps: bursts with a heavier tail (ServeGen, arXiv 2505.09999).</summary>
public sealed class WeibullArrivals : IArrivalProcess
{
    private readonly ISpanDistribution _gaps;

    /// <summary>Arrivals of a rate and a burstiness.</summary>
    /// <param name="rate">Mean arrivals per second, above 0.</param>
    /// <param name="cv">Coefficient of variation of the gaps, from 0.02 to 100: 1 is a Poisson process, more is burstier.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public WeibullArrivals(double rate, double cv)
        : this(rate, new WeibullSpan(1 / Seconds.Positive(rate, nameof(rate)), cv))
    {
    }

    private WeibullArrivals(double rate, WeibullSpan gaps)
    {
        Rate = rate;
        _gaps = gaps;
    }

    /// <summary>Arrivals of a rate and a shape of the gaps.</summary>
    /// <param name="rate">Mean arrivals per second, above 0.</param>
    /// <param name="shape">Shape of the gaps, from 0.1 to 100: 1 is a Poisson process, less is burstier.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public static WeibullArrivals OfShape(double rate, double shape) => new(rate, WeibullSpan.OfShape(1 / Seconds.Positive(rate, nameof(rate)), shape));

    /// <inheritdoc/>
    public double Rate { get; }

    /// <inheritdoc/>
    public IEnumerable<SimTime> Arrivals(RandomStream random) => RenewalArrivals.Of(_gaps, random);
}
