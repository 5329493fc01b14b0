namespace Simulator.Models.Engines;

/// <summary>Decoding sequences by the iteration in which they finish; ties in running order. A heap that knows its members' places.</summary>
internal sealed class FinishQueue
{
    private Sequence[] _heap = new Sequence[16];

    public int Count { get; private set; }

    public Sequence First => _heap[0];

    public void Add(Sequence sequence)
    {
        if (Count == _heap.Length) Array.Resize(ref _heap, 2 * Count);
        Count++;
        Up(sequence, Count - 1);
    }

    public void Remove(Sequence sequence)
    {
        int hole = sequence.FinishIndex;
        Count--;
        Sequence last = _heap[Count];
        _heap[Count] = null!;
        if (hole == Count) return;
        if (hole > 0 && IsBefore(last, _heap[(hole - 1) / 2])) Up(last, hole);
        else Down(last, hole);
    }

    private static bool IsBefore(Sequence a, Sequence b) =>
        a.FinishIteration < b.FinishIteration || (a.FinishIteration == b.FinishIteration && a.Order < b.Order);

    private void Up(Sequence sequence, int index)
    {
        while (index > 0)
        {
            int parent = (index - 1) / 2;
            if (!IsBefore(sequence, _heap[parent])) break;
            Place(_heap[parent], index);
            index = parent;
        }
        Place(sequence, index);
    }

    private void Down(Sequence sequence, int index)
    {
        for (int child = 2 * index + 1; child < Count; child = 2 * index + 1)
        {
            if (child + 1 < Count && IsBefore(_heap[child + 1], _heap[child])) child++;
            if (!IsBefore(_heap[child], sequence)) break;
            Place(_heap[child], index);
            index = child;
        }
        Place(sequence, index);
    }

    private void Place(Sequence sequence, int index)
    {
        _heap[index] = sequence;
        sequence.FinishIndex = index;
    }
}
