using FsCheck;
using FsCheck.Fluent;
using Simulator.Core.Time;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Engines;

/// <summary>The engine against <see cref="NaiveVllmV1"/>, request by request and token by token.</summary>
public sealed class EngineOracleTests
{
    private static readonly AffineCosts Costs = new()
    {
        PrefillIteration = 3e-3, PrefillToken = 21e-6, PrefillPair = 7e-9,
        DecodeIteration = 5e-3, DecodeRow = 13e-6, DecodeContextToken = 31.7e-9,
    };

    [SeededProperty(MaxTest = 400, Arbitrary = [typeof(Cases)])]
    public void Run_RandomWorkload_EqualsNaiveEngine(Case scenario)
    {
        NaiveVllmV1 naive = new(scenario.Options, Case.BlockTokens, scenario.Blocks, scenario.PrefixCaching, Costs);
        naive.Run(scenario.Requests);
        foreach (bool fastForward in (bool[])[true, false])
        {
            Recorder recorder = new();
            RunResult run = scenario.Run(fastForward, recorder);
            Assert.That(run.Requests.Completed, Is.EqualTo(scenario.Requests.Count));
            Assert.That(run.Iterations, Is.EqualTo(naive.Iterations));
            Assert.That(run.Engine.Preemptions, Is.EqualTo(naive.Preemptions));
            Assert.That(
                recorder.Requests.Select(r => (r.Request.Id, r.FirstScheduled!.Value.Nanoseconds, r.FirstToken!.Value.Nanoseconds, r.End.Nanoseconds, r.Preemptions)),
                Is.EquivalentTo(naive.Outcomes.Select(o => (o.Id, o.FirstScheduled, o.FirstToken, o.End, o.Preemptions))));
            // Gaps are recorded before their ends are cut to nanoseconds, so each may differ from the difference of the ends by one.
            double gaps = naive.Outcomes.Sum(o => o.TokenTimes.Zip(o.TokenTimes.Skip(1), (a, b) => b - a).Sum(gap => (double)gap));
            Assert.That((run.Itl.Mean ?? 0) * 1e9 * run.Itl.Count, Is.EqualTo(gaps).Within(1.01 * run.Itl.Count + 1e-6 * gaps));
            Assert.That(run.Itl.Count, Is.EqualTo(naive.Outcomes.Sum(o => o.TokenTimes.Count - 1)));
        }
    }

    /// <summary>Invariant 7: fast-forward on and off give the same bytes.</summary>
    [SeededProperty(MaxTest = 300, Arbitrary = [typeof(Cases)])]
    public void Invariant7_FastForwardOnAndOff_SameBytes(Case scenario, byte[] patience, byte stages)
    {
        // Clients that give up, at any instant and in any state, and batches that overlap in a pipeline.
        scenario = scenario with
        {
            Stages = stages % 3 + 1,
            Requests = [.. scenario.Requests.Select((request, i) => patience.Length == 0 ? request : (patience[i % patience.Length] % 4) switch
            {
                0 => request with { Timeout = SimDuration.FromMilliseconds(1 + patience[i % patience.Length]) },
                1 => request with { QueueTimeout = SimDuration.FromMilliseconds(1 + patience[i % patience.Length]) },
                2 => request with { CancelAfter = SimDuration.FromMilliseconds(1 + patience[i % patience.Length]) },
                _ => request,
            })],
        };
        Recorder on = new(), off = new();
        string with = RunResultJson.Write(scenario.Run(true, on));
        string without = RunResultJson.Write(scenario.Run(false, off));
        Assert.That(with, Is.EqualTo(without));
        RequestCounts counts = RunResultJson.Read(with).Requests;
        Assert.That(counts.Completed + counts.TimedOut, Is.EqualTo(scenario.Requests.Count), "invariant 1");
        Assert.That(on.Requests, Is.EqualTo(off.Requests));
        Assert.That(on.Iterations, Is.EquivalentTo(off.Iterations));
    }

    public sealed record Case(IReadOnlyList<Request> Requests, VllmV1Options Options, int Blocks, bool PrefixCaching)
    {
        public const int BlockTokens = 4;

        public int Stages { get; init; } = 1;

        internal RunResult Run(bool fastForward, Recorder recorder)
        {
            PoolSpec pool = TestPools.Small with
            {
                CostModel = Costs,
                Plan = new ParallelPlan(Pipeline: Stages),
                Engine = ServingEngines.VllmV1(Options) with
                {
                    BlockTokens = BlockTokens, PrefixCaching = PrefixCaching, FastForward = fastForward,
                },
                Memory = new MemoryOptions { BlocksOverride = Blocks + 1 },
            };
            return ServingSimulation.Run(
                new ClusterSpec { Pools = [pool] }, Requests, 1, new RunOptions { Observer = recorder });
        }

        public override string ToString() =>
            $"{Options}, {Blocks} blocks, caching {PrefixCaching}: "
            + string.Join("; ", Requests.Select(r => $"{r.Arrival.Nanoseconds} {r.PromptTokens}+{r.OutputTokens} [{string.Join(' ', r.Content.Select(s => $"{s.Key}:{s.Tokens}"))}]"));
    }

    public static class Cases
    {
        public static Arbitrary<Case> Case() => Arb.From(
            from count in Gen.Choose(1, 12)
            from gaps in Gen.Choose(0, 60_000_000).ArrayOf(count)
            from prompts in Gen.Choose(1, 40).ArrayOf(count)
            from outputs in Gen.Choose(1, 30).ArrayOf(count)
            from contents in Gen.Choose(-2, 3).ArrayOf(count)
            from tails in Gen.Choose(0, 20).ArrayOf(count)
            from together in Gen.Choose(0, 3).ArrayOf(count)
            from budget in Gen.Elements(8, 16, 64, 512)
            from sequences in Gen.Elements(2, 3, 8)
            from threshold in Gen.Elements(0, 0, 6)
            from blocks in Gen.Choose(18, 40)
            from caching in Gen.Elements(true, false)
            from priorities in Gen.Choose(0, 2).ArrayOf(count)
            from spares in Gen.Choose(-3, 3).ArrayOf(count)
            from byPriority in Gen.Elements(true, false)
            from ahead in Gen.Elements(true, false)
            select new Case(
                [.. Requests(gaps, prompts, outputs, contents, tails, together).Select((request, i) => request with
                {
                    Priority = priorities[i], MaxOutputTokens = spares[i] < 0 ? null : request.OutputTokens + spares[i],
                })],
                new VllmV1Options
                {
                    TokenBudget = budget, MaxSequences = sequences, LongPrefillThreshold = threshold, AsyncScheduling = ahead,
                    Policy = byPriority ? VllmV1Policy.Priority : VllmV1Policy.FirstComeFirstServed,
                },
                blocks, caching));

        private static List<Request> Requests(int[] gaps, int[] prompts, int[] outputs, int[] contents, int[] tails, int[] together)
        {
            long at = 0;
            List<Request> requests = [];
            for (int i = 0; i < gaps.Length; i++)
            {
                if (together[i] > 0) at += gaps[i];
                // The last segment goes on with the generated tokens, and those are a request's own.
                int shared = Math.Min(prompts[i] - 1, tails[i]);
                requests.Add(new Request
                {
                    Id = i,
                    Arrival = SimTime.FromNanoseconds(at),
                    PromptTokens = prompts[i],
                    OutputTokens = outputs[i],
                    Content = contents[i] < 0 ? []
                        : shared > 0 ? [new(contents[i], shared), new(100 + i, prompts[i] - shared)]
                        : [new(100 + i, prompts[i])],
                });
            }
            return requests;
        }
    }
}
