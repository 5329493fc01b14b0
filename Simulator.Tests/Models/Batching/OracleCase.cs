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

/// <summary>A random workload for an engine and its oracle, with too little KV memory.</summary>
/// <param name="Requests">The requests, in order of arrival.</param>
/// <param name="Blocks">Tokens of KV memory for every token of a block: 80 or more hold any request.</param>
/// <param name="Draw">Numbers from which a test draws its options.</param>
public sealed record OracleCase(IReadOnlyList<Request> Requests, int Blocks, int[] Draw)
{
    /// <summary>One of some values.</summary>
    public T Pick<T>(int index, params T[] values) => values[Draw[index] % values.Length];

    /// <summary>The same with clients that give up, at any instant and in any state.</summary>
    internal OracleCase Impatient => this with
    {
        Requests = [.. Requests.Select((request, i) => (Draw[i % Draw.Length] % 6) switch
        {
            0 => request with { Timeout = SimDuration.FromMilliseconds(1 + Draw[i % Draw.Length] % 200) },
            1 => request with { QueueTimeout = SimDuration.FromMilliseconds(1 + Draw[i % Draw.Length] % 200) },
            2 => request with { CancelAfter = SimDuration.FromMilliseconds(1 + Draw[i % Draw.Length] % 200) },
            _ => request,
        })],
    };

    internal RunResult Run(EngineOptions engine, long blocks, bool fastForward, Recorder recorder, ParallelPlan? plan = null)
    {
        PoolSpec pool = (TestPools.Small with
        {
            CostModel = TestEngines.Fractions,
            Plan = plan ?? new ParallelPlan(Pipeline: 1),
            Engine = engine with { FastForward = fastForward },
        }).WithBlocks(blocks);
        return ServingSimulation.Run(new ClusterSpec { Pools = [pool] }, Requests, 1, new RunOptions { Observer = recorder });
    }

    /// <summary>Runs the engine with fast-forward on and off, and compares both with the oracle.</summary>
    internal void Check(EngineOptions engine, long blocks, NaiveBlockEngine naive)
    {
        naive.Run(Requests);
        foreach (bool fastForward in (bool[])[true, false])
        {
            Recorder recorder = new();
            RunResult run = Run(engine, blocks, fastForward, recorder);
            Assert.That(run.Requests.Completed, Is.EqualTo(Requests.Count));
            Assert.That(
                recorder.Requests.Select(r => new NaiveBlockEngine.Outcome(
                    r.Request.Id, r.FirstScheduled!.Value.Nanoseconds, r.FirstToken!.Value.Nanoseconds, r.End.Nanoseconds, r.Preemptions)),
                Is.EquivalentTo(naive.Outcomes));
            Assert.That(run.Iterations, Is.EqualTo(naive.Iterations));
            Assert.That(run.Engine.Preemptions, Is.EqualTo(naive.Preemptions));
        }
    }

    /// <summary>Invariant 7: fast-forward on and off give the same bytes, also with clients that give up.</summary>
    internal void CheckFastForward(EngineOptions engine, long blocks, ParallelPlan? plan = null)
    {
        foreach (OracleCase scenario in (OracleCase[])[this, Impatient])
        {
            Recorder on = new(), off = new();
            string with = RunResultJson.Write(scenario.Run(engine, blocks, true, on, plan));
            string without = RunResultJson.Write(scenario.Run(engine, blocks, false, off, plan));
            Assert.That(with, Is.EqualTo(without));
            RequestCounts counts = RunResultJson.Read(with).Requests;
            Assert.That(counts.Completed + counts.TimedOut, Is.EqualTo(Requests.Count), "invariant 1");
            Assert.That(on.Requests, Is.EqualTo(off.Requests));
            Assert.That(on.Iterations, Is.EquivalentTo(off.Iterations));
        }
    }

    public override string ToString() =>
        $"{Blocks} blocks, draws {string.Join(' ', Draw)}: "
        + string.Join("; ", Requests.Select(r => $"{r.Arrival.Nanoseconds} {r.PromptTokens}+{r.OutputTokens} of {r.MaxOutputTokens}, priority {r.Priority}"));
}

/// <summary>Draws workloads.</summary>
public static class OracleCases
{
    public static Arbitrary<OracleCase> OracleCase() => Arb.From(
        from count in Gen.Choose(1, 14)
        from gaps in Gen.Choose(0, 50_000_000).ArrayOf(count)
        from prompts in Gen.Choose(1, 40).ArrayOf(count)
        from outputs in Gen.Choose(1, 40).ArrayOf(count)
        from allowed in Gen.Choose(-1, 60).ArrayOf(count)
        from together in Gen.Choose(0, 3).ArrayOf(count)
        from priorities in Gen.Choose(0, 2).ArrayOf(count)
        from contents in Gen.Choose(-2, 2).ArrayOf(count)
        from blocks in Gen.Choose(80, 200)
        from draw in Gen.Choose(0, 5039).ArrayOf(16)
        select new OracleCase(Requests(gaps, prompts, outputs, allowed, together, priorities, contents), blocks, draw));

    private static List<Request> Requests(int[] gaps, int[] prompts, int[] outputs, int[] allowed, int[] together, int[] priorities, int[] contents)
    {
        long at = 0;
        List<Request> requests = [];
        for (int i = 0; i < gaps.Length; i++)
        {
            if (together[i] > 0) at += gaps[i];
            requests.Add(new()
            {
                Id = i, Arrival = SimTime.FromNanoseconds(at), PromptTokens = prompts[i], OutputTokens = outputs[i], Priority = priorities[i],
                MaxOutputTokens = allowed[i] < 0 ? null : outputs[i] + allowed[i] / 3,
                Content = contents[i] < 0 ? [] : [new(contents[i], prompts[i])],
            });
        }
        return requests;
    }
}
