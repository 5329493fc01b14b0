using Simulator.Models.Batching.DistServe;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching.DistServe;

/// <summary>10 ms an iteration, blocks of 4 tokens. Requests arrive with their first token.</summary>
public sealed class DistServeDecodeSchedulerTests
{
    private static PoolSpec PoolOf(DistServeDecodeOptions options, long? blocks = null) => Pool(ServingEngines.DistServeDecode(options) with { SwapsTakeTime = false }, blocks);

    private static (double Start, int Decodes)[] Iterations(Recorder seen) => [.. seen.Iterations.Select(i => (i.Start.Ms(), i.DecodeRows))];

    [Test]
    public void Compose_NewRequests_JoinTheBatchInOrder()
    {
        (RunResult run, Recorder seen) = Record(PoolOf(new() { MaxBatchSize = 2 }), [Request(0, 0, 9, 4), Request(1, 5, 5, 2), Request(2, 6, 5, 2), Request(3, 7, 5, 1)]);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 1), (10, 2), (20, 2) }));
        Assert.That(seen.Requests.Select(r => (r.FirstToken.Ms(), r.End.Ms(), r.GeneratedTokens)), Is.EqualTo(new[]
        {
            ((double?)0, 30.0, 4), (5, 20, 2), (6, 30, 2), (7, 7, 1),
        }));
        Assert.That(run.Replicas[0].PrefillTokens, Is.Zero);
    }

    // Two of 7 tokens hold two blocks each of the five. With their ninth, each needs a third: the last goes to the host.
    private static readonly Request[] TooMuch = [Request(0, 0, 7, 5), Request(1, 0, 7, 4), Request(2, 15, 2, 2)];

    [Test]
    public void Compose_BlocksRunOut_LastIsSwappedOutAndNobodyPassesIt()
    {
        (RunResult run, Recorder seen) = Record(PoolOf(new(), blocks: 5), TooMuch);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 2), (10, 1), (20, 1), (30, 1), (40, 2), (50, 1) }));
        Assert.That(seen.Requests.Select(r => (r.End.Ms(), r.Preemptions, r.Queued.Nanoseconds / 1e6)), Is.EqualTo(new[] { (40.0, 0, 0.0), (60, 1, 30), (50, 0, 25) }));
        Assert.That(seen.Iterations.Select(i => i.KvBlocksUsed), Is.EqualTo(new[] { 4, 3, 3, 3, 4, 3 }));
        Assert.That(run.Engine.Preemptions, Is.EqualTo(1));
    }

    [TestCase(2, 1)]
    [TestCase(1, 1)]
    [TestCase(0, 1)]
    public void Compose_HostMemoryIsShort_LastWaitsInFrontAndComesBackComputed(int hostBlocks, int preemptions)
    {
        (RunResult run, Recorder seen) = Record(PoolOf(new() { SwapBlocks = hostBlocks }, blocks: 5), TooMuch);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 2), (10, 1), (20, 1), (30, 1), (40, 2), (50, 1) }));
        Assert.That(run.Engine.Preemptions, Is.EqualTo(preemptions));
        Assert.That(run.Requests.Completed, Is.EqualTo(3));
    }

    [Test]
    public void Compose_RoomForThePromptButNotForItsNextToken_IsNotAdmitted()
    {
        // Request 0 needs its fourth block at 10 ms; request 1, with 4 tokens, would need two: the prompt's and the next token's.
        (RunResult run, Recorder seen) = Record(PoolOf(new(), blocks: 5), [Request(0, 0, 11, 3), Request(1, 5, 4, 2)]);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 1), (10, 1), (20, 1) }));
        Assert.That(run.Engine.Preemptions, Is.Zero);
    }

    [Test]
    public void Compose_AllBlocksUsedToTheLast_IsAdmitted()
    {
        (_, Recorder seen) = Record(PoolOf(new(), blocks: 6), [Request(0, 0, 11, 3), Request(1, 5, 4, 2)]);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 1), (10, 2) }));
    }

    [Test]
    public void Compose_Arrivals_InterruptAStretchOnlyIfTheyCouldJoin()
    {
        Request[] requests = [Request(0, 0, 4, 10), Request(1, 25, 9, 2), Request(2, 35, 4, 2)];
        Assert.That(Compositions.Of(PoolOf(new()), requests), Is.EqualTo(new[] { 0.0, 10, 30, 40, 50 }), "room for both; who joins runs one iteration on its own");
        Assert.That(Compositions.Of(PoolOf(new() { MaxBatchSize = 1 }), requests), Is.EqualTo(new[] { 0.0, 10, 90, 100 }), "the batch is full");
        Assert.That(Compositions.Of(PoolOf(new(), blocks: 4), requests), Is.EqualTo(new[] { 0.0, 10, 30, 90, 100 }), "the head finds no memory");
    }

    [Test]
    public void Compose_ArrivalsWhileOneIsSwappedOut_DoNotInterruptTheStretch() =>
        Assert.That(Compositions.Of(PoolOf(new(), blocks: 5), TooMuch), Is.EqualTo(new[] { 0.0, 10, 40, 50 }));

    [SeededProperty(MaxTest = 400, Arbitrary = [typeof(BatchingCases)])]
    public void Run_RandomWorkload_EqualsNaiveEngine(BatchingCase scenario) => scenario.AssertEquals(
        Engine(scenario), new NaiveDistServeDecode(scenario.MaxBatch, scenario.HostBlocks, scenario.Blocks, scenario.BlockTokens, Fractions));

    [SeededProperty(MaxTest = 300, Arbitrary = [typeof(BatchingCases)])]
    public void Invariant7_FastForwardOnAndOff_SameBytes(BatchingCase scenario, byte[] patience, byte stages) =>
        scenario.AssertFastForwardMakesNoDifference(Engine(scenario), patience, stages % 3 + 1);

    [Test]
    public void Constructor_SettingsOutOfRange_MessageNamesEveryFault()
    {
        DistServeDecodeOptions options = new() { MaxBatchSize = 0, SwapBlocks = -1 };
        ArgumentException fault = Assert.Throws<ArgumentException>(() => new DistServeDecodeScheduler(options))!;
        Assert.That(fault.Message, Does.Contain("MaxBatchSize is 0; it must be at least 1. SwapBlocks is -1; it must be from 0"));
        Assert.DoesNotThrow(() => new DistServeDecodeScheduler(new() { MaxBatchSize = 1, SwapBlocks = 0 }));
        Assert.That(new DistServeDecodeOptions { SwapBlocks = long.MaxValue }.Validate(), Has.Count.EqualTo(1));
        Assert.Throws<ArgumentNullException>(() => new DistServeDecodeScheduler(null!));
    }

    [Test]
    public void Factory_Options_AreThoseOfTheServer()
    {
        EngineOptions engine = ServingEngines.DistServeDecode(new());
        Assert.That((engine.TokenBudget, engine.MaxSequences, engine.SwapBlocks, engine.Role), Is.EqualTo((256, 256, 81L, EngineRole.Decode)));
    }

    private static EngineOptions Engine(BatchingCase scenario) => ServingEngines.DistServeDecode(
        new DistServeDecodeOptions { MaxBatchSize = scenario.MaxBatch, SwapBlocks = scenario.HostBlocks }) with { SwapsTakeTime = false };
}
