using Simulator.Core.Randomness;

namespace Simulator.Workloads.Lengths;

/// <summary>Geometric counts 1, 2, 3, …: the turns of conversations, each of which is the last with the same probability.</summary>
public sealed class GeometricLength : ILengthDistribution
{
    private readonly double _mean;
    private readonly int _max;

    /// <summary>Counts of a mean.</summary>
    /// <param name="mean">Mean, at least 1.</param>
    /// <param name="max">Greatest count, at least 1; what lies beyond is moved to it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public GeometricLength(double mean, int max = int.MaxValue)
    {
        if (!(mean >= 1) || double.IsInfinity(mean)) throw new ArgumentOutOfRangeException(nameof(mean), mean, "Give a number of at least 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        _mean = mean;
        _max = max;
    }

    /// <inheritdoc/>
    public int Next(RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return (int)Math.Min(random.NextGeometric(_mean), _max);
    }
}
