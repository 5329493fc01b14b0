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

    /// <summary>Counts iterations that ran.</summary>
    public void Ran(int iterations) => _sinceLook = (int)(((long)_sinceLook + iterations) % interval);

    /// <summary>The last of the iterations that just ran after which the inbox was looked at, from 1; null for none of them.</summary>
    public int? LastLook(int ran) => ran > _sinceLook ? ran - _sinceLook : null;

    /// <summary>Moves what the scheduler saw when it looked to its waiting queue.</summary>
    /// <param name="start">Start of the iteration after which it looked.</param>
    /// <param name="end">Its end.</param>
    /// <param name="waiting">Takes one sequence.</param>
    public void Look(SimTime start, SimTime end, Action<Sequence> waiting)
    {
        while (Incoming.First is { } first && first.Received < (ahead ? start : end)) Take(first, waiting);
    }

    /// <summary>Moves everything, since the engine is idle.</summary>
    public void LookWhenIdle(Action<Sequence> waiting)
    {
        _sinceLook = 0;
        while (Incoming.First is { } first) Take(first, waiting);
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

    private void Take(Sequence sequence, Action<Sequence> waiting)
    {
        Incoming.Remove(sequence);
        waiting(sequence);
    }
}
