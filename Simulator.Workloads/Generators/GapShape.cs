using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Workloads.Generators;

/// <summary>The form of the gaps of a window; their scale follows from how many fill it.</summary>
/// <param name="Kind">The distribution.</param>
/// <param name="Shape">Its shape, above 0.</param>
internal readonly record struct GapShape(GapKind Kind, double Shape)
{
    public static GapShape Exponential { get; } = new(GapKind.Gamma, 1);

    /// <summary>
    /// Arrivals that fill a window: one gap more than arrivals, scaled to its length, so that neither end of the window is special.
    /// The gaps are drawn twice, from two copies of a stream, instead of being kept.
    /// </summary>
    public IEnumerable<SimTime> Fill(SimTime start, SimDuration length, long arrivals, RandomStream parent, long window)
    {
        if (arrivals == 0) yield break;
        double total = 0;
        RandomStream rehearsal = parent.Substream(window);
        for (long i = 0; i <= arrivals; i++) total += Draw(rehearsal);
        RandomStream random = parent.Substream(window);
        double sum = 0;
        for (long i = 0; i < arrivals; i++)
        {
            sum += Draw(random);
            double share = total > 0 ? sum / total : (i + 1.0) / (arrivals + 1);
            yield return start + SimDuration.FromNanoseconds((long)(length.Nanoseconds * Math.Min(share, 1)));
        }
    }

    private double Draw(RandomStream random) => Kind == GapKind.Gamma ? random.NextGamma(Shape, 1) : random.NextWeibull(Shape, 1);
}

/// <summary>Distributions of gaps.</summary>
internal enum GapKind
{
    Gamma,
    Weibull,
}
