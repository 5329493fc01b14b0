using FsCheck;
using Simulator.Models.Architectures;
using Simulator.Models.Caching;
using Simulator.Models.Devices;

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
        Assert.That(mistral.Groups, Is.EqualTo(new[] { new KvGroup(1, null, 16) }));
        Assert.That(mistral.BlockBytes(0, ModelArchitectures.Mistral_7B.Layers.Count), Is.EqualTo(16 * 131_072));
        Assert.That(new[] { 1, 16, 17, 1000 }.Select(tokens => mistral.MostBlocks(tokens, 512)), Is.EqualTo(new[] { 1, 1, 2, 63 }));
    }

    [Test]
    public void Of_EveryModelOfOneKind_KeepsEachTokenOnce()
    {
        foreach (ModelArchitecture model in ModelArchitectures.All)
        {
            KvGroups groups = Of(model, 16);
            if (groups.Groups.Count != 1) continue;
            Assert.That(groups.BlockBytes(0, model.Layers.Count), Is.EqualTo(16 * model.KvBytesPerToken(NumberFormat.Bf16)), model.Id);
            Assert.That(groups.MostBlocks(1000, 512), Is.EqualTo(63), model.Id);
        }
    }

    [Test]
    public void Of_GptOss_IsTwoGroupsOfHalfTheLayers()
    {
        ModelArchitecture model = ModelArchitectures.GptOss20B;
        KvGroups groups = Of(model, 16);
        Assert.That(groups.Groups, Is.EqualTo(new[] { new KvGroup(1, 128, 16), new KvGroup(1, null, 16) }));
        Assert.That(groups.BlockBytes(0, model.Layers.Count), Is.EqualTo(12 * 16 * 2 * 8 * 64 * 2));
        Assert.That(KvGroups.Of(model, 2, NumberFormat.Bf16, 16).BlockBytes(0, 24), Is.EqualTo(12 * 16 * 2 * 4 * 64 * 2));
        Assert.That(groups.BlockBytes(12, 12), Is.EqualTo(6 * 16 * 2 * 8 * 64 * 2));
        Assert.That(groups.BlockBytes(0, 5), Is.EqualTo(3 * 16 * 2 * 8 * 64 * 2), "three of five layers are of one kind");
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
        Assert.That(groups.Groups, Is.EqualTo(new[] { new KvGroup(windowedGroups, 1024, 16), new KvGroup(1, null, 16) }));
        Assert.That(groups.BlockBytes(0, model.Layers.Count), Is.EqualTo(full * 16 * 2048L));
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
        KvGroups groups = Of(model, 16);
        Assert.That(groups.Groups, Is.EqualTo(new[] { new KvGroup(fullGroups, null, 16), new KvGroup(windowedGroups, 1024, 16) }));
        Assert.That(groups.BlockBytes(0, full + windowed), Is.EqualTo(size * 16 * 2048L));
    }

    [Test]
    public void Of_HalfTheBytesOfAToken_HasBlocksTwiceAsLong()
    {
        ModelArchitecture model = Model([Full, Windowed with { KvHeads = 4 }]);
        Assert.That(Of(model, 16).Groups, Is.EqualTo(new[] { new KvGroup(1, null, 16), new KvGroup(1, 1024, 32) }));
        Assert.That(Of(model, 16).BlockBytes(0, model.Layers.Count), Is.EqualTo(16 * 2048));
    }

    [Test]
    public void Of_BytesThatDoNotDivide_CountsWindowsAsFull()
    {
        ModelArchitecture model = Model([Windowed, Full with { KvHeads = 5, QueryHeads = 5 }]);
        Assert.That(Of(model, 16).Groups, Is.EqualTo(new[] { new KvGroup(1, null, 16) }));
        Assert.That(Of(model, 16).BlockBytes(0, model.Layers.Count), Is.EqualTo(16 * (2048 + 1280)));
    }

    [Test]
    public void Of_FullLayersOfDifferentWidth_AreOneGroup()
    {
        ModelArchitecture model = Model([Full, Full with { KvHeads = 4 }]);
        Assert.That(Of(model, 16).Groups, Is.EqualTo(new[] { new KvGroup(1, null, 16) }));
        Assert.That(Of(model, 16).BlockBytes(0, model.Layers.Count), Is.EqualTo(16 * (2048 + 1024)));
    }

    // MLAAttentionSpec: 1 head x 576 x 2 bytes of a token and layer, in blocks of 64 tokens (FlashMLA), on every device.
    [TestCase(1)]
    [TestCase(8)]
    [TestCase(16)]
    public void Of_LatentAttention_KeepsOneVectorOfEachTokenOnEveryDevice(int tensor)
    {
        foreach ((ModelArchitecture model, int layers) in new[] { (ModelArchitectures.DeepSeekV3, 61), (ModelArchitectures.DeepSeekV2Lite, 27) })
        {
            KvGroups groups = KvGroups.Of(model, tensor, NumberFormat.Bf16, 64);
            Assert.That(groups.Groups, Is.EqualTo(new[] { new KvGroup(1, null, 64) }));
            Assert.That(groups.BlockBytes(0, layers), Is.EqualTo(layers * 64 * 576 * 2));
            Assert.That(groups.MostBlocks(4097, 512), Is.EqualTo(65));
        }
    }

    [Test]
    public void Of_LinearAttention_HoldsNoBlocks()
    {
        ModelArchitecture model = Model([new LinearAttention(2, 2, 64, 64, 4)]);
        KvGroups none = Of(model, 16);
        Assert.That(none.Groups, Is.Empty);
        Assert.That((none.MostBlocks(1000, 10), none.BlockBytes(0, model.Layers.Count)), Is.EqualTo((0, 0)));
        ModelArchitecture mixed = Model([new LinearAttention(2, 2, 64, 64, 4), Full]);
        Assert.That(Of(mixed, 16).Groups, Is.EqualTo(new[] { new KvGroup(1, null, 16) }));
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

    // What vLLM logged as it started (16-bit caches): Gemma 3 1B in 0.13.0; Gemma 3 4B in 0.11.0 (kvcached issue 215, which leaves out
    // the memory; any iteration above 2,049 tokens gives the same); Llama 4 Scout on one of eight devices in 0.12.0, whose chunks of
    // 8,192 tokens hold one block less than a window.
    private static readonly (AttentionSpec[] Layers, double? Gibibytes, long Tokens, int Length, double Concurrency)[] Reported =
    [
        (EverySixthFull(26, new(4, 1, 256), 512), 25.39, 950_864, 2_048, 461.21),
        (EverySixthFull(34, new(8, 4, 256), 1024), null, 317_136, 3_072, 102.78),
        ([.. ModelArchitectures.Llama4_Scout.Layers.Select(layer => layer.Attention)], 89.71, 3_919_664, 5 << 20, 2.96),
        ([.. ModelArchitectures.Llama4_Scout.Layers.Select(layer => layer.Attention)], 89.71, 3_919_664, 8 << 20, 1.86),
    ];

    [Test]
    public void MostBlocks_RunsOfVllm_GiveTheConcurrencyTheyReported()
    {
        foreach (var run in Reported)
        {
            bool scout = run.Length > 1 << 20;
            KvGroups groups = KvGroups.Of(Model(run.Layers), scout ? 8 : 1, NumberFormat.Bf16, 16);
            // "GPU KV cache size" is 16 times the blocks over the groups.
            long blocks = run.Tokens / 16 * groups.Groups.Sum(group => group.Count);
            Assert.That((double)blocks / groups.MostBlocks(run.Length, 8192), Is.EqualTo(run.Concurrency).Within(0.01), $"{run.Length}");
            if (run.Gibibytes is { } gibibytes)
            {
                double bytes = (double)blocks * groups.BlockBytes(0, run.Layers.Length);
                Assert.That(bytes / (1L << 30), Is.EqualTo(gibibytes).Within(0.006), $"{run.Length}");
            }
        }
    }

    [SeededProperty(MaxTest = 300)]
    public void MostBlocks_RandomWindow_AreEnoughForEveryIteration(PositiveInt window, PositiveInt block, ushort computed, byte chunk)
    {
        (int w, int b, int before, int after) = (window.Get, block.Get % 20 + 1, computed % 300, computed % 300 + chunk % 50 + 1);
        // The first token of the iteration sees itself and the window - 1 tokens before it; full layers see all.
        int seen = Enumerable.Range(0, after).Where(token => token > before - w).Select(token => token / b).Distinct().Count();
        long most = Of(Model([Full, Full with { Window = w }]), b).MostBlocks(after, after - before);
        Assert.That(most, Is.InRange((after + b - 1) / b + seen, (after + b - 1) / b + seen + 2));
    }

    private static AttentionSpec[] EverySixthFull(int layers, GroupedQueryAttention full, int window) =>
        [.. Enumerable.Range(1, layers).Select(n => n % 6 == 0 ? full : full with { Window = window })];

    private static KvGroups Of(ModelArchitecture model, int blockTokens) => KvGroups.Of(model, 1, NumberFormat.Bf16, blockTokens);

    private static ModelArchitecture Model(AttentionSpec[] layers) => new()
    {
        Id = "test", Name = "Test", Source = "made up", HiddenSize = 512, VocabularySize = 1000, ContextWindow = 32_768,
        Layers = [.. layers.Select(attention => new LayerSpec(attention, new DenseFeedForward(1024)))],
    };
}
