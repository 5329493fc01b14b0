using Simulator.Core.Time;
using Simulator.Tests.Workloads.Sessions;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Clients;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Spans;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Clients;

public class ClosedLoopWorkloadTests
{
    private static Trace Requests(int count) => SyntheticTrace.Of(new PoissonArrivals(1), IndependentLengths.Fixed(10, 10), seed: 1).Take(count);

    [Test]
    public void Play_FixedService_KeepsTheClientsBusy()
    {
        using var workload = new ClosedLoopWorkload(Requests(1000), concurrency: 8);

        var ended = WorkloadRun.Play(workload, _ => 2.Seconds());

        Assert.That(ended.Select(e => e.Request.Id).Order(), Is.EqualTo(Enumerable.Range(0, 1000)));
        Assert.That(ended[^1].End, Is.EqualTo(SimTime.FromSeconds(250)), "1000 requests of 2 s on 8 clients");
        Assert.That(ended.Count(e => e.Request.Arrival == SimTime.Zero), Is.EqualTo(8));
    }

    [Test]
    public void Play_ThinkTime_FollowsTheLawOfTheInteractiveSystem()
    {
        using var workload = new ClosedLoopWorkload(Requests(40_000), concurrency: 20, new ExponentialSpan(8), seed: 4);

        var ended = WorkloadRun.Play(workload, _ => 2.Seconds());

        Assert.That(ended.Count / ended[^1].End.ToSeconds(), Is.EqualTo(20 / (8.0 + 2.0)).Within(2).Percent, "X = N / (R + Z)");
    }

    [TestCase(RequestOutcome.Completed)]
    [TestCase(RequestOutcome.Rejected)]
    [TestCase(RequestOutcome.TimedOut)]
    [TestCase(RequestOutcome.Failed)]
    public void Play_AnyOutcome_FreesTheClient(RequestOutcome outcome)
    {
        using var workload = new ClosedLoopWorkload(Requests(50), concurrency: 3);

        Assert.That(WorkloadRun.Play(workload, _ => 1.Seconds(), _ => outcome), Has.Count.EqualTo(50));
    }

    [Test]
    public void Take_AllClientsWaiting_KnowsNothing()
    {
        using var workload = new ClosedLoopWorkload(Requests(5), concurrency: 2);
        workload.Take();
        Request second = workload.Take();

        Assert.That(workload.TryPeek(out _), Is.False);
        Assert.Throws<InvalidOperationException>(() => workload.Take());
        workload.OnEnded(second, RequestOutcome.Completed, SimTime.FromSeconds(3));
        Assert.That(workload.Take(), Has.Property("Arrival").EqualTo(SimTime.FromSeconds(3)).And.Property("Id").EqualTo(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClosedLoopWorkload(Requests(5), concurrency: 0));
    }
}
