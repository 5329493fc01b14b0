using FsCheck;
using Simulator.Models.Architectures;
using Simulator.Models.Caching;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Models.Caching;

/// <summary>The rules and numbers are those of vLLM: <c>kv_cache_utils.py</c>, and <c>tests/v1/core/test_kv_cache_utils.py</c>.</summary>
public sealed class KvGroupsTests
{
    private static readonly GroupedQueryAttention Full = new(8, 8, 64);
    private static readonly GroupedQueryAttention Windowed = new(8, 8, 64, Window: 1024);

    [Test]
    public void Of_OneKind_IsOneGroupOfAllLayers()
    {
        KvGroups mistral = Of(ModelArchitectures.Mistral_7B, 16);
        Assert.That(mistral.Groups, Is.EqualTo(new[] { new KvGroup(1, 32, null, 16) }));
        Assert.That(mistral.BlockBytes(ModelArchitectures.Mistral_7B, ParallelPlan.Single), Is.EqualTo(16 * 131_072));
        Assert.That(new[] { 0, 1, 16, 17, 1000 }.Select(tokens => mistral.BlocksFor(0, tokens)), Is.EqualTo(new[] { 0, 1, 1, 2, 63 }));
    }

    [Test]
    public void Of_EveryModelOfOneKind_CountsAsMemoryPlanDoes()
    {
        foreach (ModelArchitecture model in ModelArchitectures.All)
        {
            KvGroups groups = Of(model, 16);
            if (groups.Groups.Count != 1) continue;
            Assert.That(groups.BlockBytes(model, ParallelPlan.Single), Is.EqualTo(16 * model.KvBytesPerToken(NumberFormat.Bf16)), model.Id);
            Assert.That(groups.BlocksFor(100, 1000), Is.EqualTo(63), model.Id);
        }
    }

    [Test]
    public void Of_GptOss_IsTwoGroupsOfHalfTheLayers()
    {
        ModelArchitecture model = ModelArchitectures.GptOss20B;
        KvGroups groups = Of(model, 16);
        Assert.That(groups.Groups, Is.EqualTo(new[] { new KvGroup(1, 12, 128, 16), new KvGroup(1, 12, null, 16) }));
        Assert.That(groups.BlockBytes(model, ParallelPlan.Single), Is.EqualTo(12 * 16 * 2 * 8 * 64 * 2));
        Assert.That(KvGroups.Of(model, 2, NumberFormat.Bf16, 16).BlockBytes(model, new(2)), Is.EqualTo(12 * 16 * 2 * 4 * 64 * 2));
        Assert.That(groups.BlockBytes(model, new(1, Pipeline: 2)), Is.EqualTo(6 * 16 * 2 * 8 * 64 * 2));
        Assert.That(groups.BlockBytes(model, new(1, Pipeline: 5)), Is.EqualTo(3 * 16 * 2 * 8 * 64 * 2), "five layers of 24, three of one kind");
    }

    // Layers, every sixth of them full: Gemma 3 1B, 4B, 12B, 27B. With the padding vLLM warns of.
    [TestCase(26, 4, 6)]
    [TestCase(34, 5, 6)]
    [TestCase(48, 8, 5)]
    [TestCase(62, 10, 6)]
    public void Of_Gemma3_HasGroupsAsLargeAsTheFullLayersAreMany(int layers, int full, int windowedGroups)
    {
        ModelArchitecture model = Model([.. Enumerable.Range(1, layers).Select(n => n % 6 == 0 ? Full : Windowed)]);
        KvGroups groups = Of(model, 16);
        Assert.That(groups.Groups, Is.EqualTo(new[] { new KvGroup(windowedGroups, full, 1024, 16), new KvGroup(1, full, null, 16) }));
        Assert.That(groups.BlockBytes(model, ParallelPlan.Single), Is.EqualTo(full * 16 * 2048L));
    }

    // gpt-oss-20b with a drafter has 12 + 13 and is padded to 13 + 13; at half as many more, the rarer kind decides again.
    [TestCase(12, 13, 1, 1, 13)]
    [TestCase(12, 17, 1, 1, 17)]
    [TestCase(12, 18, 1, 2, 12)]
    [TestCase(13, 12, 1, 1, 13)]
    [TestCase(2, 3, 1, 2, 2)]
    [TestCase(10, 20, 1, 2, 10)]
    public void Of_TwoKinds_AreGroupedByTheRarestUnlessTheyAreAboutAsMany(int full, int windowed, int fullGroups, int windowedGroups, int size)
    {
        ModelArchitecture model = Model([.. Enumerable.Repeat(Full, full), .. Enumerable.Repeat(Windowed, windowed)]);
        Assert.That(Of(model, 16).Groups,
            Is.EqualTo(new[] { new KvGroup(fullGroups, size, null, 16), new KvGroup(windowedGroups, size, 1024, 16) }));
        Assert.That(Of(model, 16).BlockBytes(model, ParallelPlan.Single), Is.EqualTo(size * 16 * 2048L), "no two groups share layers");
    }

    [Test]
    public void Of_HalfTheBytesOfAToken_HasBlocksTwiceAsLong()
    {
        ModelArchitecture model = Model([Full, Windowed with { KvHeads = 4 }]);
        Assert.That(Of(model, 16).Groups, Is.EqualTo(new[] { new KvGroup(1, 1, null, 16), new KvGroup(1, 1, 1024, 32) }));
        Assert.That(Of(model, 16).BlockBytes(model, ParallelPlan.Single), Is.EqualTo(16 * 2048));
    }

    [Test]
    public void Of_BytesThatDoNotDivide_CountsWindowsAsFull()
    {
        ModelArchitecture model = Model([Windowed, Full with { KvHeads = 5, QueryHeads = 5 }]);
        Assert.That(Of(model, 16).Groups, Is.EqualTo(new[] { new KvGroup(1, 2, null, 16) }));
        Assert.That(Of(model, 16).BlockBytes(model, ParallelPlan.Single), Is.EqualTo(16 * (2048 + 1280)));
    }

    [Test]
    public void Of_FullLayersOfDifferentWidth_AreOneGroup()
    {
        ModelArchitecture model = Model([Full, Full with { KvHeads = 4 }]);
        Assert.That(Of(model, 16).Groups, Is.EqualTo(new[] { new KvGroup(1, 2, null, 16) }));
        Assert.That(Of(model, 16).BlockBytes(model, ParallelPlan.Single), Is.EqualTo(16 * (2048 + 1024)));
    }

    [Test]
    public void Of_LatentAttention_KeepsOneVectorOfEachTokenOnEveryDevice()
    {
        // MLAAttentionSpec: block × 1 head × 576 × 2 bytes a layer, in blocks of 64 tokens (FlashMLA).
        ModelArchitecture model = ModelArchitectures.DeepSeekV3;
        KvGroups groups = KvGroups.Of(model, 8, NumberFormat.Bf16, 64);
        Assert.That(groups.Groups, Is.EqualTo(new[] { new KvGroup(1, 61, null, 64) }));
        Assert.That(groups.BlockBytes(model, new(8)), Is.EqualTo(61L * 64 * 576 * 2));
        Assert.That(groups.BlocksFor(0, 4097), Is.EqualTo(65));
    }

    [Test]
    public void Of_LinearAttention_HoldsNoBlocks()
    {
        ModelArchitecture model = Model([new LinearAttention(2, 2, 64, 64, 4)]);
        KvGroups none = Of(model, 16);
        Assert.That(none.Groups, Is.Empty);
        Assert.That((none.BlocksFor(0, 1000), none.MostBlocks(1000, 10), none.BlockBytes(model, ParallelPlan.Single)), Is.EqualTo((0, 0, 0)));
        ModelArchitecture mixed = Model([new LinearAttention(2, 2, 64, 64, 4), Full]);
        Assert.That(Of(mixed, 16).Groups, Is.EqualTo(new[] { new KvGroup(1, 1, null, 16) }));
    }

    [Test]
    public void MostBlocks_VllmsOwnTest_GivesItsNumbers()
    {
        // test_get_max_concurrency_for_kv_cache_config: 16,384 tokens, chunks of 1,024, a window of 1,024, 32 layers a kind.
        GroupedQueryAttention[] full = [.. Enumerable.Repeat(Full, 32)], windowed = [.. Enumerable.Repeat(Windowed, 32)];
        Assert.That(Of(Model(full), 16).MostBlocks(16_384, 1024), Is.EqualTo(1024));
        Assert.That(Of(Model(windowed), 16).MostBlocks(16_384, 1024), Is.EqualTo(129));
        Assert.That(Of(Model([.. full, .. windowed]), 16).MostBlocks(16_384, 1024), Is.EqualTo(1024 + 129));
        Assert.That(Of(Model(windowed), 16).MostBlocks(100, 1024), Is.EqualTo(8), "no more than the sequence has, and one");
    }

    // SlidingWindowSpec's own example: a window of four tokens and seven computed: tokens 0 to 3 are skipped.
    [TestCase(3, 0)]
    [TestCase(4, 0)]
    [TestCase(6, 0)]
    [TestCase(7, 1)]
    [TestCase(10, 1)]
    [TestCase(11, 2)]
    public void Passed_WindowOfFour_DropsBlocksThatAreSkippedWhole(int computed, int blocks) =>
        Assert.That(new KvGroup(1, 1, 4, 4).Passed(computed), Is.EqualTo(blocks));

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void BlocksFor_RandomWindow_AreTheBlocksThatHoldATokenInUse(PositiveInt window, PositiveInt block, ushort computed, byte chunk)
    {
        (int w, int b, int before, int after) = (window.Get, block.Get % 20 + 1, computed % 300, computed % 300 + chunk % 50 + 1);
        ModelArchitecture model = Model([Full, Full with { Window = w }]);
        KvGroups groups = Of(model, b);
        // The first token of the iteration sees itself and the window − 1 tokens before it; full layers see all.
        int seen = Enumerable.Range(0, after).Where(token => token > before - w).Select(token => token / b).Distinct().Count();
        Assert.That(groups.BlocksFor(before, after), Is.EqualTo((after + b - 1) / b + seen));
        Assert.That(groups.BlocksFor(before, after), Is.AtMost(groups.MostBlocks(after, after - before)));
    }

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public void BlocksStarted_DecodingTokenByToken_AddsUpWithWhatHasPassed(PositiveInt window, PositiveInt block)
    {
        ModelArchitecture model = Model([Full, Full with { Window = window.Get }, Full with { Window = window.Get }]);
        KvGroups groups = Of(model, block.Get % 20 + 1);
        long held = 0;
        for (int computed = 0; computed < 100; computed++)
        {
            if (computed > 0) held -= groups.BlocksPassed(computed);
            held += groups.BlocksStarted(computed + 1);
            Assert.That(held, Is.EqualTo(groups.BlocksFor(computed, computed + 1)));
        }
    }

    private static KvGroups Of(ModelArchitecture model, int blockTokens) => KvGroups.Of(model, 1, NumberFormat.Bf16, blockTokens);

    private static ModelArchitecture Model(AttentionSpec[] layers) => new()
    {
        Id = "test", Name = "Test", Source = "made up", HiddenSize = 512, VocabularySize = 1000, ContextWindow = 32_768,
        Layers = [.. layers.Select(attention => new LayerSpec(attention, new DenseFeedForward(1024)))],
    };
}
