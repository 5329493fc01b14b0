using Simulator.Core.Time;
using Simulator.Models.Batching.TensorRtLlm;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching.TensorRtLlm;

/// <summary>Timelines worked out by hand: 1 ms a prefill token, 10 ms an iteration with decodes, both when mixed.</summary>
public sealed class TensorRtLlmSchedulerTests
{
    private static readonly TensorRtLlmOptions Plain = new() { OverlapScheduler = false, TokensPerBlock = 4, MaxBatchSize = 8, MaxNumTokens = 20 };

    private static PoolSpec PoolOf(TensorRtLlmOptions options, long? blocks = null) =>
        (TestPools.Small with { CostModel = Milliseconds, Engine = ServingEngines.TensorRtLlm(options) }).WithBlocks(blocks);

    private static (double Start, double End, int Decodes, int Prefills, int Tokens)[] Iterations(Recorder seen) =>
        [.. seen.Iterations.Select(i => (i.Start.Ms(), i.End.Ms(), i.DecodeRows, i.PrefillRows, i.PrefillTokens))];

    /// <summary>Five blocks; request 1 needs two to its end.</summary>
    [TestCase(8, 0.0)]
    [TestCase(9, 24.0)]
    public void Compose_GuaranteedNoEvict_AdmitsWhatFitsToItsEnd(int allowed, double scheduled)
    {
        (_, Recorder seen) = Record(
            PoolOf(Plain, blocks: 5), [Request(0, 0, 4, 3) with { MaxOutputTokens = allowed }, Request(1, 0, 4, 1) with { MaxOutputTokens = 1 }]);
        Assert.That(seen.Requests[1].FirstScheduled.Ms(), Is.EqualTo(scheduled));
    }

    [Test]
    public void Compose_MaxUtilization_PausesTheLastStarted()
    {
        TensorRtLlmOptions options = Plain with { CapacityPolicy = CapacityPolicy.MaxUtilization, BlockReuse = false };
        (_, Recorder seen) = Record(PoolOf(options, blocks: 5), [Request(0, 0, 8, 4), Request(1, 0, 8, 4)]);
        Assert.That(seen.Requests.Select(r => r.Preemptions), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(Iterations(seen)[..2], Is.EqualTo(new[] { (0.0, 16.0, 0, 2, 16), (16, 26, 1, 0, 0) }), "nothing is admitted with a pause");
    }

    [Test]
    public void Compose_PromptsAboveTheTokens_WaitWholeOrAreSplitAtBlocks()
    {
        TensorRtLlmOptions options = Plain with { MaxNumTokens = 10 };
        Request[] requests = [Request(0, 0, 6, 1), Request(1, 0, 7, 1), Request(2, 0, 11, 1)];
        (RunResult run, Recorder seen) = Record(PoolOf(options), requests);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 6.0, 0, 1, 6), (6, 13, 0, 1, 7) }));
        Assert.That(run.Requests.Rejected, Is.EqualTo(1));
        Assert.That(run.Rejections.ContextWindow, Is.EqualTo(1));
        (_, seen) = Record(PoolOf(options with { ChunkedPrefill = true }), requests);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 10.0, 0, 2, 10), (10, 17, 0, 2, 7), (17, 24, 0, 1, 7) }));
    }

    /// <summary>Ten tokens a rank: the third prompt waits for the first rank, the fourth finds room on the second.</summary>
    [TestCase(2, new[] { 0, 1, 3 })]
    [TestCase(1, new[] { 0 })]
    public void Compose_PromptThatWaitsForItsRank_IsPassedByThoseOfOtherRanks(int ranks, int[] first)
    {
        PoolSpec pool = PoolOf(Plain with { MaxNumTokens = 10 }) with { Plan = new(Data: ranks) };
        (_, Recorder seen) = Record(pool, [Request(0, 0, 8, 1), Request(1, 0, 8, 1), Request(2, 0, 8, 1), Request(3, 0, 2, 1)]);
        Assert.That(seen.Requests.Where(r => r.FirstScheduled.Ms() == 0).Select(r => (int)r.Request.Id).Order(), Is.EqualTo(first));
    }

    [TestCase(2, 0.5, 34.0)]
    [TestCase(2, 0.2, 14.0)]
    [TestCase(2, 0.21, 34.0)]
    [TestCase(0, 0.5, 14.0)]
    [TestCase(2, 0.0, 14.0)]
    public void Compose_BatchWait_PromptsWaitForMoreTokensOrIterations(int iterations, double ratio, double scheduled)
    {
        TensorRtLlmOptions options = Plain with { BatchWaitTimeoutIters = iterations, BatchWaitMaxTokensRatio = ratio };
        (_, Recorder seen) = Record(PoolOf(options), [Request(0, 0, 4, 6), Request(1, 5, 3, 1)]);
        Assert.That(seen.Requests[1].FirstScheduled.Ms(), Is.EqualTo(scheduled));
    }

    [TestCase(2, 1.0, 1.0)]
    [TestCase(3, 3.0, 3.0)]
    public void Compose_BatchWaitTimeout_StartsWithEnoughRequestsOrWhenTimeIsUp(int batchSize, double first, double second)
    {
        TensorRtLlmOptions options = Plain with { BatchWaitTimeout = 3.Milliseconds(), MaxBatchSize = batchSize };
        (_, Recorder seen) = Record(PoolOf(options), [Request(0, 0, 4, 1), Request(1, 1, 4, 1)]);
        Assert.That(seen.Requests.Select(r => r.FirstScheduled.Ms()), Is.EqualTo(new double?[] { first, second }));
    }

    [Test]
    public void Compose_SamePromptTwice_SecondWaitsForTheCache()
    {
        Request[] requests = [.. Enumerable.Range(0, 2).Select(i => Request(i, 0, 6, 1) with { Content = [new(7, 6)] })];
        (_, Recorder seen) = Record(PoolOf(Plain), requests);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 6.0, 0, 1, 6), (6, 8, 0, 1, 2) }));
        (_, seen) = Record(PoolOf(Plain with { BlockReuse = false }), requests);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 12.0, 0, 2, 12) }));
    }

    [Test]
    public void RankBalance_NotEveryRankHasAPrompt_WaitsForSoManyIterations()
    {
        RankBalance balance = new(Plain with { AttentionDpTimeoutIters = 3, AttentionDpBatchingWaitIters = 2, MaxBatchSize = 4 });
        bool GoAhead(int[] prompts, int[] decodes) => balance.GoAhead(prompts, decodes);

        Assert.That(Enumerable.Range(0, 6).Select(_ => GoAhead([1, 0], [1, 1])), Is.EqualTo(new[] { false, false, true, false, false, true }));
        Assert.That(GoAhead([1, 0], [1, 0]), "a rank has nothing to decode meanwhile");
        Assert.That(Enumerable.Range(0, 4).Select(_ => GoAhead([1, 2], [1, 1])), Is.EqualTo(new[] { false, false, true, false }));
        Assert.That(GoAhead([1, 2], [1, 0]));
        Assert.That(GoAhead([1, 1], [4, 1]), Is.False, "a rank has no place");
        balance.Pass(5, allDecode: true);
        Assert.That(GoAhead([0, 1], [1, 1]), Is.False, "1 + 5 iterations are twice the limit");
        balance.Pass(1, allDecode: true);
        balance.Pass(0, allDecode: false);
        Assert.That(GoAhead([0, 1], [1, 1]));
    }

    /// <summary>Request 0 decodes on rank 0 and request 1 on rank 1. Request 2 comes alone, so that rank 1 has no prompt; with request 3 both ranks have one.</summary>
    [TestCase(0, 16.0, 28.0)]
    [TestCase(2, 16.0, 38.0)]
    [TestCase(3, 36.0, 36.0)]
    public void Compose_AttentionDpBalance_PromptsWaitUntilEveryRankHasOne(int iterations, double second, double third)
    {
        TensorRtLlmOptions options = Plain with { AttentionDpBalance = true, AttentionDpTimeoutIters = iterations, AttentionDpBatchingWaitIters = 1 };
        PoolSpec pool = PoolOf(options) with { Plan = new ParallelPlan(Data: 2) };
        (_, Recorder seen) = Record(pool, [Request(0, 0, 3, 9), Request(1, 0, 3, 9), Request(2, 7, 2, 1), Request(3, 25, 2, 1)]);
        Assert.That(seen.Requests.OrderBy(r => r.Request.Id).Select(r => r.FirstScheduled.Ms()), Is.EqualTo(new double?[] { 0, 0, second, third }));
    }
}
