using System.Globalization;
using Simulator.Models.Architectures;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Parallelism;

public class MemoryPlanTests
{
    private const long Gib = 1L << 30;

    // Blocks of 16 tokens that vLLM reported: 0.15.1 on H100 (the inference-sim project), 0.19.0 on RTX 4090 (LLMServingSim);
    // utilization 0.9, 16-bit. Llama-4-Scout is left out: the profile of its vision tower took about 5 GiB of each device.
    private static readonly (string Model, string Device, int Tensor, int Tokens, int Sequences, long Blocks)[] Reported =
    [
        ("llama-2-7b", "h100-sxm", 1, 2048, 128, 7462),
        ("llama-2-70b", "h100-sxm", 4, 2048, 128, 31356),
        ("mixtral-8x7b", "h100-sxm", 2, 2048, 128, 27510),
        ("codellama-34b", "h100-sxm", 2, 2048, 128, 26602),
        ("llama-3.1-70b", "h100-sxm", 4, 8192, 128, 30251),
        ("llama-3.1-70b", "h100-sxm", 4, 2048, 128, 30425),
        ("mistral-nemo", "h100-sxm", 2, 1024, 128, 48009),
        ("mistral-nemo", "h100-sxm", 1, 2048, 128, 19251),
        ("qwen2.5-7b", "h100-sxm", 1, 2048, 128, 65352),
        ("qwen2.5-7b", "h100-sxm", 1, 1024, 128, 65368),
        ("yi-34b", "h100-sxm", 2, 1024, 128, 20793),
        ("llama-3.1-8b", "rtx-4090", 1, 2048, 256, 2588),
    ];

    [Test]
    public void For_RunsOfRealEngines_IsWithinTwoPercentOfTheirBlocks()
    {
        double worst = 0;
        foreach (var run in Reported)
        {
            MemoryPlan plan = MemoryPlan.For(
                ModelArchitectures.Find(run.Model), DeviceCatalogue.Find(run.Device), new ParallelPlan(run.Tensor), Quantization.Bf16,
            new MemoryOptions { MaxBatchedTokens = run.Tokens, MaxSequences = run.Sequences });
            double error = 100.0 * (plan.KvBlocks - run.Blocks) / run.Blocks;
            worst = Math.Max(worst, Math.Abs(error));
            TestContext.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{run.Model,-14} {run.Device,-9} tp{run.Tensor} {run.Blocks,6} {plan.KvBlocks,6} {error,6:0.00} %"));
        }

        Assert.That(worst, Is.LessThan(2));
    }

    [Test]
    public void For_RunsOfTheSharedTable_IsWithinTwoPercentOfTheirBlocks()
    {
        string[] lines = File.ReadAllLines(SharedData.Path("data/open_loop/summary.csv"));
        string[] header = lines[0].Split(',');
        int At(string name) => Array.IndexOf(header, name);
        var runs = lines.Skip(1).Select(l => l.Split(','))
            .Where(c => c[At("total_kv_blocks")].Length > 0 && !c[At("model")].Contains("Scout"))
            .Select(c => (Model: c[At("model")], Tensor: c[At("tp")], Tokens: c[At("max_num_batched_tokens")],
                Sequences: c[At("max_num_seqs")], Blocks: c[At("total_kv_blocks")]))
            .Distinct().ToArray();
        Assert.That(runs, Has.Length.GreaterThanOrEqualTo(10));
        foreach (var run in runs)
        {
            MemoryPlan plan = MemoryPlan.For(
                ModelArchitectures.Find(run.Model), DeviceCatalogue.H100Sxm, new ParallelPlan(Number(run.Tensor)), Quantization.Bf16,
            new MemoryOptions { MaxBatchedTokens = Number(run.Tokens), MaxSequences = Number(run.Sequences) });
            Assert.That(plan.KvBlocks, Is.EqualTo(Number(run.Blocks)).Within(2).Percent, run.ToString());
        }

        static int Number(string text) => (int)double.Parse(text, CultureInfo.InvariantCulture);
    }

    [Test]
    public void For_SingleDevice_AddsUpToItsShareOfTheMemory()
    {
        Device h100 = DeviceCatalogue.H100Sxm;
        MemoryPlan plan = MemoryPlan.For(ModelArchitectures.Llama3_1_8B, h100, ParallelPlan.Single, Quantization.Bf16);
        Assert.That(plan.WeightsBytes, Is.EqualTo(2 * 8_030_261_248));
        Assert.That(
            plan.WeightsBytes + plan.ActivationBytes + plan.ReserveBytes + plan.StateBytes + plan.KvBytes,
            Is.EqualTo((long)(h100.MemoryBytes * 0.9)));
        Assert.That(plan.BytesPerBlock, Is.EqualTo(16 * 131_072));
        Assert.That(plan.KvBlocks, Is.EqualTo(plan.KvBytes / plan.BytesPerBlock));
        Assert.That(plan.KvTokens, Is.EqualTo(plan.KvBlocks * 16));
    }

    [Test]
    public void For_WeightsOfAllDevices_AddUpToTheModel()
    {
        ModelArchitecture model = ModelArchitectures.Llama3_1_70B;
        MemoryPlan plan = MemoryPlan.For(model, DeviceCatalogue.H100Sxm, new ParallelPlan(8), Quantization.Bf16);
        Assert.That(8.0 * plan.WeightsBytes, Is.EqualTo(2.0 * model.ParameterCount).Within(0.1).Percent); // norms are in every device
    }

    [Test]
    public void For_PipelineStages_HoldsTheTightest()
    {
        ModelArchitecture model = ModelArchitectures.Llama3_1_70B;
        MemoryPlan whole = MemoryPlan.For(model, DeviceCatalogue.H100Sxm, new ParallelPlan(4), Quantization.Bf16);
        MemoryPlan staged = MemoryPlan.For(model, DeviceCatalogue.H100Sxm, new ParallelPlan(2, Pipeline: 2), Quantization.Bf16);
        Assert.That(staged.WeightsBytes, Is.EqualTo(whole.WeightsBytes).Within(1).Percent);
        Assert.That(staged.BytesPerBlock, Is.EqualTo(whole.BytesPerBlock)); // half the layers, half the split
        Assert.That(staged.KvBlocks, Is.EqualTo(whole.KvBlocks).Within(5).Percent);
    }

    [Test]
    public void For_UnevenStages_HoldsTheLayersOfEach()
    {
        ModelArchitecture model = ModelArchitectures.Llama3_1_70B;
        MemoryPlan For(params int[] layers) => MemoryPlan.For(
            model, DeviceCatalogue.H100Sxm, new ParallelPlan(2, Pipeline: 2) { StageLayers = StageLayers.Of(layers) }, Quantization.Bf16);
        Assert.That(For(40, 40), Is.EqualTo(For()));
        // 16 tokens × 45 layers × 4 of 8 heads × keys and values of 128 × 16 bit, on the stage with more layers, the tightest.
        Assert.That(For(45, 35).BytesPerBlock, Is.EqualTo(16 * 45 * 4 * 2 * 128 * 2));
        Assert.That(For(35, 45).BytesPerBlock, Is.EqualTo(For(45, 35).BytesPerBlock));
        Assert.That(For(45, 35).KvBlocks, Is.LessThan(For(40, 40).KvBlocks));
    }

    [Test]
    public void For_ContextParallel_SplitsTheCacheAndRepeatsTheWeights()
    {
        ModelArchitecture model = ModelArchitectures.Llama3_1_70B;
        var options = new MemoryOptions { MaxSequences = 8 };
        MemoryPlan one = MemoryPlan.For(model, DeviceCatalogue.H100Sxm, new ParallelPlan(4), Quantization.Bf16, options);
        MemoryPlan two = MemoryPlan.For(model, DeviceCatalogue.H100Sxm, new ParallelPlan(4, Context: 2), Quantization.Bf16, options);
        Assert.That(two.WeightsBytes, Is.EqualTo(one.WeightsBytes));
        Assert.That(two.BytesPerBlock, Is.EqualTo(one.BytesPerBlock / 2));
        Assert.That(two.KvTokens, Is.EqualTo(2 * one.KvTokens).Within(3).Percent);
        // 8 decode rows and half of the other 8,184 tokens, against 8,192; and keys and values of 8,192 tokens on 2 of 8 heads.
        const long gathered = 8192 * 2 * 2 * 128 * 2;
        Assert.That((two.ActivationBytes - gathered) / (double)one.ActivationBytes, Is.EqualTo((8 + 4092) / 8192.0).Within(1e-9));
    }

    // Feed-forward of Llama-3-70B: 80 layers × 3 × 8,192 × 28,672 weights of 16 bits.
    [TestCase(8, 1, 2)]
    [TestCase(2, 4, 8)]
    [TestCase(2, 4, 4)]
    public void For_FeedForwardOfItsOwn_SplitsItsWeightsAlone(int tensor, int data, int feedForward)
    {
        const double weights = 80 * 3.0 * 8192 * 28672 * 2;
        ParallelPlan plan = new(tensor, 1, data);
        MemoryPlan For(ParallelPlan own) => MemoryPlan.For(ModelArchitectures.Llama3_70B, DeviceCatalogue.B200, own, Quantization.Bf16);
        MemoryPlan engines = For(plan), cells = For(plan with { FeedForward = feedForward });
        Assert.That(cells.WeightsBytes - engines.WeightsBytes, Is.EqualTo(weights / feedForward - weights / tensor).Within(1));
        Assert.That(cells.BytesPerBlock, Is.EqualTo(engines.BytesPerBlock));
        // Rows of all ranks of a copy are gathered, and its outputs not yet added up.
        Assert.That(cells.ActivationBytes - engines.ActivationBytes, feedForward > tensor ? Is.Positive : Is.Zero);
    }

    [Test]
    public void For_ExpertsOfSomeRanks_HoldsThemInEveryCopy()
    {
        // 32 layers × 8 experts × 3 × 4,096 × 14,336 weights of 16 bits.
        const double experts = 32 * 8 * 3.0 * 4096 * 14336 * 2;
        MemoryPlan For(int feedForward) => MemoryPlan.For(
            ModelArchitectures.Mixtral_8x7B, DeviceCatalogue.H100Sxm, new ParallelPlan(1, 1, 8) { FeedForward = feedForward }, Quantization.Bf16);
        Assert.That(For(8), Is.EqualTo(For(0)));
        Assert.That(For(4).WeightsBytes - For(8).WeightsBytes, Is.EqualTo(experts / 8).Within(1));
    }

    [Test]
    public void For_FewerKvHeadsThanDevices_ReplicatesThem()
    {
        MemoryPlan eight = MemoryPlan.For(ModelArchitectures.Llama3_1_405B, DeviceCatalogue.B200, new ParallelPlan(8), Quantization.Bf16);
        MemoryPlan sixteen = MemoryPlan.For(ModelArchitectures.Llama3_1_405B, DeviceCatalogue.B200, new ParallelPlan(16),
            Quantization.Bf16);
        Assert.That(sixteen.BytesPerBlock, Is.EqualTo(eight.BytesPerBlock));
    }

    [Test]
    public void For_LatentAttentionAcrossRanks_KeepsAWholeCacheInEach()
    {
        Quantization fp8 = new(NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Bf16);
        var options = new MemoryOptions { MaxBatchedTokens = 2048 };
        MemoryPlan tensor = MemoryPlan.For(ModelArchitectures.DeepSeekV3, DeviceCatalogue.H200, new ParallelPlan(8, Expert: 8), fp8,
            options);
        MemoryPlan data = MemoryPlan.For(ModelArchitectures.DeepSeekV3, DeviceCatalogue.H200, new ParallelPlan(1, Data: 8, Expert: 8),
            fp8, options);
        Assert.That(tensor.BytesPerBlock, Is.EqualTo(16 * 70_272));
        Assert.That(data.BytesPerBlock, Is.EqualTo(tensor.BytesPerBlock));
        Assert.That(data.KvBlocks, Is.EqualTo(8 * data.BlocksPerRank).And.GreaterThan(4 * tensor.KvBlocks));
        Assert.That(data.WeightsBytes, Is.GreaterThan(tensor.WeightsBytes)); // attention is copied to each rank
    }

    [Test]
    public void For_FourBitExperts_AreThePublishedCheckpointsSize()
    {
        // The gpt-oss-120b checkpoint is 60.8 GiB (model card, arXiv 2508.10925).
        Quantization mxfp4 = Quantization.Bf16 with { ExpertWeights = NumberFormat.Fp4, WeightGroup = 32 };
        MemoryPlan plan = MemoryPlan.For(ModelArchitectures.GptOss120B, DeviceCatalogue.H100Sxm, ParallelPlan.Single, mxfp4);
        Assert.That((double)plan.WeightsBytes / Gib, Is.EqualTo(60.8).Within(1).Percent);
    }

    // gpt-oss-120b: 18 layers with a window of 128 tokens and 18 without. In iterations of 2,048 tokens, the first hold the blocks of 2,175
    // tokens and one more at most.
    [TestCase(128, 8 + 8 + 1)]
    [TestCase(8_192, 512 + 136 + 1)]
    [TestCase(131_072, 8_192 + 136 + 1)]
    public void For_WindowedLayers_HoldsAsManySequencesAsVllmReckons(int sequence, int pagesOfSequence)
    {
        Quantization mxfp4 = Quantization.Bf16 with { ExpertWeights = NumberFormat.Fp4, WeightGroup = 32 };
        MemoryPlan plan = MemoryPlan.For(
            ModelArchitectures.GptOss120B, DeviceCatalogue.H100Sxm, ParallelPlan.Single, mxfp4,
            new MemoryOptions { SequenceTokens = sequence, MaxBatchedTokens = 2048 });
        const long page = 18 * 16 * 2 * 8 * 64 * 2;
        long blocksOfSequence = sequence / 16;
        Assert.That(plan.KvBlocks, Is.EqualTo(plan.KvBytes / page * blocksOfSequence / pagesOfSequence));
        Assert.That(plan.BytesPerBlock, Is.EqualTo(page * pagesOfSequence / blocksOfSequence));
        Assert.That(plan.KvBlocks * plan.BytesPerBlock, Is.AtMost(plan.KvBytes));
    }

    [Test]
    public void For_AWindowInEveryLayer_KeepsTheWindowAlone()
    {
        ModelArchitecture full = ModelArchitectures.Mistral_7B;
        ModelArchitecture windowed = full with
        {
            Layers = [.. full.Layers.Select(layer => layer with { Attention = (GroupedQueryAttention)layer.Attention with { Window = 4096 } })],
        };
        MemoryPlan For(ModelArchitecture model) => MemoryPlan.For(
            model, DeviceCatalogue.H100Sxm, ParallelPlan.Single, Quantization.Bf16,
            new MemoryOptions { SequenceTokens = 32_768, MaxBatchedTokens = 2048 });
        Assert.That(For(full).BytesPerBlock, Is.EqualTo(16 * 131_072));
        Assert.That(For(windowed).KvBytes, Is.EqualTo(For(full).KvBytes));
        Assert.That(For(windowed).KvBlocks, Is.EqualTo(For(full).KvBlocks * 2048 / 385)); // 4,095 + 2,048 tokens in 384 blocks, and one
    }

    [Test]
    public void For_ModelsWithoutWindows_DoNotDependOnTheLength()
    {
        foreach (ModelArchitecture model in new[] { ModelArchitectures.Llama3_1_8B, ModelArchitectures.DeepSeekV2Lite, ModelArchitectures.Qwen3_5_397B_A17B })
        {
            MemoryPlan For(int sequence) => MemoryPlan.For(
                model, DeviceCatalogue.B200, new ParallelPlan(8), Quantization.Bf16, new MemoryOptions { SequenceTokens = sequence, MaxSequences = 64 });
            Assert.That(For(1), Is.EqualTo(For(8192)), model.Id);
            Assert.That(For(int.MaxValue), Is.EqualTo(For(8192)), model.Id);
            Assert.That(For(8192).KvBlocks, Is.EqualTo(For(8192).KvBytes / For(8192).BytesPerBlock), model.Id);
        }
    }

    [Test]
    public void For_WindowedLayersOnStages_CountsThePagesOfEachStage()
    {
        // Layers take turns: on the last stage, 13 have a window and 14 do not.
        Quantization mxfp4 = Quantization.Bf16 with { ExpertWeights = NumberFormat.Fp4, WeightGroup = 32 };
        MemoryPlan plan = MemoryPlan.For(
            ModelArchitectures.GptOss120B, DeviceCatalogue.H100Sxm, new ParallelPlan(1, Pipeline: 2) { StageLayers = [9, 27] }, mxfp4,
            new MemoryOptions { MaxBatchedTokens = 2048 });
        Assert.That(plan.BytesPerBlock, Is.EqualTo(14L * 16 * 2 * 8 * 64 * 2 * 649 / 512));
    }

    [Test]
    public void For_LessMemoryThanTheFirstBlockOfWindowedLayers_NamesWhatIsMissing()
    {
        Quantization mxfp4 = Quantization.Bf16 with { ExpertWeights = NumberFormat.Fp4, WeightGroup = 32 };
        MemoryPlan For(long memory) => MemoryPlan.For(
            ModelArchitectures.GptOss20B, DeviceCatalogue.H100Sxm with { MemoryBytes = memory }, ParallelPlan.Single, mxfp4,
            new MemoryOptions { SequenceTokens = 128, UtilizationFraction = 1 });
        MemoryPlan large = For(64 * Gib);
        const long page = 12 * 16 * 2 * 8 * 64 * 2; // 17 of them for the 8 blocks of a sequence: 3 for the first
        long memory = 64 * Gib - large.KvBytes + 2 * page + page / 2;
        PlanException e = Assert.Throws<PlanException>(() => For(memory))!;
        Assert.That(e.ShortfallBytes, Is.EqualTo(page / 2));
        Assert.That(For(memory + e.ShortfallBytes).KvBlocks, Is.EqualTo(1));
    }

    // 576 numbers of a token and layer, 16-bit (DeepSeek-V2, arXiv 2405.04434; 64 tokens in a block of FlashMLA).
    [TestCase(8)]
    [TestCase(16)]
    public void For_LatentAttention_TensorParallelismDoesNotDivideTheCache(int tensor)
    {
        Quantization fp8 = new(NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Bf16);
        MemoryPlan plan = MemoryPlan.For(
            ModelArchitectures.DeepSeekV3, DeviceCatalogue.H200, new ParallelPlan(tensor), fp8, new MemoryOptions { BlockTokens = 64 });
        Assert.That(plan.BytesPerBlock, Is.EqualTo(61 * 64 * 576 * 2));
        Assert.That(plan.BytesPerBlock / plan.BlockTokens, Is.EqualTo(ModelArchitectures.DeepSeekV3.KvBytesPerToken(NumberFormat.Bf16)));
    }

    [Test]
    public void For_LinearAttention_SetsStatesAside()
    {
        Quantization fp8 = new(NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Bf16);
        ModelArchitecture model = ModelArchitectures.Qwen3_5_397B_A17B;
        MemoryPlan plan = MemoryPlan.For(model, DeviceCatalogue.B200, new ParallelPlan(8, Expert: 8), fp8,
            new MemoryOptions { MaxSequences = 64 });
        Assert.That(plan.StateBytes, Is.EqualTo(64 * (model.StateBytesPerSequence / 8)));
    }

    [Test]
    public void For_Override_IsTakenEvenBeyondTheMemory()
    {
        MemoryPlan plan = MemoryPlan.For(
            ModelArchitectures.Llama3_1_70B, DeviceCatalogue.L4, ParallelPlan.Single, Quantization.Bf16,
            new MemoryOptions { BlocksOverride = 1_000_000 });
        Assert.That(plan.KvBlocks, Is.EqualTo(1_000_000));
        Assert.That(plan.KvBytes, Is.EqualTo(1_000_000 * plan.BytesPerBlock));
    }

    [TestCase(int.MaxValue, 0)]
    [TestCase(int.MaxValue + 1L, 1)]
    public void Validate_Override_IsAtMostAnInt32(long blocks, int faults) =>
        Assert.That(new MemoryOptions { BlocksOverride = blocks }.Validate(), Has.Count.EqualTo(faults));

    [Test]
    public void For_PlanThatDoesNotFit_NamesTheShortfallAndChangesThatFit()
    {
        PlanException e = Assert.Throws<PlanException>(() => MemoryPlan.For(
            ModelArchitectures.Llama3_70B, DeviceCatalogue.H100Sxm, ParallelPlan.Single, Quantization.Bf16))!;
        // 131.4 GiB of weights, against 71.3 GiB.
        Assert.That(e.ShortfallBytes / (double)Gib, Is.InRange(60, 64));
        Assert.That(e.Message, Does.StartWith("llama-3-70b on 1 x h100-sxm: weights 131.42 GiB").And.Contain("GiB on each device")
            .And.Contain("would fit: tensor parallel 2, FP8 weights"));
        MemoryPlan fits = MemoryPlan.For(ModelArchitectures.Llama3_70B, DeviceCatalogue.H100Sxm, new ParallelPlan(2), Quantization.Bf16);
        Assert.That(fits.KvBlocks, Is.Positive);
    }

    [Test]
    public void For_SmallShortfall_NamesFewerTokensAndSequences()
    {
        Device small = DeviceCatalogue.RtxPro6000 with { MemoryBytes = 19 * Gib };
        PlanException e = Assert.Throws<PlanException>(() => MemoryPlan.For(
            ModelArchitectures.Llama3_1_8B, small, ParallelPlan.Single, Quantization.Bf16,
            new MemoryOptions { MaxBatchedTokens = 65536, MaxSequences = 64 }))!;
        Assert.That(e.Message, Does.Contain("at most 2048 batched tokens").And.Contain("FP8 weights"));
    }

    [Test]
    public void For_FaultyPlanAndOptions_NamesAllFaults()
    {
        PlanException e = Assert.Throws<PlanException>(() => MemoryPlan.For(
            ModelArchitectures.Qwen2_5_7B, DeviceCatalogue.H100Sxm, new ParallelPlan(8), Quantization.Bf16,
            new MemoryOptions { UtilizationFraction = 1.5, BlockTokens = 0, ReserveBytes = -1, BlocksOverride = 0 }))!;
        Assert.That(e.Faults, Has.Count.GreaterThanOrEqualTo(5));
        Assert.That(e.Message,
            Does.Contain("28 attention heads").And.Contain("utilization is 1.5").And.Contain("block size").And.Contain("reserve")
            .And.Contain("block override"));
        Assert.That(e.ShortfallBytes, Is.Zero);
    }

    [Test]
    public void For_LowerUtilization_GivesFewerBlocks()
    {
        long Blocks(double share) => MemoryPlan.For(
            ModelArchitectures.Llama3_1_8B, DeviceCatalogue.A100Sxm40, ParallelPlan.Single, Quantization.Bf16,
            new MemoryOptions { UtilizationFraction = share }).KvBlocks;
        Assert.That(Blocks(0.95), Is.GreaterThan(Blocks(0.9)).And.GreaterThan(Blocks(0.5)));
    }
}
