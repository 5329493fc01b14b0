using Simulator.Core.Events;
using Simulator.Core.Processes;
using Simulator.Core.Time;

namespace Simulator.Core;

/// <summary>One run: a clock and the events that are still to happen.</summary>
/// <remarks>
/// Events fire in the order (time, <see cref="EventPriority"/>, order of scheduling), and the clock never goes back. A
/// simulation belongs to one thread; several can run side by side, since they share nothing. The vocabulary is that of SimPy
/// and SimSharp; <see cref="SimulationExtensions"/> adds processes.
/// </remarks>
public sealed class Simulation
{
    private readonly EventQueue _queue = new();
    private bool _running;
    private bool _stopping;

    /// <summary>The current instant.</summary>
    public SimTime Now { get; private set; }

    /// <summary>Events that have fired so far.</summary>
    public long ProcessedEvents { get; private set; }

    /// <summary>Events that are scheduled and have neither fired nor been cancelled.</summary>
    public int PendingEvents => _queue.Count;

    /// <summary>The process whose step is being taken: what an iterator asks for its own process.</summary>
    /// <exception cref="InvalidOperationException">None is; the call came from outside a process.</exception>
    public Process ActiveProcess => Active
        ?? throw new InvalidOperationException("No process is taking a step; only the iterator of a process may ask for it.");

    internal Process? Active { get; set; }

    /// <summary>Instant of the next event; <see cref="SimTime.MaxValue"/> when there is none.</summary>
    public SimTime Peek() => _queue.Count == 0 ? SimTime.MaxValue : SimTime.FromNanoseconds(_queue.FirstTime);

    /// <summary>Schedules an event after a delay.</summary>
    /// <param name="delay">Delay from now, at least zero.</param>
    /// <param name="handler">Called when the time has come.</param>
    /// <param name="kind">Handed to the handler.</param>
    /// <param name="argument">Handed to the handler.</param>
    /// <param name="priority">Order among the events of that instant.</param>
    /// <returns>A handle that <see cref="Cancel"/> takes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative.</exception>
    /// <exception cref="OverflowException">The instant is out of range.</exception>
    public EventHandle Schedule(
        SimDuration delay, IEventHandler handler, int kind = 0, long argument = 0, EventPriority priority = EventPriority.Normal) =>
        Schedule(Now + delay, handler, kind, argument, priority);

    /// <summary>Schedules an event at an instant.</summary>
    /// <param name="time">The instant, not before <see cref="Now"/>.</param>
    /// <param name="handler">Called when the time has come.</param>
    /// <param name="kind">Handed to the handler.</param>
    /// <param name="argument">Handed to the handler.</param>
    /// <param name="priority">Order among the events of that instant.</param>
    /// <returns>A handle that <see cref="Cancel"/> takes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The instant has passed.</exception>
    public EventHandle Schedule(
        SimTime time, IEventHandler handler, int kind = 0, long argument = 0, EventPriority priority = EventPriority.Normal)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (time < Now) ThrowPast(time, nameof(time));
        return _queue.Add(time.Nanoseconds, priority, handler, kind, argument);
    }

    /// <summary>Cancels an event that has not fired yet.</summary>
    /// <param name="handle">What scheduling it returned.</param>
    /// <returns>False when the event has already fired or been cancelled; nothing changes then.</returns>
    public bool Cancel(EventHandle handle) => _queue.Remove(handle);

    /// <summary>Fires events until none is left or <see cref="Stop"/> is called.</summary>
    /// <exception cref="InvalidOperationException">The simulation is already running: the call came from a handler.</exception>
    public void Run() => RunBefore(null);

    /// <summary>Fires the events before an instant, then sets the clock to it.</summary>
    /// <remarks>
    /// Events at <paramref name="end"/> itself stay pending, so that consecutive calls cut time into half-open intervals. After
    /// <see cref="Stop"/> the clock stays where it is.
    /// </remarks>
    /// <param name="end">The instant, not before <see cref="Now"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The instant has passed.</exception>
    /// <exception cref="InvalidOperationException">The simulation is already running: the call came from a handler.</exception>
    public void RunUntil(SimTime end)
    {
        if (end < Now) ThrowPast(end, nameof(end));
        RunBefore(end);
        if (!_stopping) Now = end;
    }

    /// <summary>Fires the next event.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="InvalidOperationException">The simulation is already running: the call came from a handler.</exception>
    public bool Step()
    {
        if (_queue.Count == 0) return false;
        Enter();
        try
        {
            FireNext();
        }
        finally
        {
            _running = false;
        }
        return true;
    }

    /// <summary>Ends <see cref="Run"/> or <see cref="RunUntil"/> when the current handler returns; what is pending stays so.</summary>
    public void Stop() => _stopping = true;

    private void RunBefore(SimTime? end)
    {
        Enter();
        try
        {
            while (!_stopping && _queue.Count > 0 && (end is null || _queue.FirstTime < end.Value.Nanoseconds)) FireNext();
        }
        finally
        {
            _running = false;
        }
    }

    private void Enter()
    {
        if (_running) throw new InvalidOperationException("The simulation is already running; a handler cannot run it again.");
        _running = true;
        _stopping = false;
    }

    private void FireNext()
    {
        Now = SimTime.FromNanoseconds(_queue.FirstTime);
        ProcessedEvents++;
        EventQueue.Slot next = _queue.Take();
        next.Handler.Handle(this, next.Kind, next.Argument);
    }

    private void ThrowPast(SimTime time, string parameter) => throw new ArgumentOutOfRangeException(
        parameter, time, $"The simulation is already at {Now} and its time never goes back. Give an instant not before that.");
}
