using System.Diagnostics.CodeAnalysis;
using Simulator.Core.Events;
using Simulator.Core.Time;

namespace Simulator.Core.Processes;

/// <summary>An activity that unfolds in time: an iterator that yields what it waits for. It is itself an event, its end.</summary>
/// <remarks>
/// <para>
/// Started by <see cref="SimulationExtensions.Process"/>; it takes its first step at that instant, after the current handler
/// has returned. It succeeds when the iterator ends and fails when the iterator throws.
/// </para>
/// <para>
/// Nothing can be thrown into a C# iterator. When a process goes on because of an interrupt or of an event that failed, it
/// has to ask: by <see cref="HandleInterrupt"/> or <see cref="HandleFault"/>, before its next yield. A fault that it does not
/// ask for ends it there (its finally and using blocks run), and passes to whoever waits for the process.
/// </para>
/// </remarks>
public sealed class Process : Event
{
    private const int Resume = 1;

    private readonly IEnumerator<Wait> _steps;
    private readonly Action<Event> _resumeAfter;
    private EventHandle _timer;
    private Event? _awaited;
    private Exception? _fault;

    internal Process(Simulation simulation, IEnumerable<Wait> steps) : base(simulation, triggersItself: true)
    {
        ArgumentNullException.ThrowIfNull(steps);
        _steps = steps.GetEnumerator();
        _resumeAfter = ResumeAfter;
        _timer = simulation.Schedule(SimDuration.Zero, this, Resume, priority: EventPriority.Urgent);
    }

    /// <summary>True until the process has ended.</summary>
    public bool IsAlive => !IsTriggered;

    /// <summary>What the process leaves to whoever waits for it; it sets this itself.</summary>
    public object? Result { get; set; }

    /// <summary>Makes the process go on at this instant, before whatever it waits for.</summary>
    /// <param name="cause">Handed to the process.</param>
    /// <exception cref="InvalidOperationException">The process has ended, or it is the active one.</exception>
    public void Interrupt(object? cause = null)
    {
        if (!IsAlive) throw new InvalidOperationException("The process has ended and cannot be interrupted; look at IsAlive first.");
        if (Simulation.Active == this) throw new InvalidOperationException("A process cannot interrupt itself.");
        Simulation.Schedule(SimDuration.Zero, new Interruption(this, cause), priority: EventPriority.Urgent);
    }

    /// <summary>Asks whether the last wait ended by a fault: a failed event, or an interrupt. Asking handles it.</summary>
    /// <param name="fault">The fault; an <see cref="InterruptException"/> for an interrupt.</param>
    public bool HandleFault([NotNullWhen(true)] out Exception? fault)
    {
        fault = _fault;
        _fault = null;
        return fault is not null;
    }

    /// <summary>Asks whether the last wait ended by an interrupt. Asking handles it.</summary>
    /// <remarks>A failed event is left to <see cref="HandleFault"/>.</remarks>
    /// <param name="cause">What the interrupting process gave as the cause.</param>
    public bool HandleInterrupt(out object? cause)
    {
        var interrupt = _fault as InterruptException;
        cause = interrupt?.Cause;
        if (interrupt is not null) _fault = null;
        return interrupt is not null;
    }

    private protected override void OnEvent(int kind)
    {
        if (kind == Resume) Advance();
        else Fire();
    }

    private void ResumeAfter(Event ended)
    {
        _awaited = null;
        _fault = ended.Fault;
        Advance();
    }

    /// <summary>Runs the iterator up to the next wait that takes time.</summary>
    private void Advance()
    {
        Simulation.Active = this;
        try
        {
            bool waiting = false;
            while (!waiting && _steps.MoveNext() && _fault is null) waiting = Begin(_steps.Current);
            if (!waiting) End(_fault);
        }
        catch (Exception thrown)
        {
            _steps.Dispose();
            Trigger(thrown);
        }
        finally
        {
            Simulation.Active = null;
        }
    }

    /// <summary>Starts a wait; false when what is waited for has already happened.</summary>
    private bool Begin(Wait wait)
    {
        switch (wait.Target)
        {
            case Simulation simulation when simulation == Simulation:
                _timer = simulation.Schedule(wait.Delay, this, Resume, priority: wait.Priority);
                return true;
            case Event { IsProcessed: false } pending when pending.Simulation == Simulation:
                _awaited = pending;
                pending.AddCallback(_resumeAfter);
                return true;
            case Event past when past.Simulation == Simulation:
                _fault = past.Fault;
                return false;
            case null:
                throw new InvalidOperationException("The process yielded the default value; it must yield a timeout or an event.");
            default:
                throw new InvalidOperationException("The process yielded a timeout or an event of another simulation.");
        }
    }

    private void End(Exception? fault)
    {
        _steps.Dispose();
        Trigger(fault);
    }

    private void Receive(InterruptException interrupt)
    {
        if (!IsAlive) return; // it ended at this very instant, before the interrupt reached it
        Simulation.Cancel(_timer);
        _awaited?.RemoveCallback(_resumeAfter);
        _awaited = null;
        _fault = interrupt;
        Advance();
    }

    private sealed class Interruption(Process process, object? cause) : IEventHandler
    {
        public void Handle(Simulation simulation, int kind, long argument) => process.Receive(new InterruptException(cause));
    }
}
