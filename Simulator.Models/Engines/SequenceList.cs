namespace Simulator.Models.Engines;

/// <summary>Sequences in order, linked through themselves: O(1) to append, to put in front and to remove.</summary>
internal sealed class SequenceList
{
    public Sequence? First { get; private set; }

    public Sequence? Last { get; private set; }

    public int Count { get; private set; }

    public void Append(Sequence sequence)
    {
        sequence.Previous = Last;
        sequence.Next = null;
        if (Last is null) First = sequence;
        else Last.Next = sequence;
        Last = sequence;
        Count++;
    }

    public void Prepend(Sequence sequence)
    {
        sequence.Next = First;
        sequence.Previous = null;
        if (First is null) Last = sequence;
        else First.Previous = sequence;
        First = sequence;
        Count++;
    }

    /// <summary>Inserts a sequence behind those that come before it or stand level; looks from the tail.</summary>
    public void Insert(Sequence sequence, Comparison<Sequence> order)
    {
        Sequence? before = Last;
        while (before is not null && order(before, sequence) > 0) before = before.Previous;
        if (before is null)
        {
            Prepend(sequence);
            return;
        }
        sequence.Previous = before;
        sequence.Next = before.Next;
        if (before.Next is null) Last = sequence;
        else before.Next.Previous = sequence;
        before.Next = sequence;
        Count++;
    }

    public void Remove(Sequence sequence)
    {
        if (sequence.Previous is null) First = sequence.Next;
        else sequence.Previous.Next = sequence.Next;
        if (sequence.Next is null) Last = sequence.Previous;
        else sequence.Next.Previous = sequence.Previous;
        sequence.Previous = sequence.Next = null;
        Count--;
    }
}
