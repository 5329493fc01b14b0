using Simulator.Models.Batching.DistServe;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Tests.Models.Engines;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching.DistServe;

/// <summary>1 ms a prefill token, blocks of 4 tokens.</summary>
public sealed class DistServePrefillSchedulerTests
{
    private static (Recorder Seen, double[] Ends) Run(DistServePrefillOptions options, long? blocks, params int[] prompts)
    {
        PoolSpec pool = Pool(ServingEngines.DistServePrefill(options), blocks);
        (_, Recorder seen) = Record(pool, prompts.Select((prompt, i) => Request(i, 0, prompt, 5)));
        Assert.That(seen.Requests.Select(r => (r.GeneratedTokens, r.FirstToken)), Is.All.Matches<(int Tokens, Simulator.Core.Time.SimTime? First)>(r => r.Tokens == 1));
        return (seen, [.. seen.Requests.Select(r => r.End.Ms())]);
    }

    [Test]
    public void Compose_TokenLimit_BatchesWholePromptsUpToIt()
    {
        (_, double[] ends) = Run(new DistServePrefillOptions { MaxTokensPerBatch = 8 }, null, 5, 4, 4, 1);
        Assert.That(ends, Is.EqualTo(new[] { 5.0, 13, 13, 14 }));
    }

    [Test]
    public void Compose_PromptAboveTheTokenLimit_RunsAlone()
    {
        (_, double[] ends) = Run(new DistServePrefillOptions { MaxTokensPerBatch = 8 }, null, 2, 20, 3);
        Assert.That(ends, Is.EqualTo(new[] { 2.0, 22, 25 }));
    }

    [Test]
    public void Compose_MaxBatchSize_BoundsTheRequests()
    {
        (_, double[] ends) = Run(new DistServePrefillOptions { MaxBatchSize = 2 }, null, 2, 2, 2);
        Assert.That(ends, Is.EqualTo(new[] { 4.0, 4, 6 }));
    }

    [Test]
    public void Compose_MemoryHoldsThePromptsOnly_OthersWait()
    {
        (Recorder seen, double[] ends) = Run(new DistServePrefillOptions(), 3, 8, 8, 1);
        Assert.That(ends, Is.EqualTo(new[] { 8.0, 17, 17 }));
        Assert.That(seen.Iterations.Select(i => i.KvBlocksUsed), Is.EqualTo(new[] { 2, 3 }));
    }

    [SeededProperty(MaxTest = 300, Arbitrary = [typeof(BatchingCases)])]
    public void Run_RandomWorkload_EqualsNaiveEngine(BatchingCase scenario) => scenario.AssertEquals(
        Engine(scenario), new NaiveDistServePrefill(scenario.MaxBatch, scenario.TokenLimit, scenario.Blocks, scenario.BlockTokens, Fractions));

    [SeededProperty(MaxTest = 100, Arbitrary = [typeof(BatchingCases)])]
    public void Invariant7_FastForwardOnAndOff_SameBytes(BatchingCase scenario, byte[] patience, byte stages) =>
        scenario.AssertFastForwardMakesNoDifference(Engine(scenario), patience, stages % 3 + 1);

    [Test]
    public void Constructor_SettingsOutOfRange_MessageNamesEveryFault()
    {
        DistServePrefillOptions options = new() { MaxBatchSize = 0, MaxTokensPerBatch = 0 };
        ArgumentException fault = Assert.Throws<ArgumentException>(() => new DistServePrefillScheduler(options))!;
        Assert.That(fault.Message, Does.Contain("MaxBatchSize is 0; it must be at least 1. MaxTokensPerBatch is 0; it must be at least 1."));
        Assert.DoesNotThrow(() => new DistServePrefillScheduler(new() { MaxBatchSize = 1, MaxTokensPerBatch = 1 }));
        Assert.Throws<ArgumentNullException>(() => new DistServePrefillScheduler(null!));
    }

    [Test]
    public void Factory_Options_AreThoseOfTheServer()
    {
        EngineOptions engine = ServingEngines.DistServePrefill(new());
        Assert.That((engine.TokenBudget, engine.MaxSequences, engine.Role), Is.EqualTo((4096, 256, EngineRole.Prefill)));
    }

    private static EngineOptions Engine(BatchingCase scenario) => ServingEngines.DistServePrefill(
        new DistServePrefillOptions { MaxBatchSize = scenario.MaxBatch, MaxTokensPerBatch = scenario.TokenLimit });
}
