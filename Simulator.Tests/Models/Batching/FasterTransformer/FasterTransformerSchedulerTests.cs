using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Models.Batching.FasterTransformer;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching.FasterTransformer;

/// <summary>1 ms a prefill token, 10 ms an iteration with decodes, blocks of 4 tokens.</summary>
public sealed class FasterTransformerSchedulerTests
{
    private static PoolSpec PoolOf(int maxBatch, long? blocks = null, int window = 16, int stages = 1) => Pool(
        ServingEngines.FasterTransformer(new FasterTransformerOptions { MaxBatchSize = maxBatch }) with { ContextWindow = window }, blocks) with
    {
        Plan = new ParallelPlan(Pipeline: stages),
    };

    private static (double Start, double End, int Decodes, int Prefills, long Blocks)[] Iterations(Recorder seen) =>
        [.. seen.Iterations.Select(i => (i.Start.Ms(), i.End.Ms(), i.DecodeRows, i.PrefillRows, i.KvBlocksUsed))];

    [Test]
    public void Compose_BatchRuns_ThoseThatComeWaitForItsEnd()
    {
        (_, Recorder seen) = Record(PoolOf(2), [Request(0, 0, 4, 2), Request(1, 0, 6, 4), Request(2, 5, 3, 1), Request(3, 5, 3, 1), Request(4, 5, 3, 1)]);
        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 10.0, 0, 2, 8L),
            (10, 20, 2, 0, 8), (20, 30, 1, 0, 8), (30, 40, 1, 0, 8), // the blocks of request 0 stay taken
            (40, 46, 0, 2, 8),
            (46, 49, 0, 1, 4),
        }));
    }

    [Test]
    public void Compose_ClientsSayHowMuchTheyAllow_ThatIsReserved()
    {
        Request[] requests = [.. Enumerable.Range(0, 4).Select(i => Request(i, 0, 4, 1) with { MaxOutputTokens = 4 })];
        (_, Recorder seen) = Record(PoolOf(8, blocks: 7), requests);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 12.0, 0, 3, 6L), (12, 16, 0, 1, 2) }));
    }

    [Test]
    public void Compose_ClientsSayNothing_ContextWindowIsReserved()
    {
        Request[] requests = [.. Enumerable.Range(0, 3).Select(i => Request(i, 0, 4, 1))];
        (_, Recorder seen) = Record(PoolOf(8, blocks: 8), requests);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 8.0, 0, 2, 8L), (8, 12, 0, 1, 4) }));
    }

    [Test]
    public void Compose_HeadFindsNoMemory_ThoseBehindWaitToo()
    {
        Request[] requests =
        [
            Request(0, 0, 4, 1) with { MaxOutputTokens = 8 }, Request(1, 0, 4, 1) with { MaxOutputTokens = 4 }, Request(2, 0, 1, 1) with { MaxOutputTokens = 1 },
        ];
        (_, Recorder seen) = Record(PoolOf(8, blocks: 4), requests);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 4.0, 0, 1, 3L), (4, 9, 0, 2, 3) }));
    }

    [Test]
    public void Compose_InAPipeline_BatchIsDividedAmongTheStages()
    {
        // Five of six requests: three in one micro-batch, two in the other. The sixth waits for both.
        Request[] requests = [.. Enumerable.Range(0, 6).Select(i => Request(i, 0, 4, i == 4 ? 2 : 1))];
        (_, Recorder seen) = Record(PoolOf(5, stages: 2), requests);
        Assert.That(seen.Iterations.Select(i => (i.Slot, i.Start.Ms(), i.End.Ms(), i.DecodeRows, i.PrefillRows)), Is.EqualTo(new[]
        {
            (0, 0.0, 12.0, 0, 3),
            (1, 0, 16, 0, 2), // its first stage from 6 to 10 ms, its second from 12 to 16
            (1, 16, 26, 1, 0),
            (0, 26, 30, 0, 1),
        }));
    }

    [Test]
    public void Compose_InAPipelineWithoutMemoryForAll_NextSlotTakesNoMore()
    {
        // Window 16: 4 blocks each. One request fits, and the second slot has nobody.
        Request[] requests = [.. Enumerable.Range(0, 3).Select(i => Request(i, 0, 4, 1))];
        (_, Recorder seen) = Record(PoolOf(4, blocks: 4, stages: 2), requests);
        Assert.That(seen.Iterations.Select(i => (i.Slot, i.Start.Ms(), i.PrefillRows)), Is.EqualTo(new[] { (0, 0.0, 1), (0, 4, 1), (0, 8, 1) }));
    }

    [Test]
    public void Compose_HeadThatDidNotFitGivesUp_BatchOfTheOtherSlotIsNotJoined()
    {
        // Two slots: request 0 alone has found memory; 2, which would fit beside it when 1 has left, waits for its end.
        Request[] requests =
        [
            Request(0, 0, 4, 4), Request(1, 0, 4, 1) with { QueueTimeout = 10.Milliseconds() }, Request(2, 0, 2, 1) with { MaxOutputTokens = 2 },
        ];
        (_, Recorder seen) = Record(PoolOf(4, blocks: 6, stages: 2), requests);
        Assert.That(seen.Requests.Select(r => r.FirstScheduled.Ms()), Is.EqualTo(new double?[] { 0, null, 34 }));
    }

    [Test]
    public void Compose_ArrivalsWhileABatchRuns_DoNotInterruptIt() => Assert.That(
        Compositions.Of(PoolOf(4), [Request(0, 0, 4, 10), Request(1, 20, 4, 1), Request(2, 40, 4, 1)]), Is.EqualTo(new[] { 0.0, 4, 94 }));

    [SeededProperty(MaxTest = 300, Arbitrary = [typeof(BatchingCases)])]
    public void Run_RandomWorkload_EqualsNaiveEngine(BatchingCase scenario) => scenario.AssertEquals(
        Engine(scenario), new NaiveFasterTransformer(scenario.MaxBatch, scenario.Blocks, scenario.BlockTokens, Fractions));

    [SeededProperty(MaxTest = 200, Arbitrary = [typeof(BatchingCases)])]
    public void Invariant7_FastForwardOnAndOff_SameBytes(BatchingCase scenario, byte[] patience, byte stages) =>
        scenario.AssertFastForwardMakesNoDifference(Engine(scenario), patience, stages % 3 + 1);

    [Test]
    public void Constructor_SettingsOutOfRange_MessageNamesEveryFault()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => Scheduler(0, 3))!;
        Assert.That(fault.Message, Does.Contain("MaxBatchSize is 0; it must be at least 1.")
            .And.Contain("(14 tokens) reserves 4 KV blocks, and there are 3").And.Contain("at least 4 blocks").And.Contain("at most 12 tokens"));
        Assert.DoesNotThrow(() => Scheduler(1, 4));
        Assert.Throws<ArgumentNullException>(() => new FasterTransformerScheduler(null!, default));
    }

    [Test]
    public void Validate_KvMemoryBelowOneRequest_ClusterRefuses()
    {
        IReadOnlyList<string> faults = new ClusterSpec { Pools = [PoolOf(2, blocks: 3)] }.Validate();
        Assert.That(faults, Has.Count.EqualTo(1));
        Assert.That(faults[0], Does.Contain("it could never run"));
        Assert.That(new ClusterSpec { Pools = [PoolOf(2, blocks: 4)] }.Validate(), Is.Empty);
    }

    [Test]
    public void Factory_MaxBatchSize_IsTheMostSequences() =>
        Assert.That(ServingEngines.FasterTransformer(new()).MaxSequences, Is.EqualTo(128));

    private static FasterTransformerScheduler Scheduler(int maxBatch, long blocks) => new(
        new FasterTransformerOptions { MaxBatchSize = maxBatch }, new SchedulerContext(14, 4, blocks, 1, 1, new RandomStream(1)));

    private static EngineOptions Engine(BatchingCase scenario) =>
        ServingEngines.FasterTransformer(new FasterTransformerOptions { MaxBatchSize = scenario.MaxBatch });
}
