namespace Simulator.Core.Events;

/// <summary>Pending events in the order (time, priority, sequence): a 4-ary heap of structs.</summary>
/// <remarks>
/// An event's handler and arguments lie still in a slot while only the small nodes that order them move. Adding, taking and
/// cancelling cost O(log n) and, once the arrays have grown, no allocation. Sequence numbers are never given out twice, so
/// that simultaneous events keep their order however many are pending.
/// </remarks>
internal sealed class EventQueue
{
    private const int Arity = 4;
    private const int PriorityShift = 56;

    // The first `count` nodes are the heap. The slots named by the others are the free ones.
    private Node[] nodes = [];
    private int[] positions = [];
    private Slot[] slots = [];
    private int count;
    private ulong sequence;

    public int Count => count;

    /// <summary>Time of the first event, in nanoseconds; there must be one.</summary>
    public long FirstTime => nodes[0].Time;

    public EventHandle Add(long time, EventPriority priority, IEventHandler handler, int kind, long argument)
    {
        if (count == nodes.Length) Grow();
        int slot = nodes[count].Slot;
        ulong rank = (ulong)priority << PriorityShift | ++sequence;
        slots[slot] = new Slot(handler, argument, kind);
        MoveUp(count++, new Node(time, rank, slot));
        return new EventHandle(slot, rank);
    }

    /// <summary>Removes the first event; there must be one.</summary>
    public Slot Take()
    {
        Slot taken = slots[nodes[0].Slot];
        RemoveAt(0);
        return taken;
    }

    /// <summary>Removes an event that is still pending; a handle of any other event changes nothing.</summary>
    public bool Remove(EventHandle handle)
    {
        if ((uint)handle.Slot >= (uint)positions.Length) return false;
        int position = positions[handle.Slot];
        if (position >= count || nodes[position].Rank != handle.Rank) return false;
        RemoveAt(position);
        return true;
    }

    private void RemoveAt(int position)
    {
        int slot = nodes[position].Slot;
        slots[slot] = default;
        Node last = nodes[--count];
        nodes[count].Slot = slot;
        if (position == count) return;
        if (position > 0 && last.Precedes(nodes[(position - 1) / Arity])) MoveUp(position, last);
        else MoveDown(position, last);
    }

    private void MoveUp(int position, Node node)
    {
        while (position > 0)
        {
            int parent = (position - 1) / Arity;
            if (!node.Precedes(nodes[parent])) break;
            Place(position, nodes[parent]);
            position = parent;
        }
        Place(position, node);
    }

    private void MoveDown(int position, Node node)
    {
        while (true)
        {
            int child = position * Arity + 1;
            if (child >= count) break;
            int end = Math.Min(child + Arity, count);
            int smallest = child;
            for (child++; child < end; child++)
                if (nodes[child].Precedes(nodes[smallest])) smallest = child;
            if (!nodes[smallest].Precedes(node)) break;
            Place(position, nodes[smallest]);
            position = smallest;
        }
        Place(position, node);
    }

    private void Place(int position, Node node)
    {
        nodes[position] = node;
        positions[node.Slot] = position;
    }

    private void Grow()
    {
        int capacity = Math.Max(16, count * 2);
        Array.Resize(ref nodes, capacity);
        Array.Resize(ref positions, capacity);
        Array.Resize(ref slots, capacity);
        for (int i = count; i < capacity; i++) nodes[i].Slot = i;
    }

    /// <summary>What an event does: its handler and what is handed to it.</summary>
    public readonly record struct Slot(IEventHandler Handler, long Argument, int Kind);

    private struct Node(long time, ulong rank, int slot)
    {
        public readonly long Time = time;
        public readonly ulong Rank = rank;
        public int Slot = slot;

        public readonly bool Precedes(in Node other) => Time < other.Time || (Time == other.Time && Rank < other.Rank);
    }
}
