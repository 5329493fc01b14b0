using System.Runtime.ExceptionServices;
using Simulator.Core.Events;
using Simulator.Core.Time;

namespace Simulator.Core.Processes;

/// <summary>The words of the process layer, said to a simulation.</summary>
public static class SimulationExtensions
{
    /// <summary>Starts a process; its first step comes at this instant.</summary>
    /// <param name="simulation">The simulation.</param>
    /// <param name="steps">An iterator that yields what it waits for.</param>
    /// <returns>The process, which is also the event of its end.</returns>
    public static Process Process(this Simulation simulation, IEnumerable<Wait> steps) => new(simulation, steps);

    /// <summary>A delay to be yielded.</summary>
    /// <param name="simulation">The simulation.</param>
    /// <param name="delay">At least zero.</param>
    /// <param name="priority">Order among the events of the instant at which it ends.</param>
    public static Timeout Timeout(this Simulation simulation, SimDuration delay, EventPriority priority = EventPriority.Normal) =>
        new(simulation, delay, priority);

    /// <summary>A pending event, to be triggered by the model.</summary>
    /// <param name="simulation">The simulation.</param>
    public static Event Event(this Simulation simulation) => new(simulation);

    /// <summary>A pending event that will bring a value.</summary>
    /// <typeparam name="T">Type of the value.</typeparam>
    /// <param name="simulation">The simulation.</param>
    public static Event<T> Event<T>(this Simulation simulation) => new(simulation);

    /// <summary>An event that succeeds as soon as one of the given ones has; at once if there are none.</summary>
    /// <remarks>It fails if the first to happen is a failure. Ask each event's IsProcessed for which it was.</remarks>
    /// <param name="simulation">The simulation.</param>
    /// <param name="events">The events to choose from.</param>
    public static Event AnyOf(this Simulation simulation, params ReadOnlySpan<Event> events) =>
        new Condition(simulation, events, Math.Min(1, events.Length));

    /// <summary>An event that succeeds when all the given ones have; at once if there are none.</summary>
    /// <remarks>It fails as soon as one of them fails.</remarks>
    /// <param name="simulation">The simulation.</param>
    /// <param name="events">The events to wait for.</param>
    public static Event AllOf(this Simulation simulation, params ReadOnlySpan<Event> events) =>
        new Condition(simulation, events, events.Length);

    /// <summary>Runs until an event has been processed, none is left, or the simulation is stopped.</summary>
    /// <param name="simulation">The simulation.</param>
    /// <param name="until">The event, often a process. Its failure is thrown.</param>
    public static void Run(this Simulation simulation, Event until)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        ArgumentNullException.ThrowIfNull(until);
        if (!until.IsProcessed)
        {
            Action<Event> stop = _ => simulation.Stop();
            until.AddCallback(stop);
            simulation.Run();
            until.RemoveCallback(stop);
        }
        if (until is { IsProcessed: true, Fault: { } fault }) ExceptionDispatchInfo.Throw(fault);
    }
}
