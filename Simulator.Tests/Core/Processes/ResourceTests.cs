using Simulator.Core;
using Simulator.Core.Processes;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Processes;

public class ResourceTests
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
    public void Resource_MoreRequestsThanUnits_ServesThemInTheOrderOfTheirComing()
    {
        var server = new Resource(_simulation, 2);
        for (int i = 0; i < 5; i++) _simulation.Process(Customer(server, i));
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "0 s 0", "0 s 1", "2 s 2", "2 s 3", "4 s 4" }));

        // Two units over 6 s, busy 5 × 2 s; waits of 0, 0, 2, 2 and 4 s; three in line for 2 s, then one for 2 s.
        Assert.That(server.Utilization, Is.EqualTo(10.0 / 12).Within(1e-15));
        Assert.That(server.WaitingTime.Mean, Is.EqualTo(8.0 / 5).Within(1e-15));
        Assert.That(server.WaitingTime.Count, Is.EqualTo(5));
        Assert.That(server.QueueLengthOverTime.Average(_simulation.Now), Is.EqualTo(8.0 / 6).Within(1e-15));
        Assert.That(server.QueueLengthOverTime.Max, Is.EqualTo(3));
        Assert.That(server.InUseOverTime.Max, Is.EqualTo(2));
        Assert.That((server.InUse, server.QueueLength, server.Capacity), Is.EqualTo((0, 0, 2)));
    }

    [Test]
    public void PriorityResource_WaitingRequests_AreServedByPriorityThenOrder()
    {
        var server = new PriorityResource(_simulation);
        int[] priorities = [0, 5, 1, 5, 1, -3];
        for (int i = 0; i < priorities.Length; i++) _simulation.Process(PriorityCustomer(i, priorities[i]));
        _simulation.Run();
        Assert.That(_log.Select(line => line[^1]), Is.EqualTo("052413".Select(c => c)));

        IEnumerable<Wait> PriorityCustomer(int number, int priority)
        {
            using Lease lease = server.Request(priority);
            yield return lease;
            Note($"{number}");
            yield return _simulation.Timeout(1.Seconds());
        }
    }

    [Test]
    public void Dispose_OfAWaitingRequest_WithdrawsIt()
    {
        var server = new Resource(_simulation);
        Lease first = server.Request();
        Lease second = server.Request();
        Lease third = server.Request();
        Assert.That(server.QueueLength, Is.EqualTo(2));
        second.Dispose();
        Assert.That((server.InUse, server.QueueLength), Is.EqualTo((1, 1)));
        first.Dispose();
        first.Dispose();
        Assert.That((server.InUse, server.QueueLength), Is.EqualTo((1, 0)));
        Assert.That((first.IsTriggered, second.IsTriggered, third.IsTriggered), Is.EqualTo((true, false, true)));
        third.Dispose();
        Assert.That(server.InUse, Is.Zero);
        Assert.That(third.RequestedAt, Is.EqualTo(SimTime.Zero));
    }

    [Test]
    public void Request_WithPatience_IsWithdrawnByItsUsingBlock()
    {
        var server = new Resource(_simulation);
        _simulation.Process(Customer(server, 0));
        _simulation.Process(Impatient());
        _simulation.Process(Customer(server, 2));
        _simulation.Run();
        Assert.That(_log, Is.EqualTo(new[] { "0 s 0", "1 s gave up", "2 s 2" }));
        Assert.That(server.WaitingTime.Count, Is.EqualTo(2));

        IEnumerable<Wait> Impatient()
        {
            using Lease lease = server.Request();
            yield return _simulation.AnyOf(lease, _simulation.Timeout(1.Seconds()).AsEvent());
            Note(lease.IsTriggered ? "served" : "gave up");
        }
    }

    [Test]
    public void Interrupt_OfAProcessInLine_WithdrawsItsRequest()
    {
        var server = new Resource(_simulation);
        Lease held = server.Request();
        Process waiter = _simulation.Process(Waiter());
        _simulation.Process(Interrupter());
        _simulation.Run();
        Assert.That((server.InUse, server.QueueLength), Is.EqualTo((1, 0)));
        held.Dispose();
        Assert.That(server.InUse, Is.Zero);

        IEnumerable<Wait> Waiter()
        {
            using Lease lease = server.Request();
            yield return lease;
            Assert.That(_simulation.ActiveProcess.HandleInterrupt(out _), Is.True);
        }

        IEnumerable<Wait> Interrupter()
        {
            yield return _simulation.Timeout(1.Seconds());
            waiter.Interrupt();
        }
    }

    [Test]
    public void Resource_WithoutUnits_IsRefused()
    {
        Assert.That(() => new Resource(_simulation, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Resource(null!), Throws.ArgumentNullException);
    }

    private IEnumerable<Wait> Customer(Resource server, int number)
    {
        using Lease lease = server.Request();
        yield return lease;
        Note($"{number}");
        yield return _simulation.Timeout(2.Seconds());
    }

    private void Note(string what) => _log.Add($"{_simulation.Now} {what}");
}
