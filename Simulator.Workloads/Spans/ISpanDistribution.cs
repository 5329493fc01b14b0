using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Workloads.Spans;

/// <summary>How long a think gap, a gap between arrivals or another span of time lasts.</summary>
public interface ISpanDistribution
{
    /// <summary>Draws a span, at least 0.</summary>
    /// <param name="random">The stream to draw from.</param>
    SimDuration Next(RandomStream random);
}
