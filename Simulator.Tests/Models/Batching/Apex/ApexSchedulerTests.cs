using Simulator.Models.Batching.Apex;
using Simulator.Models.Caching;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Engines;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching.Apex;

/// <summary>1 ms a prefill token, 10 ms an iteration with decodes; KV memory in single tokens.</summary>
public sealed class ApexSchedulerTests
{
    private static PoolSpec PoolOf(ApexOptions options, long? tokens = null, int window = 32, AffineCosts? costs = null) => (TestPools.Small with
    {
        CostModel = costs ?? Milliseconds,
        Engine = ServingEngines.Apex(options) with { ContextWindow = window },
    }).WithBlocks(tokens);

    private static (double Start, double End, int Decodes, int Tokens)[] Iterations(Recorder seen) =>
        [.. seen.Iterations.Select(i => (i.Start.Ms(), i.End.Ms(), i.DecodeRows, i.PrefillTokens))];

    // Ten tokens of memory: at 17 ms nine are taken and two are wanted, so the last request is stopped.
    private static readonly Request[] TooMuch = [Request(0, 0, 4, 4), Request(1, 0, 3, 3), Request(2, 12, 2, 1)];

    [Test]
    public void Compose_MemoryRunsOut_LastIsStoppedAndComputesAgain()
    {
        (RunResult run, Recorder seen) = Record(PoolOf(new ApexOptions(), tokens: 10), TooMuch);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 7.0, 0, 7), (7, 17, 2, 0), (17, 27, 1, 0), (27, 37, 1, 0), (37, 44, 0, 5 + 2) }));
        Assert.That(seen.Requests.Select(r => (r.End.Ms(), r.Preemptions)), Is.EqualTo(new[] { (37.0, 0), (44, 1), (44, 0) }));
        Assert.That(run.Engine.Preemptions, Is.EqualTo(1));
    }

    [Test]
    public void Compose_MemoryRunsOutAndResumptionIsFree_LastGoesOnWhereItWas()
    {
        (_, Recorder seen) = Record(PoolOf(new ApexOptions { Resumption = ApexResumption.Free }, tokens: 10), TooMuch);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 7.0, 0, 7), (7, 17, 2, 0), (17, 27, 1, 0), (27, 37, 1, 0), (37, 49, 1, 2) }));
        Assert.That(seen.Requests.Select(r => (r.End.Ms(), r.Preemptions)), Is.EqualTo(new[] { (37.0, 0), (49, 1), (49, 0) }));
    }

    [Test]
    public void Compose_SeveralAreStoppedAndResumptionIsFree_LowestIdGoesFirst()
    {
        // Three hold 3 tokens each of 9: 2 and then 1 are stopped, and 1 comes back first although 2 has been out for longer.
        Request[] requests = [Request(0, 0, 3, 5), Request(1, 0, 3, 3), Request(2, 0, 3, 2)];
        (_, Recorder seen) = Record(PoolOf(new ApexOptions { Resumption = ApexResumption.Free }, tokens: 9), requests);
        Assert.That(seen.Requests.Select(r => r.Preemptions), Is.EqualTo(new[] { 0, 1, 1 }));
        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 9.0, 0, 9),
            (9, 19, 2, 0), // 2 is stopped: 4 + 4 tokens
            (19, 29, 1, 0), // 1 is stopped: 5 tokens, and neither it (5) nor 2 (4), which stands behind it, comes back
            (29, 39, 1, 0), (39, 49, 1, 0),
            (49, 59, 2, 0), // 1 with 5 and 2 with 4 tokens
        }));
    }

    [Test]
    public void Compose_AStoppedOneFitsNot_NobodyPassesIt([Values] ApexResumption resumption)
    {
        Request[] requests = [Request(0, 0, 5, 5), Request(1, 0, 4, 3), Request(2, 6, 1, 1)];
        (_, Recorder seen) = Record(PoolOf(new ApexOptions { Resumption = resumption }, tokens: 10), requests);
        Assert.That(seen.Requests[2].FirstScheduled.Ms(), Is.EqualTo(49), "though one token was free at 19 ms");
    }

    [Test]
    public void Compose_TokenBudget_BoundsDecodesAndPromptsTogether()
    {
        (_, Recorder seen) = Record(PoolOf(new ApexOptions { TokenBudget = 10 }, window: 11), [Request(0, 0, 5, 3), Request(1, 0, 5, 3), Request(2, 1, 9, 1), Request(3, 1, 1, 1)]);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 10.0, 0, 10), (10, 20, 2, 0), (20, 30, 2, 0), (30, 40, 0, 10) }));
    }

    [Test]
    public void Compose_MaxBatchSize_CountsDecodesAndPrompts()
    {
        (_, Recorder seen) = Record(PoolOf(new ApexOptions { MaxBatchSize = 2 }), [Request(0, 0, 2, 3), Request(1, 1, 2, 1), Request(2, 1, 2, 1)]);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 2.0, 0, 2), (2, 14, 1, 2), (14, 26, 1, 2) }));
    }

    /// <summary>APEX's own unit cases U1, U4 and U5, in which no iteration mixes: 2200 or 2695 µs each.</summary>
    [Test]
    public void Run_UnitCases_EndWhenTheyDoInApex()
    {
        Assert.That(Ends(2200, null, 99_942, (16, 4)), Is.EqualTo(new[] { 8800.0 }));
        Assert.That(Ends(2200, 1, 99_942, (16, 3), (16, 3), (16, 3)), Is.EqualTo(new[] { 6600.0, 13200, 19800 }));
        Assert.That(Ends(2695, null, 4848, (1500, 300), (1500, 300), (1500, 300)), Is.EqualTo(new[] { 808_500.0, 808_500, 1_301_685 }));
    }

    private static double[] Ends(int microseconds, int? maxBatch, int tokens, params (int Prompt, int Output)[] requests)
    {
        AffineCosts costs = new() { PrefillIteration = microseconds / 1e6, DecodeIteration = microseconds / 1e6 };
        ApexOptions options = new() { MaxBatchSize = maxBatch, Resumption = ApexResumption.Free };
        (_, Recorder seen) = Record(PoolOf(options, tokens, 4096, costs), requests.Select((r, i) => Request(i, 0, r.Prompt, r.Output)));
        return [.. seen.Requests.Select(r => r.End.Nanoseconds / 1e3)];
    }

    [Test]
    public void Compose_Arrivals_InterruptAStretchOnlyIfTheyCouldJoin()
    {
        Request[] requests = [Request(0, 0, 4, 10), Request(1, 20, 8, 1), Request(2, 30, 4, 1)];
        Assert.That(Compositions.Of(PoolOf(new()), requests), Is.EqualTo(new[] { 0.0, 4, 24, 42, 56 }), "room for both, one after the other");
        Assert.That(Compositions.Of(PoolOf(new() { MaxBatchSize = 1 }), requests), Is.EqualTo(new[] { 0.0, 4, 94, 102 }), "the batch is full");
        Assert.That(Compositions.Of(PoolOf(new(), tokens: 13), requests), Is.EqualTo(new[] { 0.0, 4, 24, 94 }), "the head finds no memory");
    }

    [TestCase(ApexResumption.Recompute)]
    [TestCase(ApexResumption.Free)]
    public void Compose_ArrivalsWhileOneIsStopped_DoNotInterruptTheStretch(ApexResumption resumption) => Assert.That(
        Compositions.Of(PoolOf(new() { Resumption = resumption }, tokens: 10), [TooMuch[0], TooMuch[1], Request(2, 20, 2, 1)]),
        Is.EqualTo(new[] { 0.0, 7, 17, 37 }));

    [SeededProperty(MaxTest = 400, Arbitrary = [typeof(BatchingCases)])]
    public void Run_RandomWorkload_EqualsNaiveEngine(BatchingCase scenario, bool free, bool unbounded)
    {
        ApexOptions options = Options(scenario, free, unbounded);
        scenario.AssertEquals(ServingEngines.Apex(options), new NaiveApex(options, scenario.Blocks, scenario.BlockTokens, Fractions));
    }

    [SeededProperty(MaxTest = 300, Arbitrary = [typeof(BatchingCases)])]
    public void Invariant7_FastForwardOnAndOff_SameBytes(BatchingCase scenario, bool free, bool unbounded, byte[] patience, byte stages) =>
        scenario.AssertFastForwardMakesNoDifference(ServingEngines.Apex(Options(scenario, free, unbounded)), patience, stages % 3 + 1);

    [Test]
    public void Constructor_SettingsOutOfRange_MessageNamesEveryFault()
    {
        ApexOptions options = new() { MaxBatchSize = 0, TokenBudget = 30, Resumption = (ApexResumption)7 };
        ArgumentException fault = Assert.Throws<ArgumentException>(() => new ApexScheduler(options, 32))!;
        Assert.That(fault.Message, Does.Contain("MaxBatchSize is 0; it must be at least 1, or null for no bound.")
            .And.Contain("TokenBudget is 30 and prompts, which are not split, may have 31 tokens").And.Contain("Give at least 31").And.Contain("at most 31.")
            .And.Contain("Resumption is 7; it must be Recompute or Free."));
        Assert.DoesNotThrow(() => new ApexScheduler(new ApexOptions { MaxBatchSize = 1, TokenBudget = 31 }, 32));
        Assert.Throws<ArgumentNullException>(() => new ApexScheduler(null!, 32));
    }

    [Test]
    public void Factory_Options_SetWhatMemoryIsSetAsideFor()
    {
        EngineOptions engine = ServingEngines.Apex(new());
        Assert.That((engine.TokenBudget, engine.MaxSequences, engine.BlockTokens, engine.SwapBlocks), Is.EqualTo((65_536, 256, 1, 0L)));
        engine = ServingEngines.Apex(new() { MaxBatchSize = 7, Resumption = ApexResumption.Free });
        Assert.That((engine.MaxSequences, engine.SwapBlocks), Is.EqualTo((7, KvBlockPool.Unlimited)));
    }

    private static ApexOptions Options(BatchingCase scenario, bool free, bool unbounded) => new()
    {
        MaxBatchSize = unbounded ? null : scenario.MaxBatch,
        TokenBudget = BatchingCase.Window - 1 + scenario.TokenLimit / 10,
        Resumption = free ? ApexResumption.Free : ApexResumption.Recompute,
    };
}
