using Simulator.Core;
using Simulator.Core.Processes;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Processes;

public class ConditionTests
{
    private Simulation _simulation = new();

    [SetUp]
    public void Start() => _simulation = new Simulation();

    [Test]
    public void AnyOf_TwoTimeouts_SucceedsWithTheFirst()
    {
        TimeoutEvent first = _simulation.Timeout(1.Seconds()).AsEvent();
        TimeoutEvent second = _simulation.Timeout(2.Seconds()).AsEvent();
        Assert.That(EndOf(_simulation.AnyOf(first, second)), Is.EqualTo(1));
        Assert.That(first is { IsProcessed: true, IsOk: true }, Is.True);
        Assert.That(second.IsTriggered, Is.False);
    }

    [Test]
    public void AllOf_ThreeTimeouts_SucceedsWithTheLast()
    {
        Event[] timeouts = [.. new[] { 3, 1, 2 }.Select(seconds => _simulation.Timeout(seconds.Seconds()).AsEvent())];
        Assert.That(EndOf(_simulation.AllOf(timeouts)), Is.EqualTo(3));
    }

    [Test]
    public void Conditions_OfNothing_SucceedAtOnce()
    {
        Assert.That(EndOf(_simulation.AnyOf()), Is.Zero);
        Assert.That(EndOf(_simulation.AllOf()), Is.Zero);
    }

    [Test]
    public void Conditions_Nested_AreEvents()
    {
        Event a = _simulation.Timeout(1.Seconds()).AsEvent();
        Event b = _simulation.Timeout(2.Seconds()).AsEvent();
        Event c = _simulation.Timeout(3.Seconds()).AsEvent();
        Assert.That(EndOf(_simulation.AnyOf(c, _simulation.AllOf(a, b))), Is.EqualTo(2));
    }

    [Test]
    public void Conditions_WithProcessedMembers_CountThem()
    {
        Event past = _simulation.Event();
        past.Succeed();
        _simulation.Run();
        Assert.That(EndOf(_simulation.AnyOf(past, _simulation.Event())), Is.Zero);
        Assert.That(EndOf(_simulation.AllOf(past, _simulation.Timeout(1.Seconds()).AsEvent())), Is.EqualTo(1));
    }

    [Test]
    public void AllOf_TheSameEventTwice_CountsItTwice()
    {
        Event once = _simulation.Timeout(1.Seconds()).AsEvent();
        Assert.That(EndOf(_simulation.AllOf(once, once)), Is.EqualTo(1));
    }

    [Test]
    public void AllOf_AMemberFails_FailsAtOnce()
    {
        Event doomed = _simulation.Event();
        Event all = _simulation.AllOf(_simulation.Timeout(1.Seconds()).AsEvent(), doomed);
        doomed.Fail(new TimeoutException());
        Exception? seen = null;
        _simulation.Process(Waiter());
        _simulation.Run();
        Assert.That(seen, Is.TypeOf<TimeoutException>());
        Assert.That(all.IsOk, Is.False);

        IEnumerable<Wait> Waiter()
        {
            yield return all;
            _simulation.ActiveProcess.HandleFault(out seen);
            Assert.That(_simulation.Now, Is.EqualTo(SimTime.Zero));
        }
    }

    [Test]
    public void AnyOf_AMemberThatFailsAfterwards_IsNotLostSilently()
    {
        Event doomed = _simulation.Event();
        Assert.That(EndOf(_simulation.AnyOf(_simulation.Timeout(1.Seconds()).AsEvent(), doomed)), Is.EqualTo(1));
        doomed.Fail(new TimeoutException());
        Assert.That(_simulation.Run, Throws.TypeOf<TimeoutException>());
    }

    [Test]
    public void TimeoutEvent_Cancelled_NeverSucceeds()
    {
        TimeoutEvent patience = _simulation.Timeout(5.Seconds()).AsEvent();
        Assert.That(patience.Cancel(), Is.True);
        Assert.That(patience.Cancel(), Is.False);
        _simulation.Run();
        Assert.That(patience.IsTriggered, Is.False);
        Assert.That(_simulation.Now, Is.EqualTo(SimTime.Zero));
    }

    [Test]
    public void Condition_OfEventsOfTwoSimulations_IsRefused() =>
        Assert.That(() => _simulation.AnyOf(new Simulation().Event()), Throws.InvalidOperationException);

    private double EndOf(Event condition)
    {
        _simulation.Run(condition);
        Assert.That(condition.IsOk, Is.True);
        return _simulation.Now.ToSeconds();
    }
}
