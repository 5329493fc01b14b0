using Simulator.Models.Batching.Sarathi;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching;

/// <summary>Timelines worked out by hand: 1 ms a prompt token, 10 ms an iteration with decodes, both when mixed, blocks of 4 tokens.</summary>
public sealed class SarathiSchedulerTests
{
    private static readonly SarathiOptions Options = new() { ChunkTokens = 8, MaxSequences = 8, WatermarkFraction = 0 };

    private static PoolSpec Pool(SarathiOptions options, long? blocks = null) =>
        TestEngines.Pool(ServingEngines.Sarathi(options) with { ContextWindow = 40 }, blocks);

    private static (double Start, double End, int Decodes, int Prefills, int Tokens)[] Iterations(Recorder seen) =>
        [.. seen.Iterations.Select(i => (i.Start.Ms(), i.End.Ms(), i.DecodeRows, i.PrefillRows, i.PrefillTokens))];

    [Test]
    public void Compose_Prompt_FillsTheChunkThatDecodesLeave()
    {
        (_, Recorder seen) = Record(Pool(Options), [Request(0, 0, 5, 5), Request(1, 1, 18, 2)]);

        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 5.0, 0, 1, 5),
            (5, 22, 1, 1, 7),
            (22, 39, 1, 1, 7),
            (39, 53, 1, 1, 4),
            (53, 63, 2, 0, 0),
        }));
    }

    [Test]
    public void Compose_MoreDecodesThanTheChunk_AllRunAndPromptsWait()
    {
        (_, Recorder seen) = Record(
            Pool(Options with { ChunkTokens = 2 }), [Request(0, 0, 1, 9), Request(1, 0, 1, 3), Request(2, 1, 1, 1)]);

        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 2.0, 0, 2, 2),
            (2, 12, 2, 0, 0),
            (12, 22, 2, 0, 0),
            (22, 33, 1, 1, 1),
            (33, 43, 1, 0, 0), (43, 53, 1, 0, 0), (53, 63, 1, 0, 0), (63, 73, 1, 0, 0), (73, 83, 1, 0, 0),
        }));
    }

    [Test]
    public void Compose_Admission_TakesBlocksForTheWholePrompt()
    {
        // 14 blocks: request 0 takes 5 with its first chunk, request 1 needs 10 and waits until request 0 is over.
        (_, Recorder seen) = Record(Pool(Options, blocks: 14), [Request(0, 0, 20, 1), Request(1, 0, 38, 1)]);

        Assert.That(seen.Iterations.Take(3).Select(i => i.KvBlocksUsed), Is.All.EqualTo(5));
        Assert.That(seen.Requests[1].FirstScheduled.Ms(), Is.EqualTo(20));
        Assert.That(seen.Iterations.Skip(3).Select(i => i.KvBlocksUsed), Is.All.EqualTo(10));
    }

    [Test]
    public void Compose_NoBlockForADecode_LastLosesItsPromptAndStartsAgain()
    {
        // 11 blocks: request 0 has 5 and needs a sixth for its first decode, and request 1 has the other 6 amid its prompt.
        (RunResult run, Recorder seen) = Record(Pool(Options with { ChunkTokens = 20 }, blocks: 11), [Request(0, 0, 20, 2), Request(1, 0, 24, 1)]);

        Assert.That(run.Engine.Preemptions, Is.Zero, "request 1 is not admitted before the chunk has room");
        (run, seen) = Record(Pool(Options with { ChunkTokens = 22 }, blocks: 11), [Request(0, 0, 20, 2), Request(1, 0, 24, 1)]);
        Assert.That(run.Engine.Preemptions, Is.EqualTo(1));
        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 22.0, 0, 2, 22),
            (22, 32, 1, 0, 0),
            (32, 54, 0, 1, 22),
            (54, 56, 0, 1, 2),
        }));
    }

    [TestCase(0, 256)]
    [TestCase(1023, 256)]
    [TestCase(1024, 192)]
    [TestCase(2048, 128)]
    [TestCase(3072, 64)]
    [TestCase(100_000, 64)]
    public void TokensAfter_EvenSteps_FallFromHighToLow(int computed, int tokens) =>
        Assert.That(new SarathiChunkSchedule(64, 256, 4096, 4).TokensAfter(computed), Is.EqualTo(tokens));

    /// <summary>What NumPy gives for <c>round(linspace(32, 512, 4, dtype=int32)[::-1] / 32) * 32</c> and others.</summary>
    [TestCase(32, 512, 4, new[] { 512, 352, 192, 32 })]
    [TestCase(64, 128, 6, new[] { 128, 128, 96, 96, 64, 64 })]
    [TestCase(96, 512, 3, new[] { 512, 320, 96 })]
    [TestCase(96, 512, 1, new[] { 96 })]
    public void TokensAfter_UnevenSteps_AreRoundedAsNumPyDoes(int low, int high, int stages, int[] sizes)
    {
        SarathiChunkSchedule schedule = new(low, high, stages, stages);
        Assert.That(Enumerable.Range(0, stages).Select(schedule.TokensAfter), Is.EqualTo(sizes));
    }

    [Test]
    public void Compose_ChunkSchedule_ChunksBecomeSmaller()
    {
        SarathiOptions options = new() { ChunkSchedule = new SarathiChunkSchedule(32, 96, 192, 3), WatermarkFraction = 0 };
        (_, Recorder seen) = Record(TestEngines.Pool(ServingEngines.Sarathi(options) with { ContextWindow = 400 }), [Request(0, 0, 290, 1)]);

        Assert.That(seen.Iterations.Select(i => i.PrefillTokens), Is.EqualTo(new[] { 96, 64, 32, 32, 32, 32, 2 }));
    }

    [Test]
    public void Validate_EveryFault_IsReportedWithItsRange()
    {
        SarathiOptions options = new() { ChunkTokens = 0, MaxSequences = 1, WatermarkFraction = -1, ChunkSchedule = new SarathiChunkSchedule(33, 31, 0, 0) };
        Assert.That(options.Validate(new SchedulerContext(100, 4, 50, 2, 1, null!)), Is.EqualTo(new[]
        {
            "ChunkTokens is 0; it must be at least 1.",
            "MaxSequences is 1; it must be at least 2, one for each batch in flight.",
            "WatermarkFraction is -1; it must be from 0 to below 1.",
            "LowTokens is 33; it must be a multiple of 32, at least 32.",
            "HighTokens is 31; it must be a multiple of 32, at least LowTokens (33).",
            "MaxTokens is 0; it must be at least 1.",
            "Stages is 0; it must be from 1 to 100000.",
        }));
    }
}
