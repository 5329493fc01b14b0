using Simulator.Core;
using Simulator.Core.Events;
using Simulator.Core.Randomness;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Events;

public class EventOrderTests
{
    [TestCase(10)]
    [TestCase(1025)]
    [TestCase(5000)]
    [TestCase(150_000)]
    public void Run_SimultaneousEvents_FireInTheOrderOfScheduling(int pending)
    {
        var simulation = new Simulation();
        var recorder = new Recorder();
        for (int i = 0; i < pending; i++) simulation.Schedule(1.Seconds(), recorder, argument: i);
        simulation.Run();
        Assert.That(recorder.Fired, Is.EqualTo(Enumerable.Range(0, pending).Select(i => (long)i)));
    }

    [Test]
    public void Run_ManyGroupsOfSimultaneousEventsWithCancellations_FireInOrder()
    {
        const int Pending = 120_000;
        const int Instants = 20;
        RandomStream random = new RandomStreams(5).Stream("order");
        var simulation = new Simulation();
        var recorder = new Recorder();
        var handles = new EventHandle[Pending];
        var times = new int[Pending];
        var cancelled = new bool[Pending];
        for (int i = 0; i < Pending; i++)
        {
            times[i] = random.NextInt32(Instants);
            handles[i] = simulation.Schedule(SimTime.FromNanoseconds(times[i]), recorder, argument: i);
            int victim = random.NextInt32(i + 1);
            if (i % 3 != 0) continue;
            Assert.That(simulation.Cancel(handles[victim]), Is.EqualTo(!cancelled[victim]));
            cancelled[victim] = true;
        }
        simulation.Run();
        IEnumerable<long> expected = Enumerable.Range(0, Pending).Where(i => !cancelled[i]).OrderBy(i => times[i]).Select(i => (long)i);
        Assert.That(recorder.Fired, Is.EqualTo(expected));
    }

    [Test]
    public void Run_SimultaneousEventsOfAllPriorities_FireByPriorityThenInOrder()
    {
        var simulation = new Simulation();
        var recorder = new Recorder();
        EventPriority[] priorities = Enum.GetValues<EventPriority>();
        for (int i = 0; i < 3 * priorities.Length; i++)
        {
            EventPriority priority = priorities[^(1 + i % priorities.Length)];
            simulation.Schedule(1.Seconds(), recorder, argument: (long)priority * 100 + i, priority: priority);
        }
        simulation.Run();
        Assert.That(recorder.Fired, Is.Ordered);
        Assert.That(priorities, Is.EqualTo(new[]
        {
            EventPriority.Urgent, EventPriority.Completion, EventPriority.Normal, EventPriority.Decision, EventPriority.Deadline,
            EventPriority.Observation,
        }));
    }

    /// <summary>Any mixture of scheduling, cancelling and firing does what a sorted list does.</summary>
    [SeededProperty(MaxTest = 300)]
    public void Queue_AnyScript_AgreesWithASortedList(int[] script)
    {
        var simulation = new Simulation();
        var recorder = new Recorder();
        var model = new List<(long Time, int Priority, int Number)>();
        var handles = new List<EventHandle> { default };
        var expected = new List<long>();
        foreach (int word in script)
        {
            uint bits = unchecked((uint)word * 2654435761u);
            int choice = (int)(bits >> 16);
            switch (bits % 8)
            {
                case < 4:
                    var entry = (Time: simulation.Now.Nanoseconds + choice % 5, Priority: choice / 5 % 5, Number: handles.Count);
                    handles.Add(simulation.Schedule(
                        SimTime.FromNanoseconds(entry.Time), recorder, argument: entry.Number, priority: (EventPriority)entry.Priority));
                    model.Add(entry);
                    break;
                case < 6:
                    int number = choice % handles.Count;
                    Assert.That(simulation.Cancel(handles[number]), Is.EqualTo(model.RemoveAll(e => e.Number == number) == 1));
                    break;
                default:
                    Assert.That(simulation.Step(), Is.EqualTo(FireModel()));
                    break;
            }
            Assert.That(simulation.PendingEvents, Is.EqualTo(model.Count));
            Assert.That(simulation.Peek().Nanoseconds, Is.EqualTo(model.Count == 0 ? long.MaxValue : model.Min().Time));
        }
        simulation.Run();
        while (FireModel())
        {
        }
        Assert.That(recorder.Fired, Is.EqualTo(expected));

        bool FireModel()
        {
            if (model.Count == 0) return false;
            (long Time, int Priority, int Number) first = model.Min();
            expected.Add(first.Number);
            return model.Remove(first);
        }
    }

    [Test]
    public void Schedule_AtTheSameInstantFromAHandler_FiresAfterWhatHasFiredAndByPriority()
    {
        var simulation = new Simulation();
        var recorder = new Recorder((s, argument) =>
        {
            if (argument != 1) return;
            s.Schedule(SimDuration.Zero, Later, argument: 30);
            s.Schedule(SimDuration.Zero, Later, argument: 10, priority: EventPriority.Urgent);
        });
        Later = recorder;
        simulation.Schedule(1.Seconds(), recorder, argument: 1);
        simulation.Schedule(1.Seconds(), recorder, argument: 20);
        simulation.Run();
        Assert.That(recorder.Fired, Is.EqualTo(new long[] { 1, 10, 20, 30 }));
        Assert.That(simulation.Now, Is.EqualTo(SimTime.FromSeconds(1)));
    }

    private Recorder Later { get; set; } = new();
}
