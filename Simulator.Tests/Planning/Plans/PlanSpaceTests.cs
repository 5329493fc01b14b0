using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;
using Simulator.Planning.Apex;
using Simulator.Planning.Plans;

namespace Simulator.Tests.Planning.Plans;

public sealed class PlanSpaceTests
{
    private static PlanSpace Space(ModelArchitecture model, int devices, IPlanGrammar? grammar = null) => new()
    {
        Clusters = [[DeviceGroup.Of(Devices.H100Sxm, devices)]],
        Settings = [new("", device => new PoolSpec("pool", model, device))],
        Grammar = grammar ?? new CellGrammar(),
    };

    // APEX's own counts, run with its code.
    [TestCase(2, 3, 9)]
    [TestCase(4, 11, 49)]
    [TestCase(8, 26, 154)]
    [TestCase(16, 50, 345)]
    [TestCase(64, 128, 1071)]
    [TestCase(512, 267, 2840)]
    public void Enumerate_GrammarOfApex_HasItsCounts(int devices, int llama, int mixtral)
    {
        Plan[] dense = [.. Space(ModelArchitectures.Llama3_70B, devices, new ApexGrammar()).Enumerate()];
        Plan[] experts = [.. Space(ModelArchitectures.Mixtral_8x7B, devices, new ApexGrammar()).Enumerate()];
        Assert.That((dense.Length, experts.Length), Is.EqualTo((llama, mixtral)));
        Assert.That(experts.Concat(dense).Select(plan => plan.Devices), Is.All.EqualTo(devices));
        Assert.That(experts.Select(plan => plan.Id), Is.Unique);
        Assert.That(dense.Select(plan => plan.Id), Is.Unique);
    }

    // The same grammar and memory rule over the cells that Mixtral has.
    [TestCase(2, 5)]
    [TestCase(4, 19)]
    [TestCase(8, 46)]
    [TestCase(16, 85)]
    [TestCase(64, 197)]
    [TestCase(512, 364)]
    public void Enumerate_TrueCellsOfMixtral_HasTheCountsOfApexWithThem(int devices, int expected)
    {
        ApexModel cells = ApexModel.Of(ModelArchitectures.Mixtral_8x7B);
        DeviceGroup group = DeviceGroup.Of(Devices.H100Sxm, devices);
        int fitting = ApexPlanSpace.Enumerate(cells, group.Topology, ApexDevice.H100.MemoryBytes, NumberFormat.Bf16, ApexFidelity.Corrected).Count;
        Plan[] own = [.. Space(ModelArchitectures.Mixtral_8x7B, devices).Enumerate()];
        Assert.That(fitting, Is.EqualTo(expected));
        Assert.That(own.Select(plan => plan.Id), Is.Unique);
        Assert.That(own.Count(plan => FitsByApexRule(ModelArchitectures.Mixtral_8x7B, plan)), Is.EqualTo(expected));
    }

    [TestCase(8)]
    [TestCase(64)]
    public void Enumerate_DenseModel_IsTheSetOfApex(int devices)
    {
        string[] apex = [.. Space(ModelArchitectures.Llama3_70B, devices, new ApexGrammar()).Enumerate().Select(plan => plan.Id)];
        string[] own =
        [
            .. Space(ModelArchitectures.Llama3_70B, devices).Enumerate()
                .Where(plan => FitsByApexRule(ModelArchitectures.Llama3_70B, plan)).Select(plan => plan.Id),
        ];
        Assert.That(own, Is.EquivalentTo(apex));
    }

    [Test]
    public void Enumerate_SeveralKindsOfDevices_CombinesTheirLayouts()
    {
        PlanSpace one = Space(ModelArchitectures.Llama3_1_8B, 2);
        PlanSpace both = one with { Clusters = [[DeviceGroup.Of(Devices.H100Sxm, 2), DeviceGroup.Of(Devices.A100Sxm80, 2)]] };
        int layouts = one.Enumerate().Count();
        Plan[] plans = [.. both.Enumerate()];
        Assert.That(plans, Has.Length.EqualTo(layouts * layouts));
        Assert.That(plans.Select(plan => plan.Devices), Is.All.EqualTo(4));
        Assert.That(plans[0].Id, Does.Contain("2-h100-sxm:").And.Contain("2-a100-80:"));
    }

    [Test]
    public void Enumerate_MoreAxes_AddsUnevenStagesContextAndHybridExperts()
    {
        CellGrammar more = new() { UnevenStages = true, HybridExperts = true, MostContext = 2 };
        string[] ids = [.. Space(ModelArchitectures.Mixtral_8x7B, 6, more).Enumerate().Select(plan => plan.Id)];
        string[] fewer = [.. Space(ModelArchitectures.Mixtral_8x7B, 6).Enumerate().Select(plan => plan.Id)];
        Assert.That(ids, Is.SupersetOf(fewer));
        Assert.That(ids, Is.Unique);
        Assert.That(ids, Is.SupersetOf(new[] { "pp3-tp2", "tp3-cp2", "tp6-ep3" }));
        Assert.That(fewer, Has.None.Contains("pp3"));
    }

    [Test]
    public void Enumerate_DevicesThatDoNotFillNodes_IsRefusedWithTheRemedy() =>
        Assert.That(() => DeviceGroup.Of(Devices.H100Sxm, 12), Throws.ArgumentException.With.Message.Contains("multiple of 8"));

    private static bool FitsByApexRule(ModelArchitecture model, Plan plan)
    {
        ParallelPlan spread = plan.Pools[0].Plan;
        ApexModel cells = ApexModel.Of(model);
        int stage = spread.Tensor * spread.Data;
        int feedForward = spread.FeedForward > 0 ? spread.FeedForward : ((ApexFeedForward)cells.Cells[1]).Experts > 0 ? stage : spread.Tensor;
        if (spread.Tensor > cells.Attention.QueryHeads) return false;
        var attention = new ApexCellPlan(cells.Cells[0], spread.Data, spread.Tensor, ApexSplit.Tensor);
        var network = new ApexCellPlan(cells.Cells[1], stage / feedForward, feedForward, spread.Expert > 1 ? ApexSplit.Expert : ApexSplit.Tensor);
        long weights = new ApexPlan(1, spread.Pipeline, cells.Blocks / spread.Pipeline, [attention, network], []).Parameters(0);
        return weights <= ApexDevice.H100.MemoryBytes / 2;
    }
}
