using Simulator.Core.Events;
using Simulator.Core.Time;

namespace Simulator.Core.Processes;

/// <summary>A delay that a process yields to let time pass: <c>yield return simulation.Timeout(3.Seconds());</c>.</summary>
/// <remarks>
/// A value that allocates nothing; its time runs from the yield on. To wait for a delay or something else, whichever comes
/// first, make an event of it with <see cref="AsEvent"/>.
/// </remarks>
public readonly struct Timeout
{
    internal Timeout(Simulation simulation, SimDuration delay, EventPriority priority) =>
        (Simulation, Delay, Priority) = (simulation, delay, priority);

    internal Simulation Simulation { get; }

    internal SimDuration Delay { get; }

    internal EventPriority Priority { get; }

    /// <summary>Starts the delay now, as an event.</summary>
    public TimeoutEvent AsEvent() => new(Simulation, Delay, Priority);
}
