using Simulator.Core;
using Simulator.Core.Events;
using Simulator.Core.Time;
using Simulator.Models.Devices;

namespace Simulator.Models.Networks;

/// <summary>One direction of a link that several transfers share: each gets an equal part of the bandwidth while they overlap.</summary>
/// <remarks>
/// <para>Processor sharing in integers: progress is counted in 2⁻²⁰ bytes and rounded down, ends are rounded up to the next
/// nanosecond, so that never more goes over the link than capacity × time (invariant 10) and a run is the same on any platform.
/// A flow that ends leaves its share idle for less than a nanosecond.</para>
/// <para>The calls that start a transfer are made one after the other before its bytes flow, and use no bandwidth: time =
/// calls × latency + bytes / share (Hockney's model, as for <see cref="Link"/>). Copies of scattered blocks need a call for each
/// contiguous run, layer and half of the KV pair, which dominates them (FastSwitch, arXiv 2411.18424).</para>
/// </remarks>
internal sealed class SharedLink : IEventHandler
{
    /// <summary>Share of the peak that copies between pinned host memory and a device reach: 12, 25 and 50 GB/s over PCIe 3.0, 4.0 and
    /// 5.0 x16, of 16, 32 and 64.</summary>
    public const double HostEfficiency = 0.78;

    /// <summary>Time of one asynchronous copy call, µs: an estimate (FastSwitch).</summary>
    public const double HostCallMicroseconds = 10;

    private const int CallsMade = 0;
    private const int FirstDone = 1;
    private const int ProgressBits = 20;

    private readonly PriorityQueue<Flow, (Int128 Goal, long Sequence)> _flowing = new();
    private readonly SimDuration _callLatency;
    private readonly Int128 _progressPerSecond;
    private Flow[] _starting = new Flow[4];
    private int[] _free = [3, 2, 1, 0];
    private int _freeCount = 4;
    private Int128 _progress;
    private SimTime _last;
    private EventHandle _next;
    private long _sequence;

    /// <summary>Creates an idle link.</summary>
    /// <param name="bytesPerSecond">Bandwidth, bytes/s, from 1 to 10¹⁵.</param>
    /// <param name="callLatency">Time of a call, at least zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public SharedLink(long bytesPerSecond, SimDuration callLatency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytesPerSecond, 1_000_000_000_000_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(callLatency, SimDuration.Zero);
        _callLatency = callLatency;
        _progressPerSecond = (Int128)bytesPerSecond << ProgressBits;
    }

    /// <summary>Transfers that have begun and not ended.</summary>
    public int Flows => _flowing.Count + _starting.Length - _freeCount;

    /// <summary>Bytes of the transfers that have ended.</summary>
    public long BytesDone { get; private set; }

    /// <summary>One direction of the link between a device and the memory of its host.</summary>
    /// <param name="device">The device.</param>
    public static SharedLink ToHost(Device device) => new(
        (long)(device.HostBytesPerSecond * HostEfficiency), SimDuration.FromMicroseconds(HostCallMicroseconds));

    /// <summary>Begins a transfer.</summary>
    /// <param name="simulation">The simulation; the same in all calls.</param>
    /// <param name="bytes">Bytes to transfer, at least 0.</param>
    /// <param name="calls">Calls to start it with, at least 0.</param>
    /// <param name="handler">Called when the last byte is through, in an event of <see cref="EventPriority.Completion"/>.</param>
    /// <param name="kind">Handed to the handler.</param>
    /// <param name="argument">Handed to the handler.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public void Start(Simulation simulation, long bytes, int calls, IEventHandler handler, int kind = 0, long argument = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfNegative(calls);
        Flow flow = new(handler, argument, bytes, kind);
        SimDuration latency = _callLatency * calls;
        if (latency == SimDuration.Zero)
        {
            Join(simulation, flow);
            return;
        }
        if (_freeCount == 0) Grow();
        int slot = _free[--_freeCount];
        _starting[slot] = flow;
        simulation.Schedule(latency, this, CallsMade, slot, EventPriority.Completion);
    }

    /// <inheritdoc/>
    public void Handle(Simulation simulation, int kind, long argument)
    {
        if (kind == CallsMade)
        {
            Flow flow = _starting[argument];
            _starting[argument] = default;
            _free[_freeCount++] = (int)argument;
            Join(simulation, flow);
            return;
        }
        Advance(simulation.Now);
        while (_flowing.TryPeek(out Flow done, out (Int128 Goal, long) rank) && rank.Goal <= _progress)
        {
            _flowing.Dequeue();
            BytesDone += done.Bytes;
            done.Handler.Handle(simulation, done.Kind, done.Argument);
        }
        ScheduleNext(simulation);
    }

    private void Join(Simulation simulation, Flow flow)
    {
        Advance(simulation.Now);
        _flowing.Enqueue(flow, (_progress + ((Int128)flow.Bytes << ProgressBits), ++_sequence));
        ScheduleNext(simulation);
    }

    /// <summary>Brings what each flow has got since the link was last idle up to an instant.</summary>
    private void Advance(SimTime now)
    {
        long elapsed = (now - _last).Nanoseconds;
        _last = now;
        if (_flowing.Count == 0) _progress = 0;
        else _progress += elapsed * _progressPerSecond / ((Int128)SimDuration.NanosecondsPerSecond * _flowing.Count);
    }

    private void ScheduleNext(Simulation simulation)
    {
        simulation.Cancel(_next);
        if (!_flowing.TryPeek(out _, out (Int128 Goal, long) rank)) return;
        Int128 left = Int128.Max(0, rank.Goal - _progress) * SimDuration.NanosecondsPerSecond * _flowing.Count;
        Int128 nanoseconds = (left + _progressPerSecond - 1) / _progressPerSecond;
        _next = simulation.Schedule(SimDuration.FromNanoseconds((long)nanoseconds), this, FirstDone, priority: EventPriority.Completion);
    }

    private void Grow()
    {
        int size = _starting.Length;
        Array.Resize(ref _starting, 2 * size);
        _free = new int[2 * size];
        for (int slot = 2 * size - 1; slot >= size; slot--) _free[_freeCount++] = slot;
    }

    private readonly record struct Flow(IEventHandler Handler, long Argument, long Bytes, int Kind);
}
