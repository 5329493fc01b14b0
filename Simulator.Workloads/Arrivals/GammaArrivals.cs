using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Spans;

namespace Simulator.Workloads.Arrivals;

/// <summary>Gamma gaps: the bursts of LLM traffic (BurstGPT, arXiv 2401.17644).</summary>
public sealed class GammaArrivals : IArrivalProcess
{
    private readonly ISpanDistribution _gaps;

    /// <summary>Arrivals of a rate and a burstiness.</summary>
    /// <param name="rate">Mean arrivals per second, above 0.</param>
    /// <param name="cv">Coefficient of variation of the gaps, above 0: 1 is a Poisson process, more is burstier.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public GammaArrivals(double rate, double cv)
    {
        Rate = Seconds.Positive(rate, nameof(rate));
        _gaps = new GammaSpan(1 / rate, cv);
    }

    /// <inheritdoc/>
    public double Rate { get; }

    /// <inheritdoc/>
    public IEnumerable<SimTime> Arrivals(RandomStream random) => RenewalArrivals.Of(_gaps, random);
}
