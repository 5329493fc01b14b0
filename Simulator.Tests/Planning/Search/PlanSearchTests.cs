using Simulator.Core.Time;
using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Devices;
using Simulator.Planning.Plans;
using Simulator.Planning.Search;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Planning.Search;

public sealed class PlanSearchTests
{
    private static readonly PlanSpace Space = new()
    {
        Clusters = [[DeviceGroup.Of(Devices.H100Sxm, 4)]],
        Settings = [new("", device => new PoolSpec("pool", ModelArchitectures.Llama3_1_8B, device))],
    };

    private static readonly Request[] Requests =
    [
        .. Enumerable.Range(0, 60).Select(i => new Request
        {
            Id = i, Arrival = SimTime.FromNanoseconds(i * 50_000_000L), PromptTokens = 200 + 37 * (i % 11), OutputTokens = 20 + 13 * (i % 7),
        }),
    ];

    private static PlanSearch Search(params Constraint[] constraints) => new()
    {
        Plans = Space.Enumerate(),
        Evaluator = new() { Workload = cut => new TraceWorkload(Trace.From(Requests.Take(cut.Requests ?? Requests.Length), "").SpeedUp(cut.Speed)) },
        Objectives = [Objectives.Find("e2e-mean")!, Objectives.Find("energy")!],
        Constraints = constraints,
        Baselines = Baselines.Of(Space),
    };

    [Test]
    public void Run_AllPlans_FindsWhatRunningThemOneByOneFinds()
    {
        PlanSearch search = Search();
        List<PlanOutcome> outcomes = [];
        SearchResult result = search.Run(2, (outcome, _) => outcomes.Add(outcome));
        Assert.That(outcomes.Select(outcome => outcome.Plan.Id), Is.EqualTo(Space.Enumerate().Select(plan => plan.Id)));
        foreach (PlanOutcome outcome in outcomes.Where(outcome => outcome.Fit.Feasible))
        {
            double alone = ServingSimulation.Run(search.Evaluator.Cluster(outcome.Plan), Requests).E2e.Mean!.Value;
            Assert.That(outcome.Result!.E2e.Mean, Is.EqualTo(alone));
        }
        Assert.That(result.Best[0]!.Value.Value, Is.EqualTo(outcomes.Min(outcome => outcome.Result?.E2e.Mean)));
        Assert.That(result.Contenders[0].Select(outcome => outcome.Result!.E2e.Mean), Is.Ordered);
        Assert.That((result.Plans, result.Feasible, result.Admissible), Is.EqualTo((outcomes.Count, outcomes.Count, outcomes.Count)));
    }

    [Test]
    public void Run_OnOneCoreAndOnMany_GivesTheSame()
    {
        string[] Ids(SearchResult result) => [.. result.Fronts[0].Points.Select(point => point.Item.Plan.Id), .. result.Best.Select(best => $"{best!.Value.Outcome.Plan.Id} {best.Value.Value:R}")];
        Assert.That(Ids(Search().Run(4)), Is.EqualTo(Ids(Search().Run(1))));
    }

    [Test]
    public void Run_WithConstraints_LeavesOutPlansThatBreakThem()
    {
        Objective tpot = Objectives.Find("tpot-mean")!;
        double[] all = [.. Space.Enumerate().Select((plan, i) => tpot.Value(Search().Evaluator.Evaluate(i, plan))!.Value).Order()];
        double bound = all[all.Length / 2];
        SearchResult result = Search(new Constraint(tpot, bound)).Run();
        Assert.That(result.Admissible, Is.EqualTo(all.Count(value => value <= bound)));
        Assert.That(result.Best.Select(best => tpot.Value(best!.Value.Outcome)), Is.All.LessThanOrEqualTo(bound));
        Assert.That(Search(new Constraint(tpot, 1e-9)).Run().Best, Is.All.Null);
    }

    [Test]
    public void Run_ClusterOfTwoKinds_ServesByBoth()
    {
        PlanSpace both = Space with { Clusters = [[DeviceGroup.Of(Devices.H100Sxm, 1), DeviceGroup.Of(Devices.A100Sxm80, 1)]] };
        SearchResult result = (Search() with { Plans = both.Enumerate(), Baselines = [] }).Run();
        PlanOutcome only = result.Best[0]!.Value.Outcome;
        Assert.That(only.Plan.Id, Is.EqualTo("1-h100-sxm:tp1+1-a100-80:tp1"));
        Assert.That(only.Result!.Replicas.Select(replica => replica.Requests.Completed), Is.All.Positive);
        Assert.That(only.Result.Requests.Completed, Is.EqualTo(Requests.Length));
    }

    [Test]
    public void Baselines_OfOneNode_AreRulesOfThumb()
    {
        Assert.That(Baselines.Of(Space).Select(baseline => baseline.Plan.Id), Is.EqualTo(new[] { "tp4", "pp4", "4x" }));
        PlanSpace large = Space with
        {
            Clusters = [[DeviceGroup.Of(Devices.H100Sxm, 16)]],
            Settings = [new("", device => new PoolSpec("pool", ModelArchitectures.Llama3_70B, device))],
        };
        Assert.That(Baselines.Of(large).Select(baseline => baseline.Plan.Id), Is.EqualTo(new[] { "2x-tp8", "pp2-tp8", "pp16", "8x-tp2" }));
    }

    [Test]
    public void Run_Halving_FindsTheFrontOfAllPlansWithFewerRuns()
    {
        PlanSpace space = Space with
        {
            Clusters = [[DeviceGroup.Of(Devices.H100Sxm, 8)]],
            Settings =
            [
                .. from budget in new[] { 512, 1024, 2048, 4096, 8192 }
                   from sequences in new[] { 4, 16, 64, 256 }
                   select new ServingSetting($"tokenBudget={budget},maxSequences={sequences}", device => new PoolSpec("pool", ModelArchitectures.Llama3_1_8B, device)
                   {
                       Engine = Simulator.Models.Engines.ServingEngines.VllmV1(
                           Simulator.Models.Batching.VllmV1.VllmV1Options.For(device) with { TokenBudget = budget, MaxSequences = sequences }),
                   }),
            ],
            Grammar = new CellGrammar { UnevenStages = true },
        };
        PlanSearch all = Search() with { Plans = space.Enumerate(), Evaluator = Search().Evaluator with { Workload = cut => Search().Evaluator.Workload(cut with { Speed = 20 }) } };
        PlanSearch halving = all with { Halving = new(Requests.Length) { FirstRequests = 15, LeastPlans = 16 } };
        SearchResult expected = all.Run(2), found = halving.Run(2);
        Assert.That(found.Fronts[0].Points.Select(point => point.Item.Plan.Id), Is.EqualTo(expected.Fronts[0].Points.Select(point => point.Item.Plan.Id)));
        Assert.That(found.Best.Select(best => best!.Value.Value), Is.EqualTo(expected.Best.Select(best => best!.Value.Value)));
        Assert.That(found.Plans, Is.LessThan(expected.Plans / 2));
        Assert.That(found.Rungs, Is.EqualTo(new[] { (15, expected.Feasible) }));
    }

    [Test]
    public void Capacity_OfAPlan_KeepsTheSloBelowItAndBreaksItAbove()
    {
        Constraint slo = new(Objectives.Find("ttft-p99")!, 0.1);
        PlanSearch search = Search(slo);
        CapacitySearch capacity = new() { Slos = [slo], RequestsPerSecond = 20 };
        Plan plan = Space.Enumerate().First();
        PlanOutcome At(double speed) => (search.Evaluator with { Workload = cut => search.Evaluator.Workload(cut with { Speed = speed }) }).Evaluate(0, plan);
        double found = (search.Evaluator with { Capacity = capacity }).Evaluate(0, plan).CapacityPerSecond!.Value;
        Assert.That(slo.IsMetBy(At(found / 20)), Is.True);
        Assert.That(slo.IsMetBy(At(found / 20 * (1 + capacity.Tolerance))), Is.False);
        Assert.That(new CapacitySearch { Slos = [new(Objectives.Find("ttft-p99")!, 1e-9)], RequestsPerSecond = 20 }.Find(At), Is.Zero);
        Assert.That(new CapacitySearch { Slos = [new(Objectives.Find("ttft-p99")!, 1e9)], RequestsPerSecond = 20 }.Find(At), Is.Null);
    }

    [Test]
    public void Sensitivity_OfASearch_TellsHowOftenTheBestChanges()
    {
        PlanSearch search = Search();
        SearchResult result = search.Run();
        IReadOnlyList<Sensitivity> all = Sensitivity.Of(search, result, cores: 2);
        Assert.That(all.Select(own => own.Objective), Is.EqualTo(search.Objectives));
        foreach (Sensitivity own in all)
        {
            Assert.That(own.Cases, Is.EqualTo(16));
            Assert.That(own.Rivals.Count == 0, Is.EqualTo(own.Changes == 0));
            Assert.That(own.Regret > 0, Is.EqualTo(own.Changes > 0));
        }
    }

    [Test]
    public void Corners_OfAPool_SlowDownWhatTheyNameAlone()
    {
        PoolSpec pool = Space.Enumerate().First().Pools[0];
        double Time(CostErrors errors, int decodes, int context)
        {
            PoolSpec wrong = errors.Apply(pool);
            var costs = new Simulator.Models.Costs.RooflineCostModel(wrong.Model, wrong.Plan, wrong.Quantization, wrong.Device, wrong.Roofline);
            Simulator.Models.Costs.RooflineAccumulator batch = costs.CreateAccumulator();
            for (int i = 0; i < decodes; i++) batch.AddDecode(context, 0);
            return costs.Explain(batch.Shape).Total.Seconds;
        }
        double right = Time(new(1, 1, 1, 1), 8, 4000);
        Assert.That(Time(new(1, 1.2, 1, 1), 8, 4000), Is.InRange(right * 1.05, right * 1.2));
        Assert.That(Time(new(1, 1, 1.2, 1), 8, 4000), Is.InRange(right * 1.001, right * 1.2));
        Assert.That(CostErrors.Corners(0.2).Distinct().Count(), Is.EqualTo(16));
    }
}
