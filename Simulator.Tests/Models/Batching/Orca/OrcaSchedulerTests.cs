using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Models.Batching.Orca;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching.Orca;

/// <summary>1 ms a prefill token, 10 ms an iteration with decodes, blocks of 4 tokens.</summary>
public sealed class OrcaSchedulerTests
{
    private static PoolSpec PoolOf(int maxBatch, long? blocks = null, int stages = 1) => Pool(
        ServingEngines.Orca(new OrcaOptions { MaxBatchSize = maxBatch }) with { ContextWindow = 16 }, blocks) with
    {
        Plan = new ParallelPlan(Pipeline: stages),
    };

    private static (double Start, double End, int Decodes, int Prefills, int Tokens)[] Iterations(Recorder seen) =>
        [.. seen.Iterations.Select(i => (i.Start.Ms(), i.End.Ms(), i.DecodeRows, i.PrefillRows, i.PrefillTokens))];

    [Test]
    public void Compose_NewRequests_RunWholeBesideTheDecodes()
    {
        (_, Recorder seen) = Record(PoolOf(3), [Request(0, 0, 4, 4), Request(1, 1, 9, 1), Request(2, 2, 3, 1), Request(3, 3, 2, 1)]);
        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 4.0, 0, 1, 4),
            (4, 26, 1, 2, 12), // three requests in the iteration
            (26, 38, 1, 1, 2),
            (38, 48, 1, 0, 0),
        }));
    }

    [Test]
    public void Compose_HeadFindsNoMemory_ThoseBehindWaitToo()
    {
        Request[] requests =
        [
            Request(0, 0, 4, 3) with { MaxOutputTokens = 8 }, Request(1, 1, 6, 1) with { MaxOutputTokens = 6 }, Request(2, 1, 2, 1) with { MaxOutputTokens = 2 },
        ];
        (_, Recorder seen) = Record(PoolOf(8, blocks: 5), requests);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 4.0, 0, 1, 4), (4, 14, 1, 0, 0), (14, 24, 1, 0, 0), (24, 32, 0, 2, 8) }));
        Assert.That(seen.Iterations.Select(i => i.KvBlocksUsed), Is.EqualTo(new[] { 3, 3, 3, 4 }), "reserved from the start");
    }

    [Test]
    public void Compose_HeadThatBlocksGivesUp_NextIsAdmittedAtTheNextIteration()
    {
        Request[] requests =
        [
            Request(0, 0, 4, 9) with { MaxOutputTokens = 12 }, Request(1, 1, 4, 1) with { MaxOutputTokens = 8, QueueTimeout = 20.Milliseconds() },
            Request(2, 2, 2, 1) with { MaxOutputTokens = 2 },
        ];
        (_, Recorder seen) = Record(PoolOf(8, blocks: 5), requests);
        Assert.That(seen.Requests[2].FirstScheduled.Ms(), Is.EqualTo(24));
    }

    [Test]
    public void Compose_InAPipeline_EachBatchHasUpToMaxBatchSize()
    {
        (_, Recorder seen) = Record(PoolOf(2, stages: 2), [.. Enumerable.Range(0, 5).Select(i => Request(i, 0, 4, 1))]);
        Assert.That(seen.Iterations.Select(i => (i.Slot, i.Start.Ms(), i.PrefillRows)), Is.EqualTo(new[] { (0, 0.0, 2), (1, 0, 2), (0, 8, 1) }));
    }

    [Test]
    public void Compose_Arrivals_InterruptAStretchOnlyIfTheyCouldJoin()
    {
        Request[] requests = [Request(0, 0, 4, 10), Request(1, 20, 4, 1), Request(2, 30, 4, 1)];
        Assert.That(Compositions.Of(PoolOf(2), requests), Is.EqualTo(new[] { 0.0, 4, 24, 38, 52 }), "room for both, one after the other");
        Assert.That(Compositions.Of(PoolOf(1), requests), Is.EqualTo(new[] { 0.0, 4, 94, 98 }), "the batch is full");
        Assert.That(Compositions.Of(PoolOf(3, blocks: 7), requests), Is.EqualTo(new[] { 0.0, 4, 24, 94, 98 }), "the head finds no memory");
    }

    [SeededProperty(MaxTest = 300, Arbitrary = [typeof(BatchingCases)])]
    public void Run_RandomWorkload_EqualsNaiveEngine(BatchingCase scenario) => scenario.AssertEquals(
        Engine(scenario), new NaiveOrca(scenario.MaxBatch, scenario.Blocks, scenario.BlockTokens, Fractions));

    [SeededProperty(MaxTest = 200, Arbitrary = [typeof(BatchingCases)])]
    public void Invariant7_FastForwardOnAndOff_SameBytes(BatchingCase scenario, byte[] patience, byte stages) =>
        scenario.AssertFastForwardMakesNoDifference(Engine(scenario), patience, stages % 3 + 1);

    [Test]
    public void Constructor_SettingsOutOfRange_MessageNamesEveryFault()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => Scheduler(-1, 3))!;
        Assert.That(fault.Message, Does.Contain("MaxBatchSize is -1; it must be at least 1. A request of the context window (14 tokens) reserves 4 KV blocks"));
        Assert.DoesNotThrow(() => Scheduler(1, 4));
        Assert.Throws<ArgumentNullException>(() => new OrcaScheduler(null!, default));
    }

    [Test]
    public void Factory_MaxBatchSize_IsTheMostSequences() => Assert.That(ServingEngines.Orca(new()).MaxSequences, Is.EqualTo(128));

    private static OrcaScheduler Scheduler(int maxBatch, long blocks) =>
        new(new OrcaOptions { MaxBatchSize = maxBatch }, new SchedulerContext(14, 4, blocks, 1, 1, new RandomStream(1)));

    private static EngineOptions Engine(BatchingCase scenario) => ServingEngines.Orca(new OrcaOptions { MaxBatchSize = scenario.MaxBatch });
}
