using Simulator.Core.Events;
using Simulator.Core.Time;

namespace Simulator.Core.Processes;

/// <summary>What a process waits for: the element type of its iterator.</summary>
/// <remarks>
/// Timeouts and events convert to it by themselves, so a process is written
/// <c>IEnumerable&lt;Wait&gt; Client(Simulation simulation) { yield return simulation.Timeout(3.Seconds()); … }</c>.
/// </remarks>
public readonly struct Wait
{
    private Wait(object target, SimDuration delay, EventPriority priority) => (Target, Delay, Priority) = (target, delay, priority);

    /// <summary>The event waited for; for a timeout, the simulation whose time is to pass; null in the default value.</summary>
    internal object? Target { get; }

    internal SimDuration Delay { get; }

    internal EventPriority Priority { get; }

    /// <summary>Waits for a delay.</summary>
    public static implicit operator Wait(Timeout timeout) => new(timeout.Simulation, timeout.Delay, timeout.Priority);

    /// <summary>Waits for an event.</summary>
    public static implicit operator Wait(Event @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        return new(@event, default, default);
    }
}
