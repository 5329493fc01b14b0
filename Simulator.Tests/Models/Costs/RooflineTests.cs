using FsCheck;
using Simulator.Models.Architectures;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Networks;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Models.Costs;

[TestFixture]
public sealed class RooflineTests
{
    private static readonly RooflineOptions Ideal = new()
    {
        MatrixComputeEfficiency = 1,
        MatrixMemoryEfficiency = 1,
        AttentionComputeEfficiency = 1,
        AttentionMemoryEfficiency = 1,
        ElementwiseMemoryEfficiency = 1,
        MatrixKernelSeconds = 0,
        AttentionKernelSeconds = 0,
        ElementwiseKernelSeconds = 0,
        Fabric = new(new(450e9, 0, 0), new(50e9, 0, 0), 8),
        Host = HostOverhead.None,
    };

    [SeededProperty(MaxTest = 300)]
    [Category("Invariant9")]
    public void Invariant9_AnyShape_IsFiniteAndNotBelowThePhysicalBound(DoNotSize<int> seed)
    {
        RooflineParameters p = TestModels.Random(seed.Item);
        IterationEstimate cost = Roofline.Evaluate(Shape(new(seed.Item), p.Window), p);
        double peak = Math.Min(p.PeakMatrixSecondsPerFlop, p.PeakWideSecondsPerFlop);
        Assert.Multiple(() =>
        {
            foreach (double part in new[] { cost.Seconds, cost.StageSeconds, cost.HostSeconds, cost.Flops, cost.MemoryBytes, cost.LinkBytes, cost.Joules })
                Assert.That(double.IsFinite(part) && part >= 0, Is.True, $"{part}");
            Assert.That(cost.Seconds, Is.GreaterThanOrEqualTo(cost.Flops / p.StageDevices * peak * (1 - 1e-12)));
            Assert.That(cost.Seconds, Is.GreaterThanOrEqualTo(cost.MemoryBytes / p.StageDevices * p.PeakSecondsPerByte * (1 - 1e-12)));
            Assert.That(cost.StageSeconds, Is.LessThanOrEqualTo(cost.Seconds * (1 + 1e-12)));
            Assert.That(cost.StageSeconds, Is.GreaterThanOrEqualTo(cost.Seconds / p.Stages * (1 - 1e-12)));
            double power = cost.Joules / cost.Seconds / p.StageDevices;
            Assert.That(power, Is.InRange(p.IdleWatts * (1 - 1e-12), (p.IdleWatts + p.ActiveWatts) * (1 + 1e-12)));
        });
    }

    [Test]
    public void Evaluate_TopP_SortsTheLogitsInTheTimeThatPyTorchTakes()
    {
        // vllm-project/vllm #40376: 128 rows of 131,072 logits in 2.318 ms; #33538: 512 of 32,768 in 2.252 ms, one in about 0.1 ms.
        Assert.That(SamplingSeconds(TokenSampling.TopP, 131_072, 128), Is.EqualTo(2.318e-3).Within(15).Percent);
        Assert.That(SamplingSeconds(TokenSampling.TopP, 32_768, 512), Is.EqualTo(2.252e-3).Within(15).Percent);
        Assert.That(SamplingSeconds(TokenSampling.TopP, 32_768, 1), Is.InRange(0.05e-3, 0.1e-3));
        Assert.That(SamplingSeconds(TokenSampling.Greedy, 131_072, 128), Is.LessThan(0.15e-3), "14 bytes a logit");
    }

    private static double SamplingSeconds(TokenSampling sampling, int vocabulary, int rows)
    {
        ModelArchitecture model = TestModels.Model("m", 1024, vocabulary, TestModels.Mixtral.Layers);
        RooflineOptions options = RooflineOptions.Of(CostProfiles.Of(TestModels.H100, EngineKernels.Vllm)) with { Sampling = sampling };
        RooflineParameters p = RooflineCompiler.Compile(model, new(Tensor: 1), Quantization.Bf16, TestModels.H100, options);
        return CostBreakdown.Of(new IterationShape { DecodeRows = rows, EmittedTokens = rows }, p).Operators.Single(part => part.Operator == Operator.Sampling).Seconds;
    }

    [SeededProperty(MaxTest = 300)]
    [Category("Invariant9")]
    public void Invariant9_MoreTokens_NeverCostLess(DoNotSize<int> seed)
    {
        RooflineParameters p = TestModels.Random(seed.Item);
        var pick = new TestModels.Picker(seed.Item);
        IterationShape shape = Shape(pick, p.Window), more = shape;
        switch (pick.Between(0, 2))
        {
            case 0:
                AddDecode(ref more, pick.Between(0, 100_000), p.Window);
                break;
            case 1:
                AddPrefill(ref more, pick.Between(1, 4000), pick.Between(0, 8000), p.Window);
                break;
            default:
                // Every decode row one token longer.
                more.DecodeContext += more.DecodeRows;
                if (p.Window == 0)
                    more.DecodeWindowContext = more.DecodeContext;
                break;
        }
        IterationEstimate less = Roofline.Evaluate(shape, p), greater = Roofline.Evaluate(more, p);
        Assert.Multiple(() =>
        {
            const double rounding = 1 - 1e-12;
            Assert.That(greater.Seconds, Is.GreaterThanOrEqualTo(less.Seconds * rounding));
            Assert.That(greater.StageSeconds, Is.GreaterThanOrEqualTo(less.StageSeconds * rounding));
            Assert.That(greater.Flops, Is.GreaterThanOrEqualTo(less.Flops * rounding));
            Assert.That(greater.MemoryBytes, Is.GreaterThanOrEqualTo(less.MemoryBytes * rounding));
            Assert.That(greater.LinkBytes, Is.GreaterThanOrEqualTo(less.LinkBytes * rounding));
            Assert.That(greater.Joules, Is.GreaterThanOrEqualTo(less.Joules * rounding));
        });
    }

    [Test]
    public void Evaluate_OfNothing_IsZero()
    {
        RooflineParameters p = Compile(TestModels.Llama8B, ParallelPlan.Single);
        Assert.That(Roofline.Evaluate(default, p), Is.EqualTo(default(IterationEstimate)));
    }

    [Test]
    public void Evaluate_OfDenseDecode_CountsTheTextbookWork()
    {
        RooflineParameters p = Compile(TestModels.Llama8B, ParallelPlan.Single, Ideal);
        const int rows = 4, context = 1000;
        var shape = new IterationShape { DecodeRows = rows, EmittedTokens = rows, DecodeContext = rows * context, DecodeWindowContext = rows * context };
        IterationEstimate cost = Roofline.Evaluate(shape, p);

        // 32 layers of q, k, v, o and gate, up, down; and the head. 8.03 G parameters less the embedding and the norms.
        const double weights = 32.0 * (4096 * (4096 + 2 * 1024) + 4096 * 4096 + 3 * 4096 * 14336) + 4096.0 * 128256;
        const double attention = 32.0 * 4 * 4096 * rows * (context + 1);
        Assert.That(cost.Flops, Is.EqualTo(2 * weights * rows + attention).Within(1));
        const double cache = 131072.0 * rows * (context + 1);
        Assert.That(cost.MemoryBytes, Is.GreaterThan(2 * weights + cache).And.LessThan((2 * weights + cache) * 1.01));
        Assert.That(cost.LinkBytes, Is.Zero);
        Assert.That(cost.Seconds, Is.EqualTo(cost.MemoryBytes / 3350e9).Within(0.001).Percent);
        Assert.That(cost.Joules, Is.EqualTo(700 * cost.Seconds).Within(0.001).Percent);
    }

    [Test]
    public void Evaluate_OfDensePrefill_CountsTheTextbookWork()
    {
        RooflineParameters p = Compile(TestModels.Llama70B, new(Tensor: 4), Ideal);
        const long n = 2048;
        IterationShape shape = default;
        AddPrefill(ref shape, (int)n, 0, 0);
        IterationEstimate cost = Roofline.Evaluate(shape, p);

        const double weights = 80.0 * (8192 * (8192 + 2 * 1024) + 8192 * 8192 + 3.0 * 8192 * 28672);
        const double attention = 80.0 * 4 * 8192 * (n * (n + 1) / 2);
        Assert.That(cost.Flops, Is.EqualTo(2 * weights * n + attention + 2.0 * 8192 * 128256).Within(0.001).Percent);
        // An all-reduce of n hidden states by a ring sends 2(g − 1)/g of them from each of g devices; 161 of them, and one row of logits.
        Assert.That(cost.LinkBytes, Is.EqualTo(161 * 2 * 3 * n * 8192 * 2.0 + 3 * 128256 * 2.0).Within(0.001).Percent);
    }

    [Test]
    public void Evaluate_WithChunkedPrompt_CountsThePairsOfTheWhole()
    {
        RooflineParameters p = Compile(TestModels.Llama8B, ParallelPlan.Single);
        IterationShape whole = default;
        AddPrefill(ref whole, 1500, 0, 0);
        double chunks = 0;
        foreach ((int q, int c) in new[] { (512, 0), (512, 512), (476, 1024) })
        {
            IterationShape chunk = default;
            AddPrefill(ref chunk, q, c, 0);
            if (c != 1024)
                chunk.EmittedTokens = 0;
            chunks += Roofline.Evaluate(chunk, p).Flops;
        }
        Assert.That(chunks, Is.EqualTo(Roofline.Evaluate(whole, p).Flops).Within(1e-9).Percent);
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(64)]
    [TestCase(512)]
    [TestCase(100_000)]
    public void Experts_OfTokens_ReadsTheExpectedNumberOfDistinctExperts(int tokens)
    {
        RooflineParameters p = Compile(TestModels.DeepSeekV3, new(Tensor: 8, Expert: 8));
        var shape = new IterationShape { DecodeRows = tokens, EmittedTokens = tokens };
        OperatorShare experts = Only(CostBreakdown.Of(shape, p), Operator.Experts);
        OperatorShare none = Only(CostBreakdown.Of(shape, Without(p)), Operator.Experts);
        double touched = 256 * (1 - Math.Pow(1 - 8.0 / 256, tokens));
        Assert.That(experts.MemoryBytes - none.MemoryBytes, Is.EqualTo(58 * touched * 3 * 7168 * 2048 * 2).Within(1e-6).Percent);
        Assert.That(experts.Flops, Is.EqualTo(58.0 * tokens * 8 * 6 * 7168 * 2048).Within(1e-6).Percent);

        static RooflineParameters Without(RooflineParameters p)
        {
            p.Kind1.ExpertBytes = 0;
            return p;
        }
    }

    [Test]
    public void Evaluate_OfDeepSeekDecode_ReadsTheLatentNotTheHeads()
    {
        RooflineParameters p = Compile(TestModels.DeepSeekV3, ParallelPlan.Single);
        IterationShape none = new() { DecodeRows = 1, EmittedTokens = 1 }, some = none;
        some.DecodeContext = some.DecodeWindowContext = 10_000;
        // 576 values of 2 bytes per token and layer: 70,272 bytes over 61 layers, as the DeepSeek-V3 report has it.
        Assert.That(Roofline.Evaluate(some, p).MemoryBytes - Roofline.Evaluate(none, p).MemoryBytes, Is.EqualTo(70_272.0 * 10_000).Within(1));

        // 37 G active parameters (report), less the embedding.
        double active = (Roofline.Evaluate(none, p).Flops - 61 * 2.0 * 128 * (576 + 512)) / 2;
        Assert.That(active, Is.EqualTo(37.0e9).Within(2.5).Percent);
    }

    [Test]
    public void Evaluate_WithWindow_ReadsItInHalfTheLayers()
    {
        RooflineParameters p = Compile(TestModels.GptOss120B, ParallelPlan.Single);
        IterationShape none = new() { DecodeRows = 1, EmittedTokens = 1 }, some = none;
        some.DecodeContext = 10_000;
        some.DecodeWindowContext = 128;
        const double perTokenAndLayer = 2 * 8 * 64 * 2;
        Assert.That(
            Roofline.Evaluate(some, p).MemoryBytes - Roofline.Evaluate(none, p).MemoryBytes,
            Is.EqualTo(perTokenAndLayer * 18 * (10_000 + 128)).Within(1));
    }

    [Test]
    public void Evaluate_OfLinearAttention_DoesNotDependOnItsContext()
    {
        ModelArchitecture model = TestModels.Model(
            "linear", 2048, 32000, TestModels.Repeat(8, new(new LinearAttention(16, 32, 128, 128, 4), new DenseFeedForward(8192))));
        RooflineParameters p = Compile(model, ParallelPlan.Single);
        IterationShape none = new() { DecodeRows = 3, EmittedTokens = 3 }, some = none;
        some.DecodeContext = some.DecodeWindowContext = 100_000;
        Assert.That(Roofline.Evaluate(some, p), Is.EqualTo(Roofline.Evaluate(none, p)));
        OperatorShare attention = Only(CostBreakdown.Of(none, p), Operator.AttentionDecode);
        // The 32-bit state of 32 heads × 128 × 128 is read and written for each of 3 sequences in 8 layers.
        Assert.That(attention.MemoryBytes, Is.GreaterThan(8 * 3 * 2 * 4 * 32 * 128 * 128));
        Assert.That(attention.Flops, Is.EqualTo(8 * 3 * 7 * 32.0 * 128 * 128));
    }

    [Test]
    public void Evaluate_OfPipeline_TakesTheSameWorkAndAShorterStage()
    {
        IterationShape shape = default;
        AddPrefill(ref shape, 4096, 0, 0);
        RooflineOptions ideal = Ideal;
        IterationEstimate one = Roofline.Evaluate(shape, Compile(TestModels.Llama70B, ParallelPlan.Single, ideal));
        IterationEstimate four = Roofline.Evaluate(shape, Compile(TestModels.Llama70B, new(Pipeline: 4), ideal));
        Assert.That(four.Flops, Is.EqualTo(one.Flops));
        Assert.That(four.MemoryBytes, Is.EqualTo(one.MemoryBytes));
        // Three hops of 4,096 × 8,192 hidden states.
        Assert.That(four.Seconds - one.Seconds, Is.EqualTo(3 * 4096 * 8192 * 2.0 / 450e9).Within(1e-6).Percent);
        Assert.That(four.StageSeconds, Is.EqualTo(one.Seconds / 4).Within(2).Percent);
        Assert.That(one.StageSeconds, Is.EqualTo(one.Seconds));
    }

    [Test]
    public void Evaluate_OfTensorParallel_SplitsTheWork()
    {
        var shape = new IterationShape { DecodeRows = 64, EmittedTokens = 64, DecodeContext = 64_000, DecodeWindowContext = 64_000 };
        RooflineParameters one = Compile(TestModels.Llama70B, ParallelPlan.Single, Ideal);
        IterationEstimate single = Roofline.Evaluate(shape, one);
        IterationEstimate eight = Roofline.Evaluate(shape, Compile(TestModels.Llama70B, new(Tensor: 8), Ideal));
        Assert.That(eight.Flops, Is.EqualTo(single.Flops).Within(1e-6).Percent);
        Assert.That(eight.Seconds, Is.GreaterThan(single.Seconds / 8).And.LessThan(single.Seconds / 6));
        // Beyond one device per key-value head, the heads are repeated: 16 devices read the cache of 16 heads, not of 8.
        IterationEstimate sixteen = Roofline.Evaluate(shape, Compile(TestModels.Llama70B, new(Tensor: 16), Ideal));
        Assert.That(sixteen.MemoryBytes - eight.MemoryBytes, Is.GreaterThan(64_000 * 80.0 * 4096));
    }

    [Test]
    public void Evaluate_OfDataParallelAttention_RepeatsTheWeights()
    {
        var shape = new IterationShape { DecodeRows = 256, EmittedTokens = 256, DecodeContext = 256_000, DecodeWindowContext = 256_000 };
        RooflineParameters tensor = Compile(TestModels.DeepSeekV3, new(Tensor: 8, Expert: 8));
        RooflineParameters data = Compile(TestModels.DeepSeekV3, new(Data: 8, Expert: 8));
        CostBreakdown sharded = CostBreakdown.Of(shape, tensor), replicated = CostBreakdown.Of(shape, data);
        // Each of 8 ranks reads its own sequences' latents; 8 tensor-parallel devices would read them all.
        Assert.That(
            AttentionBytes(sharded) / AttentionBytes(replicated), Is.InRange(3, 8));
        Assert.That(replicated.Operators.Select(o => o.Operator), Does.Contain(Operator.ExpertDispatch).And.Not.Contain(Operator.AttentionAllReduce));
        Assert.That(sharded.Operators.Select(o => o.Operator), Does.Contain(Operator.FeedForwardAllReduce).And.Not.Contain(Operator.ExpertDispatch));
        Assert.That(Only(replicated, Operator.Experts).Flops, Is.EqualTo(Only(sharded, Operator.Experts).Flops).Within(1e-9).Percent);

        static double AttentionBytes(CostBreakdown breakdown) =>
            breakdown.Operators.Where(o => o.Operator == Operator.AttentionDecode).Sum(o => o.MemoryBytes);
    }

    [Test]
    public void Evaluate_OfQuantisedWeights_ReadsFewerBytesAtTheActivationsPeak()
    {
        IterationShape decode = new() { DecodeRows = 1, EmittedTokens = 1 }, prefill = default;
        AddPrefill(ref prefill, 8192, 0, 0);
        RooflineParameters wide = Compile(TestModels.Llama70B, ParallelPlan.Single, Ideal);
        RooflineParameters weightOnly = Compile(TestModels.Llama70B, ParallelPlan.Single, Ideal, new(NumberFormat.Int4, NumberFormat.Bf16, NumberFormat.Bf16));
        RooflineParameters eight = Compile(TestModels.Llama70B, ParallelPlan.Single, Ideal, new(NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Fp8));

        double ratio = Roofline.Evaluate(decode, weightOnly).MemoryBytes / Roofline.Evaluate(decode, wide).MemoryBytes;
        Assert.That(ratio, Is.InRange(0.25, 0.29));
        Assert.That(Roofline.Evaluate(prefill, weightOnly).Seconds, Is.EqualTo(Roofline.Evaluate(prefill, wide).Seconds).Within(1).Percent);
        Assert.That(Roofline.Evaluate(prefill, wide).Seconds / Roofline.Evaluate(prefill, eight).Seconds, Is.InRange(1.7, 2.0));
    }

    [TestCase(2)]
    [TestCase(8)]
    [TestCase(16)]
    public void Evaluate_OfTensorParallel_TakesTheTimeOfItsAllReduces(int devices)
    {
        IterationShape shape = default;
        AddPrefill(ref shape, 2048, 0, 0);
        OperatorShare reduce = Only(CostBreakdown.Of(shape, Compile(TestModels.Llama70B, new(devices))), Operator.AttentionAllReduce);
        double one = Collective.AllReduceSeconds(2048 * 8192 * 2.0, devices, Fabric.Of(TestModels.H100));
        Assert.That(reduce.Seconds, Is.EqualTo(80 * one).Within(1e-6).Percent);
        Assert.That(reduce.Bound, Is.EqualTo(Bound.Link));
    }

    [Test]
    public void Evaluate_OfOneTokenInEveryModel_MultipliesItsActiveParameters()
    {
        foreach (ModelArchitecture model in TestModels.All)
        {
            IterationShape token = new() { DecodeRows = 1, EmittedTokens = 1 };
            CostBreakdown cost = CostBreakdown.Of(token, Compile(model, ParallelPlan.Single));
            double products = cost.Operators.Where(o => o.Operator != Operator.AttentionDecode).Sum(o => o.Flops);
            Assert.That(products, Is.EqualTo(2.0 * model.ActiveParametersPerToken).Within(0.1).Percent, model.Id);
        }
    }

    [SeededProperty(MaxTest = 300)]
    public void Breakdown_OfAnyShape_SumsToEvaluate(DoNotSize<int> seed)
    {
        RooflineParameters p = TestModels.Random(seed.Item);
        CostBreakdown breakdown = CostBreakdown.Of(Shape(new(seed.Item), p.Window), p);
        IReadOnlyList<OperatorShare> operators = breakdown.Operators;
        Assert.Multiple(() =>
        {
            Assert.That(operators.Sum(o => o.Seconds), Is.EqualTo(breakdown.Total.Seconds).Within(1e-9).Percent);
            Assert.That(operators.Sum(o => o.Flops), Is.EqualTo(breakdown.Total.Flops).Within(1e-9).Percent);
            Assert.That(operators.Sum(o => o.MemoryBytes), Is.EqualTo(breakdown.Total.MemoryBytes).Within(1e-9).Percent);
            Assert.That(operators.Sum(o => o.LinkBytes), Is.EqualTo(breakdown.Total.LinkBytes).Within(1e-9).Percent);
            double host = operators.Where(o => o.Bound == Bound.Host && o.Operator != Operator.HostWait).Sum(o => o.Seconds);
            Assert.That(host, Is.EqualTo(p.HostOverlapped != 0 ? 0 : breakdown.Total.HostSeconds).Within(1e-9).Percent);
        });
    }

    [Test]
    public void Breakdown_OfLlamaDecode_NamesTheBounds()
    {
        var shape = new IterationShape { DecodeRows = 32, EmittedTokens = 32, DecodeContext = 32_000, DecodeWindowContext = 32_000 };
        CostBreakdown decode = CostBreakdown.Of(shape, Compile(TestModels.Llama8B, ParallelPlan.Single));
        Assert.That(Only(decode, Operator.GateUpProjection).Bound, Is.EqualTo(Bound.Memory));
        Assert.That(Only(decode, Operator.Normalization).Bound, Is.EqualTo(Bound.Launch));
        Assert.That(Only(decode, Operator.HostPrepare).Bound, Is.EqualTo(Bound.Host));
        Assert.That(Only(decode, Operator.GateUpProjection).Count, Is.EqualTo(32));

        IterationShape prompt = default;
        AddPrefill(ref prompt, 8192, 0, 0);
        Assert.That(Only(CostBreakdown.Of(prompt, Compile(TestModels.Llama8B, ParallelPlan.Single)), Operator.AttentionPrefill).Bound, Is.EqualTo(Bound.Compute));
        Assert.That(CostBreakdown.Of(default, Compile(TestModels.Llama8B, ParallelPlan.Single)).Operators, Is.Empty);
    }

    private static RooflineParameters Compile(
        ModelArchitecture model, ParallelPlan plan, RooflineOptions? options = null, Quantization? quantization = null) =>
        RooflineCompiler.Compile(model, plan, quantization ?? Quantization.Bf16, TestModels.H100, options);

    private static OperatorShare Only(CostBreakdown breakdown, Operator op) => breakdown.Operators.Single(o => o.Operator == op);

    private static IterationShape Shape(TestModels.Picker pick, int window)
    {
        IterationShape shape = default;
        for (int i = pick.Between(0, pick.From(1, 20, 300)); i > 0; i--)
            AddDecode(ref shape, pick.Between(0, pick.From(50, 4000, 130_000)), window);
        for (int i = pick.Between(0, 3); i > 0 || shape.DecodeRows + shape.PrefillRows == 0; i--)
            AddPrefill(ref shape, pick.Between(1, pick.From(20, 500, 8192)), pick.From(0, 0, pick.Between(0, 10_000)), window);
        return shape;
    }

    private static void AddDecode(ref IterationShape shape, int context, int window)
    {
        shape.DecodeRows++;
        shape.EmittedTokens++;
        shape.DecodeContext += context;
        shape.DecodeWindowContext += window > 0 ? Math.Min(context, window) : context;
    }

    private static void AddPrefill(ref IterationShape shape, int q, int c, int window)
    {
        shape.PrefillRows++;
        shape.PrefillTokens += q;
        shape.EmittedTokens++;
        shape.PrefillContext += c;
        shape.LongestPrefill = Math.Max(shape.LongestPrefill, q);
        for (int i = 1; i <= q; i++)
        {
            shape.PrefillPairs += c + i;
            shape.PrefillWindowPairs += window > 0 ? Math.Min(c + i, window) : c + i;
        }
    }
}
