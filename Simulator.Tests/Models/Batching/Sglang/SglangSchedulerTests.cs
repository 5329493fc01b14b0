using Simulator.Models.Batching.Sglang;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching.Sglang;

/// <summary>Timelines worked out by hand: 1 ms a prefill token, 10 ms an iteration with decodes, both when mixed.</summary>
public sealed class SglangSchedulerTests
{
    private static readonly SglangOptions Plain = new() { OverlapSchedule = false, ChunkedPrefillSize = 8, MaxRunningRequests = 8, ScheduleConservativeness = 0 };

    private static PoolSpec PoolOf(SglangOptions options, long? blocks = null) =>
        (TestPools.Small with { CostModel = Milliseconds, Engine = ServingEngines.Sglang(options) }).WithBlocks(blocks);

    private static (double Start, double End, int Decodes, int Prefills, int Tokens)[] Iterations(Recorder seen) =>
        [.. seen.Iterations.Select(i => (i.Start.Ms(), i.End.Ms(), i.DecodeRows, i.PrefillRows, i.PrefillTokens))];

    [Test]
    public void Compose_PromptArrivesWhileOthersDecode_RunsAloneInChunksFirst()
    {
        (_, Recorder seen) = Record(PoolOf(Plain), [Request(0, 0, 4, 4), Request(1, 5, 20, 1)]);
        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 4.0, 0, 1, 4), (4, 14, 1, 0, 0),
            (14, 22, 0, 1, 8), (22, 30, 0, 1, 8), (30, 34, 0, 1, 4),
            (34, 44, 1, 0, 0), (44, 54, 1, 0, 0),
        }));
    }

    [Test]
    public void Compose_MixedChunk_DecodesTakeFromTheChunk()
    {
        (_, Recorder seen) = Record(PoolOf(Plain with { MixedChunk = true }), [Request(0, 0, 4, 5), Request(1, 5, 20, 1)]);
        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 4.0, 0, 1, 4), (4, 14, 1, 0, 0),
            (14, 31, 1, 1, 7), (31, 48, 1, 1, 7), (48, 64, 1, 1, 6),
        }));
    }

    [Test]
    public void Compose_WholePromptsAboveMaxPrefillTokens_FirstRunsAlone()
    {
        (_, Recorder seen) = Record(
            PoolOf(Plain with { ChunkedPrefillSize = null, MaxPrefillTokens = 10 }), [Request(0, 0, 12, 1), Request(1, 0, 5, 1), Request(2, 0, 4, 1), Request(3, 0, 6, 1)]);
        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 12.0, 0, 1, 12), (12, 21, 0, 2, 9), (21, 27, 0, 1, 6) }));
    }

    [Test]
    public void Compose_PlacesTaken_NextComesOneDecodeAfterAnEnd()
    {
        (_, Recorder seen) = Record(PoolOf(Plain with { MaxRunningRequests = 2 }), [Request(0, 0, 4, 2), Request(1, 0, 4, 4), Request(2, 0, 3, 1)]);
        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 8.0, 0, 2, 8), (8, 18, 2, 0, 0), // request 0 ends
            (18, 28, 1, 0, 0), (28, 31, 0, 1, 3), (31, 41, 1, 0, 0),
        }));
    }

    /// <summary>30 tokens of memory; request 0 holds 4 and may generate 21 more; request 1 needs 4, 1 for its output and 1 for its page.</summary>
    [TestCase(0.0, 14.0)]
    [TestCase(1.0, 14.0)]
    [TestCase(1.4, 34.0)]
    public void Compose_Conservativeness_SetsMemoryAsideForOutput(double conservativeness, double scheduled)
    {
        SglangOptions options = Plain with { ScheduleConservativeness = conservativeness };
        (_, Recorder seen) = Record(
            PoolOf(options, blocks: 30), [Request(0, 0, 4, 4) with { MaxOutputTokens = 23 }, Request(1, 5, 4, 1) with { MaxOutputTokens = 1 }]);
        Assert.That(seen.Requests[1].FirstScheduled.Ms(), Is.EqualTo(scheduled));
    }

    [Test]
    public void Compose_BlocksShort_RetractsLeastGeneratedThenLongestPromptToTheEndOfTheQueue()
    {
        // 22 tokens of memory, all taken after two decodes of the three; requests 1 and 2 have generated 3 tokens, request 0 has 4.
        static Request Of(long id, int at, int prompt, int output) => Request(id, at, prompt, output) with { MaxOutputTokens = output };
        (RunResult run, Recorder seen) = Record(
            PoolOf(Plain with { RadixCache = false }, blocks: 22), [Of(0, 0, 4, 6), Of(1, 5, 6, 6), Of(2, 15, 5, 4)]);
        Assert.That(Iterations(seen)[..7], Is.EqualTo(new[]
        {
            (0.0, 4.0, 0, 1, 4), (4, 14, 1, 0, 0), (14, 20, 0, 1, 6), (20, 25, 0, 1, 5),
            (25, 35, 3, 0, 0), (35, 45, 3, 0, 0), (45, 55, 2, 0, 0),
        }));
        Assert.That(seen.Requests.Select(r => r.Preemptions), Is.EqualTo(new[] { 0, 1, 0 }));
        Assert.That(run.Engine.Preemptions, Is.EqualTo(1));
    }

    [Test]
    public void Compose_LongestPrefixMatch_CachedGoesFirstAndDuplicatesWait()
    {
        SglangOptions options = Plain with { ChunkedPrefillSize = 100, MaxRunningRequests = 1, SchedulePolicy = SglangPolicy.LongestPrefixMatch };
        Request Of(long id, int at, int key, int own) => Request(id, at, 40, 1) with { Content = [new(key, 34), new(100 + own, 6)] };
        (_, Recorder seen) = Record(PoolOf(options), [Of(0, 0, 1, 0), Of(1, 1, 2, 1), Of(2, 2, 2, 2), Of(3, 3, 3, 3), Of(4, 4, 1, 4)]);

        // Request 4 finds the prefix of request 0; request 2 would compute the same as request 1, and waits behind request 3.
        Assert.That(seen.Requests.OrderBy(r => r.FirstScheduled!.Value.Nanoseconds).Select(r => r.Request.Id), Is.EqualTo(new[] { 0L, 4, 1, 2, 3 }));
        Assert.That(seen.Requests.Select(r => r.PrefixHitTokens), Is.EqualTo(new[] { 0, 0, 34, 0, 34 }));
        SglangOptions together = options with { MaxRunningRequests = 8, ChunkedPrefillSize = 80 };
        (_, seen) = Record(PoolOf(together), [Of(0, 0, 2, 1), Of(1, 0, 2, 2), Of(2, 0, 3, 3)]);
        Assert.That(seen.Iterations.Select(i => i.PrefillTokens), Is.EqualTo(new[] { 80, 6 }));
        Assert.That(seen.Requests.Select(r => r.FirstScheduled.Ms()), Is.EqualTo(new double?[] { 0, 80, 0 }));
    }

    [Test]
    public void NewTokenRatio_DecaysResetsAndIsEstimated()
    {
        NewTokenRatio ratio = new(1);
        Assert.That(ratio.Value, Is.EqualTo(0.7));
        ratio.Decay(1);
        Assert.That(ratio.Value, Is.EqualTo(0.7 - 0.7 * 0.86 / 600).Within(1e-15));
        ratio.Decay(598);
        Assert.That(ratio.Value, Is.EqualTo(0.098 + 0.602 / 600).Within(1e-12));
        ratio.Decay(long.MaxValue);
        Assert.That(ratio.Value, Is.EqualTo(0.7 * 0.14));
        ratio.Reset();
        Assert.That(ratio.Value, Is.EqualTo(0.7));
        ratio.Retracted(8, 150, 2);
        Assert.That(ratio.Value, Is.EqualTo(48.0 / 151));
        ratio.Retracted(8, 10, 2);
        Assert.That(ratio.Value, Is.EqualTo(1));
        Assert.That(new NewTokenRatio(3).Value, Is.EqualTo(1));
    }
}
