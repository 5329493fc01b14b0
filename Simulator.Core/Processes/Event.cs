using System.Runtime.ExceptionServices;
using Simulator.Core.Events;
using Simulator.Core.Time;

namespace Simulator.Core.Processes;

/// <summary>Something that happens once, and that processes can wait for.</summary>
/// <remarks>
/// An event is first pending, then triggered (its outcome is known and it stands in the queue), then processed (those who
/// waited have been told). A failure that nobody waits for is thrown out of <see cref="Simulation.Run()"/>: nothing fails silently.
/// </remarks>
public class Event : IEventHandler
{
    private readonly bool _triggersItself;
    private Action<Event>? _callbacks;

    /// <summary>A pending event that the model triggers with <see cref="Succeed"/> or <see cref="Fail"/>.</summary>
    /// <param name="simulation">The simulation that it belongs to.</param>
    public Event(Simulation simulation) : this(simulation, triggersItself: false)
    {
    }

    private protected Event(Simulation simulation, bool triggersItself)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        Simulation = simulation;
        _triggersItself = triggersItself;
    }

    /// <summary>The simulation that the event belongs to.</summary>
    public Simulation Simulation { get; }

    /// <summary>True once the outcome is known.</summary>
    public bool IsTriggered { get; private set; }

    /// <summary>True once those who waited have been told.</summary>
    public bool IsProcessed { get; private set; }

    /// <summary>True once the event has succeeded; false while it is pending and after a failure.</summary>
    public bool IsOk => IsTriggered && Fault is null;

    /// <summary>Why the event failed; null while it is pending and after a success.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Triggers the event: those who wait for it go on, at this instant.</summary>
    /// <exception cref="InvalidOperationException">The event is already triggered, or its kind triggers itself.</exception>
    public void Succeed()
    {
        RequireTriggerable();
        Trigger(null);
    }

    /// <summary>Triggers the event with a failure, which passes to the processes that wait for it.</summary>
    /// <param name="fault">What went wrong.</param>
    /// <exception cref="InvalidOperationException">The event is already triggered, or its kind triggers itself.</exception>
    public void Fail(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        RequireTriggerable();
        Trigger(fault);
    }

    /// <summary>Calls back when the event is processed, after those that were added before.</summary>
    /// <param name="callback">Receives the event. Whoever calls back is taken to have seen a failure.</param>
    /// <exception cref="InvalidOperationException">The event has been processed.</exception>
    public void AddCallback(Action<Event> callback)
    {
        if (IsProcessed)
            throw new InvalidOperationException("The event has already been processed; look at IsProcessed before adding a callback.");
        _callbacks += callback;
    }

    internal void RemoveCallback(Action<Event> callback) => _callbacks -= callback;

    void IEventHandler.Handle(Simulation simulation, int kind, long argument) => OnEvent(kind);

    private protected virtual void OnEvent(int kind) => Fire();

    private protected void RequireTriggerable()
    {
        if (_triggersItself)
            throw new InvalidOperationException($"A {GetType().Name} triggers itself; only plain events take Succeed and Fail.");
        if (IsTriggered) throw new InvalidOperationException("The event is already triggered; an event happens once.");
    }

    /// <summary>Fixes the outcome and puts the event into the queue at the current instant.</summary>
    internal void Trigger(Exception? fault)
    {
        IsTriggered = true;
        Fault = fault;
        Simulation.Schedule(SimDuration.Zero, this);
    }

    /// <summary>Tells those who wait.</summary>
    private protected void Fire()
    {
        IsTriggered = true;
        IsProcessed = true;
        Action<Event>? waiting = _callbacks;
        _callbacks = null;
        if (waiting is not null) waiting(this);
        else if (Fault is not null) ExceptionDispatchInfo.Throw(Fault);
    }
}
