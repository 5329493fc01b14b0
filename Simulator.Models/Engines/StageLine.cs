using Simulator.Models.Costs;

namespace Simulator.Models.Engines;

/// <summary>The stages of a pipeline as batches pass them: a batch enters a stage when it has left the one before and the stage is free.</summary>
/// <remarks>Pipeline bubbles come from that alone.</remarks>
internal sealed class StageLine(int stages)
{
    private readonly Int128[] _freeAt = new Int128[stages];
    private readonly long[] _times = new long[stages];

    /// <summary>Time of the next batch in each stage, in <see cref="IterationCost.TimeUnitsPerNanosecond"/>; to be set before <see cref="Pass"/>.</summary>
    public Span<long> Times => _times;

    /// <summary>Sends a batch through.</summary>
    /// <param name="start">When it comes to the first stage, in cost time units.</param>
    /// <returns>Time until it leaves the last one, in cost time units.</returns>
    public long Pass(Int128 start)
    {
        Int128 at = start;
        for (int stage = 0; stage < _freeAt.Length; stage++)
        {
            at = Int128.Max(at, _freeAt[stage]) + _times[stage];
            _freeAt[stage] = at;
        }
        return (long)(at - start);
    }
}
