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
    private Node[] _nodes = [];
    private int[] _positions = [];
    private Slot[] _slots = [];
    private int _count;
    private ulong _sequence;

    public int Count => _count;

    /// <summary>Time of the first event, in nanoseconds; there must be one.</summary>
    public long FirstTime => _nodes[0].Time;

    public EventHandle Add(long time, EventPriority priority, IEventHandler handler, int kind, long argument)
    {
        if (_count == _nodes.Length) Grow();
        int slot = _nodes[_count].Slot;
        ulong rank = (ulong)priority << PriorityShift | ++_sequence;
        _slots[slot] = new Slot(handler, argument, kind);
        MoveUp(_count++, new Node(time, rank, slot));
        return new EventHandle(slot, rank);
    }

    /// <summary>Removes the first event; there must be one.</summary>
    public Slot Take()
    {
        Slot taken = _slots[_nodes[0].Slot];
        RemoveAt(0);
        return taken;
    }

    /// <summary>Removes an event that is still pending; a handle of any other event changes nothing.</summary>
    public bool Remove(EventHandle handle)
    {
        if ((uint)handle.Slot >= (uint)_positions.Length) return false;
        int position = _positions[handle.Slot];
        if (position >= _count || _nodes[position].Rank != handle.Rank) return false;
        RemoveAt(position);
        return true;
    }

    private void RemoveAt(int position)
    {
        int slot = _nodes[position].Slot;
        _slots[slot] = default;
        Node last = _nodes[--_count];
        _nodes[_count].Slot = slot;
        if (position == _count) return;
        if (position > 0 && last.Precedes(_nodes[(position - 1) / Arity])) MoveUp(position, last);
        else MoveDown(position, last);
    }

    private void MoveUp(int position, Node node)
    {
        while (position > 0)
        {
            int parent = (position - 1) / Arity;
            if (!node.Precedes(_nodes[parent])) break;
            Place(position, _nodes[parent]);
            position = parent;
        }
        Place(position, node);
    }

    private void MoveDown(int position, Node node)
    {
        while (true)
        {
            int child = position * Arity + 1;
            if (child >= _count) break;
            int end = Math.Min(child + Arity, _count);
            int smallest = child;
            for (child++; child < end; child++)
                if (_nodes[child].Precedes(_nodes[smallest])) smallest = child;
            if (!_nodes[smallest].Precedes(node)) break;
            Place(position, _nodes[smallest]);
            position = smallest;
        }
        Place(position, node);
    }

    private void Place(int position, Node node)
    {
        _nodes[position] = node;
        _positions[node.Slot] = position;
    }

    private void Grow()
    {
        int capacity = Math.Max(16, _count * 2);
        Array.Resize(ref _nodes, capacity);
        Array.Resize(ref _positions, capacity);
        Array.Resize(ref _slots, capacity);
        for (int i = _count; i < capacity; i++) _nodes[i].Slot = i;
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
