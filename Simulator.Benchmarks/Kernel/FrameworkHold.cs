using Simulator.Core.Time;

namespace Simulator.Benchmarks.Kernel;

/// <summary>
/// The hold model on the framework's <see cref="PriorityQueue{TElement, TPriority}"/>, as one would write a simulation by
/// hand: a handler, a kind and an argument per event, in the order (time, sequence), without cancellation.
/// </summary>
internal sealed class FrameworkHold : FrameworkHold.IHandler
{
    private readonly PriorityQueue<(IHandler Handler, int Kind, long Argument), (long Time, long Sequence)> queue = new();
    private readonly Hold model = new();
    private long now;
    private long sequence;

    public FrameworkHold(int pending)
    {
        for (int i = 0; i < pending; i++) Handle(0, 0);
    }

    internal interface IHandler
    {
        void Handle(int kind, long argument);
    }

    public void Run(int events)
    {
        for (int i = 0; i < events; i++)
        {
            queue.TryDequeue(out (IHandler Handler, int Kind, long Argument) next, out (long Time, long Sequence) key);
            now = key.Time;
            next.Handler.Handle(next.Kind, next.Argument);
        }
    }

    public void Handle(int kind, long argument)
    {
        SimDuration delay = model.NextDelay();
        queue.Enqueue((this, kind, argument), (now + delay.Nanoseconds, sequence++));
    }
}
