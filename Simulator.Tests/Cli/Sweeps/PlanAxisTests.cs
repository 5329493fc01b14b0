using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Sweeps;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Cli.Sweeps;

public sealed class PlanAxisTests
{
    private const string Scenario = "workload: { trace: t.csv }\ncluster: { pools: [{ model: mixtral-8x7b, device: h100-sxm, replicas: 9 }] }\n";

    /// <summary>As many as <c>plan list</c> has, each once.</summary>
    [TestCase(2, 7)]
    [TestCase(4, 22)]
    public void Apply_Devices_GivesEveryLayoutOnce(int devices, int expected)
    {
        string[] plans = [.. Apply(Scenario, $"devices: {devices}").Select(document =>
            string.Join(' ', PlanAxis.Paths.Select(path => NodeJson.Text(path.Find(document)))))];
        Assert.That(plans, Has.Length.EqualTo(expected).And.Unique);
        Assert.That(plans, Has.Member($$"""1 {"tensor":"{{devices}}"}""").And.Member($$"""{{devices}} {"tensor":"1"}"""));
    }

    [Test]
    public void Plan_EveryPart_IsSpeltAsAScenarioHasIt() => Assert.That(
        NodeJson.Text(PlanAxis.Plan(new ParallelPlan(2, 3, 4, 8, 5) { FeedForward = 4 })),
        Is.EqualTo("""{"context":"5","data":"4","expert":"8","feedForward":"4","pipeline":"3","tensor":"2"}"""));

    [TestCase(Scenario, "devices: 12", "sweep.yaml:2:1: plans: devices: 12 x h100-sxm do not fill nodes of 8; give a multiple of 8")]
    [TestCase("workload: { trace: t.csv }\ncluster: { pools: [{ name: a, model: mixtral-8x7b, device: h100-sxm }, { name: b, model: mixtral-8x7b, device: h100-sxm }] }\n",
        "devices: 8", "sweep.yaml:2:1: plans: 'plans' lays one pool over devices, and the scenario has 2")]
    public void Apply_ThatCannotBe_SaysWhy(string scenario, string plans, string fault) =>
        Assert.That(() => Apply(scenario, plans), Throws.TypeOf<InputException>().With.Message.EqualTo(fault));

    private static List<YamlMap> Apply(string scenario, string plans)
    {
        YamlMap document = YamlReader.Read(scenario, new FaultList("s.yaml"))!;
        Scenario read = ScenarioReader.ReadText(scenario, "s.yaml");
        PlanAxis axis = Cursor.Read(YamlReader.Read(plans, new FaultList("sweep.yaml"))!, new FaultList("sweep.yaml"),
            cursor => PlanAxis.Read(cursor, new Position(2, 1) { File = "sweep.yaml" }));
        return [.. axis.Apply(document, read.Cluster)];
    }
}
