using Simulator.Core.Events;
using Simulator.Core.Time;

namespace Simulator.Core.Processes;

/// <summary>What a process waits for: the element type of its iterator.</summary>
/// <remarks>
/// Timeouts and events convert to it by themselves, so a process is written
/// <c>IEnumerable&lt;Wait&gt; Client(Simulation simulation) { yield return simulation.Timeout(3.Seconds()); … }</c>.
/// The default value waits until whatever else is due at this instant has fired.
/// </remarks>
public readonly struct Wait
{
    private Wait(Event? @event, SimDuration delay, EventPriority priority) => (Event, Delay, Priority) = (@event, delay, priority);

    internal Event? Event { get; }

    internal SimDuration Delay { get; }

    internal EventPriority Priority { get; }

    /// <summary>Waits for a delay.</summary>
    public static implicit operator Wait(Timeout timeout) => new(null, timeout.Delay, timeout.Priority);

    /// <summary>Waits for an event.</summary>
    public static implicit operator Wait(Event @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        return new(@event, default, default);
    }
}
