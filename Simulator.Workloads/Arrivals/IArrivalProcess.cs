using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Workloads.Arrivals;

/// <summary>When requests, or sessions, arrive.</summary>
public interface IArrivalProcess
{
    /// <summary>Mean arrivals per second in the long run, above 0.</summary>
    double Rate { get; }

    /// <summary>The arrivals after time 0, in order, without end.</summary>
    /// <param name="random">The stream to draw from; it is drawn from while the arrivals are enumerated.</param>
    IEnumerable<SimTime> Arrivals(RandomStream random);
}
