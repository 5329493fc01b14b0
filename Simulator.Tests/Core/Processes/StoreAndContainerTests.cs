using Simulator.Core;
using Simulator.Core.Processes;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Processes;

public class StoreAndContainerTests
{
    private Simulation _simulation = new();

    [SetUp]
    public void Start() => _simulation = new Simulation();

    [Test]
    public void Store_ProducerAndConsumer_PassItemsInOrder()
    {
        var store = new Store<int>(_simulation, capacity: 2);
        var log = new List<string>();
        _simulation.Process(Producer());
        _simulation.Process(Consumer());
        _simulation.Run();

        // The producer fills the store at once and then waits for every item the consumer takes.
        Assert.That(log, Is.EqualTo(new[]
        {
            "0 s put 0", "0 s put 1", "3 s got 0", "3 s put 2", "6 s got 1", "6 s put 3", "9 s got 2", "12 s got 3",
        }));
        Assert.That(store.Count, Is.Zero);
        Assert.That(store.CountOverTime.Average(_simulation.Now), Is.EqualTo((2 * 9 + 1 * 3) / 12.0).Within(1e-15));
        Assert.That(store.PutQueueOverTime.Average(_simulation.Now), Is.EqualTo(6 / 12.0).Within(1e-15));
        Assert.That(store.GetQueueOverTime.Max, Is.Zero.Or.EqualTo(1));

        IEnumerable<Wait> Producer()
        {
            for (int i = 0; i < 4; i++)
            {
                yield return store.Put(i);
                log.Add($"{_simulation.Now} put {i}");
            }
        }

        IEnumerable<Wait> Consumer()
        {
            for (int i = 0; i < 4; i++)
            {
                yield return _simulation.Timeout(3.Seconds());
                StoreGet<int> get = store.Get();
                yield return get;
                log.Add($"{_simulation.Now} got {get.Item}");
            }
        }
    }

    [Test]
    public void Store_GetsThatWait_AreServedInOrderUnlessWithdrawn()
    {
        var store = new Store<string>(_simulation);
        StoreGet<string> first = store.Get();
        StoreGet<string> second = store.Get();
        StoreGet<string> third = store.Get();
        Assert.That(() => first.Item, Throws.InvalidOperationException);
        second.Dispose();
        store.Put("a");
        store.Put("b");
        store.Put("c");
        Assert.That((first.Item, third.Item, store.Count), Is.EqualTo(("a", "b", 1)));
        Assert.That(second.IsTriggered, Is.False);
        first.Dispose(); // served already: nothing happens
        Assert.That(store.Count, Is.EqualTo(1));
    }

    [Test]
    public void Store_APutThatIsWithdrawn_NeverArrives()
    {
        var store = new Store<string>(_simulation, capacity: 1);
        store.Put("a");
        Claim waiting = store.Put("b");
        waiting.Dispose();
        Assert.That(store.Get().Item, Is.EqualTo("a"));
        Assert.That((store.Count, waiting.IsTriggered), Is.EqualTo((0, false)));
    }

    [Test]
    public void Container_GetsAndPuts_WaitForSupplyAndRoom()
    {
        var tank = new Container(_simulation, capacity: 10, level: 4);
        Claim get = tank.Get(6);
        Assert.That(get.IsTriggered, Is.False);
        Claim put = tank.Put(6.5);
        Assert.That(put.IsTriggered, Is.False);
        Claim small = tank.Put(3);
        Assert.That(small.IsTriggered, Is.False, "it stands behind a larger one");
        put.Dispose();
        Assert.That((small.IsTriggered, get.IsTriggered, tank.Level), Is.EqualTo((true, true, 1.0)));
        Assert.That(tank.Capacity, Is.EqualTo(10));
    }

    [Test]
    public void Container_OverTime_AveragesItsLevelAndLines()
    {
        var tank = new Container(_simulation, capacity: 10);
        _simulation.Process(Consumer());
        _simulation.Process(Producer());
        _simulation.Run();
        Assert.That(_simulation.Now, Is.EqualTo(SimTime.FromSeconds(4)));
        Assert.That(tank.LevelOverTime.Average(_simulation.Now), Is.EqualTo((2.5 + 5) / 4));
        Assert.That(tank.GetQueueOverTime.Average(_simulation.Now), Is.EqualTo(3 / 4.0));
        Assert.That(tank.PutQueueOverTime.Average(_simulation.Now), Is.Zero);

        IEnumerable<Wait> Consumer()
        {
            yield return tank.Get(7.5);
            Assert.That(_simulation.Now, Is.EqualTo(SimTime.FromSeconds(3)));
        }

        IEnumerable<Wait> Producer()
        {
            for (int i = 0; i < 4; i++)
            {
                yield return _simulation.Timeout(1.Seconds());
                if (i < 3) yield return tank.Put(2.5);
            }
        }
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(10.5)]
    [TestCase(double.NaN)]
    public void Container_AmountThatCanNeverBeServed_IsRefused(double amount)
    {
        var tank = new Container(_simulation, capacity: 10);
        Assert.That(() => tank.Get(amount), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => tank.Put(amount), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Capacities_OutOfRange_AreRefused()
    {
        Assert.That(() => new Store<int>(_simulation, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Container(_simulation, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Container(_simulation, double.PositiveInfinity), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Container(_simulation, 10, 11), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Container(_simulation, 10, double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
