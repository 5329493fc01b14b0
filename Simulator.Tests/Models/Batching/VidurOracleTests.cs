using FsCheck;
using FsCheck.Fluent;
using Simulator.Core.Time;
using Simulator.Models.Batching.Sarathi;
using Simulator.Models.Batching.VllmV0;
using Simulator.Models.Clusters;
using Simulator.Models.Costs.Tables;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Models.Routing;
using Simulator.Tests.Models.Costs.Tables;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Batching;

/// <summary>The schedulers of vLLM v0 and Sarathi-Serve against <see cref="NaiveVidur"/>, with costs from tables: requests and iterations.</summary>
public sealed class VidurOracleTests
{
    private static readonly Lazy<OperatorTables> Tables = new(() =>
        OperatorTables.Read(TableFiles.Write(Path.Combine(TestContext.CurrentContext.WorkDirectory, "vidur-oracle-tables"))));

    [SeededProperty(MaxTest = 500, Arbitrary = [typeof(Cases)])]
    public void Run_RandomWorkload_EqualsVidur(Case scenario)
    {
        NaiveVidur naive = new(scenario.Settings, TableFiles.Times);
        List<NaiveVidur.Request> theirs = [.. scenario.Requests.Select(r => new NaiveVidur.Request((int)r.Id, r.Arrival.ToSeconds(), r.PromptTokens, r.OutputTokens))];
        naive.Run(theirs);
        Assert.That(theirs, Has.All.Property(nameof(NaiveVidur.Request.IsComplete)).True, "the oracle is stuck");
        foreach (bool fastForward in (bool[])[true, false])
        {
            Recorder seen = new();
            RunResult run = scenario.Run(fastForward, seen);
            seen.Requests.Sort((a, b) => a.Request.Id.CompareTo(b.Request.Id));
            Assert.That(
                seen.Requests.Select(r => (r.Request.Id, r.Replica, r.FirstScheduled!.Value.Nanoseconds, r.FirstToken!.Value.Nanoseconds, r.End.Nanoseconds, r.Preemptions)),
                Is.EqualTo(theirs.Select(r => ((long)r.Id, r.Replica, Ns(r.Scheduled!.Value), Ns(r.FirstToken!.Value), Ns(r.Completed!.Value), r.Restarts))));
            Assert.That(
                seen.Iterations.Select(i => (i.Replica, i.Start.Nanoseconds, i.End.Nanoseconds, i.PrefillTokens, i.DecodeRows, i.DecodeRows + i.PrefillRows)),
                Is.EquivalentTo(naive.Batches.Select(b => (
                    b.Rows[0].Request.Replica, Ns(b.Start), Ns(b.End), b.Prefill, b.Rows.Sum(row => row.Tokens) - b.Prefill, b.Rows.Count))));
            Assert.That(run.Iterations, Is.EqualTo(naive.Batches.Count));
        }
    }

    /// <summary>Invariant 7, also with clients that give up.</summary>
    [SeededProperty(MaxTest = 300, Arbitrary = [typeof(Cases)])]
    public void Invariant7_FastForwardOnAndOff_SameBytes(Case scenario, byte[] patience)
    {
        scenario = scenario with
        {
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
        Assert.That(with, Is.EqualTo(RunResultJson.Write(scenario.Run(false, off))));
        RequestCounts counts = RunResultJson.Read(with).Requests;
        Assert.That(counts.Completed + counts.TimedOut, Is.EqualTo(scenario.Requests.Count), "invariant 1");
        Assert.That(on.Requests, Is.EqualTo(off.Requests));
        Assert.That(on.Iterations, Is.EquivalentTo(off.Iterations));
    }

    /// <summary>The cases above would prove little if they did not preempt, swap, fill batches and overlap.</summary>
    [Test]
    public void Cases_Sample_CoverPreemptionAndSwap()
    {
        int recomputed = 0, swapped = 0, overlapping = 0;
        foreach (Case scenario in Cases.Case().Generator.Sample(300, size: 30))
        {
            RunResult run = scenario.Run(true, new Recorder(iterations: false));
            if (scenario.Settings.HostBlocks > 0) swapped += (int)run.Engine.Preemptions;
            else recomputed += (int)run.Engine.Preemptions;
            if (scenario.Settings.Stages > 1) overlapping++;
        }
        Assert.That(recomputed, Is.GreaterThan(100));
        Assert.That(swapped, Is.GreaterThan(20));
        Assert.That(overlapping, Is.GreaterThan(50));
    }

    private static long Ns(double seconds) => (long)Math.Round(seconds * 1e9);

    public sealed record Case(IReadOnlyList<Request> Requests, int ContextWindow)
    {
        internal NaiveVidur.Settings Settings { get; init; } = null!;

        internal RunResult Run(bool fastForward, Recorder recorder)
        {
            EngineOptions engine = Settings.Scheduler == "vllm"
                ? ServingEngines.VllmV0(new VllmV0Options
                {
                    MaxBatchedTokens = Settings.MaxTokens, MaxSequences = Settings.Cap, PaddedPrompts = Settings.Padded,
                    WatermarkFraction = Settings.Watermark,
                    Preemption = Settings.HostBlocks > 0 ? VllmV0Preemption.Swap : VllmV0Preemption.Recompute,
                })
                : ServingEngines.Sarathi(new SarathiOptions
                {
                    ChunkTokens = Settings.Chunk, MaxSequences = Settings.Cap, WatermarkFraction = Settings.Watermark,
                });
            PoolSpec pool = TestPools.Small with
            {
                Replicas = Settings.Replicas,
                Plan = new ParallelPlan(Settings.Tensor, Settings.Stages),
                CostModel = new TableCostModel(Tables.Value, new TableCostOptions
                {
                    LayersPerStage = Settings.LayersPerStage, Stages = Settings.Stages, TensorParallel = Settings.Tensor,
                    GroupedQueryAttention = Settings.Grouped,
                }),
                Engine = engine with
                {
                    BlockTokens = Settings.BlockTokens, ContextWindow = ContextWindow, SwapBlocks = Settings.HostBlocks, SwapsTakeTime = false, FastForward = fastForward,
                },
                Memory = new MemoryOptions { BlocksOverride = Settings.Blocks },
            };
            ClusterSpec cluster = new() { Pools = [pool], Router = Settings.Router == "lor" ? Routers.LeastWaiting : Routers.RoundRobin };
            return ServingSimulation.Run(cluster, Requests, 1, new RunOptions { Observer = recorder });
        }

        public override string ToString() =>
            $"{Settings}, window {ContextWindow}: " + string.Join("; ", Requests.Select(r => $"{r.Arrival.Nanoseconds} {r.PromptTokens}+{r.OutputTokens}"));
    }

    public static class Cases
    {
        public static Arbitrary<Case> Case() => Arb.From(
            from count in Gen.Choose(1, 14)
            from gaps in Gen.Choose(0, 12_000).ArrayOf(count)
            from prompts in Gen.Choose(1, 40).ArrayOf(count)
            from outputs in Gen.Choose(1, 40).ArrayOf(count)
            from scheduler in Gen.Elements("vllm", "sarathi")
            from stages in Gen.Elements(1, 1, 2, 3)
            from tensor in Gen.Elements(1, 2)
            from grouped in Gen.Elements(true, false)
            from replicas in Gen.Elements(1, 1, 2)
            from router in Gen.Elements("round_robin", "lor")
            from cap in Gen.Elements(3, 6, 16)
            from limit in Gen.Elements(16, 40, 90)
            from watermark in Gen.Elements(0, 0.01, 0.1)
            from spare in Gen.Choose(2, 20)
            from padded in Gen.Elements(true, false)
            from host in Gen.Elements(0, 0, 12, 60)
            select Make(gaps, prompts, outputs, new NaiveVidur.Settings(scheduler, spare, 4)
            {
                Stages = stages, Tensor = tensor, Grouped = grouped, Replicas = replicas, Router = router, Cap = cap, Watermark = watermark,
                Padded = padded, HostBlocks = scheduler == "vllm" ? host : 0, MaxTokens = limit, Chunk = limit,
            }));

        // Costs are whole microseconds and every arrival has nanoseconds of its own, so nothing ever happens at the same instant.
        private static Case Make(int[] gaps, int[] prompts, int[] outputs, NaiveVidur.Settings settings)
        {
            long at = 0;
            List<Request> requests = [];
            for (int i = 0; i < gaps.Length; i++)
            {
                at += gaps[i] * 1000L;
                requests.Add(new Request { Id = i, Arrival = SimTime.FromNanoseconds(at + i), PromptTokens = prompts[i], OutputTokens = outputs[i] });
            }
            int window = requests.Max(request => request.PromptTokens + request.OutputTokens);
            int longest = (window + settings.BlockTokens - 1) / settings.BlockTokens;
            int blocks = (int)Math.Ceiling((longest + settings.Blocks) / (1 - settings.Watermark));
            return new Case(requests, window) { Settings = settings with { Blocks = blocks, MaxTokens = Math.Max(settings.MaxTokens, window) } };
        }
    }
}
