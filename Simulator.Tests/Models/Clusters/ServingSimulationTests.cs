using Simulator.Core.Time;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Models.Routing;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Clusters;

/// <summary>Runs as a whole: 1 ms a prefill token, 10 ms a decode iteration.</summary>
public sealed class ServingSimulationTests
{
    private static readonly VllmV1Options Options = new() { TokenBudget = 64, MaxSequences = 8 };

    private static readonly ClusterSpec OnePool = new() { Pools = [Pool(Options)] };

    [Test]
    public void Run_NoRequests_HasNullsForWhatIsUndefined()
    {
        RunResult run = ServingSimulation.Run(OnePool, []);
        Assert.That(run.Requests, Is.EqualTo(new RequestCounts(0, 0, 0, 0, 0, 0)));
        Assert.That((run.SimulatedSeconds, run.MeasuredSeconds, run.Iterations), Is.EqualTo((0.0, 0.0, 0)));
        foreach (LatencySummary latency in (LatencySummary[])[run.Ttft, run.Itl, run.Tpot, run.E2e, run.SchedulingDelay, run.QueueingDelay])
            Assert.That(latency, Is.EqualTo(new LatencySummary(0, null, null, null, null, null, null)));
        Assert.That(run.Throughput, Is.EqualTo(new Throughput(null, null, null)));
        Assert.That((run.Engine.Utilization, run.Engine.MeanBatchSize, run.Engine.PrefixHitRate), Is.EqualTo(((double?)null, (double?)null, (double?)null)));
        Assert.That(run.Cost.JoulesPerOutputToken, Is.Null);
        Assert.That(run.Classes, Is.Empty);
        Assert.That(RunResultJson.Read(RunResultJson.Write(run)).Requests, Is.EqualTo(run.Requests));
    }

    [Test]
    public void Run_OneRequest_EveryFigureFollows()
    {
        RunResult run = ServingSimulation.Run(OnePool, [Request(0, 100, 6, 5)], 9);
        Assert.That(run.Seed, Is.EqualTo(9));
        Assert.That(run.SimulatedSeconds, Is.EqualTo(0.146));
        Assert.That((run.Ttft.Mean, run.E2e.Mean, run.Tpot.Mean, run.Itl.Mean), Is.EqualTo((0.006, 0.046, 0.010, 0.010)));
        Assert.That((run.SchedulingDelay.Max, run.QueueingDelay.Max), Is.EqualTo((0.0, 0.0)));
        Assert.That(run.Tokens, Is.EqualTo(new TokenCounts(6, 5, 0, 0)));
        Assert.That(run.Throughput, Is.EqualTo(new Throughput(1 / 0.146, 5 / 0.146, 11 / 0.146)));
        Assert.That(run.Engine.Utilization, Is.EqualTo(0.046 / 0.146).Within(1e-12));
        Assert.That((run.Engine.MeanBatchSize, run.Engine.PeakBatchSize, run.Iterations), Is.EqualTo((1.0, 1, 5)));
    }

    [Test]
    public void Run_SeveralPools_ModelsGoWhereTheyAreServed()
    {
        PoolSpec pool = Pool(Options);
        ClusterSpec cluster = new()
        {
            Pools = [pool with { Name = "a", Serves = ["m1", "m2"] }, pool with { Name = "rest", Replicas = 2 }, pool with { Name = "c", Serves = ["m3"] }],
        };
        string[] models = ["m1", "", "m3", "m2", "other", "m3"];
        Recorder seen = new();
        RunResult run = ServingSimulation.Run(
            cluster, models.Select((model, i) => Request(i, 100 * i, 2, 1) with { Model = model }), 0, new RunOptions { Observer = seen });
        Assert.That(seen.Requests.Select(record => (record.Pool, record.Replica)), Is.EqualTo(new[]
        {
            ("a", 0), ("rest", 1), ("c", 3), ("a", 0), ("rest", 1), ("c", 3),
        }));
        Assert.That(run.Replicas.Select(replica => replica.Pool), Is.EqualTo(new[] { "a", "rest", "rest", "c" }));
        Assert.That(run.Classes.Select(group => (group.Pool, group.Requests.Completed)), Is.EqualTo(new[] { ("a", 2L), ("c", 2), ("rest", 2) }));
    }

    [Test]
    public void Run_PoolsThatServeTheSame_ShareTheirRequests()
    {
        PoolSpec pool = Pool(Options);
        ClusterSpec cluster = new()
        {
            Pools = [pool with { Name = "a", Serves = ["m", "n"] }, pool with { Name = "b", Serves = ["n", "m"], Replicas = 2 }, pool with { Name = "rest" }],
            Router = Routers.RoundRobin,
        };
        Recorder seen = new();
        RunResult run = ServingSimulation.Run(
            cluster, Enumerable.Range(0, 6).Select(i => Request(i, 100 * i, 2, 1) with { Model = i % 2 == 0 ? "m" : "n" }), 0, new RunOptions { Observer = seen });
        Assert.That(seen.Requests.Select(record => (record.Pool, record.Replica)), Is.EqualTo(new[] { ("a", 0), ("b", 1), ("b", 2), ("a", 0), ("b", 1), ("b", 2) }));
        Assert.That(run.Classes.Select(own => (own.Pool, own.Requests.Completed)), Is.EquivalentTo(new[] { ("a", 2L), ("b", 4L) }));
    }

    [Test]
    public void Validate_PoolsThatServePartsOfTheSame_AreNamed()
    {
        PoolSpec pool = Pool(Options);
        ClusterSpec partly = new() { Pools = [pool with { Name = "a", Serves = ["m", "n"] }, pool with { Name = "b", Serves = ["m"] }] };
        ClusterSpec others = new() { Pools = [pool with { Name = "a" }, pool with { Name = "b", Model = pool.Model with { Id = "other" } }] };
        Assert.That(partly.Validate(), Is.EqualTo(new[] { "Model 'm' is served by pools 'a' and 'b'; name it in one, or let them serve the same names with the same model." }));
        Assert.That(others.Validate(), Is.EqualTo(new[] { "Pools 'a' and 'b' both serve all models; name the models that each serves." }));
    }

    [Test]
    public void Run_ModelThatNoPoolServes_IsRejected()
    {
        ClusterSpec cluster = new() { Pools = [Pool(Options) with { Serves = ["m"] }] };
        Recorder seen = new();
        RunResult run = ServingSimulation.Run(
            cluster, [Request(0, 0, 2, 1), Request(1, 0, 2, 0) with { Model = "x" }], 0, new RunOptions { Observer = seen });
        Assert.That(run.Rejections, Is.EqualTo(new RejectionCounts(0, 0, 0, NoPool: 1, 0)));
        Assert.That(seen.Requests.Select(record => (record.Outcome, record.Pool, record.Replica)), Is.EqualTo(new[]
        {
            (RequestOutcome.Rejected, "", -1), (RequestOutcome.Failed, "", -1),
        }));
    }

    /// <summary>Requests of 200 ms each that arrive every 50 ms; the window holds those of 500 to 999 ms.</summary>
    [Test]
    public void MeasureWindow_PartOfTheRun_ChangesStatisticsNotTheRun()
    {
        Request[] requests = [.. Enumerable.Range(0, 40).Select(i => Request(i, 50 * i, 10, 20))];
        Recorder whole = new(), part = new();
        RunResult all = ServingSimulation.Run(OnePool, requests, 0, new RunOptions { Observer = whole });
        RunResult window = ServingSimulation.Run(OnePool, requests, 0, new RunOptions
        {
            Observer = part, MeasureFrom = SimTime.FromSeconds(0.5), MeasureUntil = SimTime.FromSeconds(1), Slo = new(Ttft: 1.Seconds()),
        });

        Assert.That(part.Requests, Is.EqualTo(whole.Requests));
        Assert.That(part.Iterations, Is.EqualTo(whole.Iterations));
        Assert.That((window.Requests, window.Iterations, window.SimulatedSeconds), Is.EqualTo((all.Requests, all.Iterations, all.SimulatedSeconds)));
        Assert.That(window.Engine with { PrefixHitRate = 0 }, Is.EqualTo(all.Engine with { PrefixHitRate = 0 }));

        RequestRecord[] measured = [.. whole.Requests.Where(record => record.Request.Id is >= 10 and < 20)];
        Assert.That((window.MeasuredSeconds, window.Ttft.Count, window.E2e.Count), Is.EqualTo((0.5, 10, 10)));
        Assert.That(window.Ttft.Mean, Is.EqualTo(measured.Average(record => record.Ttft!.Value.ToSeconds())).Within(1e-12));
        Assert.That(window.E2e.Max, Is.EqualTo(measured.Max(record => record.E2e.ToSeconds())));
        Assert.That(window.Itl.Count, Is.EqualTo(10 * 19));
        Assert.That(window.Tokens, Is.EqualTo(new TokenCounts(100, 200, 0, 0)));
        Assert.That(window.Throughput.RequestsPerSecond, Is.EqualTo(20));
        Assert.That((window.Goodput!.Requests, window.Goodput.Share, all.Goodput), Is.EqualTo((10, 1.0, (GoodputSummary?)null)));
        Assert.That(window.Classes.Single().Requests.Injected, Is.EqualTo(10));
    }

    [Test]
    public void MeasureWindow_WithoutRequests_MeasuresNothing()
    {
        RunResult run = ServingSimulation.Run(OnePool, [Request(0, 0, 2, 2)], 0, new RunOptions { MeasureFrom = SimTime.FromSeconds(5) });
        Assert.That((run.Requests.Completed, run.Ttft.Count, run.MeasuredSeconds), Is.EqualTo((1, 0, 0.0)));
    }

    [Test]
    public void Until_AmidAStretch_CountsWhatHasHappened()
    {
        // Tokens come at 4, 14, 24 and 34 ms; what would end at 34 ms has not ended.
        RunResult run = ServingSimulation.Run(OnePool, [Request(0, 0, 4, 50), Request(1, 500, 1, 1)], 0, new RunOptions
        {
            Until = SimTime.Zero + 34.Milliseconds(),
        });
        Assert.That(run.Requests, Is.EqualTo(new RequestCounts(1, 0, 0, 0, 0, InFlight: 1)));
        Assert.That((run.Iterations, run.Replicas[0].OutputTokens, run.Itl.Count, run.SimulatedSeconds), Is.EqualTo((3, 3, 2, 0.034)));
        Assert.That(run.Replicas[0].Engine.Utilization, Is.EqualTo(24.0 / 34).Within(1e-12));
    }

    [Test]
    public void Until_AfterTheLastEnd_IsTheSimulatedTime()
    {
        RunResult run = ServingSimulation.Run(OnePool, [Request(0, 0, 4, 1)], 0, new RunOptions { Until = SimTime.FromSeconds(2) });
        Assert.That((run.SimulatedSeconds, run.Requests.Completed), Is.EqualTo((2.0, 1)));
    }

    [Test]
    public void Until_Zero_RunsNothing() => Assert.That(
        ServingSimulation.Run(OnePool, [Request(0, 0, 4, 1)], 0, new RunOptions { Until = SimTime.Zero }).Requests.Injected, Is.Zero);

    [Test]
    public void Samples_EveryFewMilliseconds_ShowTheStateThen()
    {
        (_, Recorder seen) = Record(Pool(Options with { MaxSequences = 1 }), [Request(0, 3, 4, 4), Request(1, 5, 4, 1)], new RunOptions
        {
            SampleEvery = 10.Milliseconds(),
        });
        // Request 0: prefill to 7 ms, tokens at 7, 17, 27, 37 ms; request 1: till 41 ms.
        Assert.That(seen.Samples.Select(s => (s.Time.Ms(), s.Running, s.Waiting, s.KvBlocksUsed, s.GeneratedTokens)), Is.EqualTo(new[]
        {
            (0.0, 0, 0, 0L, 0L), (10, 1, 1, 2, 1), (20, 1, 1, 2, 2), (30, 1, 1, 2, 3), (40, 1, 0, 1, 4), (50, 0, 0, 0, 5),
        }));
    }

    [Test]
    public void Progress_LongRun_IsToldNowAndThen()
    {
        List<long> told = [];
        ServingSimulation.Run(OnePool, Enumerable.Range(0, 3000).Select(i => Request(i, i, 1, 0)), 0, new RunOptions { Progress = told.Add });
        Assert.That(told, Is.EqualTo(new[] { 1024L, 2048 }));
    }

    [Test]
    public void Run_ClientsThatReact_ArriveWhenTheirLastRequestEnded()
    {
        Request[] requests = [.. Enumerable.Range(0, 6).Select(i => Request(i, 0, 4, 2))];
        ClosedLoop loop = new(requests, clients: 2, think: 5.Milliseconds());
        Recorder seen = new();
        ServingSimulation.Run(OnePool, loop, 0, new RunOptions { Observer = seen });
        // Two prompts of 4 ms and a decode: 18 ms; then both think.
        Assert.That(seen.Requests.Select(record => (record.Request.Arrival.Ms(), record.End.Ms())), Is.EqualTo(new[]
        {
            (0.0, 18.0), (0, 18), (23, 41), (23, 41), (46, 64), (46, 64),
        }));
    }

    [Test]
    public void Ends_OfSeveralReplicasAtOneInstant_AreToldInTheirOrder()
    {
        // Both end at 104 ms. Replica 0 plans its last stretch late, when a request that waited behind has left.
        ClusterSpec cluster = new() { Pools = [Pool(Options with { MaxSequences = 1 }) with { Replicas = 2 }], Router = Routers.RoundRobin };
        Request[] requests = [Request(0, 0, 4, 11), Request(1, 0, 4, 11), Request(2, 20, 4, 1) with { QueueTimeout = 10.Milliseconds() }];
        long[] Order(bool fastForward)
        {
            Recorder seen = new();
            PoolSpec pool = cluster.Pools[0];
            ServingSimulation.Run(
                cluster with { Pools = [pool with { Engine = pool.Engine with { FastForward = fastForward } }] }, requests, 0,
                new RunOptions { Observer = seen });
            return [.. seen.Requests.Where(record => record.Outcome == RequestOutcome.Completed).Select(record => record.Request.Id)];
        }
        Assert.That(Order(true), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(Order(false), Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public void Run_NothingGiven_Throws()
    {
        Assert.Throws<ArgumentNullException>(() => ServingSimulation.Run(null!, []));
        Assert.Throws<ArgumentNullException>(() => ServingSimulation.Run(OnePool, (IWorkload)null!));
        Assert.Throws<ArgumentNullException>(() => ServingSimulation.Run(OnePool, (IEnumerable<Request>)null!));
    }

    [TestCase(0)]
    [TestCase(-5)]
    public void SampleEvery_NotAboveZero_Throws(int nanoseconds) => Assert.That(
        () => ServingSimulation.Run(OnePool, [], 0, new RunOptions { SampleEvery = SimDuration.FromNanoseconds(nanoseconds) }),
        Throws.ArgumentException.With.Message.StartsWith("SampleEvery is"));

    [Test]
    public void Until_BelowZero_Throws() => Assert.That(
        () => ServingSimulation.Run(OnePool, [], 0, new RunOptions { Until = SimTime.FromNanoseconds(-1) }),
        Throws.ArgumentException.With.Message.StartsWith("Until is"));

    private static readonly Request[] Impossible =
    [
        Request(7, 0, -1, 1), Request(7, 0, 1, -1), Request(7, 0, 1, 1) with { Timeout = SimDuration.FromNanoseconds(-1) },
        Request(7, 0, 1, 1) with { QueueTimeout = SimDuration.FromNanoseconds(-1) }, Request(7, 0, 1, 1) with { CancelAfter = SimDuration.FromNanoseconds(-1) },
    ];

    [TestCaseSource(nameof(Impossible))]
    public void Run_ImpossibleRequest_ThrowsWithItsId(Request request) => Assert.That(
        () => ServingSimulation.Run(OnePool, [request]), Throws.InvalidOperationException.With.Message.Matches("^Request 7 .*below 0"));

    [Test]
    public void Run_WorkloadThatAnnouncesAnotherArrival_Throws() => Assert.That(
        () => ServingSimulation.Run(OnePool, new Fickle()),
        Throws.InvalidOperationException.With.Message.EqualTo(
            "Request 1 was announced for 1 s but arrives at 0.005 s; peeking and taking must give the same instant."));

    [Test]
    public void ClusterException_SeveralFaults_ListsAll()
    {
        ClusterException fault = new(["one", "two"]);
        Assert.That(fault.Faults, Is.EqualTo(new[] { "one", "two" }));
        Assert.That(fault.Message, Is.EqualTo("one" + Environment.NewLine + "two"));
    }

    private sealed class Fickle : IWorkload
    {
        public bool TryPeek(out SimTime arrival)
        {
            arrival = SimTime.FromSeconds(1);
            return true;
        }

        public Request Take() => Request(1, 5, 1, 1);

        public void OnEnded(Request request, RequestOutcome outcome, SimTime at)
        {
        }
    }
}
