using Simulator.Core.Time;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Models.Routing;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Engines;

/// <summary>The numbered invariants of the engine, on random clusters and workloads.</summary>
public sealed class InvariantTests
{
    [SeededProperty(MaxTest = 400, Arbitrary = [typeof(Scenarios)])]
    public void Invariant1_RandomScenario_EveryRequestEndsOnceOrIsInFlight(Scenario scenario)
    {
        Recorder seen = new();
        RunResult run = scenario.Run(seen);

        RequestCounts counts = run.Requests;
        Assert.That(seen.Requests.Select(record => record.Request.Id), Is.Unique);
        foreach ((RequestOutcome outcome, long count) in Outcomes(counts))
            Assert.That(seen.Requests.Count(record => record.Outcome == outcome), Is.EqualTo(count), $"{outcome}");
        Assert.That(seen.Requests, Has.Count.EqualTo(counts.Injected - counts.InFlight));
        if (scenario.Until is null)
        {
            Assert.That(counts.Injected, Is.EqualTo(scenario.Requests.Count));
            Assert.That(counts.InFlight, Is.Zero);
        }
        else if (scenario.Clients is null)
        {
            Assert.That(counts.Injected, Is.EqualTo(scenario.Requests.Count(request => request.Arrival < scenario.Until)));
        }
        RejectionCounts reasons = run.Rejections;
        Assert.That(
            reasons.QueueFull + reasons.ContextWindow + reasons.KvMemory + reasons.NoPool + reasons.EmptyPrompt, Is.EqualTo(counts.Rejected));
        Assert.That(Sum(run.Classes.Select(group => group.Requests)), Is.EqualTo(counts));
        long nowhere = seen.Requests.Count(record => record.Replica < 0);
        Assert.That(run.Replicas.Sum(replica => replica.Requests.Injected) + nowhere, Is.EqualTo(counts.Injected));
        foreach (RequestRecord record in seen.Requests) CheckRecord(record);
    }

    [SeededProperty(MaxTest = 200, Arbitrary = [typeof(Scenarios)])]
    public void Invariant1_ClientsThatReact_HearOfEveryEndOnce(Scenario scenario, byte clients)
    {
        ClosedLoop loop = scenario.Loop(clients % 8 + 1);
        Recorder seen = new();
        RunResult run = ServingSimulation.Run(scenario.Cluster(), loop, 3, new RunOptions { Observer = seen });
        Assert.That(loop.Taken, Is.EqualTo(scenario.Requests.Count));
        Assert.That(run.Requests.InFlight, Is.Zero);
        Assert.That(
            loop.Ended.Select(end => (end.Key, end.Value.Outcome, end.Value.At)),
            Is.EqualTo(seen.Requests.Select(record => (record.Request.Id, record.Outcome, record.End))));
    }

    [SeededProperty(MaxTest = 400, Arbitrary = [typeof(Scenarios)])]
    public void Invariant3_RandomScenario_EveryTokenIsEmittedOnceAndAfterItsPrefill(Scenario scenario)
    {
        Recorder seen = new();
        RunResult run = scenario.Run(seen);

        foreach (RequestRecord record in seen.Requests)
        {
            if (record.GeneratedTokens == 0)
            {
                Assert.That(record.FirstToken, Is.Null);
                continue;
            }
            Assert.That(record.FirstToken, Is.GreaterThan(record.FirstScheduled!.Value));
            Assert.That(record.End, Is.GreaterThanOrEqualTo(record.FirstToken!.Value));
            Assert.That(record.GeneratedTokens, Is.AtMost(record.Request.OutputTokens));
        }
        long generated = run.Replicas.Sum(replica => replica.OutputTokens);
        long decoded = seen.Iterations.Sum(iteration => (long)iteration.DecodeRows);
        long prefillsWithToken = seen.Requests.Count(record => record.FirstToken is not null);
        Assert.That(run.Iterations, Is.EqualTo(seen.Iterations.Count));
        Assert.That(run.Replicas.Sum(replica => replica.PrefillTokens), Is.EqualTo(seen.Iterations.Sum(iteration => (long)iteration.PrefillTokens)));
        if (run.Requests.InFlight > 0)
        {
            Assert.That(seen.Requests.Sum(record => (long)record.GeneratedTokens), Is.AtMost(generated));
            return;
        }
        Assert.That(seen.Requests.Sum(record => (long)record.GeneratedTokens), Is.EqualTo(generated));
        if (!scenario.HasDelays) Assert.That(run.Itl.Count, Is.EqualTo(generated - prefillsWithToken), "every token but the first ends a gap");
        if (run.Requests.TimedOut == 0)
        {
            // The gaps of a request span its first token to its last. Each is cut to whole nanoseconds.
            double spans = seen.Requests.Where(record => record.FirstToken is not null).Sum(record => (double)(record.End - record.FirstToken!.Value).Nanoseconds);
            Assert.That((run.Itl.Mean ?? 0) * 1e9 * run.Itl.Count, Is.EqualTo(spans).Within(run.Itl.Count + 1e-9 * spans));
        }
        // A prefill that comes to its end emits one token, and only preemption makes a sequence prefill again.
        Assert.That(generated - decoded, Is.InRange(prefillsWithToken, prefillsWithToken + run.Engine.Preemptions));
        if (scenario.Requests.All(request => request.Content.Count == 0) && run.Engine.Preemptions == 0 && run.Requests.TimedOut == 0)
        {
            Assert.That(
                run.Replicas.Sum(replica => replica.PrefillTokens),
                Is.EqualTo(seen.Requests.Where(record => record.FirstToken is not null).Sum(record => (long)record.Request.PromptTokens)));
        }
    }

    [SeededProperty(MaxTest = 300, Arbitrary = [typeof(Scenarios)])]
    public void Invariant4_EndOfRun_AllBlocksAreAvailableAgain(Scenario scenario)
    {
        scenario = scenario with { Until = null, SampleEvery = SimDuration.FromNanoseconds(7_300_000) };
        Recorder seen = new();
        scenario.Run(seen);
        long[] totals = [.. scenario.Cluster().Pools.SelectMany(pool => Enumerable.Repeat(pool.Blocks(), pool.Replicas))];
        foreach (ReplicaView replica in scenario.Replicas.Values)
        {
            Assert.That((replica.Outstanding, replica.KvBlocksUsed, replica.PendingTokens), Is.EqualTo((0, 0, 0)));
            Assert.That(replica.KvBlocksTotal, Is.EqualTo(totals[replica.Index]));
        }
        foreach (IterationRecord iteration in seen.Iterations)
            Assert.That(iteration.KvBlocksUsed, Is.InRange(1, totals[iteration.Replica]));
        foreach (ReplicaSample sample in seen.Samples)
            Assert.That(sample.KvBlocksUsed, sample.Running == 0 ? Is.Zero : Is.InRange(1, totals[sample.Replica]));
        foreach (ReplicaSample last in seen.Samples.GroupBy(sample => sample.Replica).Select(samples => samples.Last()))
            Assert.That((last.Running, last.Waiting, last.KvBlocksUsed), Is.EqualTo((0, 0, 0)));
    }

    [SeededProperty(MaxTest = 60, Arbitrary = [typeof(Scenarios)])]
    public void Invariant6_SameScenarioAndSeed_SameBytesAlsoOnOtherThreads(Scenario scenario)
    {
        (string Json, Recorder Seen) Once()
        {
            Recorder seen = new();
            return (RunResultJson.Write((scenario with { }).Run(seen)), seen);
        }

        (string json, Recorder seen) = Once();
        Task<(string Json, Recorder Seen)>[] others = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(Once))];
        Task.WaitAll(others);
        foreach ((string otherJson, Recorder other) in others.Select(task => task.Result))
        {
            Assert.That(otherJson, Is.EqualTo(json));
            Assert.That(other.Requests, Is.EqualTo(seen.Requests));
            Assert.That(other.Iterations, Is.EqualTo(seen.Iterations));
            Assert.That(other.Samples, Is.EqualTo(seen.Samples));
        }
    }

    [Test]
    public void Invariant6_OneClusterInManyRunsAtOnce_SameBytes()
    {
        ClusterSpec cluster = new()
        {
            Pools = [TestEngines.Pool(new VllmV1Options(), blocks: 60) with { Replicas = 3, CostModel = null }],
            Router = Routers.PowerOfTwoChoices,
        };
        Request[] requests = [.. Enumerable.Range(0, 300).Select(i => TestEngines.Request(i, i / 7, 1 + i % 50, 1 + i % 70))];
        Task<string>[] runs = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() => RunResultJson.Write(ServingSimulation.Run(cluster, requests, 5))))];
        Assert.That(runs.Select(run => run.Result).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void Invariant6_AnotherSeed_OtherRandomChoices()
    {
        ClusterSpec cluster = new()
        {
            Pools = [TestEngines.Pool(new VllmV1Options()) with { Replicas = 4 }],
            Router = Routers.Random,
        };
        Request[] requests = [.. Enumerable.Range(0, 100).Select(i => TestEngines.Request(i, i, 5, 5))];
        long[] Shares(ulong seed) => [.. ServingSimulation.Run(cluster, requests, seed).Replicas.Select(replica => replica.Requests.Injected)];

        Assert.That(Shares(1), Is.EqualTo(Shares(1)));
        Assert.That(Shares(2), Is.Not.EqualTo(Shares(1)));
        Assert.That(Shares(1).Sum(), Is.EqualTo(100));
    }

    /// <summary>With samples, routers that read replicas amid a stretch, several replicas, clients that react and runs that are cut.</summary>
    [SeededProperty(MaxTest = 400, Arbitrary = [typeof(Scenarios)])]
    public void Invariant7_StateIsReadAmidStretches_SameBytesOnAndOff(Scenario scenario)
    {
        if (!scenario.AllowsFastForward) return;
        scenario = scenario with { SampleEvery = scenario.SampleEvery ?? SimDuration.FromNanoseconds(3_141_593) };
        Recorder on = new(), off = new();
        string with = RunResultJson.Write(scenario.Run(on, fastForward: true));
        string without = RunResultJson.Write(scenario.Run(off, fastForward: false));
        Assert.That(with, Is.EqualTo(without));
        Assert.That(on.Requests, Is.EqualTo(off.Requests));
        Assert.That(on.Samples, Is.EqualTo(off.Samples));
        Assert.That(ByReplica(on), Is.EqualTo(ByReplica(off)));
    }

    [SeededProperty(MaxTest = 400, Arbitrary = [typeof(Scenarios)])]
    public void Invariant8_VllmV1WithOneSlot_IsNeverIdleWithWorkOutstanding(Scenario scenario)
    {
        if (!scenario.AllowsFastForward || scenario.HasDelays) return;
        scenario = scenario with { Until = null };
        Recorder seen = new();
        scenario.Run(seen);
        PoolSpec[] pools = [.. scenario.Cluster().Pools.SelectMany(pool => Enumerable.Repeat(pool, pool.Replicas))];
        for (int replica = 0; replica < pools.Length; replica++)
        {
            if (pools[replica].Plan.Pipeline > 1 || pools[replica].Engine.HostCacheBlocks > 0) continue;
            RequestRecord[] served = [.. seen.Requests.Where(record =>
                record.Replica == replica && record.Outcome is RequestOutcome.Completed or RequestOutcome.TimedOut)];
            SimTime idleFrom = SimTime.FromNanoseconds(-1);
            foreach (IterationRecord iteration in seen.Iterations.Where(iteration => iteration.Replica == replica))
            {
                Assert.That(iteration.Start, Is.GreaterThanOrEqualTo(idleFrom), "one batch at a time");
                foreach (RequestRecord record in served)
                {
                    Assert.That(
                        idleFrom < iteration.Start && record.Request.Arrival < iteration.Start && record.End > idleFrom,
                        Is.False, $"request {record.Request.Id} was there from {idleFrom} to {iteration.Start}");
                }
                idleFrom = iteration.End;
            }
            Assert.That(served.All(record => record.End <= idleFrom), "all ends come with an iteration's end or earlier");
        }
    }

    private static List<IterationRecord> ByReplica(Recorder seen) =>
        [.. seen.Iterations.OrderBy(iteration => (iteration.Replica, iteration.Slot))];

    private static (RequestOutcome, long)[] Outcomes(RequestCounts counts) =>
    [
        (RequestOutcome.Completed, counts.Completed), (RequestOutcome.Rejected, counts.Rejected),
        (RequestOutcome.TimedOut, counts.TimedOut), (RequestOutcome.Failed, counts.Failed),
    ];

    private static RequestCounts Sum(IEnumerable<RequestCounts> counts) => counts.Aggregate(new RequestCounts(0, 0, 0, 0, 0, 0), (a, b) => new(
        a.Injected + b.Injected, a.Completed + b.Completed, a.Rejected + b.Rejected, a.TimedOut + b.TimedOut, a.Failed + b.Failed,
        a.InFlight + b.InFlight));

    private static void CheckRecord(in RequestRecord record)
    {
        Request request = record.Request;
        Assert.That(record.End, Is.GreaterThanOrEqualTo(request.Arrival));
        Assert.That(record.Rejection == RejectionReason.None, Is.EqualTo(record.Outcome != RequestOutcome.Rejected));
        switch (record.Outcome)
        {
            case RequestOutcome.Completed:
                Assert.That(record.Truncated ? record.GeneratedTokens < request.OutputTokens : record.GeneratedTokens == request.OutputTokens);
                break;
            case RequestOutcome.TimedOut:
                SimDuration?[] limits = [request.QueueTimeout, request.Timeout, request.CancelAfter];
                Assert.That(record.E2e, Is.GreaterThanOrEqualTo(limits.Where(limit => limit is not null).Min()!.Value));
                break;
            default:
                Assert.That(request.IsFailure, Is.EqualTo(record.Outcome == RequestOutcome.Failed));
                Assert.That((record.End, record.GeneratedTokens, record.FirstScheduled), Is.EqualTo((request.Arrival, 0, (SimTime?)null)));
                break;
        }
    }
}
