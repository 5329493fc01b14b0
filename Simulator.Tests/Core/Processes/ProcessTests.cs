using Simulator.Core;
using Simulator.Core.Events;
using Simulator.Core.Processes;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Processes;

public class ProcessTests
{
    private readonly List<string> _log = [];
    private Simulation _simulation = new();

    [SetUp]
    public void Start()
    {
        _log.Clear();
        _simulation = new Simulation();
    }

    [Test]
    public void Timeout_InAChain_LetsTimePass()
    {
        _simulation.Process(Clock("fast", 500.Milliseconds(), 3));
        _simulation.Process(Clock("slow", 1.Seconds(), 2));
        _simulation.Run();

        // At 1 s the slow clock's timeout was scheduled first.
        Assert.That(_log, Is.EqualTo(new[] { "0 s fast", "0 s slow", "0.5 s fast", "1 s slow", "1 s fast", "1.5 s fast", "2 s slow" }));
        Assert.That(_simulation.Now, Is.EqualTo(SimTime.FromSeconds(2)));

        IEnumerable<Wait> Clock(string name, SimDuration tick, int ticks)
        {
            for (int i = 0; i < ticks; i++)
            {
                Note(name);
                yield return _simulation.Timeout(tick);
            }
            Note(name);
        }
    }

    [Test]
    public void Process_Started_TakesItsFirstStepAtThatInstantAndBeforeOrdinaryEvents()
    {
        _simulation.Schedule(SimDuration.Zero, new Step(_ => Note("event")));
        Process process = _simulation.Process(Once());
        Assert.That(_log, Is.Empty);
        Assert.That(process.IsAlive, Is.True);
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "0 s process", "0 s event" }));
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
        _simulation.Process(Parent());
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "3 s 42" }));

        IEnumerable<Wait> Parent()
        {
            Process child = _simulation.Process(Child());
            yield return child;
            Note($"{child.Result}");
        }

        IEnumerable<Wait> Child()
        {
            yield return _simulation.Timeout(3.Seconds());
            _simulation.ActiveProcess.Result = 42;
        }
    }

    [Test]
    public void Event_Succeeded_WakesAllWhoWaitInTheirOrder()
    {
        Event<string> gate = _simulation.Event<string>();
        for (int i = 0; i < 3; i++) _simulation.Process(Waiter(i));
        _simulation.Process(Opener());
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "2 s 0 open", "2 s 1 open", "2 s 2 open" }));

        IEnumerable<Wait> Waiter(int number)
        {
            yield return gate;
            Note($"{number} {gate.Value}");
        }

        IEnumerable<Wait> Opener()
        {
            yield return _simulation.Timeout(2.Seconds());
            gate.Succeed("open");
            Assert.That(gate is { IsTriggered: true, IsProcessed: false, IsOk: true }, Is.True);
        }
    }

    [Test]
    public void Yield_OfAProcessedEvent_GoesOnWithoutDelay()
    {
        Event past = _simulation.Event();
        past.Succeed();
        _simulation.Run();
        _simulation.Process(Late());
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "0 s late" }));
        Assert.That(_simulation.ProcessedEvents, Is.EqualTo(3)); // the event, the start and the end of the process

        IEnumerable<Wait> Late()
        {
            yield return past;
            Note("late");
        }
    }

    [Test]
    public void Event_TriggeredTwiceOrByForce_Throws()
    {
        Event once = _simulation.Event();
        Assert.That(once is { IsTriggered: false, IsOk: false }, Is.True);
        once.Succeed();
        Assert.That(once.Succeed, Throws.InvalidOperationException);
        Assert.That(() => once.Fail(new TimeoutException()), Throws.InvalidOperationException);
        Assert.That(() => _simulation.Event().Fail(null!), Throws.ArgumentNullException);
        TimeoutEvent timeout = _simulation.Timeout(1.Seconds()).AsEvent();
        Assert.That(timeout.Succeed, Throws.InvalidOperationException.With.Message.Contains("TimeoutEvent"));
        Assert.That(() => _simulation.Event<int>().Value, Throws.InvalidOperationException);
        Assert.That(() => new Event(null!), Throws.ArgumentNullException);
        _simulation.Run();
        Assert.That(() => once.AddCallback(_ => { }), Throws.InvalidOperationException);
    }

    [Test]
    public void AddCallback_Several_AreCalledInOrder()
    {
        Event bell = _simulation.Event();
        bell.AddCallback(_ => Note("first"));
        bell.AddCallback(e => Note($"second {e.IsProcessed}"));
        bell.Succeed();
        Assert.That(_log, Is.Empty);
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "0 s first", "0 s second True" }));
    }

    [Test]
    public void Fail_OfAnEvent_IsHandledByTheProcessThatWaits()
    {
        Event doomed = _simulation.Event();
        Process process = _simulation.Process(Waiter());
        doomed.Fail(new TimeoutException("no answer"));
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "0 s no answer", "1 s on" }));
        Assert.That(process.IsOk, Is.True);
        Assert.That(doomed is { IsOk: false, Fault: TimeoutException }, Is.True);

        IEnumerable<Wait> Waiter()
        {
            yield return doomed;
            Assert.That(_simulation.ActiveProcess.HandleInterrupt(out _), Is.False);
            if (_simulation.ActiveProcess.HandleFault(out Exception? fault)) Note(fault.Message);
            Assert.That(_simulation.ActiveProcess.HandleFault(out _), Is.False);
            yield return _simulation.Timeout(1.Seconds());
            Note("on");
        }
    }

    [Test]
    public void Fail_NobodyWaits_IsThrownOutOfTheRun()
    {
        _simulation.Event().Fail(new TimeoutException("lost"));
        Assert.That(_simulation.Run, Throws.TypeOf<TimeoutException>().With.Message.EqualTo("lost"));
    }

    [Test]
    public void Fail_ThatAProcessIgnores_EndsItAndPassesOn()
    {
        Event doomed = _simulation.Event();
        Process inner = _simulation.Process(Careless());
        Process outer = _simulation.Process(Careful());
        doomed.Fail(new TimeoutException("no answer"));
        _simulation.Run();
        Assert.That(inner is { IsOk: false, Fault: TimeoutException }, Is.True);
        Assert.That(outer.IsOk, Is.True);
        Assert.That(_log, Is.EqualTo(new[] { "0 s cleaned up", "0 s no answer" }));

        IEnumerable<Wait> Careless()
        {
            try
            {
                yield return doomed;
                yield return _simulation.Timeout(1.Seconds());
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
            if (_simulation.ActiveProcess.HandleFault(out Exception? fault)) Note(fault.Message);
        }
    }

    [Test]
    public void Exception_InAProcessNobodyWaitsFor_IsThrownOutOfTheRun()
    {
        Process process = _simulation.Process(Broken());
        Assert.That(_simulation.Run, Throws.TypeOf<FormatException>()
            .With.Message.EqualTo("broken").And.Property("StackTrace").Contains("Broken"));
        Assert.That(process.Fault, Is.TypeOf<FormatException>());
        Assert.That(() => _simulation.ActiveProcess, Throws.InvalidOperationException);

        IEnumerable<Wait> Broken()
        {
            yield return _simulation.Timeout(1.Seconds());
            throw new FormatException("broken");
        }
    }

    [Test]
    public void Yield_OfWhatCannotBeWaitedFor_FailsTheProcessAndFreesItsLeases()
    {
        var other = new Simulation();
        var server = new Resource(_simulation);
        (Wait Wait, string Message)[] wrong =
        [
            (other.Event(), "another simulation"), (other.Timeout(1.Seconds()), "another simulation"), (default, "default value"),
            (_simulation.Timeout(SimDuration.FromNanoseconds(-1)), "never goes back"),
        ];
        foreach ((Wait wait, string message) in wrong)
        {
            _simulation.Process(Stray(wait));
            Assert.That(_simulation.Run, Throws.Exception.With.Message.Contains(message));
            Assert.That(server.InUse, Is.Zero);
        }
        Assert.That(() => (Wait)(Event)null!, Throws.ArgumentNullException);
        Assert.That(() => _simulation.Process(null!), Throws.ArgumentNullException);

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
        _simulation.Process(Yielding());
        _simulation.Schedule(SimDuration.Zero, new Step(_ => Note("event")));
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "0 s before", "0 s event", "0 s after" }));

        IEnumerable<Wait> Yielding()
        {
            Note("before");
            yield return _simulation.Timeout(SimDuration.Zero);
            Note("after");
        }
    }

    [Test]
    public void Timeout_OfDeadlinePriority_ComesAfterOrdinaryEventsOfItsInstant()
    {
        _simulation.Process(Patient());
        _simulation.Schedule(1.Seconds(), new Step(_ => _simulation.Schedule(SimDuration.Zero, new Step(_ => Note("in time")))));
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "1 s in time", "1 s too late" }));

        IEnumerable<Wait> Patient()
        {
            yield return _simulation.Timeout(1.Seconds(), EventPriority.Deadline);
            Note("too late");
        }
    }

    [Test]
    public void Timeouts_OnceGrown_AllocateNothing()
    {
        for (int i = 0; i < 100; i++) _simulation.Process(Ticking(i + 1));
        _simulation.RunUntil(SimTime.FromNanoseconds(2000));
        long events = _simulation.ProcessedEvents;
        long before = GC.GetAllocatedBytesForCurrentThread();
        _simulation.RunUntil(SimTime.FromNanoseconds(20_000));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(_simulation.ProcessedEvents - events, Is.GreaterThan(90_000));

        IEnumerable<Wait> Ticking(int nanoseconds)
        {
            while (true) yield return _simulation.Timeout(SimDuration.FromNanoseconds(nanoseconds));
        }
    }

    [Test]
    public void Run_UntilAnEvent_StopsThereAndCanGoOn()
    {
        Process clock = _simulation.Process(Ticking(3));
        Process longClock = _simulation.Process(Ticking(5));
        _simulation.Run(clock);
        Assert.That(_simulation.Now, Is.EqualTo(SimTime.FromSeconds(3)));
        _simulation.Run(clock);
        Assert.That(longClock.IsAlive, Is.True);
        _simulation.Run(longClock);
        Assert.That(_simulation.Now, Is.EqualTo(SimTime.FromSeconds(5)));

        Event never = _simulation.Event();
        _simulation.Run(never);
        Assert.That(never.IsTriggered, Is.False);

        IEnumerable<Wait> Ticking(int ticks)
        {
            for (int i = 0; i < ticks; i++) yield return _simulation.Timeout(1.Seconds());
        }
    }

    [Test]
    public void Run_UntilAnEventThatFails_ThrowsItsFault()
    {
        Event doomed = _simulation.Event();
        doomed.Fail(new TimeoutException());
        Assert.That(() => _simulation.Run(doomed), Throws.TypeOf<TimeoutException>());
    }

    private void Note(string what) => _log.Add($"{_simulation.Now} {what}");

    private sealed class Step(Action<Simulation> action) : IEventHandler
    {
        public void Handle(Simulation simulation, int kind, long argument) => action(simulation);
    }
}
