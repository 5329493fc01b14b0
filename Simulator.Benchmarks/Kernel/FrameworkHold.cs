using Simulator.Core.Time;

namespace Simulator.Benchmarks.Kernel;

/// <summary>
/// The hold model on the framework's <see cref="PriorityQueue{TElement, TPriority}"/>, as one would write a simulation by
/// hand: a handler, a kind and an argument per event, in the order (time, sequence), without cancellation.
/// </summary>
internal sealed class FrameworkHold : FrameworkHold.IHandler
{
    private readonly PriorityQueue<(IHandler Handler, int Kind, long Argument), (long Time, long Sequence)> _queue = new();
    private readonly Hold _model = new();
    private long _now;
    private long _sequence;

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
            _queue.TryDequeue(out (IHandler Handler, int Kind, long Argument) next, out (long Time, long Sequence) key);
            _now = key.Time;
            next.Handler.Handle(next.Kind, next.Argument);
        }
    }

    public void Handle(int kind, long argument)
    {
        SimDuration delay = _model.NextDelay();
        _queue.Enqueue((this, kind, argument), (_now + delay.Nanoseconds, _sequence++));
    }
}
