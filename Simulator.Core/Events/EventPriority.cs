namespace Simulator.Core.Events;

/// <summary>Which of several events at the same instant fires first: the smaller value does.</summary>
/// <remarks>
/// Events of the same instant and the same priority fire in the order in which they were scheduled. A priority orders only
/// what is pending: an event scheduled for this very instant, from a handler, fires after those that have already fired.
/// </remarks>
public enum EventPriority : byte
{
    /// <summary>Before everything else of its instant: the start of a process, an interrupt, a failure.</summary>
    Urgent,

    /// <summary>Work that ends: it frees what work that begins at the same instant may use.</summary>
    Completion,

    /// <summary>Work that begins, and whatever has no reason for another priority: arrivals, decisions, process steps.</summary>
    Normal,

    /// <summary>Patience that ends: whatever completes or begins at the very deadline has still met it.</summary>
    Deadline,

    /// <summary>Looking without touching: samplers and reports see the state that the instant leaves behind.</summary>
    Observation,
}
