namespace Simulator.Core.Events;

/// <summary>Names one scheduled event, so that it can be cancelled.</summary>
/// <remarks>
/// A handle stays harmless after its event has fired or was cancelled, however often its slot is used again: it carries the
/// event's own rank (priority and sequence number), which no other event of the simulation ever has. The default handle names
/// no event.
/// </remarks>
public readonly record struct EventHandle
{
    internal EventHandle(int slot, ulong rank) => (Slot, Rank) = (slot, rank);

    internal int Slot { get; }

    internal ulong Rank { get; }
}
