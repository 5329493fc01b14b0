using Simulator.Models.Batching.VllmV0;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching;

/// <summary>Timelines worked out by hand: 1 ms a prompt token, 10 ms an iteration with decodes, blocks of 4 tokens.</summary>
public sealed class VllmV0SchedulerTests
{
    private static readonly VllmV0Options Options = new() { MaxBatchedTokens = 64, MaxSequences = 8, WatermarkFraction = 0 };

    private static PoolSpec Pool(VllmV0Options options, long? blocks = null, long swapBlocks = 0) =>
        TestEngines.Pool(ServingEngines.VllmV0(options) with { ContextWindow = 40, SwapBlocks = swapBlocks, SwapsTakeTime = false }, blocks);

    private static (double Start, double End, int Decodes, int Prefills, int Tokens)[] Iterations(Recorder seen) =>
        [.. seen.Iterations.Select(i => (i.Start.Ms(), i.End.Ms(), i.DecodeRows, i.PrefillRows, i.PrefillTokens))];

    [Test]
    public void Compose_PromptWhileOthersDecode_StallsThem()
    {
        (_, Recorder seen) = Record(Pool(Options), [Request(0, 0, 5, 4), Request(1, 8, 20, 2)]);

        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 5.0, 0, 1, 5),
            (5, 15, 1, 0, 0),
            (15, 35, 0, 1, 20),
            (35, 45, 2, 0, 0),
            (45, 55, 1, 0, 0),
        }));
        Assert.That(seen.Requests.Select(r => (r.FirstToken.Ms(), r.End.Ms())), Is.EqualTo(new[] { ((double?)5, 55.0), (35, 45) }));
    }

    [TestCase(true, 2)]
    [TestCase(false, 3)]
    public void Compose_PromptsOfDifferentLength_CountPaddedOrNot(bool padded, int first)
    {
        (_, Recorder seen) = Record(
            Pool(Options with { PaddedPrompts = padded }), [Request(0, 0, 22, 1), Request(1, 0, 2, 1), Request(2, 0, 22, 1), Request(3, 0, 22, 1)]);

        Assert.That(seen.Iterations[0].PrefillRows, Is.EqualTo(first), padded ? "3 × 22 > 64" : "22 + 2 + 22 + 22 > 64");
        Assert.That(seen.Iterations.Sum(i => i.PrefillRows), Is.EqualTo(4));
    }

    [Test]
    public void Compose_HeadWouldTouchTheWatermark_Waits()
    {
        // 16 blocks, 3 of them kept free: request 0 takes 10, which leaves 6; request 1 needs 4.
        (_, Recorder seen) = Record(
            Pool(Options with { WatermarkFraction = 0.2 }, blocks: 16), [Request(0, 0, 39, 1), Request(1, 0, 16, 1), Request(2, 0, 4, 1)]);

        Assert.That(Iterations(seen), Is.EqualTo(new[] { (0.0, 39.0, 0, 1, 39), (39, 59, 0, 2, 20) }));
    }

    [Test]
    public void Compose_NoFreeBlockAtADecodesTurn_LastIsRecomputed()
    {
        // 12 blocks: 5 and 6, then the last for request 0 at its 21st token. Request 1, at its turn, finds none free and goes; its 25
        // tokens need 7, so it is back only after request 0.
        (RunResult run, Recorder seen) = Record(Pool(Options, blocks: 12), [Request(0, 0, 20, 3), Request(1, 1, 24, 4)]);

        Assert.That(run.Engine.Preemptions, Is.EqualTo(1));
        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 20.0, 0, 1, 20),
            (20, 44, 0, 1, 24),
            (44, 54, 1, 0, 0),
            (54, 64, 1, 0, 0),
            (64, 89, 0, 1, 25),
            (89, 99, 1, 0, 0),
            (99, 109, 1, 0, 0),
        }));
        Assert.That(seen.Requests.Select(r => r.Preemptions), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(seen.Requests[1].FirstToken.Ms(), Is.EqualTo(44), "tokens that were out stay out");
    }

    [Test]
    public void Compose_Swap_ComesBackWithoutComputingAgainAndBeforePrompts()
    {
        (RunResult run, Recorder seen) = Record(
            Pool(Options with { Preemption = VllmV0Preemption.Swap }, blocks: 11, swapBlocks: 8),
            [Request(0, 0, 20, 4), Request(1, 1, 18, 4), Request(2, 40, 2, 1)]);

        Assert.That(run.Engine.Preemptions, Is.EqualTo(1));
        Assert.That(seen.Iterations.Sum(i => i.PrefillTokens), Is.EqualTo(20 + 18 + 2), "nothing is computed twice");
        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 20.0, 0, 1, 20),
            (20, 38, 0, 1, 18),
            (38, 48, 1, 0, 0), // request 1 is out: request 2 must wait, though it would fit
            (48, 58, 1, 0, 0),
            (58, 68, 1, 0, 0),
            (68, 78, 1, 0, 0), // and is back
            (78, 80, 0, 1, 2),
            (80, 90, 1, 0, 0),
            (90, 100, 1, 0, 0),
        }));
    }

    [Test]
    public void Compose_SwapWithoutHostMemory_Recomputes()
    {
        VllmV0Options swap = Options with { Preemption = VllmV0Preemption.Swap };
        Request[] requests = [Request(0, 0, 20, 3), Request(1, 1, 18, 4)];

        Assert.That(
            Record(Pool(swap, blocks: 11), requests).Seen.Iterations, Is.EqualTo(Record(Pool(Options, blocks: 11), requests).Seen.Iterations));
    }

    [Test]
    public void Validate_EveryFault_IsReportedWithItsRange()
    {
        VllmV0Options options = new() { MaxBatchedTokens = 10, MaxSequences = 1, WatermarkFraction = 1 };
        Assert.That(options.Validate(new SchedulerContext(100, 4, 50, 2, 1, null!)), Is.EqualTo(new[]
        {
            "MaxBatchedTokens (10) is below the context window (100): a longer prompt could never run. Raise it or lower the context window.",
            "MaxSequences is 1; it must be at least 2, one for each batch in flight.",
            "WatermarkFraction is 1; it must be from 0 to below 1.",
        }));
    }

    [TestCase(26, 0.0, false)]
    [TestCase(25, 0.0, true)]
    [TestCase(28, 0.1, false)]
    [TestCase(27, 0.1, true)]
    public void Validate_Blocks_MustHoldTheLongestSequenceAndOneMore(long blocks, double watermark, bool isFault)
    {
        VllmV0Options options = new() { WatermarkFraction = watermark };
        IReadOnlyList<string> faults = options.Validate(new SchedulerContext(100, 4, blocks, 1, 1, null!));
        Assert.That(faults, isFault ? Has.One.Contains($"{blocks} KV blocks less a watermark of").And.One.Contains("100 tokens (25 blocks of 4)") : Is.Empty);
        if (!isFault) return;
        ClusterSpec cluster = new() { Pools = [TestEngines.Pool(ServingEngines.VllmV0(options) with { ContextWindow = 100 }, blocks)] };
        Assert.That(cluster.Validate(), Has.One.Contains("KV blocks less a watermark"));
    }
}
