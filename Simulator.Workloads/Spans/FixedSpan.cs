using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Workloads.Spans;

/// <summary>Always the same span.</summary>
public sealed class FixedSpan : ISpanDistribution
{
    private readonly SimDuration _span;

    /// <summary>A distribution without spread.</summary>
    /// <param name="span">The span, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The span is negative.</exception>
    public FixedSpan(SimDuration span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, SimDuration.Zero);
        _span = span;
    }

    /// <inheritdoc/>
    public SimDuration Next(RandomStream random) => _span;
}
