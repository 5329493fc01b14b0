using Simulator.Core;
using Simulator.Core.Events;
using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Events;

public class SimulationTests
{
    [Test]
    public void Invariant2_SchedulingIntoThePast_IsRefusedWithTheTimes()
    {
        var simulation = new Simulation();
        simulation.RunUntil(SimTime.FromSeconds(2));
        Assert.That(
            () => simulation.Schedule(SimTime.FromSeconds(1.5), new Recorder()),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("already at 2 s").And.Message.Contains("1.5 s"));
        SimDuration negative = SimDuration.FromNanoseconds(-1);
        Assert.That(() => simulation.Schedule(negative, new Recorder()), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => simulation.RunUntil(SimTime.FromSeconds(1)), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(simulation.PendingEvents, Is.Zero);
    }

    [SeededProperty(MaxTest = 100)]
    public void Invariant2_AnyModel_SeesTimeNeverGoBack(int seed)
    {
        RandomStream random = new RandomStreams(unchecked((ulong)seed)).Stream("model");
        var last = SimTime.Zero;
        Recorder? model = null;
        model = new Recorder((s, _) =>
        {
            Assert.That(s.Now, Is.GreaterThanOrEqualTo(last));
            last = s.Now;
            for (int children = random.NextInt32(3); children > 0 && s.ProcessedEvents < 1000; children--)
                s.Schedule(SimDuration.FromNanoseconds(random.NextInt32(4)), model!, priority: (EventPriority)random.NextInt32(5));
        });
        var simulation = new Simulation();
        for (int i = 0; i < 10; i++) simulation.Schedule(SimTime.FromNanoseconds(random.NextInt32(10)), model);
        simulation.Run();
        Assert.That(simulation.ProcessedEvents, Is.EqualTo(model.Fired.Count));
    }

    [Test]
    public void RunUntil_AnInstant_LeavesItsEventsPendingAndSetsTheClock()
    {
        var simulation = new Simulation();
        var recorder = new Recorder();
        foreach (int second in new[] { 1, 2, 3 }) simulation.Schedule(second.Seconds(), recorder, argument: second);
        simulation.RunUntil(SimTime.FromSeconds(2));
        Assert.That(recorder.Fired, Is.EqualTo(new long[] { 1 }));
        Assert.That(simulation.Now, Is.EqualTo(SimTime.FromSeconds(2)));
        Assert.That(simulation.Peek(), Is.EqualTo(SimTime.FromSeconds(2)));
        simulation.RunUntil(SimTime.FromSeconds(2.5));
        Assert.That(recorder.Fired, Is.EqualTo(new long[] { 1, 2 }));
        simulation.Run();
        Assert.That(recorder.Fired, Is.EqualTo(new long[] { 1, 2, 3 }));
        Assert.That(simulation.Now, Is.EqualTo(SimTime.FromSeconds(3)));
        Assert.That(simulation.Peek(), Is.EqualTo(SimTime.MaxValue));
    }

    [Test]
    public void Stop_FromAHandler_EndsTheRunAfterThatEvent()
    {
        var simulation = new Simulation();
        var recorder = new Recorder((s, argument) =>
        {
            if (argument == 1) s.Stop();
        });
        simulation.Schedule(1.Seconds(), recorder, argument: 1);
        simulation.Schedule(1.Seconds(), recorder, argument: 2);
        simulation.RunUntil(SimTime.FromSeconds(9));
        Assert.That(recorder.Fired, Is.EqualTo(new long[] { 1 }));
        Assert.That(simulation.Now, Is.EqualTo(SimTime.FromSeconds(1)));
        simulation.RunUntil(SimTime.FromSeconds(9));
        Assert.That(recorder.Fired, Is.EqualTo(new long[] { 1, 2 }));
        Assert.That(simulation.Now, Is.EqualTo(SimTime.FromSeconds(9)));
    }

    [Test]
    public void Step_OneByOne_FiresOneEventEach()
    {
        var simulation = new Simulation();
        var recorder = new Recorder();
        simulation.Schedule(1.Seconds(), recorder, argument: 1);
        simulation.Schedule(2.Seconds(), recorder, argument: 2);
        Assert.That(simulation.Step(), Is.True);
        Assert.That(simulation.Now, Is.EqualTo(SimTime.FromSeconds(1)));
        Assert.That(simulation.PendingEvents, Is.EqualTo(1));
        Assert.That(simulation.Step(), Is.True);
        Assert.That(simulation.Step(), Is.False);
        Assert.That(simulation.ProcessedEvents, Is.EqualTo(2));
    }

    [Test]
    public void Cancel_StaleHandles_AreHarmless()
    {
        var simulation = new Simulation();
        var recorder = new Recorder();
        EventHandle first = simulation.Schedule(1.Seconds(), recorder, argument: 1);
        Assert.That(simulation.Cancel(default), Is.False);
        Assert.That(simulation.Cancel(first), Is.True);
        Assert.That(simulation.Cancel(first), Is.False);

        // The new event takes the slot of the old one.
        EventHandle second = simulation.Schedule(1.Seconds(), recorder, argument: 2);
        Assert.That(second.Slot, Is.EqualTo(first.Slot));
        Assert.That(simulation.Cancel(first), Is.False);
        simulation.Run();
        Assert.That(recorder.Fired, Is.EqualTo(new long[] { 2 }));
        Assert.That(simulation.Cancel(second), Is.False);
    }

    [Test]
    public void Handle_KindAndArgument_ArriveAsGiven()
    {
        (int Kind, long Argument) seen = default;
        var simulation = new Simulation();
        simulation.Schedule(1.Seconds(), new Probe((k, a) => seen = (k, a)), kind: -7, argument: long.MinValue);
        simulation.Run();
        Assert.That(seen, Is.EqualTo((-7, long.MinValue)));
    }

    [Test]
    public void Run_FromAHandler_IsRefused()
    {
        var simulation = new Simulation();
        simulation.Schedule(1.Seconds(), new Recorder((s, _) => s.Run()));
        simulation.Schedule(2.Seconds(), new Recorder((s, _) => s.Step()));
        simulation.Schedule(3.Seconds(), new Recorder());
        Assert.That(simulation.Run, Throws.InvalidOperationException.With.Message.Contains("already running"));
        Assert.That(() => simulation.Step(), Throws.InvalidOperationException);

        // A handler that throws leaves the simulation fit to go on.
        simulation.Run();
        Assert.That(simulation.Now, Is.EqualTo(SimTime.FromSeconds(3)));
    }

    [Test]
    public void Schedule_WithoutHandlerOrBeyondTheRange_Throws()
    {
        var simulation = new Simulation();
        Assert.That(() => simulation.Schedule(1.Seconds(), null!), Throws.ArgumentNullException);
        simulation.RunUntil(SimTime.FromSeconds(1));
        Assert.That(() => simulation.Schedule(SimDuration.MaxValue, new Recorder()), Throws.TypeOf<OverflowException>());
    }

    [Test]
    public void ScheduleAndCancel_OnceGrown_AllocateNothing()
    {
        var simulation = new Simulation();
        var churn = new Churn(100_000);
        for (int i = 0; i < 1000; i++) simulation.Schedule(churn.Delay(), churn);
        for (int i = 0; i < 5000; i++) simulation.Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        simulation.Run();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(simulation.ProcessedEvents, Is.GreaterThan(90_000));
    }

    private sealed class Probe(Action<int, long> seen) : IEventHandler
    {
        public void Handle(Simulation simulation, int kind, long argument) => seen(kind, argument);
    }

    /// <summary>Every event schedules its successor, and one more that it cancels again.</summary>
    private sealed class Churn(long events) : IEventHandler
    {
        private readonly RandomStream _random = new(1);

        public SimDuration Delay() => SimDuration.FromNanoseconds(_random.NextInt32(1000));

        public void Handle(Simulation simulation, int kind, long argument)
        {
            if (events-- <= 0) return;
            EventHandle spare = simulation.Schedule(Delay(), this);
            simulation.Schedule(Delay(), this);
            simulation.Cancel(spare);
        }
    }
}
