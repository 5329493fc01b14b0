using Simulator.Core.Events;
using Simulator.Core.Time;

namespace Simulator.Core.Processes;

/// <summary>An event that succeeds after a delay.</summary>
public sealed class TimeoutEvent : Event
{
    private readonly EventHandle _handle;

    internal TimeoutEvent(Simulation simulation, SimDuration delay, EventPriority priority)
        : base(simulation, triggersItself: true) => _handle = simulation.Schedule(delay, this, priority: priority);

    /// <summary>Takes the delay back, for instance because what was waited for came in time. Nobody who waits for it is told.</summary>
    /// <returns>False when it has already passed or been cancelled.</returns>
    public bool Cancel() => Simulation.Cancel(_handle);
}
