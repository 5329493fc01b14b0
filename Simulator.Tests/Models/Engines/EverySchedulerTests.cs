using FsCheck;
using FsCheck.Fluent;
using Simulator.Core.Time;
using Simulator.Models.Architectures;
using Simulator.Models.Batching;
using Simulator.Models.Clusters;
using Simulator.Models.Costs.Tables;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Tests.Models.Batching;
using Simulator.Tests.Models.Costs.Tables;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Models.Engines;

/// <summary>What holds for every engine: stretches change nothing (invariant 7), and spare the scheduler.</summary>
public sealed class EverySchedulerTests
{
    private static void CheckRandomWorkloads(string engine, Config config) =>
        Prop.ForAll(OracleCases.OracleCase(), scenario =>
        {
            int block = scenario.Pick(0, 1, 4, 16);
            EngineOptions options = EveryEngine.Named(engine, new(80, scenario.Pick(1, 2, 4, 8), scenario.Pick(2, 16, 32, 80), block));
            Costs costs = scenario.Pick(3, Enum.GetValues<Costs>());
            PoolSpec pool = Pool(options, costs, stages: scenario.Pick(4, 1, 1, 2), ranks: costs == Costs.Roofline ? scenario.Pick(5, 1, 2) : 1, scenario.Blocks);
            AssertSameBytes(pool, scenario.Requests);
            AssertSameBytes(pool, scenario.Impatient.Requests);
        }).Check(config);

    private static readonly Lazy<OperatorTables> Tables = new(() =>
        OperatorTables.Read(TableFiles.Write(Path.Combine(TestContext.CurrentContext.WorkDirectory, "scheduler-tables"))));

    private static readonly string[] Traces = ["burstgpt-like-v1.csv", "burstgpt-like-v3.csv", "mooncake-like.jsonl", "six-requests.csv"];

    public enum Costs
    {
        Affine,
        Roofline,
        Tables,
    }

    private static IEnumerable<string> Engines => EveryEngine.Names;

    private static IEnumerable<string> EnginesThatDecode => EveryEngine.NamesThatDecode;

    private static IEnumerable<object[]> TraceRuns =>
        from engine in EveryEngine.Names from trace in Traces from costs in Enum.GetValues<Costs>() select new object[] { engine, trace, costs };

    /// <summary>Little KV memory, clients that give up, shared content, priorities, bounds on outputs, pipelines and data-parallel ranks.</summary>
    [TestCaseSource(nameof(Engines))]
    public void Invariant7_RandomWorkload_SameBytesOnAndOff(string engine) => CheckRandomWorkloads(engine, Config.QuickThrowOnFailure.WithMaxTest(60));

    /// <summary>A case found by chance: the prompts admitted before it have put more of a prompt into the cache than its chunk leaves to compute.</summary>
    [Test]
    public void Invariant7_ChunkThatTheCacheShrinks_SameBytesOnAndOff() => CheckRandomWorkloads(
        "TensorRT-LLM, max utilization", Config.QuickThrowOnFailure.WithMaxTest(1).WithReplay(12206130251497126485, 1723509078198485307, 70));

    /// <summary>The traces of the repository, so dense that memory runs out.</summary>
    [TestCaseSource(nameof(TraceRuns))]
    public void Invariant7_Trace_SameBytesOnAndOff(string engine, string trace, Costs costs)
    {
        // Made-up tables end at 512 tokens.
        (int window, int prompt, int output) = costs == Costs.Tables ? (100, 40, 40) : (1200, 800, 300);
        EveryEngine.Limits limits = new(window, Sequences: 8, ChunkTokens: window / 4, BlockTokens: 16);
        int requests = costs == Costs.Tables ? 400 : 150;
        Request[] played = [.. Trace.Open(Path.Combine(SharedData.RepositoryRoot, "traces", trace))
            .Take(requests).ToRate(costs == Costs.Tables ? 8 : 1).WithSessionPrefixes().ClipLengths(prompt, output).AllowOutput(output)
            .Select(request => request with
            {
                Model = "",
                Priority = (int)(request.Id % 3),
                Timeout = request.Id % 5 == 0 ? 20.Seconds() : null,
                QueueTimeout = request.Id % 7 == 0 ? 5.Seconds() : null,
            })];
        PoolSpec pool = Pool(EveryEngine.Named(engine, limits), costs, stages: 1, ranks: 1, tokens: 2 * window);
        RunResult run = AssertSameBytes(pool, played);
        Assert.That(run.Requests.Completed, Is.GreaterThan(played.Length / 4));
    }

    /// <summary>Ten times longer outputs, whether or not others wait for a place or for memory.</summary>
    [Test]
    public void Compose_DecodesOnly_IsCalledNoMoreOftenForLongerOutputs([ValueSource(nameof(EnginesThatDecode))] string engine, [Values(4, 7)] int requests, [Values] bool memoryIsShort)
    {
        (int Calls, long Iterations) Of(int output)
        {
            int calls = 0;
            EngineOptions options = EveryEngine.Named(engine, new(ContextWindow: output + 64, Sequences: 4, ChunkTokens: output + 64, BlockTokens: 16));
            EngineOptions counted = options with { Scheduler = context => new Counting(options.Scheduler(context), () => calls++) };
            // Room for two outputs, and not for three.
            long? blocks = memoryIsShort ? 5 * (output + 64) / 2 / options.BlockTokens : null;
            Request[] sent = [.. Enumerable.Range(0, requests).Select(i => TestEngines.Request(i, i, 60, output) with { MaxOutputTokens = output })];
            RunResult run = TestEngines.Run((TestPools.Small with { CostModel = TestEngines.Milliseconds, Engine = counted }).WithBlocks(blocks), sent);
            Assert.That(run.Requests.Completed, Is.EqualTo(requests));
            return (calls, run.Iterations);
        }

        (int few, _) = Of(390);
        (int many, long iterations) = Of(3900);
        Assert.That(iterations, Is.GreaterThan(3850));
        Assert.That(many, Is.LessThan(memoryIsShort ? few + 10 : few + 3).And.LessThan(80));
    }

    private static PoolSpec Pool(EngineOptions engine, Costs costs, int stages, int ranks, long tokens)
    {
        PoolSpec pool = TestPools.Small with { Plan = new ParallelPlan(Pipeline: stages, Data: ranks), Engine = engine };
        pool = costs switch
        {
            Costs.Affine => pool with { CostModel = TestEngines.Fractions },
            // With sliding windows, whose costs are linear in pieces.
            Costs.Roofline => pool with { Model = ModelArchitectures.GptOss20B, Device = Simulator.Models.Devices.Devices.H100Sxm },
            _ => pool with { CostModel = new TableCostModel(Tables.Value, new() { LayersPerStage = 4, Stages = stages }) },
        };
        return pool.WithBlocks(tokens / engine.BlockTokens + 2);
    }

    private static RunResult AssertSameBytes(PoolSpec pool, IReadOnlyList<Request> requests)
    {
        (RunResult run, Recorder on) = Run(pool, requests, fastForward: true);
        (RunResult stepped, Recorder off) = Run(pool, requests, fastForward: false);
        Assert.That(RunResultJson.Write(run), Is.EqualTo(RunResultJson.Write(stepped)));
        RequestCounts counts = run.Requests;
        Assert.That(counts.Completed + counts.TimedOut + counts.Rejected + counts.Failed, Is.EqualTo(requests.Count), "invariant 1");
        AssertSame(on.Requests, off.Requests);
        AssertSame(on.Samples, off.Samples);
        AssertSame(InOrder(on), InOrder(off));
        return run;
    }

    private static (RunResult Run, Recorder Seen) Run(PoolSpec pool, IReadOnlyList<Request> requests, bool fastForward)
    {
        Recorder seen = new();
        pool = pool with { Engine = pool.Engine with { FastForward = fastForward } };
        RunOptions options = new() { Observer = seen, SampleEvery = SimDuration.FromNanoseconds(73_141_593) };
        return (ServingSimulation.Run(new ClusterSpec { Pools = [pool] }, requests, 1, options), seen);
    }

    private static List<IterationRecord> InOrder(Recorder seen) => [.. seen.Iterations.OrderBy(iteration => iteration.Slot)];

    private static void AssertSame<T>(List<T> on, List<T> off)
    {
        Assert.That(on, Has.Count.EqualTo(off.Count));
        for (int i = 0; i < on.Count; i++)
            if (!EqualityComparer<T>.Default.Equals(on[i], off[i])) Assert.Fail($"{i}: {on[i]} with stretches, {off[i]} without.");
    }

    private sealed class Counting(IBatchScheduler scheduler, Action count) : IBatchScheduler
    {
        public BatchDecision Compose(BatchComposer batch)
        {
            count();
            return scheduler.Compose(batch);
        }
    }
}
