using Simulator.Core;
using Simulator.Core.Processes;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Processes;

public class ConditionTests
{
    private Simulation simulation = new();

    [SetUp]
    public void Start() => simulation = new Simulation();

    [Test]
    public void AnyOf_TwoTimeouts_SucceedsWithTheFirst()
    {
        TimeoutEvent first = simulation.Timeout(1.Seconds()).AsEvent();
        TimeoutEvent second = simulation.Timeout(2.Seconds()).AsEvent();
        Assert.That(EndOf(simulation.AnyOf(first, second)), Is.EqualTo(1));
        Assert.That(first is { IsProcessed: true, IsOk: true }, Is.True);
        Assert.That(second.IsTriggered, Is.False);
    }

    [Test]
    public void AllOf_ThreeTimeouts_SucceedsWithTheLast()
    {
        Event[] timeouts = [.. new[] { 3, 1, 2 }.Select(seconds => simulation.Timeout(seconds.Seconds()).AsEvent())];
        Assert.That(EndOf(simulation.AllOf(timeouts)), Is.EqualTo(3));
    }

    [Test]
    public void Conditions_OfNothing_SucceedAtOnce()
    {
        Assert.That(EndOf(simulation.AnyOf()), Is.Zero);
        Assert.That(EndOf(simulation.AllOf()), Is.Zero);
    }

    [Test]
    public void Conditions_Nested_AreEvents()
    {
        Event a = simulation.Timeout(1.Seconds()).AsEvent();
        Event b = simulation.Timeout(2.Seconds()).AsEvent();
        Event c = simulation.Timeout(3.Seconds()).AsEvent();
        Assert.That(EndOf(simulation.AnyOf(c, simulation.AllOf(a, b))), Is.EqualTo(2));
    }

    [Test]
    public void Conditions_WithProcessedMembers_CountThem()
    {
        Event past = simulation.Event();
        past.Succeed();
        simulation.Run();
        Assert.That(EndOf(simulation.AnyOf(past, simulation.Event())), Is.Zero);
        Assert.That(EndOf(simulation.AllOf(past, simulation.Timeout(1.Seconds()).AsEvent())), Is.EqualTo(1));
    }

    [Test]
    public void AllOf_TheSameEventTwice_CountsItTwice()
    {
        Event once = simulation.Timeout(1.Seconds()).AsEvent();
        Assert.That(EndOf(simulation.AllOf(once, once)), Is.EqualTo(1));
    }

    [Test]
    public void AllOf_AMemberFails_FailsAtOnce()
    {
        Event doomed = simulation.Event();
        Event all = simulation.AllOf(simulation.Timeout(1.Seconds()).AsEvent(), doomed);
        doomed.Fail(new TimeoutException());
        Exception? seen = null;
        simulation.Process(Waiter());
        simulation.Run();
        Assert.That(seen, Is.TypeOf<TimeoutException>());
        Assert.That(all.IsOk, Is.False);

        IEnumerable<Wait> Waiter()
        {
            yield return all;
            simulation.ActiveProcess.HandleFault(out seen);
            Assert.That(simulation.Now, Is.EqualTo(SimTime.Zero));
        }
    }

    [Test]
    public void AnyOf_AMemberThatFailsAfterwards_IsNotLostSilently()
    {
        Event doomed = simulation.Event();
        Assert.That(EndOf(simulation.AnyOf(simulation.Timeout(1.Seconds()).AsEvent(), doomed)), Is.EqualTo(1));
        doomed.Fail(new TimeoutException());
        Assert.That(simulation.Run, Throws.TypeOf<TimeoutException>());
    }

    [Test]
    public void TimeoutEvent_Cancelled_NeverSucceeds()
    {
        TimeoutEvent patience = simulation.Timeout(5.Seconds()).AsEvent();
        Assert.That(patience.Cancel(), Is.True);
        Assert.That(patience.Cancel(), Is.False);
        simulation.Run();
        Assert.That(patience.IsTriggered, Is.False);
        Assert.That(simulation.Now, Is.EqualTo(SimTime.Zero));
    }

    [Test]
    public void Condition_OfEventsOfTwoSimulations_IsRefused() =>
        Assert.That(() => simulation.AnyOf(new Simulation().Event()), Throws.InvalidOperationException);

    private double EndOf(Event condition)
    {
        simulation.Run(condition);
        Assert.That(condition.IsOk, Is.True);
        return simulation.Now.ToSeconds();
    }
}
