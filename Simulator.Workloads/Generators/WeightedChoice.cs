using Simulator.Core.Randomness;
using Simulator.Workloads.Spans;

namespace Simulator.Workloads.Generators;

/// <summary>Draws one of several by their weights.</summary>
internal sealed class WeightedChoice
{
    private readonly double[] _upTo;

    public WeightedChoice(IReadOnlyList<double> weights)
    {
        if (weights.Count == 0) throw new ArgumentException("There is nothing to choose from.", nameof(weights));
        _upTo = new double[weights.Count];
        double sum = 0;
        for (int i = 0; i < _upTo.Length; i++) _upTo[i] = sum += Seconds.Positive(weights[i], nameof(weights));
    }

    public int Next(RandomStream random)
    {
        if (_upTo.Length == 1) return 0;
        double drawn = random.NextDouble() * _upTo[^1];
        int found = Array.BinarySearch(_upTo, drawn);
        return found >= 0 ? found + 1 : ~found;
    }
}
