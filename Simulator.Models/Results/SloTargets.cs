using Simulator.Core.Time;

namespace Simulator.Models.Results;

/// <summary>Service-level objectives of a request; null for no bound. A completed request meets them when it meets all.</summary>
/// <param name="Ttft">Longest time to first token.</param>
/// <param name="Tpot">Longest mean time per output token after the first; met by an output of one token.</param>
/// <param name="E2e">Longest time from arrival to end.</param>
public readonly record struct SloTargets(SimDuration? Ttft = null, SimDuration? Tpot = null, SimDuration? E2e = null)
{
    /// <summary>True when at least one bound is set.</summary>
    public bool IsSet => Ttft is not null || Tpot is not null || E2e is not null;

    /// <summary>True when the completed request met every bound.</summary>
    public bool IsMet(in RequestRecord record) =>
        !(record.Ttft > Ttft) && !(record.Tpot > Tpot) && !(E2e is { } bound && record.E2e > bound);
}
