using Simulator.Core.Randomness;
using Simulator.Workloads.Spans;

namespace Simulator.Workloads.Generators;

/// <summary>Draws one of several by their weights.</summary>
internal sealed class WeightedChoice
{
    private readonly double[] upTo;

    public WeightedChoice(IReadOnlyList<double> weights)
    {
        if (weights.Count == 0) throw new ArgumentException("There is nothing to choose from.", nameof(weights));
        upTo = new double[weights.Count];
        double sum = 0;
        for (int i = 0; i < upTo.Length; i++) upTo[i] = sum += Seconds.Positive(weights[i], nameof(weights));
    }

    public int Next(RandomStream random)
    {
        if (upTo.Length == 1) return 0;
        double drawn = random.NextDouble() * upTo[^1];
        int found = Array.BinarySearch(upTo, drawn);
        return found >= 0 ? found + 1 : ~found;
    }
}
