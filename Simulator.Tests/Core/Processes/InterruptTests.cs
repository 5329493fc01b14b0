using Simulator.Core;
using Simulator.Core.Processes;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Processes;

public class InterruptTests
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
    public void Interrupt_DuringATimeout_EndsItEarlyAndForGood()
    {
        Process worker = _simulation.Process(Worker());
        _simulation.Process(InterruptAt(2, worker, "breakdown"));
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "2 s breakdown", "9 s done" })); // and nothing at 5 s
        Assert.That(_simulation.Now, Is.EqualTo(SimTime.FromSeconds(9)));
        Assert.That(worker.IsOk, Is.True);

        IEnumerable<Wait> Worker()
        {
            yield return _simulation.Timeout(5.Seconds());
            if (_simulation.ActiveProcess.HandleInterrupt(out object? cause)) Note($"{cause}");
            yield return _simulation.Timeout(7.Seconds());
            Assert.That(_simulation.ActiveProcess.HandleInterrupt(out _), Is.False);
            Note("done");
        }
    }

    [Test]
    public void Interrupt_WhileWaitingForAnEvent_ForgetsTheEvent()
    {
        Event gate = _simulation.Event();
        Process waiter = _simulation.Process(Waiter());
        _simulation.Process(InterruptAt(1, waiter, null));
        _simulation.Process(OpenAt(2));
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "1 s interrupted", "4 s done" }));

        IEnumerable<Wait> Waiter()
        {
            yield return gate;
            Assert.That(_simulation.ActiveProcess.HandleFault(out Exception? fault), Is.True);
            if (fault is InterruptException { Cause: null }) Note("interrupted");
            yield return _simulation.Timeout(3.Seconds());
            Note("done");
        }

        IEnumerable<Wait> OpenAt(int second)
        {
            yield return _simulation.Timeout(second.Seconds());
            gate.Succeed();
        }
    }

    [Test]
    public void Interrupt_AtTheInstantOfTheTimeout_ComesFirst()
    {
        Process worker = null!;
        _simulation.Process(InterruptAt(5, () => worker));
        worker = _simulation.Process(Worker());
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "5 s True", "5 s False" }));

        IEnumerable<Wait> Worker()
        {
            yield return _simulation.Timeout(5.Seconds());
            Note($"{_simulation.ActiveProcess.HandleInterrupt(out _)}");
            yield return _simulation.Timeout(SimDuration.Zero);
            Note($"{_simulation.ActiveProcess.HandleInterrupt(out _)}");
        }
    }

    [Test]
    public void Interrupt_TwiceAtOneInstant_ArrivesTwice()
    {
        Process worker = _simulation.Process(Worker());
        _simulation.Process(Twice());
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "1 s first", "1 s second" }));

        IEnumerable<Wait> Worker()
        {
            for (int i = 0; i < 2; i++)
            {
                yield return _simulation.Timeout(5.Seconds());
                if (_simulation.ActiveProcess.HandleInterrupt(out object? cause)) Note($"{cause}");
            }
        }

        IEnumerable<Wait> Twice()
        {
            yield return _simulation.Timeout(1.Seconds());
            worker.Interrupt("first");
            worker.Interrupt("second");
        }
    }

    [Test]
    public void Interrupt_NotHandled_FailsTheProcessWithAClearMessage()
    {
        var server = new Resource(_simulation);
        Process worker = _simulation.Process(Careless());
        _simulation.Process(InterruptAt(1, worker, "breakdown"));
        Assert.That(_simulation.Run, Throws.TypeOf<InterruptException>()
            .With.Message.Contains("breakdown").And.Message.Contains("HandleInterrupt").And.Property("Cause").EqualTo("breakdown"));
        Assert.That(worker is { IsAlive: false, IsOk: false, Fault: InterruptException }, Is.True);
        Assert.That(server.InUse, Is.Zero, "its using block has run");

        IEnumerable<Wait> Careless()
        {
            using Lease lease = server.Request();
            yield return lease;
            yield return _simulation.Timeout(5.Seconds());
            yield return _simulation.Timeout(5.Seconds());
            Note("never");
        }
    }

    [Test]
    public void Interrupt_NotHandledBeforeTheEnd_FailsTheProcessToo()
    {
        Process worker = _simulation.Process(Careless());
        _simulation.Process(InterruptAt(1, worker, null));
        Assert.That(_simulation.Run, Throws.TypeOf<InterruptException>().With.Message.Contains("none given"));

        IEnumerable<Wait> Careless()
        {
            yield return _simulation.Timeout(5.Seconds());
        }
    }

    [Test]
    public void Interrupt_OfAProcessThatHasEndedOrOfItself_IsRefused()
    {
        Process ended = _simulation.Process(Nothing());
        _simulation.Run();
        Assert.That(() => ended.Interrupt(), Throws.InvalidOperationException.With.Message.Contains("ended"));
        _simulation.Process(Selfish());
        Assert.That(_simulation.Run, Throws.InvalidOperationException.With.Message.Contains("itself"));

        IEnumerable<Wait> Nothing()
        {
            yield break;
        }

        IEnumerable<Wait> Selfish()
        {
            _simulation.ActiveProcess.Interrupt();
            yield break;
        }
    }

    [Test]
    public void Interrupt_OfAProcessThatEndsBeforeItArrives_IsVoid()
    {
        Process worker = _simulation.Process(EndsAtTheFirst());
        _simulation.Process(Twice());
        _simulation.Run();
        Assert.That(worker.IsOk, Is.True);
        Assert.That(_log, Is.EqualTo(new[] { "1 s first" }));

        IEnumerable<Wait> EndsAtTheFirst()
        {
            yield return _simulation.Timeout(5.Seconds());
            if (_simulation.ActiveProcess.HandleInterrupt(out object? cause)) Note($"{cause}");
        }

        IEnumerable<Wait> Twice()
        {
            yield return _simulation.Timeout(1.Seconds());
            worker.Interrupt("first");
            worker.Interrupt("second");
        }
    }

    private IEnumerable<Wait> InterruptAt(int second, Process victim, object? cause) => InterruptAt(second, () => victim, cause);

    private IEnumerable<Wait> InterruptAt(int second, Func<Process> victim, object? cause = null)
    {
        yield return _simulation.Timeout(second.Seconds());
        victim().Interrupt(cause);
    }

    private void Note(string what) => _log.Add($"{_simulation.Now} {what}");
}
