using Simulator.Core.Time;

namespace Simulator.Models.Engines;

/// <summary>Requests that have reached an engine whose scheduler has not seen them yet.</summary>
/// <remarks>
/// A plain engine looks at its inbox before every iteration, so nothing stays here. With async scheduling an iteration is put together
/// when the one before it starts; with a receive interval the inbox is looked at once in so many iterations. An idle engine looks at once.
/// </remarks>
internal sealed class Reception(bool ahead, int interval)
{
    private int _sinceLook;

    public SequenceList Incoming { get; } = new();

    /// <summary>True when requests are seen at once, whenever an iteration is put together.</summary>
    public bool IsOpen => !ahead && interval == 1;

    /// <summary>Counts the iterations that a slot ran, and moves to the waiting queue what the scheduler saw at their ends.</summary>
    /// <param name="slot">The slot, its plan still in place.</param>
    /// <param name="ran">Iterations that ran.</param>
    /// <param name="enqueue">Takes one sequence.</param>
    public void Ran(BatchSlot slot, int ran, Action<Sequence> enqueue)
    {
        int over = (int)(((long)_sinceLook + ran) % interval);
        int lastLook = ran - over;
        _sinceLook = over;
        if (lastLook < 1 || Incoming.Count == 0) return;
        SimTime before = !ahead ? slot.End(lastLook) : lastLook == 1 ? slot.Start : slot.End(lastLook - 1);
        while (Incoming.First is { } first && first.Received < before) Take(first, enqueue);
    }

    /// <summary>Moves everything, since the engine is idle.</summary>
    public void LookWhenIdle(Action<Sequence> enqueue)
    {
        _sinceLook = 0;
        while (Incoming.First is { } first) Take(first, enqueue);
    }

    /// <summary>The first end of a planned iteration at which a request is seen that comes before the end of iteration <paramref name="current"/>.</summary>
    /// <param name="current">Number of the iteration in progress, from 1.</param>
    public int SeenAfter(int current)
    {
        int end = ahead ? current + 1 : current;
        int over = (int)(((long)_sinceLook + end) % interval);
        return over == 0 ? end : end + interval - over;
    }

    /// <summary>Planned iterations after which something is taken from the inbox, if there is something.</summary>
    public int SeenNext => ahead && interval == 1 ? 1 : interval - _sinceLook;

    private void Take(Sequence sequence, Action<Sequence> enqueue)
    {
        Incoming.Remove(sequence);
        enqueue(sequence);
    }
}
