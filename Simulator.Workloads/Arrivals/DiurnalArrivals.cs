using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Workloads.Arrivals;

/// <summary>
/// A process whose rate follows the hours of the day. Its arrivals are those of a stationary process on a clock that runs fast in busy
/// hours and slow in quiet ones (time rescaling), so that the burstiness of the stationary process stays.
/// </summary>
public sealed class DiurnalArrivals : IArrivalProcess
{
    private readonly IArrivalProcess _stationary;
    private readonly double[] _factors;

    /// <summary>A stationary process under a profile of the day.</summary>
    /// <param name="stationary">The process to follow the profile; its rate is the mean rate of a day.</param>
    /// <param name="hourFactors">
    /// 24 relative rates, for the hours from 0:00 on, each at least 0 and not all 0; only their proportions count. Time 0 is 0:00.
    /// </param>
    /// <exception cref="ArgumentException">There are not 24 factors, one is negative or not a number, or all are 0.</exception>
    public DiurnalArrivals(IArrivalProcess stationary, IReadOnlyList<double> hourFactors)
    {
        ArgumentNullException.ThrowIfNull(stationary);
        ArgumentNullException.ThrowIfNull(hourFactors);
        _stationary = stationary;
        _factors = RateProfile.OfDay(hourFactors);
    }

    /// <inheritdoc/>
    public double Rate => _stationary.Rate;

    /// <inheritdoc/>
    public IEnumerable<SimTime> Arrivals(RandomStream random) => RateProfile.Rescale(_stationary.Arrivals(random), Hours());

    private IEnumerable<double> Hours()
    {
        while (true)
        {
            foreach (double factor in _factors) yield return factor;
        }
    }
}
