using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Caching;

/// <summary>Prefix caching through whole runs: blocks of 4 tokens.</summary>
public sealed class PrefixCachingTests
{
    private static readonly VllmV1Options Options = new() { TokenBudget = 64, MaxSequences = 8 };

    private static int[] Hits(Recorder seen) => [.. seen.Requests.Select(record => record.PrefixHitTokens)];

    [Test]
    public void Conversation_LaterTurns_FindPromptAndAnswerOfTheEarlier()
    {
        // The answer continues the segment: 10 + 6 tokens, of which the last generated one is not in the cache.
        Request[] turns =
        [
            Request(0, 0, 10, 6) with { Content = [new(4, 10)] },
            Request(1, 500, 25, 3) with { Content = [new(4, 25)] },
            Request(2, 1000, 40, 1) with { Content = [new(4, 40)] },
        ];
        (_, Recorder seen) = Record(Pool(Options), turns);
        Assert.That(Hits(seen), Is.EqualTo(new[] { 0, 12, 24 }));
    }

    [Test]
    public void Eviction_MemoryIsShort_TailOfTheOldestGoesFirst()
    {
        // 8 blocks. Two prompts of three blocks each stay behind; the third takes the two free ones and evicts the tail of the first.
        Request[] requests =
        [
            Request(0, 0, 12, 1) with { Content = [new(1, 12)] },
            Request(1, 50, 12, 1) with { Content = [new(2, 12)] },
            Request(2, 100, 12, 1) with { Content = [new(3, 12)] },
            Request(3, 150, 13, 1) with { Content = [new(1, 13)] },
            Request(4, 200, 13, 1) with { Content = [new(2, 13)] },
        ];
        (_, Recorder seen) = Record(Pool(Options, blocks: 8), requests);
        // The fourth finds two blocks of the first and takes two: the first's tail is gone already, so the second's tail and the one before.
        Assert.That(Hits(seen), Is.EqualTo(new[] { 0, 0, 0, 8, 4 }));
    }

    [Test]
    public void Eviction_SeveralEndInOneIteration_OlderSequenceGoesFirst()
    {
        // Request 0 ends its decode and request 1, admitted later, its prompt in the same iteration; 4 blocks, two of each.
        // Request 2 takes the two that were freed first, so that request 3 still finds both of request 1.
        Request[] requests =
        [
            Request(0, 0, 4, 2) with { Content = [new(1, 4)] },
            Request(1, 1, 8, 1) with { Content = [new(2, 8)] },
            Request(2, 50, 8, 1) with { Content = [new(3, 8)] },
            Request(3, 100, 9, 1) with { Content = [new(2, 9)] },
        ];
        (_, Recorder seen) = Record(Pool(Options, blocks: 4), requests);
        Assert.That(seen.Requests[0].End, Is.EqualTo(seen.Requests[1].End));
        Assert.That(Hits(seen), Is.EqualTo(new[] { 0, 0, 0, 8 }));
    }

    /// <summary>What is known of a prompt's content is shared; the rest is a sequence's own, and found again after a preemption.</summary>
    [SeededProperty(MaxTest = 200, Arbitrary = [typeof(EngineOracleTests.Cases)])]
    public void Content_KnownInPart_EqualsNaiveEngine(EngineOracleTests.Case scenario, byte[] known)
    {
        scenario = scenario with
        {
            PrefixCaching = true,
            Requests = [.. scenario.Requests.Select((request, i) => request with
            {
                Content = known.Length == 0 ? [] : [new(i % 2, 1 + known[i % known.Length] % request.PromptTokens)],
            }).Where(request => request.Content.Sum(segment => segment.Tokens) < request.PromptTokens)],
        };
        NaiveVllmV1 naive = new(scenario.Options, EngineOracleTests.Case.BlockTokens, scenario.Blocks, prefixCaching: true, Fractions);
        naive.Run(scenario.Requests);
        Recorder seen = new();
        RunResult run = scenario.Run(fastForward: true, seen);
        Assert.That((run.Iterations, run.Engine.Preemptions), Is.EqualTo((naive.Iterations, naive.Preemptions)));
        Assert.That(
            seen.Requests.Select(r => (r.Request.Id, r.FirstScheduled!.Value.Nanoseconds, r.FirstToken!.Value.Nanoseconds, r.End.Nanoseconds)),
            Is.EquivalentTo(naive.Outcomes.Select(o => (o.Id, o.FirstScheduled, o.FirstToken, o.End))));
    }

    [Test]
    public void Content_ShorterThanThePrompt_OnlyItsBlocksAreShared()
    {
        Request[] requests = [.. Enumerable.Range(0, 2).Select(i => Request(i, 100 * i, 20, 1) with { Content = [new(1, 9)] })];
        (_, Recorder seen) = Record(Pool(Options), requests);
        Assert.That(Hits(seen), Is.EqualTo(new[] { 0, 8 }));
    }

    [Test]
    public void Content_Unknown_NothingIsShared()
    {
        (RunResult run, _) = Record(Pool(Options), [Request(0, 0, 20, 1), Request(1, 100, 20, 1)]);
        Assert.That(run.Engine.PrefixHitRate, Is.Zero);
    }

    [Test]
    public void PrefixCaching_Off_NothingIsShared()
    {
        Request[] requests = [.. Enumerable.Range(0, 2).Select(i => Request(i, 100 * i, 20, 1) with { Content = [new(1, 20)] })];
        (_, Recorder seen) = Record(Pool(VllmV1(Options) with { PrefixCaching = false }), requests);
        Assert.That(Hits(seen), Is.EqualTo(new[] { 0, 0 }));
    }

    [Test]
    public void SharedBlocks_OfRunningSequences_CountOnce()
    {
        // The second and third find the eight tokens that the first still holds.
        Request[] requests = [.. Enumerable.Range(0, 3).Select(i => Request(i, 20 * i, 9, 20) with { Content = [new(1, 8), new(10 + i, 1)] })];
        (_, Recorder seen) = Record(Pool(Options), requests);
        Assert.That(Hits(seen), Is.EqualTo(new[] { 0, 8, 8 }));
        IterationRecord third = seen.Iterations.First(iteration => iteration.Start.Ms() > 40 && iteration.DecodeRows == 3);
        Assert.That(third.KvBlocksUsed, Is.EqualTo(2 + (2 + 1 + 1)), "two shared blocks, and those of 9 to 16 tokens each");
    }

    [Test]
    public void EqualPrompts_ManyTimes_ShareAllButTheLastBlock()
    {
        // Each computes the last block anew and leaves one more of the same content behind.
        Request[] requests = [.. Enumerable.Range(0, 30_000).Select(i => Request(i, i, 8, 1) with { Content = [new(1, 8)] })];
        RunResult run = Run(Pool(Options), requests);
        Assert.That(run.Requests.Completed, Is.EqualTo(30_000));
        Assert.That(run.Tokens.PrefixHit, Is.EqualTo(4L * 29_999));
    }
}
