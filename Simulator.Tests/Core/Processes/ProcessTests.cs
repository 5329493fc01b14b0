using Simulator.Core;
using Simulator.Core.Events;
using Simulator.Core.Processes;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Processes;

public class ProcessTests
{
    private readonly List<string> log = [];
    private Simulation simulation = new();

    [SetUp]
    public void Start()
    {
        log.Clear();
        simulation = new Simulation();
    }

    [Test]
    public void Timeout_InAChain_LetsTimePass()
    {
        simulation.Process(Clock("fast", 500.Milliseconds(), 3));
        simulation.Process(Clock("slow", 1.Seconds(), 2));
        simulation.Run();

        // At 1 s the slow clock's timeout was scheduled first.
        Assert.That(log, Is.EqualTo(new[] { "0 s fast", "0 s slow", "0.5 s fast", "1 s slow", "1 s fast", "1.5 s fast", "2 s slow" }));
        Assert.That(simulation.Now, Is.EqualTo(SimTime.FromSeconds(2)));

        IEnumerable<Wait> Clock(string name, SimDuration tick, int ticks)
        {
            for (int i = 0; i < ticks; i++)
            {
                Note(name);
                yield return simulation.Timeout(tick);
            }
            Note(name);
        }
    }

    [Test]
    public void Process_Started_TakesItsFirstStepAtThatInstantAndBeforeOrdinaryEvents()
    {
        simulation.Schedule(SimDuration.Zero, new Step(_ => Note("event")));
        Process process = simulation.Process(Once());
        Assert.That(log, Is.Empty);
        Assert.That(process.IsAlive, Is.True);
        simulation.Run();
        Assert.That(log, Is.EqualTo(new[] { "0 s process", "0 s event" }));
        Assert.That(process is { IsAlive: false, IsTriggered: true, IsProcessed: true, IsOk: true, Fault: null }, Is.True);

        IEnumerable<Wait> Once()
        {
            Note("process");
            yield break;
        }
    }

    [Test]
    public void Process_WaitingForAnother_GoesOnAtItsEndAndSeesItsResult()
    {
        simulation.Process(Parent());
        simulation.Run();
        Assert.That(log, Is.EqualTo(new[] { "3 s 42" }));

        IEnumerable<Wait> Parent()
        {
            Process child = simulation.Process(Child());
            yield return child;
            Note($"{child.Result}");
        }

        IEnumerable<Wait> Child()
        {
            yield return simulation.Timeout(3.Seconds());
            simulation.ActiveProcess.Result = 42;
        }
    }

    [Test]
    public void Event_Succeeded_WakesAllWhoWaitInTheirOrder()
    {
        Event<string> gate = simulation.Event<string>();
        for (int i = 0; i < 3; i++) simulation.Process(Waiter(i));
        simulation.Process(Opener());
        simulation.Run();
        Assert.That(log, Is.EqualTo(new[] { "2 s 0 open", "2 s 1 open", "2 s 2 open" }));

        IEnumerable<Wait> Waiter(int number)
        {
            yield return gate;
            Note($"{number} {gate.Value}");
        }

        IEnumerable<Wait> Opener()
        {
            yield return simulation.Timeout(2.Seconds());
            gate.Succeed("open");
            Assert.That(gate is { IsTriggered: true, IsProcessed: false, IsOk: true }, Is.True);
        }
    }

    [Test]
    public void Yield_OfAProcessedEvent_GoesOnWithoutDelay()
    {
        Event past = simulation.Event();
        past.Succeed();
        simulation.Run();
        simulation.Process(Late());
        simulation.Run();
        Assert.That(log, Is.EqualTo(new[] { "0 s late" }));
        Assert.That(simulation.ProcessedEvents, Is.EqualTo(3)); // the event, the start and the end of the process

        IEnumerable<Wait> Late()
        {
            yield return past;
            Note("late");
        }
    }

    [Test]
    public void Event_TriggeredTwiceOrByForce_Throws()
    {
        Event once = simulation.Event();
        Assert.That(once is { IsTriggered: false, IsOk: false }, Is.True);
        once.Succeed();
        Assert.That(once.Succeed, Throws.InvalidOperationException);
        Assert.That(() => once.Fail(new TimeoutException()), Throws.InvalidOperationException);
        Assert.That(() => simulation.Event().Fail(null!), Throws.ArgumentNullException);
        TimeoutEvent timeout = simulation.Timeout(1.Seconds()).AsEvent();
        Assert.That(timeout.Succeed, Throws.InvalidOperationException.With.Message.Contains("TimeoutEvent"));
        Assert.That(() => simulation.Event<int>().Value, Throws.InvalidOperationException);
        Assert.That(() => new Event(null!), Throws.ArgumentNullException);
        simulation.Run();
        Assert.That(() => once.AddCallback(_ => { }), Throws.InvalidOperationException);
    }

    [Test]
    public void AddCallback_Several_AreCalledInOrder()
    {
        Event bell = simulation.Event();
        bell.AddCallback(_ => Note("first"));
        bell.AddCallback(e => Note($"second {e.IsProcessed}"));
        bell.Succeed();
        Assert.That(log, Is.Empty);
        simulation.Run();
        Assert.That(log, Is.EqualTo(new[] { "0 s first", "0 s second True" }));
    }

    [Test]
    public void Fail_OfAnEvent_IsHandledByTheProcessThatWaits()
    {
        Event doomed = simulation.Event();
        Process process = simulation.Process(Waiter());
        doomed.Fail(new TimeoutException("no answer"));
        simulation.Run();
        Assert.That(log, Is.EqualTo(new[] { "0 s no answer", "1 s on" }));
        Assert.That(process.IsOk, Is.True);
        Assert.That(doomed is { IsOk: false, Fault: TimeoutException }, Is.True);

        IEnumerable<Wait> Waiter()
        {
            yield return doomed;
            Assert.That(simulation.ActiveProcess.HandleInterrupt(out _), Is.False);
            if (simulation.ActiveProcess.HandleFault(out Exception? fault)) Note(fault.Message);
            Assert.That(simulation.ActiveProcess.HandleFault(out _), Is.False);
            yield return simulation.Timeout(1.Seconds());
            Note("on");
        }
    }

    [Test]
    public void Fail_NobodyWaits_IsThrownOutOfTheRun()
    {
        simulation.Event().Fail(new TimeoutException("lost"));
        Assert.That(simulation.Run, Throws.TypeOf<TimeoutException>().With.Message.EqualTo("lost"));
    }

    [Test]
    public void Fail_ThatAProcessIgnores_EndsItAndPassesOn()
    {
        Event doomed = simulation.Event();
        Process inner = simulation.Process(Careless());
        Process outer = simulation.Process(Careful());
        doomed.Fail(new TimeoutException("no answer"));
        simulation.Run();
        Assert.That(inner is { IsOk: false, Fault: TimeoutException }, Is.True);
        Assert.That(outer.IsOk, Is.True);
        Assert.That(log, Is.EqualTo(new[] { "0 s cleaned up", "0 s no answer" }));

        IEnumerable<Wait> Careless()
        {
            try
            {
                yield return doomed;
                yield return simulation.Timeout(1.Seconds());
                Note("never");
            }
            finally
            {
                Note("cleaned up");
            }
        }

        IEnumerable<Wait> Careful()
        {
            yield return inner;
            if (simulation.ActiveProcess.HandleFault(out Exception? fault)) Note(fault.Message);
        }
    }

    [Test]
    public void Exception_InAProcessNobodyWaitsFor_IsThrownOutOfTheRun()
    {
        Process process = simulation.Process(Broken());
        Assert.That(simulation.Run, Throws.TypeOf<FormatException>()
            .With.Message.EqualTo("broken").And.Property("StackTrace").Contains("Broken"));
        Assert.That(process.Fault, Is.TypeOf<FormatException>());
        Assert.That(() => simulation.ActiveProcess, Throws.InvalidOperationException);

        IEnumerable<Wait> Broken()
        {
            yield return simulation.Timeout(1.Seconds());
            throw new FormatException("broken");
        }
    }

    [Test]
    public void Yield_OfWhatCannotBeWaitedFor_FailsTheProcessAndFreesItsLeases()
    {
        var other = new Simulation();
        var server = new Resource(simulation);
        (Wait Wait, string Message)[] wrong =
        [
            (other.Event(), "another simulation"), (other.Timeout(1.Seconds()), "another simulation"), (default, "default value"),
            (simulation.Timeout(SimDuration.FromNanoseconds(-1)), "never goes back"),
        ];
        foreach ((Wait wait, string message) in wrong)
        {
            simulation.Process(Stray(wait));
            Assert.That(simulation.Run, Throws.Exception.With.Message.Contains(message));
            Assert.That(server.InUse, Is.Zero);
        }
        Assert.That(() => (Wait)(Event)null!, Throws.ArgumentNullException);
        Assert.That(() => simulation.Process(null!), Throws.ArgumentNullException);

        IEnumerable<Wait> Stray(Wait wait)
        {
            using Lease lease = server.Request();
            yield return lease;
            yield return wait;
        }
    }

    [Test]
    public void Yield_OfAZeroTimeout_LetsTheInstantFinishFirst()
    {
        simulation.Process(Yielding());
        simulation.Schedule(SimDuration.Zero, new Step(_ => Note("event")));
        simulation.Run();
        Assert.That(log, Is.EqualTo(new[] { "0 s before", "0 s event", "0 s after" }));

        IEnumerable<Wait> Yielding()
        {
            Note("before");
            yield return simulation.Timeout(SimDuration.Zero);
            Note("after");
        }
    }

    [Test]
    public void Timeout_OfDeadlinePriority_ComesAfterOrdinaryEventsOfItsInstant()
    {
        simulation.Process(Patient());
        simulation.Schedule(1.Seconds(), new Step(_ => simulation.Schedule(SimDuration.Zero, new Step(_ => Note("in time")))));
        simulation.Run();
        Assert.That(log, Is.EqualTo(new[] { "1 s in time", "1 s too late" }));

        IEnumerable<Wait> Patient()
        {
            yield return simulation.Timeout(1.Seconds(), EventPriority.Deadline);
            Note("too late");
        }
    }

    [Test]
    public void Timeouts_OnceGrown_AllocateNothing()
    {
        for (int i = 0; i < 100; i++) simulation.Process(Ticking(i + 1));
        simulation.RunUntil(SimTime.FromNanoseconds(2000));
        long events = simulation.ProcessedEvents;
        long before = GC.GetAllocatedBytesForCurrentThread();
        simulation.RunUntil(SimTime.FromNanoseconds(20_000));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(simulation.ProcessedEvents - events, Is.GreaterThan(90_000));

        IEnumerable<Wait> Ticking(int nanoseconds)
        {
            while (true) yield return simulation.Timeout(SimDuration.FromNanoseconds(nanoseconds));
        }
    }

    [Test]
    public void Run_UntilAnEvent_StopsThereAndCanGoOn()
    {
        Process clock = simulation.Process(Ticking(3));
        Process longClock = simulation.Process(Ticking(5));
        simulation.Run(clock);
        Assert.That(simulation.Now, Is.EqualTo(SimTime.FromSeconds(3)));
        simulation.Run(clock);
        Assert.That(longClock.IsAlive, Is.True);
        simulation.Run(longClock);
        Assert.That(simulation.Now, Is.EqualTo(SimTime.FromSeconds(5)));

        Event never = simulation.Event();
        simulation.Run(never);
        Assert.That(never.IsTriggered, Is.False);

        IEnumerable<Wait> Ticking(int ticks)
        {
            for (int i = 0; i < ticks; i++) yield return simulation.Timeout(1.Seconds());
        }
    }

    [Test]
    public void Run_UntilAnEventThatFails_ThrowsItsFault()
    {
        Event doomed = simulation.Event();
        doomed.Fail(new TimeoutException());
        Assert.That(() => simulation.Run(doomed), Throws.TypeOf<TimeoutException>());
    }

    private void Note(string what) => log.Add($"{simulation.Now} {what}");

    private sealed class Step(Action<Simulation> action) : IEventHandler
    {
        public void Handle(Simulation simulation, int kind, long argument) => action(simulation);
    }
}
