using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Spans;

namespace Simulator.Workloads.Arrivals;

/// <summary>Bursts: a Poisson process whose rate changes between two values, for exponential spans (a two-state MMPP).</summary>
public sealed class OnOffArrivals : IArrivalProcess
{
    private readonly double _onRate;
    private readonly double _offRate;
    private readonly double _meanOn;
    private readonly double _meanOff;

    /// <summary>Bursts and the quiet between them; the process begins in a quiet span.</summary>
    /// <param name="onRate">Arrivals per second in a burst, above 0.</param>
    /// <param name="meanOn">Mean length of a burst, above 0.</param>
    /// <param name="meanOff">Mean length of a quiet span, above 0.</param>
    /// <param name="offRate">Arrivals per second in a quiet span, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public OnOffArrivals(double onRate, SimDuration meanOn, SimDuration meanOff, double offRate = 0)
    {
        _onRate = Seconds.Positive(onRate, nameof(onRate));
        _meanOn = Seconds.Positive(meanOn.ToSeconds(), nameof(meanOn));
        _meanOff = Seconds.Positive(meanOff.ToSeconds(), nameof(meanOff));
        if (!(offRate >= 0) || double.IsInfinity(offRate)) throw new ArgumentOutOfRangeException(nameof(offRate), offRate, "Give a number of at least 0.");
        _offRate = offRate;
    }

    /// <inheritdoc/>
    public double Rate => ((_onRate * _meanOn) + (_offRate * _meanOff)) / (_meanOn + _meanOff);

    /// <inheritdoc/>
    public IEnumerable<SimTime> Arrivals(RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        SimTime start = SimTime.Zero;
        for (bool on = false; ; on = !on)
        {
            SimTime end = start + Seconds.ToSpan(random.NextExponential(on ? _meanOn : _meanOff));
            double rate = on ? _onRate : _offRate;
            if (rate > 0)
            {
                SimTime arrival = start + Seconds.ToSpan(random.NextExponential(1 / rate));
                while (arrival < end)
                {
                    yield return arrival;
                    arrival += Seconds.ToSpan(random.NextExponential(1 / rate));
                }
            }
            start = end;
        }
    }
}
