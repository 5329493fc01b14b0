using Simulator.Models.Architectures;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Costs.Profiles;

[TestFixture]
public sealed class AttentionProfileTests
{
    private static readonly Device H100 = DeviceCatalogue.H100Sxm;

    [Test]
    [Category("Invariant9")]
    public void Shipped_ForEveryModelAndDevice_AreNotFasterThanThePeak()
    {
        foreach (Device device in DeviceCatalogue.All)
        {
            foreach (EngineKernels engine in Enum.GetValues<EngineKernels>())
            {
                AttentionProfile profile = CostProfiles.Of(device, engine).Attention;
                foreach (AttentionSpec attention in ModelArchitectures.All.SelectMany(model => model.Layers).Select(layer => layer.Attention).Distinct())
                {
                    AttentionShape shape = AttentionShape.Of(attention, 1, NumberFormat.Fp8);
                    PrefillTime prefill = profile.Prefill(shape, device);
                    DecodeTime decode = profile.Decode(shape, device);
                    double leastPerFlop = (1 - 1e-12) / device.Bf16FlopsPerSecond, leastPerByte = (1 - 1e-12) / device.MemoryBytesPerSecond;
                    Assert.Multiple(() =>
                    {
                        Assert.That(prefill.SecondsPerFlop, Is.GreaterThanOrEqualTo(leastPerFlop));
                        Assert.That(prefill.SecondsPerByte, Is.GreaterThanOrEqualTo(leastPerByte));
                        Assert.That(decode.SecondsPerFlop, Is.GreaterThanOrEqualTo(leastPerFlop));
                        Assert.That(decode.SecondsPerByte, Is.GreaterThanOrEqualTo(leastPerByte));
                        Assert.That(prefill.FixedSeconds + prefill.HiddenSeconds, Is.InRange(1e-6, 1e-4), $"{device.Id} {engine} {attention}");
                        Assert.That(decode.FixedSeconds + decode.HiddenSeconds, Is.InRange(1e-6, 1e-4), $"{device.Id} {engine} {attention}");
                    });
                }
            }
        }
    }

    [TestCase(128, 0, NumberFormat.Bf16, HeadSharing.Single, 1e-6)]
    [TestCase(128, 0, NumberFormat.Bf16, HeadSharing.Grouped, 2e-6)]
    [TestCase(112, 0, NumberFormat.Fp32, HeadSharing.Grouped, 2e-6, Description = "A near width, a wide cache")]
    [TestCase(64, 0, NumberFormat.Bf16, HeadSharing.Grouped, 3e-6)]
    [TestCase(64, 256, NumberFormat.Bf16, HeadSharing.Grouped, 4e-6, Description = "A short window")]
    [TestCase(64, 65_536, NumberFormat.Bf16, HeadSharing.Grouped, 3e-6, Description = "A long window is nearer to none")]
    [TestCase(64, 128, NumberFormat.Int8, HeadSharing.None, 5e-6, Description = "The format of the cache comes first")]
    public void Nearest_OfKernels_IsTheOneMostLikeTheAttention(int headDim, int window, NumberFormat cache, HeadSharing sharing, double fixedSeconds)
    {
        DecodeKernel[] kernels =
        [
            Kernel(128, 0, NumberFormat.Bf16, HeadSharing.Single, 1e-6), Kernel(128, 0, NumberFormat.Bf16, HeadSharing.Grouped, 2e-6),
            Kernel(64, 0, NumberFormat.Bf16, HeadSharing.Grouped, 3e-6), Kernel(64, 128, NumberFormat.Bf16, HeadSharing.Grouped, 4e-6),
            Kernel(256, 0, NumberFormat.Fp8, HeadSharing.Grouped, 5e-6),
        ];
        Assert.That(AttentionKernel.Nearest(kernels, headDim, window, cache, sharing)!.FixedSeconds, Is.EqualTo(fixedSeconds));
        Assert.That(AttentionKernel.Nearest(Array.Empty<DecodeKernel>(), headDim, window, cache, sharing), Is.Null);
    }

    [TestCase(32, 32, HeadSharing.None)]
    [TestCase(1, 1, HeadSharing.None)]
    [TestCase(8, 1, HeadSharing.Single)]
    [TestCase(64, 4, HeadSharing.Grouped)]
    [TestCase(128, 4, HeadSharing.Wide)]
    public void SharingOf_Heads_TellsHowManyShareAKeyHead(int heads, int keyHeads, HeadSharing expected) =>
        Assert.That(AttentionKernel.SharingOf(heads, keyHeads), Is.EqualTo(expected));

    [Test]
    public void Decode_OfOneSequence_IsTheMeasuredTime()
    {
        // H100, vLLM 0.24, 64 query heads on 8 key heads of 128, 32 sequences with 2,048 tokens: 101.1 µs; 16 with 16,384 tokens: 350.9 µs.
        DecodeTime time = CostProfiles.Of(H100, EngineKernels.Vllm).Attention.Decode(
            AttentionShape.Of(new GroupedQueryAttention(64, 8, 128), 1, NumberFormat.Bf16), H100);
        Assert.That(Seconds(time, 32, 2048), Is.EqualTo(101.1e-6).Within(8).Percent);
        Assert.That(Seconds(time, 16, 16384), Is.EqualTo(350.9e-6).Within(4).Percent);
        Assert.That(Seconds(time, 1, 1), Is.EqualTo(11.6e-6).Within(8).Percent);

        static double Seconds(in DecodeTime time, double rows, double keys) => time.FixedSeconds + DecodeTime.Norm(
            time.LatencySeconds(rows), time.ReadingSeconds(rows * keys * 4 * 64 * 128, rows * (keys * 2 * 8 * 128 * 2 + 2 * 64 * 128 * 2), rows * keys));
    }

    [Test]
    public void Prefill_OfOnePrompt_IsTheMeasuredTime()
    {
        // H100, vLLM 0.24, 64 query heads on 8 key heads of 128: 8,192 tokens take 1.835 ms, 1,024 take 56.7 µs.
        PrefillTime time = CostProfiles.Of(H100, EngineKernels.Vllm).Attention.Prefill(
            AttentionShape.Of(new GroupedQueryAttention(64, 8, 128), 1, NumberFormat.Bf16), H100);
        foreach ((double tokens, double measured) in ((double, double)[])[(8192, 1834.7e-6), (1024, 56.7e-6)])
        {
            double pairs = tokens * (tokens + 1) / 2;
            Assert.That(time.FixedSeconds + time.WorkSeconds(pairs * 4 * 64 * 128, tokens, 1, pairs, tokens), Is.EqualTo(measured).Within(12).Percent);
        }
    }

    [Test]
    public void Validate_OfUnsoundKernels_NamesEach()
    {
        AttentionProfile profile = new()
        {
            MemoryEfficiency = 1.2,
            DecodeKernels = [Kernel(128, 0, NumberFormat.Bf16, HeadSharing.Single, -1)],
            LinearKernel = new()
            {
                PrefillFixedSeconds = 0, PrefillHiddenSeconds = 0, TokenHeadSeconds = 0, RowHeadSeconds = 0, ChainSecondsPerToken = 0,
                DecodeFixedSeconds = 0, DecodeHiddenSeconds = 0, MemoryEfficiency = 0,
            },
        };
        Assert.That(profile.Validate(), Has.Exactly(3).Items.And.Some.Contains("heads of 128"));
        Assert.That(new AttentionProfile().Validate(), Is.Empty);
    }

    [Test]
    public void Prefill_OfLatentAttentionWithoutItsOwnKernel_TakesThatOfTheWidthOfAKey()
    {
        PrefillKernel wide = Prefill(192, 2e-6);
        AttentionProfile profile = new() { PrefillKernels = [Prefill(128, 1e-6), wide] };
        var deepSeek = new LatentAttention(128, 1536, 512, 128, 64, 128);
        AttentionShape shape = AttentionShape.Of(deepSeek, 8, NumberFormat.Fp8);

        Assert.That(profile.Prefill(shape, H100).FixedSeconds, Is.EqualTo(2e-6));
        Assert.That((profile with { LatentPrefillKernels = [Prefill(192, 3e-6)] }).Prefill(shape, H100).FixedSeconds, Is.EqualTo(3e-6));
    }

    private static PrefillKernel Prefill(int headDim, double fixedSeconds) => new()
    {
        HeadDim = headDim, Cache = NumberFormat.Bf16, Sharing = HeadSharing.None, FixedSeconds = fixedSeconds, HiddenSeconds = 0, ComputeEfficiency = 0.6,
        QueryPasses = 1, KeyPasses = 1, RowHeadSeconds = 0, TileShare = 0.01,
    };

    private static DecodeKernel Kernel(int headDim, int window, NumberFormat cache, HeadSharing sharing, double fixedSeconds) => new()
    {
        HeadDim = headDim, Window = window, Cache = cache, Sharing = sharing, FixedSeconds = fixedSeconds, HiddenSeconds = 0, TileSeconds = 0, HeadSeconds = 0,
        MemoryEfficiency = 0.9, ComputeEfficiency = 1, RampSeconds = 0, RampBytes = 1, WalkSeconds = 0, WalkSecondsPerKey = 0,
    };
}
