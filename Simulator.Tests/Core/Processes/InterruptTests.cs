using Simulator.Core;
using Simulator.Core.Processes;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Processes;

public class InterruptTests
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
    public void Interrupt_DuringATimeout_EndsItEarlyAndForGood()
    {
        Process worker = simulation.Process(Worker());
        simulation.Process(InterruptAt(2, worker, "breakdown"));
        simulation.Run();
        Assert.That(log, Is.EqualTo(new[] { "2 s breakdown", "9 s done" })); // and nothing at 5 s
        Assert.That(simulation.Now, Is.EqualTo(SimTime.FromSeconds(9)));
        Assert.That(worker.IsOk, Is.True);

        IEnumerable<Wait> Worker()
        {
            yield return simulation.Timeout(5.Seconds());
            if (simulation.ActiveProcess.HandleInterrupt(out object? cause)) Note($"{cause}");
            yield return simulation.Timeout(7.Seconds());
            Assert.That(simulation.ActiveProcess.HandleInterrupt(out _), Is.False);
            Note("done");
        }
    }

    [Test]
    public void Interrupt_WhileWaitingForAnEvent_ForgetsTheEvent()
    {
        Event gate = simulation.Event();
        Process waiter = simulation.Process(Waiter());
        simulation.Process(InterruptAt(1, waiter, null));
        simulation.Process(OpenAt(2));
        simulation.Run();
        Assert.That(log, Is.EqualTo(new[] { "1 s interrupted", "4 s done" }));

        IEnumerable<Wait> Waiter()
        {
            yield return gate;
            Assert.That(simulation.ActiveProcess.HandleFault(out Exception? fault), Is.True);
            if (fault is InterruptException { Cause: null }) Note("interrupted");
            yield return simulation.Timeout(3.Seconds());
            Note("done");
        }

        IEnumerable<Wait> OpenAt(int second)
        {
            yield return simulation.Timeout(second.Seconds());
            gate.Succeed();
        }
    }

    [Test]
    public void Interrupt_AtTheInstantOfTheTimeout_ComesFirst()
    {
        Process worker = null!;
        simulation.Process(InterruptAt(5, () => worker));
        worker = simulation.Process(Worker());
        simulation.Run();
        Assert.That(log, Is.EqualTo(new[] { "5 s True", "5 s False" }));

        IEnumerable<Wait> Worker()
        {
            yield return simulation.Timeout(5.Seconds());
            Note($"{simulation.ActiveProcess.HandleInterrupt(out _)}");
            yield return simulation.Timeout(SimDuration.Zero);
            Note($"{simulation.ActiveProcess.HandleInterrupt(out _)}");
        }
    }

    [Test]
    public void Interrupt_TwiceAtOneInstant_ArrivesTwice()
    {
        Process worker = simulation.Process(Worker());
        simulation.Process(Twice());
        simulation.Run();
        Assert.That(log, Is.EqualTo(new[] { "1 s first", "1 s second" }));

        IEnumerable<Wait> Worker()
        {
            for (int i = 0; i < 2; i++)
            {
                yield return simulation.Timeout(5.Seconds());
                if (simulation.ActiveProcess.HandleInterrupt(out object? cause)) Note($"{cause}");
            }
        }

        IEnumerable<Wait> Twice()
        {
            yield return simulation.Timeout(1.Seconds());
            worker.Interrupt("first");
            worker.Interrupt("second");
        }
    }

    [Test]
    public void Interrupt_NotHandled_FailsTheProcessWithAClearMessage()
    {
        var server = new Resource(simulation);
        Process worker = simulation.Process(Careless());
        simulation.Process(InterruptAt(1, worker, "breakdown"));
        Assert.That(simulation.Run, Throws.TypeOf<InterruptException>()
            .With.Message.Contains("breakdown").And.Message.Contains("HandleInterrupt").And.Property("Cause").EqualTo("breakdown"));
        Assert.That(worker is { IsAlive: false, IsOk: false, Fault: InterruptException }, Is.True);
        Assert.That(server.InUse, Is.Zero, "its using block has run");

        IEnumerable<Wait> Careless()
        {
            using Lease lease = server.Request();
            yield return lease;
            yield return simulation.Timeout(5.Seconds());
            yield return simulation.Timeout(5.Seconds());
            Note("never");
        }
    }

    [Test]
    public void Interrupt_NotHandledBeforeTheEnd_FailsTheProcessToo()
    {
        Process worker = simulation.Process(Careless());
        simulation.Process(InterruptAt(1, worker, null));
        Assert.That(simulation.Run, Throws.TypeOf<InterruptException>().With.Message.Contains("none given"));

        IEnumerable<Wait> Careless()
        {
            yield return simulation.Timeout(5.Seconds());
        }
    }

    [Test]
    public void Interrupt_OfAProcessThatHasEndedOrOfItself_IsRefused()
    {
        Process ended = simulation.Process(Nothing());
        simulation.Run();
        Assert.That(() => ended.Interrupt(), Throws.InvalidOperationException.With.Message.Contains("ended"));
        simulation.Process(Selfish());
        Assert.That(simulation.Run, Throws.InvalidOperationException.With.Message.Contains("itself"));

        IEnumerable<Wait> Nothing()
        {
            yield break;
        }

        IEnumerable<Wait> Selfish()
        {
            simulation.ActiveProcess.Interrupt();
            yield break;
        }
    }

    [Test]
    public void Interrupt_OfAProcessThatEndsBeforeItArrives_IsVoid()
    {
        Process worker = simulation.Process(EndsAtTheFirst());
        simulation.Process(Twice());
        simulation.Run();
        Assert.That(worker.IsOk, Is.True);
        Assert.That(log, Is.EqualTo(new[] { "1 s first" }));

        IEnumerable<Wait> EndsAtTheFirst()
        {
            yield return simulation.Timeout(5.Seconds());
            if (simulation.ActiveProcess.HandleInterrupt(out object? cause)) Note($"{cause}");
        }

        IEnumerable<Wait> Twice()
        {
            yield return simulation.Timeout(1.Seconds());
            worker.Interrupt("first");
            worker.Interrupt("second");
        }
    }

    private IEnumerable<Wait> InterruptAt(int second, Process victim, object? cause) => InterruptAt(second, () => victim, cause);

    private IEnumerable<Wait> InterruptAt(int second, Func<Process> victim, object? cause = null)
    {
        yield return simulation.Timeout(second.Seconds());
        victim().Interrupt(cause);
    }

    private void Note(string what) => log.Add($"{simulation.Now} {what}");
}
