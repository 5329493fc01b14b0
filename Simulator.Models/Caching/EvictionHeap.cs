namespace Simulator.Models.Caching;

/// <summary>What may be evicted, by the time of its last use: a heap that knows the places of its members.</summary>
/// <remarks>
/// Members are small non-negative ids, stamps are a logical clock and never equal. Adding, removing and taking cost O(log n), and
/// no allocation once the arrays have grown.
/// </remarks>
internal sealed class EvictionHeap
{
    private const int Absent = -1;

    private (long Stamp, int Id)[] _heap = new (long, int)[16];
    private int[] _places = [];

    /// <summary>Members.</summary>
    public int Count { get; private set; }

    /// <summary>The member used least recently; there must be one.</summary>
    public int First => _heap[0].Id;

    /// <summary>True when the id is a member.</summary>
    public bool Contains(int id) => id < _places.Length && _places[id] != Absent;

    /// <summary>Adds an id that is no member.</summary>
    /// <param name="id">At least 0.</param>
    /// <param name="stamp">When it was used last.</param>
    public void Add(int id, long stamp)
    {
        if (id >= _places.Length)
        {
            int grown = _places.Length;
            Array.Resize(ref _places, Math.Max(id + 1, 2 * grown));
            Array.Fill(_places, Absent, grown, _places.Length - grown);
        }
        if (Count == _heap.Length) Array.Resize(ref _heap, 2 * Count);
        Up((stamp, id), Count++);
    }

    /// <summary>Removes a member.</summary>
    public void Remove(int id)
    {
        int hole = _places[id];
        _places[id] = Absent;
        (long Stamp, int Id) last = _heap[--Count];
        if (hole == Count) return;
        if (hole > 0 && last.Stamp < _heap[(hole - 1) / 2].Stamp) Up(last, hole);
        else Down(last, hole);
    }

    private void Up((long Stamp, int Id) member, int place)
    {
        while (place > 0)
        {
            int parent = (place - 1) / 2;
            if (_heap[parent].Stamp < member.Stamp) break;
            Place(_heap[parent], place);
            place = parent;
        }
        Place(member, place);
    }

    private void Down((long Stamp, int Id) member, int place)
    {
        for (int child = 2 * place + 1; child < Count; child = 2 * place + 1)
        {
            if (child + 1 < Count && _heap[child + 1].Stamp < _heap[child].Stamp) child++;
            if (member.Stamp < _heap[child].Stamp) break;
            Place(_heap[child], place);
            place = child;
        }
        Place(member, place);
    }

    private void Place((long Stamp, int Id) member, int place)
    {
        _heap[place] = member;
        _places[member.Id] = place;
    }
}
