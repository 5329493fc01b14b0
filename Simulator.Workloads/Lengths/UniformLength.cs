using Simulator.Core.Randomness;

namespace Simulator.Workloads.Lengths;

/// <summary>Every length of a range is equally likely.</summary>
public sealed class UniformLength : ILengthDistribution
{
    private readonly int _min;
    private readonly int _max;

    /// <summary>Lengths of a range.</summary>
    /// <param name="min">Least length in tokens, at least 0.</param>
    /// <param name="max">Greatest length in tokens, included; at least <paramref name="min"/> and below 2³¹ − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public UniformLength(int min, int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(min);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        ArgumentOutOfRangeException.ThrowIfEqual(max, int.MaxValue);
        _min = min;
        _max = max;
    }

    /// <inheritdoc/>
    public int Next(RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return _min + random.NextInt32(_max - _min + 1);
    }
}
