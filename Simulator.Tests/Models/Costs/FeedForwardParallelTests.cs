using Simulator.Core.Time;
using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Networks;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Costs;

/// <summary>The feed-forward of a layer over other devices than its attention, as APEX's cells are.</summary>
[TestFixture]
public sealed class FeedForwardParallelTests
{
    private static readonly Fabric Fabric = Fabric.Of(TestModels.H100);

    private static readonly (string Model, ParallelPlan Plan, int Same)[] Equivalents =
    [
        ("llama-3-70b", new(4, 1, 2), 4),
        ("llama-3-70b", new(4, 2), 4),
        ("mixtral-8x7b", new(2, 1, 4, 4), 8),
        ("mixtral-8x7b", new(2, 1, 2), 4),
        ("deepseek-v2-lite", new(4, 1, 1, 2), 4),
        ("gpt-oss-120b", new(2, 1, 4, 4), 8),
    ];

    [TestCaseSource(nameof(Equivalents))]
    public void Plan_WithTheSplitThatEnginesTake_GivesTheSameBytes((string Model, ParallelPlan Plan, int Same) given)
    {
        string Of(ParallelPlan plan)
        {
            PoolSpec pool = new("pool", ModelArchitectures.Find(given.Model), DeviceCatalogue.H100Sxm) { Plan = plan };
            Assert.That(new ClusterSpec { Pools = [pool] }.Validate(), Is.Empty);
            return pool.PlanMemory() + RunResultJson.Write(ServingSimulation.Run(new() { Pools = [pool] }, Requests(40)));
        }
        Assert.That(Of(given.Plan with { FeedForward = given.Same }), Is.EqualTo(Of(given.Plan)));
        Assert.That(Of(given.Plan with { FeedForward = given.Same / 2 }), Is.Not.EqualTo(Of(given.Plan)));
    }

    [Test]
    public void FeedForward_OverSeveralRanks_RunsTheirRowsTogether()
    {
        // Four ranks of two devices, and one feed-forward over all eight.
        IterationShape shape = Decode(64, 64_000);
        CostBreakdown cells = Explain(TestModels.Llama70B, new(2, 1, 4) { FeedForward = 8 }, shape);
        CostBreakdown ranks = Explain(TestModels.Llama70B, new(2, 1, 4), shape), tensor = Explain(TestModels.Llama70B, new(8), shape);
        foreach (Operator op in new[] { Operator.InputProjection, Operator.AttentionDecode, Operator.OutputProjection, Operator.Normalization, Operator.Head })
            Assert.That(Only(cells, op), Is.EqualTo(Only(ranks, op)), op.ToString());
        foreach (Operator op in new[] { Operator.GateUpProjection, Operator.Activation, Operator.DownProjection })
            Assert.That(Only(cells, op), Is.EqualTo(Only(tensor, op)), op.ToString());

        const double row = 8192 * 2, own = 16 * row, all = 64 * row;
        AssertCollective(cells, Operator.AttentionAllReduce, Collective.ReduceScatterSeconds(own, 2, Fabric), 4 * own);
        AssertCollective(cells, Operator.FeedForwardGather, Collective.AllGatherSeconds(all, 8, Fabric), 7 * all);
        AssertCollective(cells, Operator.FeedForwardScatter, Collective.ReduceScatterSeconds(all, 8, Fabric), 7 * all);
        AssertCollective(cells, Operator.FeedForwardAllReduce, Collective.AllGatherSeconds(own, 2, Fabric), 4 * own);
    }

    [Test]
    public void FeedForward_OverSingleDeviceRanks_NeedsNoCollectiveWithinThem()
    {
        CostBreakdown cells = Explain(TestModels.Llama8B, new(1, 1, 4) { FeedForward = 4 }, Decode(64, 64_000));
        Assert.That(cells.Operators.Select(o => o.Operator), Does.Contain(Operator.FeedForwardGather).And.Contain(Operator.FeedForwardScatter)
            .And.Not.Contain(Operator.AttentionAllReduce).And.Not.Contain(Operator.FeedForwardAllReduce));
    }

    [Test]
    public void FeedForward_OfSeveralCopiesInARank_RunsAShareOfItsRows()
    {
        // Eight devices, and four copies of the feed-forward over two each.
        IterationShape shape = Decode(64, 64_000);
        CostBreakdown cells = Explain(TestModels.Llama70B, new(8) { FeedForward = 2 }, shape);
        CostBreakdown tensor = Explain(TestModels.Llama70B, new(8), shape), quarter = Explain(TestModels.Llama70B, new(2), Decode(16, 16_000));
        Assert.That(Only(cells, Operator.AttentionDecode), Is.EqualTo(Only(tensor, Operator.AttentionDecode)));
        foreach (Operator op in new[] { Operator.GateUpProjection, Operator.Activation, Operator.DownProjection })
        {
            Assert.That(Only(cells, op).Seconds, Is.EqualTo(Only(quarter, op).Seconds), op.ToString());
            Assert.That(Only(cells, op).Flops, Is.EqualTo(4 * Only(quarter, op).Flops), op.ToString());
            Assert.That(Only(cells, op).MemoryBytes, Is.EqualTo(4 * Only(quarter, op).MemoryBytes), op.ToString());
        }
        Assert.That(Only(cells, Operator.GateUpProjection).Flops, Is.EqualTo(Only(tensor, Operator.GateUpProjection).Flops).Within(1e-9).Percent);

        const double row = 8192 * 2, rank = 64 * row, copy = 16 * row;
        AssertCollective(cells, Operator.AttentionAllReduce, Collective.ReduceScatterSeconds(rank, 8, Fabric), 7 * rank);
        AssertCollective(cells, Operator.FeedForwardGather, Collective.AllGatherSeconds(copy, 2, Fabric), 4 * copy);
        AssertCollective(cells, Operator.FeedForwardScatter, Collective.ReduceScatterSeconds(copy, 2, Fabric), 4 * copy);
        AssertCollective(cells, Operator.FeedForwardAllReduce, Collective.AllGatherSeconds(rank, 8, Fabric), 7 * rank);

        CostBreakdown whole = Explain(TestModels.Llama70B, new(8) { FeedForward = 1 }, shape);
        Assert.That(whole.Operators.Select(o => o.Operator), Does.Contain(Operator.AttentionAllReduce).And.Not.Contain(Operator.FeedForwardGather));
    }

    [Test]
    public void FeedForward_WithFewerRowsThanCopies_TakesTheTimeOfOneRow()
    {
        CostBreakdown one = Explain(TestModels.Llama70B, new(8) { FeedForward = 2 }, Decode(1, 1000));
        Assert.That(Only(one, Operator.GateUpProjection).Seconds, Is.EqualTo(Only(Explain(TestModels.Llama70B, new(2), Decode(1, 1000)), Operator.GateUpProjection).Seconds));
        Assert.That(Only(one, Operator.GateUpProjection).Flops, Is.EqualTo(Only(Explain(TestModels.Llama70B, new(8), Decode(1, 1000)), Operator.GateUpProjection).Flops).Within(1e-9).Percent);
    }

    [Test]
    public void Experts_OfSeveralCopiesInARank_TakeAShareOfItsTokens()
    {
        CostBreakdown cells = Explain(TestModels.Mixtral, new(8, Expert: 4) { FeedForward = 4 }, Decode(64, 64_000));
        CostBreakdown half = Explain(TestModels.Mixtral, new(4, Expert: 4), Decode(32, 32_000));
        Assert.That(Only(cells, Operator.Experts).Seconds, Is.EqualTo(Only(half, Operator.Experts).Seconds));
        Assert.That(Only(cells, Operator.Experts).MemoryBytes, Is.EqualTo(2 * Only(half, Operator.Experts).MemoryBytes));
        Assert.That(cells.Operators.Select(o => o.Operator), Does.Contain(Operator.FeedForwardGather).And.Not.Contain(Operator.ExpertDispatch));
    }

    [Test]
    public void Experts_OfSomeRanks_ExchangeAmongThem()
    {
        // Eight ranks, and four copies of the experts, each of two ranks.
        CostBreakdown cells = Explain(TestModels.Mixtral, new(1, 1, 8, 2) { FeedForward = 2 }, Decode(64, 64_000));
        CostBreakdown pair = Explain(TestModels.Mixtral, new(1, 1, 2, 2), Decode(16, 16_000));
        foreach (Operator op in new[] { Operator.Router, Operator.ExpertDispatch, Operator.Experts, Operator.ExpertCombine })
        {
            Assert.That(Only(cells, op).Seconds, Is.EqualTo(Only(pair, op).Seconds), op.ToString());
            Assert.That(Only(cells, op).LinkBytes, Is.EqualTo(4 * Only(pair, op).LinkBytes), op.ToString());
        }
        Assert.That(cells.Operators.Select(o => o.Operator), Does.Not.Contain(Operator.FeedForwardGather));
    }

    [Test]
    public void SharedExperts_OverSeveralRanks_BringTheRowsThatRoutedOnesNeed()
    {
        CostBreakdown cells = Explain(TestModels.DeepSeekV3, new(1, 1, 8, 8) { FeedForward = 8 }, Decode(64, 64_000));
        CostBreakdown tensor = Explain(TestModels.DeepSeekV3, new(8, Expert: 8), Decode(64, 64_000));
        Assert.That(cells.Operators.Select(o => o.Operator), Does.Not.Contain(Operator.ExpertDispatch));
        foreach (Operator op in new[] { Operator.Experts, Operator.GateUpProjection, Operator.DownProjection })
            Assert.That(cells.Operators.Where(o => o.Operator == op), Is.EqualTo(tensor.Operators.Where(o => o.Operator == op)), op.ToString());
    }

    [Test]
    public void DecodeOnly_OfUnevenRanks_GoesByTheCopyOfTheStraggler()
    {
        var model = new RooflineCostModel(
            TestModels.Llama8B, new(1, 1, 4) { FeedForward = 2 }, Quantization.Bf16, TestModels.H100, new() { Graphs = CudaGraphs.Eager });
        RooflineAccumulator batch = model.CreateAccumulator();
        int[] rows = [40, 3, 30, 30];
        for (int rank = 0; rank < 4; rank++)
        {
            for (int row = 0; row < rows[rank]; row++) batch.AddDecode(1000, rank);
        }
        // The first rank attends to more, but the feed-forward of the last two has 60 rows.
        IterationShape shape = batch.Shape;
        Assert.That((shape.Straggler.DecodeRows, shape.StragglerCopyTokens), Is.EqualTo((40, 43)).Or.EqualTo((30, 60)));
        IterationShape other = shape.Straggler.DecodeRows == 40
            ? shape with { Straggler = Rank(30), StragglerCopyTokens = 60 } : shape with { Straggler = Rank(40), StragglerCopyTokens = 43 };
        Assert.That(model.Evaluate(shape).DeviceSeconds, Is.GreaterThanOrEqualTo(model.Evaluate(other).DeviceSeconds));
        Assert.That((double)batch.DecodeOnly(1).First.Time, Is.EqualTo(model.Evaluate(shape).Seconds * 65536e9).Within(0.001).Percent);
        OperatorShare up = Only(model.Explain(shape), Operator.GateUpProjection);
        OperatorShare whole = Only(Explain(TestModels.Llama8B, new(2), Decode(shape.StragglerCopyTokens, 1000)), Operator.GateUpProjection);
        Assert.That(up.Seconds, Is.EqualTo(whole.Seconds));
        Assert.That(up.Flops, Is.EqualTo(103 * 2.0 * 32 * 2 * 14336 * 4096).Within(1e-9).Percent);

        static RankShape Rank(int rows) => new() { DecodeRows = rows, EmittedTokens = rows, DecodeContext = 1000L * rows, DecodeWindowContext = 1000L * rows };
    }

    [Test]
    [Category("Invariant7")]
    public void Run_WithFastForward_IsTheSameWithout(
        [Values(1, 2, 4, 8)] int feedForward, [Values("llama-3-8b", "mixtral-8x7b")] string model, [Values(1, 2)] int pipeline)
    {
        PoolSpec pool = new("pool", ModelArchitectures.Find(model), DeviceCatalogue.H200)
        {
            Plan = new(2, pipeline, 4, model == "mixtral-8x7b" ? feedForward : 1) { FeedForward = feedForward },
        };
        string Of(bool fastForward) => RunResultJson.Write(ServingSimulation.Run(
            new() { Pools = [pool with { Engine = pool.Engine with { FastForward = fastForward } }] }, Requests(60)));
        Assert.That(Of(true), Is.EqualTo(Of(false)));
    }

    private static IEnumerable<Request> Requests(int count) => Enumerable.Range(0, count).Select(i => new Request
    {
        Id = i, Arrival = SimTime.FromSeconds(i * 0.03), PromptTokens = 20 + i * 37 % 700, OutputTokens = 1 + i * 53 % 90,
    });

    private static IterationShape Decode(int rows, long context) =>
        new() { DecodeRows = rows, EmittedTokens = rows, DecodeContext = context, DecodeWindowContext = context };

    private static CostBreakdown Explain(ModelArchitecture model, ParallelPlan plan, IterationShape shape) =>
        CostBreakdown.Of(shape, RooflineCompiler.Compile(model, plan, Quantization.Bf16, TestModels.H100));

    private static OperatorShare Only(CostBreakdown cost, Operator op) => cost.Operators.Single(o => o.Operator == op);

    private static void AssertCollective(CostBreakdown cost, Operator op, double seconds, double linkBytes)
    {
        OperatorShare share = Only(cost, op);
        Assert.That(share.Seconds, Is.EqualTo(80 * seconds).Within(1e-6).Percent, op.ToString());
        Assert.That(share.LinkBytes, Is.EqualTo(80 * linkBytes).Within(1e-6).Percent, op.ToString());
    }
}
