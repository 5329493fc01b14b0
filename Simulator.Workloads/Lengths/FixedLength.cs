using Simulator.Core.Randomness;

namespace Simulator.Workloads.Lengths;

/// <summary>Always the same length.</summary>
public sealed class FixedLength : ILengthDistribution
{
    private readonly int _tokens;

    /// <summary>A distribution without spread.</summary>
    /// <param name="tokens">The length in tokens, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public FixedLength(int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        _tokens = tokens;
    }

    /// <inheritdoc/>
    public int Next(RandomStream random) => _tokens;
}
