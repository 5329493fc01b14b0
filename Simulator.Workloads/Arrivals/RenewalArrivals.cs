using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Spans;

namespace Simulator.Workloads.Arrivals;

/// <summary>Arrivals whose gaps are independent draws from one distribution.</summary>
internal static class RenewalArrivals
{
    public static IEnumerable<SimTime> Of(ISpanDistribution gaps, RandomStream random)
    {
        SimTime now = SimTime.Zero;
        while (true)
        {
            now += gaps.Next(random);
            yield return now;
        }
    }
}
