using FsCheck;
using Simulator.Models.Architectures;
using Simulator.Models.Costs;
using Simulator.Models.Networks;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Models.Costs;

/// <summary>What parallel execution adds to the roofline: stragglers, imbalance, launches, an overlapped host, stages, context parallel.</summary>
[TestFixture]
public sealed class ParallelExecutionTests
{
    private static readonly RooflineOptions Graphless = new() { Graphs = CudaGraphs.Eager with { LaunchSeconds = 0 } };

    [TestCase(2)]
    [TestCase(4)]
    [TestCase(8)]
    public void Evaluate_OfEqualRanks_IsThatOfBalancedOnes(int ranks)
    {
        RooflineParameters p = Compile(TestModels.DeepSeekV3, new(Data: ranks, Expert: ranks));
        var straggler = new RankShape
        {
            DecodeRows = 5, EmittedTokens = 6, DecodeContext = 7000, DecodeWindowContext = 7000,
            PrefillRows = 1, PrefillTokens = 300, PrefillContext = 100, PrefillPairs = 75_150, PrefillWindowPairs = 75_150,
        };
        IterationShape balanced = Times(straggler, ranks), spelled = balanced;
        spelled.Straggler = straggler;
        Assert.That(Roofline.Evaluate(spelled, p), Is.EqualTo(Roofline.Evaluate(balanced, p)));
    }

    [Test]
    public void Evaluate_OfUnequalRanks_TakesTheTimeOfTheStragglerAndTheExpertsOfAll()
    {
        RooflineParameters p = Compile(TestModels.DeepSeekV3, new(Data: 2, Expert: 2));
        IterationShape balanced = new() { DecodeRows = 20, EmittedTokens = 20, DecodeContext = 40_000, DecodeWindowContext = 40_000 }, skewed = balanced;
        skewed.Straggler = new() { DecodeRows = 16, EmittedTokens = 16, DecodeContext = 36_000, DecodeWindowContext = 36_000 };
        CostBreakdown even = CostBreakdown.Of(balanced, p), uneven = CostBreakdown.Of(skewed, p);

        Assert.That(uneven.Total.Flops, Is.EqualTo(even.Total.Flops));
        Assert.That(uneven.Total.MemoryBytes, Is.EqualTo(even.Total.MemoryBytes));
        Assert.That(uneven.Total.LinkBytes, Is.EqualTo(even.Total.LinkBytes));
        Assert.That(Seconds(uneven, Operator.Experts), Is.EqualTo(Seconds(even, Operator.Experts)));
        // What two ranks with 16 rows and 36,000 tokens each would take.
        IterationShape both = new() { DecodeRows = 32, EmittedTokens = 32, DecodeContext = 72_000, DecodeWindowContext = 72_000 };
        CostBreakdown full = CostBreakdown.Of(both, p);
        foreach (Operator op in new[] { Operator.AttentionDecode, Operator.InputProjection, Operator.ExpertDispatch, Operator.Embedding, Operator.Head, Operator.Router })
            Assert.That(Seconds(uneven, op), Is.EqualTo(Seconds(full, op)), op.ToString());
        Assert.That(uneven.Total.Seconds, Is.GreaterThan(even.Total.Seconds));
    }

    [Test]
    public void DecodeOnly_WhenAnotherRankOvertakes_EndsThere()
    {
        var model = new RooflineCostModel(TestModels.Llama8B, new(Data: 2), Quantization.Bf16, TestModels.H100);
        RooflineAccumulator batch = model.CreateAccumulator();
        batch.AddDecode(50_000);
        for (int row = 0; row < 10; row++) batch.AddDecode(1000, rank: 1);
        CostProgression stretch = batch.DecodeOnly(int.MaxValue);
        Assert.That(stretch.Iterations, Is.InRange(2, 20_000));

        // The one long context is the longer attention up to the end, and no longer after it.
        RankShape few(long j) => new() { DecodeRows = 1, EmittedTokens = 1, DecodeContext = 50_000 + j, DecodeWindowContext = 50_000 + j };
        RankShape many(long j) => new() { DecodeRows = 10, EmittedTokens = 10, DecodeContext = 10 * (1000 + j), DecodeWindowContext = 10 * (1000 + j) };
        double Of(RankShape straggler, long j) => model.Evaluate(new IterationShape
        {
            DecodeRows = 11, EmittedTokens = 11, DecodeContext = 60_000 + 11 * j, DecodeWindowContext = 60_000 + 11 * j, PaddedTokens = 16, Straggler = straggler,
        }).Seconds;
        long last = stretch.Iterations - 1;
        Assert.That(Of(few(last), last), Is.GreaterThan(Of(many(last), last)));
        Assert.That(Of(few(last + 1), last + 1), Is.LessThanOrEqualTo(Of(many(last + 1), last + 1) * (1 + 1e-9)));
        Assert.That(stretch.At(last).Time, Is.EqualTo(Of(few(last), last) * 65536e9).Within(1e-4).Percent);

        batch.Advance(stretch.Iterations);
        CostProgression next = batch.DecodeOnly(int.MaxValue);
        Assert.That(next.Increment.Time, Is.EqualTo(10 * stretch.Increment.Time));
        Assert.That(next.Iterations, Is.EqualTo(int.MaxValue));
    }

    [SeededProperty(MaxTest = 200)]
    [Category("Invariant9")]
    public void DecodeOnly_OfOneMoreRow_NeverTakesLess(DoNotSize<int> seed)
    {
        RooflineCostModel model = TestModels.RandomCostModel(seed.Item);
        var pick = new TestModels.Picker(seed.Item);
        RooflineAccumulator batch = model.CreateAccumulator();
        long before = 0;
        LaunchMode launch = batch.Shape.Launch;
        for (int row = 0; row < 40; row++)
        {
            batch.AddDecode(pick.Between(0, pick.From(10, 5000)), pick.Between(0, model.Parameters.Ranks - 1));
            long time = batch.DecodeOnly(1).First.Time;
            // Ranks that leave the largest graph are no longer padded to the most. Slopes are whole units a token.
            if (batch.Shape.Launch == launch)
                Assert.That(time, Is.GreaterThanOrEqualTo(before - before / 1_000_000 - 8));
            before = time;
            launch = batch.Shape.Launch;
        }
    }

    [Test]
    public void Experts_OfImbalance_TakeThatManyTimesTheArithmetic()
    {
        IterationShape prompt = default;
        Prefill(ref prompt, 8192);
        OperatorShare Of(double imbalance, int expert) => Only(
            CostBreakdown.Of(prompt, Compile(TestModels.Mixtral, new(Tensor: 8, Expert: expert), new() { ExpertImbalance = imbalance })), Operator.Experts);
        double fixedSeconds = 32 * (2 * 3.5e-6 + 3 * 2e-6);
        Assert.That(Of(1, 8).Bound, Is.EqualTo(Bound.Compute));
        Assert.That(Of(2, 8).Seconds - fixedSeconds, Is.EqualTo(2 * (Of(1, 8).Seconds - fixedSeconds)).Within(1e-9).Percent);
        Assert.That((Of(2, 8).Flops, Of(2, 8).MemoryBytes), Is.EqualTo((Of(1, 8).Flops, Of(1, 8).MemoryBytes)));
        // No device gets more than all tokens: 8 times its share. Where every device has a slice of every expert, none gets more.
        Assert.That(Of(1000, 8).Seconds, Is.EqualTo(Of(8, 8).Seconds));
        Assert.That(Of(1000, 1).Seconds, Is.EqualTo(Of(1, 1).Seconds));
    }

    [TestCase(LaunchMode.FullGraph, 0)]
    [TestCase(LaunchMode.PiecewiseGraph, 32 + 33)] // attention, and the pieces between
    [TestCase(LaunchMode.Eager, 32 * 10 + 5)] // norm 2, qkv, rope and cache 2, attention, o, gate-up, activation, down; embedding, norm, head, sampling 2
    public void Evaluate_InALaunchMode_TakesNoLessThanItsLaunches(LaunchMode launch, int kernels)
    {
        RooflineParameters p = Compile(TestModels.Llama8B, ParallelPlan.Single, new() { Graphs = new() { LaunchSeconds = 1e-3 } });
        var shape = new IterationShape { DecodeRows = 4, EmittedTokens = 4, DecodeContext = 400, DecodeWindowContext = 400, Launch = launch };
        IterationEstimate cost = Roofline.Evaluate(shape, p);
        Assert.That(cost.LaunchSeconds, Is.EqualTo(kernels * 1e-3).Within(1e-12));
        Assert.That(cost.Seconds, Is.EqualTo(cost.HostSeconds + Math.Max(cost.DeviceSeconds, kernels * 1e-3)).Within(1e-12));
        Assert.That(CostBreakdown.Of(shape, p).Operators.Any(o => o.Operator == Operator.HostWait), Is.EqualTo(kernels > 0));
    }

    [Test]
    public void Evaluate_OfPaddedRows_PadsAllButAttentionAndHeadAndCountsTheRealWork()
    {
        RooflineParameters p = Compile(TestModels.Mixtral, ParallelPlan.Single);
        var real = new IterationShape { DecodeRows = 9, EmittedTokens = 9, DecodeContext = 9000, DecodeWindowContext = 9000 };
        IterationShape padded = real with { PaddedTokens = 16 }, more = real with { DecodeRows = 16, EmittedTokens = 16 };
        CostBreakdown asked = CostBreakdown.Of(real, p), run = CostBreakdown.Of(padded, p), sixteen = CostBreakdown.Of(more, p);
        Assert.That((run.Total.Flops, run.Total.MemoryBytes), Is.EqualTo((asked.Total.Flops, asked.Total.MemoryBytes)));
        foreach (OperatorShare share in run.Operators)
        {
            bool own = share.Operator is Operator.AttentionDecode or Operator.Head or Operator.FinalNorm or Operator.Sampling || share.Bound == Bound.Host;
            Assert.That(share.Seconds, Is.EqualTo(Seconds(own ? asked : sixteen, share.Operator)), share.Operator.ToString());
        }
    }

    [Test]
    public void DecodeOnly_WithAnOverlappedHost_IsFlatUntilTheDeviceTakesLonger()
    {
        var options = new RooflineOptions { Host = new HostOverhead { Overlapped = true }.WithTotal(9e-3, 0) };
        var model = new RooflineCostModel(TestModels.Llama8B, ParallelPlan.Single, Quantization.Bf16, TestModels.H100, options);
        RooflineAccumulator batch = model.CreateAccumulator();
        for (int row = 0; row < 8; row++) batch.AddDecode(1000);
        CostProgression flat = batch.DecodeOnly(int.MaxValue);
        Assert.That(flat.First.Time, Is.EqualTo((long)(9e-3 * 65536e9)).Within(1));
        Assert.That(flat.Increment.Time, Is.Zero);
        Assert.That(flat.Increment.MemoryBytes, Is.EqualTo(8 * 131_072));

        batch.Advance(flat.Iterations - 1);
        Assert.That(model.Evaluate(batch.Shape).DeviceSeconds, Is.LessThan(9e-3));
        batch.Advance(1);
        IterationEstimate beyond = model.Evaluate(batch.Shape);
        Assert.That(beyond.DeviceSeconds, Is.GreaterThanOrEqualTo(9e-3 * (1 - 1e-7)));
        Assert.That(beyond.Seconds, Is.EqualTo(Math.Max(beyond.DeviceSeconds, 9e-3)));
        Assert.That(batch.DecodeOnly(100).Increment.Time, Is.GreaterThan(0));
    }

    [Test]
    public void StageTimes_OfUnevenStages_DifferByTheirLayers()
    {
        ParallelPlan plan = new(Pipeline: 3) { StageLayers = [10, 12, 10] };
        var model = new RooflineCostModel(TestModels.Llama8B, plan, Quantization.Bf16, TestModels.H100, Graphless);
        RooflineAccumulator batch = model.CreateAccumulator();
        batch.AddPrefill(1000, 0, emits: true);
        CostBreakdown cost = model.Explain(batch.Shape);
        Span<long> times = stackalloc long[3];
        batch.StageTimes(withDecodes: true, batch.Mixed().Time, times);

        double layer = cost.Operators.Where(o => o.LayerKind == 0).Sum(o => o.Seconds) / 32, hop = Seconds(cost, Operator.StageTransfer) / 2;
        double before = Seconds(cost, Operator.HostSchedule) + Seconds(cost, Operator.HostPrepare) + Seconds(cost, Operator.Embedding);
        double[] expected = [before + 10 * layer + hop, 12 * layer + hop, cost.Total.Seconds - before - 22 * layer - 2 * hop];
        for (int stage = 0; stage < 3; stage++)
            Assert.That(times[stage] / 65536e9, Is.EqualTo(expected[stage]).Within(1e-9).Percent, $"stage {stage}");
        Assert.That(times[0] + times[1] + times[2], Is.EqualTo(batch.Mixed().Time));
    }

    [Test]
    public void StageTimes_OfKindsInDifferentStages_GoByTheirOwnLayers()
    {
        // The first stage has 3 dense layers and 17 of experts, the second 41 of experts.
        ParallelPlan plan = new(Tensor: 8, Pipeline: 2, Expert: 8) { StageLayers = [20, 41] };
        var model = new RooflineCostModel(TestModels.DeepSeekV3, plan, Quantization.Bf16, TestModels.H100, Graphless with { Host = HostOverhead.None });
        RooflineAccumulator batch = model.CreateAccumulator();
        for (int row = 0; row < 64; row++) batch.AddDecode(500);
        CostBreakdown cost = model.Explain(batch.Shape);
        Span<long> times = stackalloc long[2];
        batch.StageTimes(withDecodes: true, batch.Mixed().Time, times);
        double experts = cost.Operators.Where(o => o.LayerKind == 1).Sum(o => o.Seconds);
        double last = experts * 41 / 58 + cost.Operators.Where(o => o.Operator is Operator.FinalNorm or Operator.Head or Operator.LogitsGather or Operator.Sampling).Sum(o => o.Seconds);
        Assert.That(times[1] / 65536e9, Is.EqualTo(last).Within(1e-4).Percent);
        Assert.That(times[0] + times[1], Is.EqualTo(batch.Mixed().Time));
    }

    [SeededProperty(MaxTest = 200)]
    public void StageTimes_OfAnyBatch_SumToTheTimeOfTheIteration(DoNotSize<int> seed)
    {
        RooflineCostModel model = TestModels.RandomCostModel(seed.Item);
        var pick = new TestModels.Picker(seed.Item);
        RooflineAccumulator batch = model.CreateAccumulator();
        int ranks = model.Parameters.Ranks;
        for (int row = pick.Between(1, 20); row > 0; row--) batch.AddDecode(pick.Between(0, 5000), pick.Between(0, ranks - 1));
        long[] times = new long[model.Parameters.Stages];
        batch.StageTimes(withDecodes: true, batch.Mixed().Time, times);
        Assert.That(times.Sum(), Is.EqualTo(batch.DecodeOnly(1).First.Time));
        Assert.That(times, Is.All.Positive);

        batch.AddPrefill(pick.Between(1, 3000), pick.From(0, 1000), true, pick.Between(0, ranks - 1));
        batch.StageTimes(withDecodes: true, batch.Mixed().Time, times);
        Assert.That(times.Sum(), Is.EqualTo(batch.Mixed().Time));
        batch.StageTimes(withDecodes: false, batch.PrefillOnly().Time, times);
        Assert.That(times.Sum(), Is.EqualTo(batch.PrefillOnly().Time));
        Assert.That(batch.PrefillOnly().Flops, Is.LessThan(batch.Mixed().Flops));
        Assert.Throws<ArgumentException>(() => batch.StageTimes(withDecodes: true, 0, new long[times.Length + 1]));
    }

    [SeededProperty(MaxTest = 200)]
    public void StageTimes_OfDecodes_AreThoseOfTheOperators(DoNotSize<int> seed)
    {
        RooflineCostModel model = TestModels.RandomCostModel(seed.Item);
        if (model.Parameters.Stages == 1) return;
        var pick = new TestModels.Picker(seed.Item);
        RooflineAccumulator batch = model.CreateAccumulator();
        // A rank that takes clearly longer than the others.
        for (int row = pick.Between(1, 40); row > 0; row--) batch.AddDecode(pick.Between(1000, 50_000));
        for (int rank = 1; rank < model.Parameters.Ranks; rank++) batch.AddDecode(pick.Between(0, 500), rank);
        long[] times = new long[model.Parameters.Stages], expected = new long[times.Length];
        batch.StageTimes(withDecodes: true, batch.Mixed().Time, times);
        StageSeconds seconds = default;
        Roofline.Visit(batch.Shape, model.Parameters, ref seconds);
        seconds.Divide(batch.DecodeOnly(1).First.Time, model.StageLayers, expected);
        for (int stage = 0; stage < times.Length; stage++)
            Assert.That((double)times[stage], Is.EqualTo((double)expected[stage]).Within(1e-6).Percent, $"stage {stage}");
    }

    [SeededProperty(MaxTest = 100)]
    public void PrefillOnly_OfAnyBatch_IsTheCostWithoutItsDecodes(DoNotSize<int> seed)
    {
        RooflineCostModel model = TestModels.RandomCostModel(seed.Item);
        var pick = new TestModels.Picker(seed.Item);
        RooflineAccumulator mixed = model.CreateAccumulator(), alone = model.CreateAccumulator(), decodes = model.CreateAccumulator();
        int ranks = model.Parameters.Ranks;
        for (int row = pick.Between(1, 20); row > 0; row--)
        {
            int context = pick.Between(0, 5000), rank = pick.Between(0, ranks - 1);
            mixed.AddDecode(context, rank);
            decodes.AddDecode(context, rank);
        }
        for (int row = pick.Between(1, 3); row > 0; row--)
        {
            int q = pick.Between(1, 900), c = pick.From(0, 500), rank = pick.Between(0, ranks - 1);
            mixed.AddPrefill(q, c, row == 1, rank);
            alone.AddPrefill(q, c, row == 1, rank);
        }
        Assert.That(mixed.PrefillOnly(), Is.EqualTo(alone.Mixed()));
        mixed.AdvancePrefill();
        Assert.That(mixed.Shape, Is.EqualTo(decodes.Shape));
        Assert.That(mixed.DecodeOnly(1000), Is.EqualTo(decodes.DecodeOnly(1000)));
    }

    [Test]
    public void Evaluate_OfContextParallelPrefill_SplitsTheTokensAndGathersTheKeys()
    {
        const int tokens = 16_384;
        IterationShape prompt = default;
        Prefill(ref prompt, tokens);
        CostBreakdown one = CostBreakdown.Of(prompt, Compile(TestModels.Llama70B, new(Tensor: 4)));
        CostBreakdown two = CostBreakdown.Of(prompt, Compile(TestModels.Llama70B, new(Tensor: 4, Context: 2)));
        foreach (Operator op in new[] { Operator.AttentionPrefill, Operator.InputProjection, Operator.GateUpProjection })
        {
            Assert.That(Only(two, op).Flops, Is.EqualTo(Only(one, op).Flops).Within(1e-9).Percent, op.ToString());
            Assert.That(Seconds(two, op), Is.EqualTo(Seconds(one, op) / 2).Within(2).Percent, op.ToString());
        }
        // Keys and values of 2 of 8 heads of 128 on each tensor-parallel device, 16-bit; every pair of devices exchanges its halves.
        const double gathered = tokens * 2 * 2 * 128 * 2.0;
        OperatorShare gather = Only(two, Operator.ContextGather);
        Assert.That(gather.Seconds, Is.EqualTo(80 * Collective.AllGatherSeconds(gathered, 2, Fabric.Of(TestModels.H100))).Within(1e-6).Percent);
        Assert.That(gather.LinkBytes, Is.EqualTo(80 * 4 * gathered).Within(1e-6).Percent);
        Assert.That(one.Operators.Any(o => o.Operator is Operator.ContextGather or Operator.ContextMerge), Is.False);
    }

    [Test]
    public void Evaluate_OfContextParallelDecode_SplitsTheCacheAndRepeatsTheRest()
    {
        var shape = new IterationShape { DecodeRows = 16, EmittedTokens = 16, DecodeContext = 1_600_000, DecodeWindowContext = 1_600_000 };
        CostBreakdown one = CostBreakdown.Of(shape, Compile(TestModels.Llama8B, ParallelPlan.Single));
        CostBreakdown four = CostBreakdown.Of(shape, Compile(TestModels.Llama8B, new(Context: 4)));
        Assert.That(Only(four, Operator.AttentionDecode).Flops, Is.EqualTo(Only(one, Operator.AttentionDecode).Flops).Within(1e-9).Percent);
        Assert.That(Only(four, Operator.GateUpProjection).Flops, Is.EqualTo(4 * Only(one, Operator.GateUpProjection).Flops).Within(1e-9).Percent);
        Assert.That(Seconds(four, Operator.GateUpProjection), Is.EqualTo(Seconds(one, Operator.GateUpProjection)));
        double merge = Collective.AllReduceSeconds(16 * 4096 * 2.0, 4, Fabric.Of(TestModels.H100));
        Assert.That(Seconds(four, Operator.ContextMerge), Is.EqualTo(32 * merge).Within(1e-6).Percent);
    }

    [TestCase(2)]
    [TestCase(8)]
    public void AllReduce_IsTheReduceScatterAndAllGatherOfSequenceParallelism(int devices)
    {
        Fabric fabric = Fabric.Of(TestModels.H100);
        const double bytes = 4096 * 8192 * 2.0;
        double both = Collective.ReduceScatterSeconds(bytes, devices, fabric) + Collective.AllGatherSeconds(bytes, devices, fabric);
        Assert.That(both - fabric.Node.LaunchSeconds, Is.EqualTo(Collective.AllReduceSeconds(bytes, devices, fabric)).Within(1e-9).Percent);
        Assert.That(2 * Collective.AllGatherLinkBytes(bytes, devices), Is.EqualTo(Collective.AllReduceLinkBytes(bytes, devices)));
    }

    [Test]
    public void AddDecode_OnARankBeyondThePlan_Refuses()
    {
        RooflineAccumulator batch = new RooflineCostModel(TestModels.Llama8B, new(Data: 2), Quantization.Bf16, TestModels.H100).CreateAccumulator();
        batch.AddDecode(10, rank: 1);
        Assert.Throws<InvalidOperationException>(() => batch.RemoveDecode(10, rank: 0));
        Assert.That(
            Assert.Throws<ArgumentOutOfRangeException>(() => batch.AddDecode(10, rank: 2))!.Message, Does.Contain("2 attention data-parallel ranks"));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.AddPrefill(10, 0, true, rank: -1));
    }

    [Test]
    public void Iterations_OfRanksAndStages_OnceCompiled_AllocateNothing()
    {
        var options = new RooflineOptions { Host = new() { Overlapped = true } };
        var model = new RooflineCostModel(TestModels.GptOss120B, new(Data: 4, Pipeline: 2, Expert: 4), Quantization.Bf16, TestModels.H100, options);
        RooflineAccumulator batch = model.CreateAccumulator();
        long[] times = new long[2];
        Run(ref batch, times);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(ref batch, times);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        static void Run(ref RooflineAccumulator batch, long[] times)
        {
            for (int row = 0; row < 40; row++) batch.AddDecode(row * 9, row % 4);
            for (int i = 0; i < 30; i++)
            {
                batch.StageTimes(withDecodes: true, batch.Mixed().Time, times);
                batch.DecodeOnly(5);
                batch.Advance(1);
            }
            batch.AddPrefill(100, 20, true, rank: 3);
            batch.PrefillOnly();
            batch.Mixed();
            batch.AdvancePrefill();
            for (int row = 0; row < 40; row++) batch.RemoveDecode(row * 9 + 30, row % 4);
        }
    }

    private static RooflineParameters Compile(ModelArchitecture model, ParallelPlan plan, RooflineOptions? options = null) =>
        RooflineCompiler.Compile(model, plan, Quantization.Bf16, TestModels.H100, options);

    private static OperatorShare Only(CostBreakdown cost, Operator op) => cost.Operators.Single(o => o.Operator == op);

    private static double Seconds(CostBreakdown cost, Operator op) => cost.Operators.Where(o => o.Operator == op).Sum(o => o.Seconds);

    private static void Prefill(ref IterationShape shape, int tokens)
    {
        shape.PrefillRows++;
        shape.PrefillTokens += tokens;
        shape.EmittedTokens++;
        shape.PrefillPairs += (long)tokens * (tokens + 1) / 2;
        shape.PrefillWindowPairs = shape.PrefillPairs;
    }

    private static IterationShape Times(RankShape rank, int ranks) => new()
    {
        DecodeRows = ranks * rank.DecodeRows,
        PrefillRows = ranks * rank.PrefillRows,
        PrefillTokens = ranks * rank.PrefillTokens,
        EmittedTokens = ranks * rank.EmittedTokens,
        DecodeContext = ranks * rank.DecodeContext,
        DecodeWindowContext = ranks * rank.DecodeWindowContext,
        PrefillContext = ranks * rank.PrefillContext,
        PrefillPairs = ranks * rank.PrefillPairs,
        PrefillWindowPairs = ranks * rank.PrefillWindowPairs,
    };
}
