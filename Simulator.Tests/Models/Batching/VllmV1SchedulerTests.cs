using Simulator.Core.Time;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching;

/// <summary>Timelines worked out by hand from the algorithm: 1 ms a prefill token, 10 ms an iteration with decodes, both when mixed.</summary>
public sealed class VllmV1SchedulerTests
{
    /// <summary>Start and end in ms, decode rows, prefill rows and prefill tokens of every iteration.</summary>
    private static (double Start, double End, int Decodes, int Prefills, int Tokens)[] Iterations(Recorder seen) =>
        [.. seen.Iterations.Select(i => (i.Start.Ms(), i.End.Ms(), i.DecodeRows, i.PrefillRows, i.PrefillTokens))];

    [Test]
    public void Compose_PromptAboveBudget_IsSplitIntoChunks()
    {
        PoolSpec pool = Pool(new VllmV1Options { TokenBudget = 8, MaxSequences = 8 });
        (_, Recorder seen) = Record(pool, [Request(0, 0, 20, 2), Request(1, 0, 3, 3)]);

        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 8.0, 0, 1, 8),
            (8, 16, 0, 1, 8),
            (16, 23, 0, 2, 4 + 3),
            (23, 33, 2, 0, 0),
            (33, 43, 1, 0, 0),
        }));
        Assert.That(seen.Requests.Select(r => (r.FirstScheduled.Ms(), r.FirstToken.Ms(), r.End.Ms())), Is.EqualTo(new[]
        {
            ((double?)0, (double?)23, 33.0),
            (16, 23, 43),
        }));
    }

    [Test]
    public void Compose_DecodesAndPrompt_PromptTakesWhatIsLeftOfTheBudget()
    {
        PoolSpec pool = Pool(new VllmV1Options { TokenBudget = 4, MaxSequences = 4 });
        (RunResult run, Recorder seen) = Record(pool, [Request(0, 0, 2, 5), Request(1, 1, 10, 1)]);

        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 2.0, 0, 1, 2),
            (2, 15, 1, 1, 3),
            (15, 28, 1, 1, 3),
            (28, 41, 1, 1, 3),
            (41, 52, 1, 1, 1),
        }));
        Assert.That(seen.Requests.Select(r => (r.FirstToken.Ms(), r.End.Ms())), Is.EqualTo(new[] { ((double?)2, 52.0), (52, 52) }));
        Assert.That((run.Itl.Count, run.Itl.Mean, run.Itl.Max), Is.EqualTo((4, 0.0125, 0.013)));
    }

    [Test]
    public void Compose_LongPrefillThreshold_BoundsEveryPromptsChunk()
    {
        PoolSpec pool = Pool(new VllmV1Options { TokenBudget = 8, MaxSequences = 4, LongPrefillThreshold = 3 });
        (_, Recorder seen) = Record(pool, [Request(0, 0, 7, 1), Request(1, 0, 4, 1)]);

        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 6.0, 0, 2, 6), (6, 10, 0, 2, 4), (10, 11, 0, 1, 1) }));
        Assert.That(seen.Requests.Select(r => r.End.Ms()), Is.EqualTo(new[] { 11.0, 10 }));
    }

    [Test]
    public void Compose_MaxSequencesRun_OthersWait()
    {
        PoolSpec pool = Pool(new VllmV1Options { TokenBudget = 64, MaxSequences = 1 });
        (RunResult run, Recorder seen) = Record(pool, [Request(0, 0, 2, 2), Request(1, 0, 2, 1)]);

        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 2.0, 0, 1, 2), (2, 12, 1, 0, 0), (12, 14, 0, 1, 2) }));
        Assert.That(seen.Requests[1].Queued, Is.EqualTo(12.Milliseconds()));
        Assert.That(run.Engine.PeakBatchSize, Is.EqualTo(1));
        Assert.That(run.Engine.PeakWaiting, Is.EqualTo(2));
    }

    [TestCase(true, 16.0, 20.0)]
    [TestCase(false, 10.0, 20.0)]
    public void Compose_PromptAboveRestOfBudget_StartsOnlyWhenItMayBeSplit(bool chunked, double firstEnds, double secondEnds)
    {
        PoolSpec pool = Pool(VllmV1(new VllmV1Options { TokenBudget = 16, MaxSequences = 4, ChunkedPrefill = chunked }) with { ContextWindow = 16 });
        (_, Recorder seen) = Record(pool, [Request(0, 0, 10, 1), Request(1, 0, 10, 1)]);

        Assert.That(seen.Requests.Select(r => r.End.Ms()), Is.EqualTo(new[] { firstEnds, secondEnds }));
    }

    // Blocks of 4 tokens. Request 0 holds 3 and then 4 of the 6; request 1 needs 4; request 2 would fit, but stands behind it.
    private static readonly Request[] BlockedHead = [Request(0, 0, 12, 5), Request(1, 1, 16, 1), Request(2, 2, 2, 1)];

    [Test]
    public void Compose_HeadDoesNotFit_BlocksThoseBehind()
    {
        (_, Recorder seen) = Record(Pool(new VllmV1Options { TokenBudget = 64, MaxSequences = 8 }, blocks: 6), BlockedHead);

        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 12.0, 0, 1, 12),
            (12, 22, 1, 0, 0), (22, 32, 1, 0, 0), (32, 42, 1, 0, 0), (42, 52, 1, 0, 0),
            (52, 70, 0, 2, 18),
        }));
        Assert.That(seen.Requests.Select(r => r.FirstScheduled.Ms()), Is.EqualTo(new double?[] { 0, 52, 52 }));
    }

    [Test]
    public void Compose_BlockingHeadGivesUp_NextIsAdmittedAtTheNextIteration()
    {
        Request[] requests = [BlockedHead[0], BlockedHead[1] with { QueueTimeout = 24.Milliseconds() }, BlockedHead[2]];
        (_, Recorder seen) = Record(Pool(new VllmV1Options { TokenBudget = 64, MaxSequences = 8 }, blocks: 6), requests);

        Assert.That((seen.Requests[1].Outcome, seen.Requests[1].End.Ms()), Is.EqualTo((RequestOutcome.TimedOut, 25.0)));
        Assert.That(seen.Requests[2].FirstScheduled.Ms(), Is.EqualTo(32));
        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 12.0, 0, 1, 12),
            (12, 22, 1, 0, 0), (22, 32, 1, 0, 0), (32, 44, 1, 1, 2), (44, 54, 1, 0, 0),
        }));
    }

    // Two sequences fill the 6 blocks with 12 tokens each; then the first needs a seventh and the last gives up its three.
    private static readonly Request[] TooMuch = [Request(0, 0, 8, 8), Request(1, 0, 8, 8), Request(2, 50, 1, 1)];

    [Test]
    public void Compose_BlocksRunOut_PreemptsTheLastAndRecomputes()
    {
        PoolSpec pool = Pool(VllmV1(new VllmV1Options { TokenBudget = 64, MaxSequences = 8 }) with { PrefixCaching = false }, blocks: 6);
        (RunResult run, Recorder seen) = Record(pool, TooMuch);

        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 16.0, 0, 2, 16),
            (16, 26, 2, 0, 0), (26, 36, 2, 0, 0), (36, 46, 2, 0, 0), (46, 56, 2, 0, 0),
            (56, 66, 1, 0, 0), (66, 76, 1, 0, 0), (76, 86, 1, 0, 0),
            (86, 100, 0, 2, 13 + 1),
            (100, 110, 1, 0, 0), (110, 120, 1, 0, 0),
        }));
        Assert.That(seen.Requests.Select(r => (r.End.Ms(), r.Preemptions)), Is.EqualTo(new[] { (86.0, 0), (120.0, 1), (100.0, 0) }));
        Assert.That(seen.Requests[1].Queued, Is.EqualTo(30.Milliseconds()));
        Assert.That(seen.Requests[1].FirstToken.Ms(), Is.EqualTo(16));
        Assert.That(run.Itl.Max, Is.EqualTo(0.044), "the gap over the preemption: 56 to 100 ms");
        Assert.That(run.Engine.Preemptions, Is.EqualTo(1));
        Assert.That(seen.Iterations.Select(i => i.KvBlocksUsed), Is.EqualTo(new[] { 4, 6, 6, 6, 6, 4, 4, 4, 5, 4, 4 }));
    }

    [Test]
    public void PeakWaiting_PreemptedSequenceJoinsTheQueue_IsCounted()
    {
        Request[] requests = [TooMuch[0], TooMuch[1] with { Arrival = SimTime.Zero + 5.Milliseconds() }, TooMuch[2]];
        (RunResult run, _) = Record(Pool(new VllmV1Options { TokenBudget = 64, MaxSequences = 8 }, blocks: 6), requests);
        Assert.That((run.Engine.Preemptions, run.Engine.PeakWaiting), Is.EqualTo((1, 2)));
    }

    [Test]
    public void Compose_PreemptedSequenceWithPrefixCaching_RecomputesOnlyWhatWasEvicted()
    {
        PoolSpec pool = Pool(new VllmV1Options { TokenBudget = 64, MaxSequences = 8 }, blocks: 6);
        (_, Recorder seen) = Record(pool, TooMuch);

        // Its third block, the tail, went to request 0; the first two are found again, so that 5 of 13 tokens are computed.
        Assert.That(Iterations(seen)[^3..], Is.EqualTo(new[] { (86.0, 92.0, 0, 2, 5 + 1), (92, 102, 1, 0, 0), (102, 112, 1, 0, 0) }));
        Assert.That(seen.Requests[1].PrefixHitTokens, Is.Zero, "hits of the first schedule");
    }

    [Test]
    public void Compose_AfterAPreemption_AdmitsNothingInThatIteration()
    {
        PoolSpec pool = Pool(VllmV1(new VllmV1Options { TokenBudget = 8, MaxSequences = 8 }) with { PrefixCaching = false }, blocks: 6);
        (_, Recorder seen) = Record(pool, [Request(0, 0, 8, 8), Request(1, 0, 8, 8)]);

        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 8.0, 0, 1, 8),
            (8, 25, 1, 1, 7),
            (25, 36, 1, 1, 1),
            (36, 46, 2, 0, 0), (46, 56, 2, 0, 0),
            (56, 66, 1, 0, 0), // request 1 is preempted; 7 of its 11 tokens would fit the blocks and the budget, but not now
            (66, 83, 1, 1, 7),
            (83, 93, 1, 0, 0), // its next tokens find no block, and it is the last
            (93, 101, 0, 1, 8), (101, 104, 0, 1, 3),
            (104, 114, 1, 0, 0), (114, 124, 1, 0, 0), (124, 134, 1, 0, 0), (134, 144, 1, 0, 0),
        }));
        Assert.That((seen.Requests[1].Preemptions, seen.Requests[1].Queued), Is.EqualTo((2, 28.Milliseconds())));
    }

    [Test]
    public void Compose_SharedPrefix_IsComputedOnce()
    {
        ContentSegment shared = new(1, 8);
        Request[] requests =
        [
            Request(0, 0, 10, 1) with { Content = [shared, new(2, 2)] },
            Request(1, 50, 10, 1) with { Content = [shared, new(3, 2)] },
            Request(2, 100, 8, 1) with { Content = [shared] },
        ];
        (RunResult run, Recorder seen) = Record(Pool(new VllmV1Options { TokenBudget = 64, MaxSequences = 8 }), requests);

        // A prompt that is cached as a whole still computes its last block, since something has to yield a token.
        Assert.That(seen.Iterations.Select(i => i.PrefillTokens), Is.EqualTo(new[] { 10, 2, 4 }));
        Assert.That(seen.Requests.Select(r => r.PrefixHitTokens), Is.EqualTo(new[] { 0, 8, 4 }));
        Assert.That(run.Engine.PrefixHitRate, Is.EqualTo(12.0 / 28));
        Assert.That(run.Tokens.PrefixHit, Is.EqualTo(12));
    }

    [Test]
    public void Compose_SamePromptInOneIteration_IsSharedAtOnce()
    {
        Request[] requests = [.. Enumerable.Range(0, 3).Select(i => Request(i, 0, 9, 1) with { Content = [new(7, 9)] })];
        (_, Recorder seen) = Record(Pool(new VllmV1Options { TokenBudget = 64, MaxSequences = 8 }, blocks: 5), requests);

        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 11.0, 0, 3, 9 + 1 + 1) }));
        Assert.That(seen.Iterations[0].KvBlocksUsed, Is.EqualTo(5), "two shared ones and a tail each");
    }

    [Test]
    public void Constructor_SettingsOutOfRange_MessageNamesEveryFault()
    {
        VllmV1Options options = new() { TokenBudget = 0, MaxSequences = -1, LongPrefillThreshold = -5 };
        ArgumentException fault = Assert.Throws<ArgumentException>(() => new VllmV1Scheduler(options, 100))!;
        Assert.That(fault.Message, Does.Contain("TokenBudget is 0").And.Contain("MaxSequences is -1").And.Contain("LongPrefillThreshold is -5"));
    }
}
