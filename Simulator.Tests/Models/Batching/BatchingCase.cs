using FsCheck;
using FsCheck.Fluent;
using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Batching;

/// <summary>A random small workload, and limits for an engine in which they matter.</summary>
/// <param name="Requests">The requests in order of arrival.</param>
/// <param name="MaxBatch">Most requests of a batch.</param>
/// <param name="Blocks">KV blocks of <see cref="BlockTokens"/> tokens: at least one context window of them.</param>
/// <param name="BlockTokens">Tokens of a block.</param>
/// <param name="TokenLimit">Most tokens of a batch.</param>
/// <param name="HostBlocks">Blocks of host memory.</param>
public sealed record BatchingCase(IReadOnlyList<Request> Requests, int MaxBatch, int Blocks, int BlockTokens, int TokenLimit, int HostBlocks)
{
    public const int Window = 48;

    /// <summary>The engine and the oracle do the same for every request, with fast-forward and without.</summary>
    internal void AssertEquals(EngineOptions engine, NaiveEngine naive)
    {
        naive.Run(Requests, Window);
        var expected = naive.Ended.OrderBy(work => work.Request.Id)
            .Select(work => (work.Request.Id, work.FirstScheduled, (long?)work.TokenTimes[0], work.End, work.TokenTimes.Count, work.Preemptions)).ToArray();
        foreach (bool fastForward in (bool[])[true, false])
        {
            Recorder seen = new();
            RunResult run = Run(engine, Requests, 1, fastForward, seen);
            Assert.That(run.Iterations, Is.EqualTo(naive.Iterations));
            Assert.That(
                seen.Requests.OrderBy(r => r.Request.Id).Select(r => (r.Request.Id, r.FirstScheduled?.Nanoseconds, r.FirstToken?.Nanoseconds, r.End.Nanoseconds, r.GeneratedTokens, r.Preemptions)),
                Is.EqualTo(expected));
            // Gaps are recorded before their ends are cut to nanoseconds, so each may differ from the difference of the ends by one.
            double gaps = naive.Ended.Sum(work => (double)(work.End - work.TokenTimes[0]));
            Assert.That(run.Itl.Count, Is.EqualTo(naive.Ended.Sum(work => work.TokenTimes.Count - 1)));
            Assert.That((run.Itl.Mean ?? 0) * 1e9 * run.Itl.Count, Is.EqualTo(gaps).Within(1.01 * run.Itl.Count + 1e-6 * gaps));
        }
    }

    /// <summary>Invariant 7, with clients that give up at any instant and in any state, and batches that overlap in a pipeline.</summary>
    internal void AssertFastForwardMakesNoDifference(EngineOptions engine, byte[] patience, int stages)
    {
        Request[] requests = [.. Requests.Select((request, i) => patience.Length == 0 ? request : (patience[i % patience.Length] % 4) switch
        {
            0 => request with { Timeout = SimDuration.FromMilliseconds(1 + patience[i % patience.Length]) },
            1 => request with { QueueTimeout = SimDuration.FromMilliseconds(1 + patience[i % patience.Length]) },
            2 => request with { CancelAfter = SimDuration.FromMilliseconds(1 + patience[i % patience.Length]) },
            _ => request,
        })];
        Recorder on = new(), off = new();
        string with = RunResultJson.Write(Run(engine, requests, stages, true, on));
        string without = RunResultJson.Write(Run(engine, requests, stages, false, off));
        Assert.That(with, Is.EqualTo(without));
        RequestCounts counts = RunResultJson.Read(with).Requests;
        Assert.That(counts.Completed + counts.TimedOut, Is.EqualTo(requests.Length), "invariant 1");
        Assert.That(on.Requests, Is.EqualTo(off.Requests));
        Assert.That(on.Iterations, Is.EquivalentTo(off.Iterations));
        Assert.That(on.Iterations.All(iteration => iteration.KvBlocksUsed <= Blocks), "invariant 4");
    }

    private RunResult Run(EngineOptions engine, IReadOnlyList<Request> requests, int stages, bool fastForward, Recorder seen)
    {
        PoolSpec pool = (TestPools.Small with
        {
            CostModel = TestEngines.Fractions,
            Plan = new ParallelPlan(Pipeline: stages),
            Engine = engine with { BlockTokens = BlockTokens, ContextWindow = Window, FastForward = fastForward },
        }).WithBlocks(Blocks);
        return ServingSimulation.Run(new ClusterSpec { Pools = [pool] }, requests, 1, new RunOptions { Observer = seen });
    }

    public override string ToString() =>
        $"batch {MaxBatch}, {Blocks} blocks of {BlockTokens}, {TokenLimit} tokens, {HostBlocks} host blocks: "
        + string.Join("; ", Requests.Select(r => $"{r.Arrival.Nanoseconds} {r.PromptTokens}+{r.OutputTokens} ({r.MaxOutputTokens})"));
}

public static class BatchingCases
{
    public static Arbitrary<BatchingCase> Case() => Arb.From(
        from count in Gen.Choose(1, 14)
        from gaps in Gen.Choose(0, 60_000_000).ArrayOf(count)
        from together in Gen.Choose(0, 2).ArrayOf(count)
        from prompts in Gen.Choose(1, 20).ArrayOf(count)
        from outputs in Gen.Choose(1, 20).ArrayOf(count)
        from more in Gen.Choose(-6, 10).ArrayOf(count)
        from maxBatch in Gen.Choose(1, 6)
        from blockTokens in Gen.Elements(1, 3, 4)
        from spare in Gen.Choose(0, 30)
        from limit in Gen.Choose(6, 40)
        from host in Gen.Choose(0, 40)
        select new BatchingCase(
            Requests(gaps, together, prompts, outputs, more), maxBatch, (BatchingCase.Window + spare + blockTokens - 1) / blockTokens, blockTokens, limit, host));

    private static Request[] Requests(int[] gaps, int[] together, int[] prompts, int[] outputs, int[] more)
    {
        long at = 0;
        Request[] requests = new Request[gaps.Length];
        for (int i = 0; i < requests.Length; i++)
        {
            if (together[i] > 0) at += gaps[i] / together[i];
            requests[i] = new Request
            {
                Id = i,
                Arrival = SimTime.FromNanoseconds(at),
                PromptTokens = prompts[i],
                OutputTokens = outputs[i],
                // Some clients allow less than what the trace recorded, some more, and some do not say.
                MaxOutputTokens = more[i] > 6 ? null : Math.Max(1, outputs[i] + more[i]),
            };
        }
        return requests;
    }
}
