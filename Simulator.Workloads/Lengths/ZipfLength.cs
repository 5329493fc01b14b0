using Simulator.Core.Randomness;
using Simulator.Workloads.Spans;

namespace Simulator.Workloads.Lengths;

/// <summary>Zipf lengths: n tokens with a probability proportional to n^−exponent. BurstGPT's own generator uses 1.1 below 1,024.</summary>
public sealed class ZipfLength : ILengthDistribution
{
    private readonly double _exponent;
    private readonly int _max;

    /// <summary>Lengths from 1 to a greatest one.</summary>
    /// <param name="exponent">Exponent, above 0.</param>
    /// <param name="max">Greatest length in tokens, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public ZipfLength(double exponent, int max)
    {
        _exponent = Seconds.Positive(exponent, nameof(exponent));
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        _max = max;
    }

    /// <inheritdoc/>
    public int Next(RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return random.NextZipf(_exponent, _max);
    }
}
