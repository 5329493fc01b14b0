using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Sweeps;

namespace Simulator.Tests.Cli.Sweeps;

public sealed class ScenarioPathTests
{
    private const string Document = "workload: { rate: 1/s, from: }\ncluster: { pools: [{ device: a }, { device: b }] }\n";

    [TestCase("workload.rate", "1/s")]
    [TestCase("cluster.pools[1].device", "b")]
    [TestCase("cluster.pools[0]", """{"device":"a"}""")]
    [TestCase("cluster.pools[2].device", "")]
    [TestCase("workload.rate.x", "")]
    [TestCase("seed", "")]
    public void Find_Path_GivesWhatIsThere(string path, string expected) =>
        Assert.That(NodeJson.Text(ScenarioPath.Of(path).Find(Read(Document))), Is.EqualTo(expected));

    [TestCase("workload.rate", """{"cluster":{"pools":[{"device":"a"},{"device":"b"}]},"workload":{"from":null,"rate":"9"}}""")]
    [TestCase("cluster.pools[1].engine.tokenBudget", """{"cluster":{"pools":[{"device":"a"},{"device":"b","engine":{"tokenBudget":"9"}}]},"workload":{"from":null,"rate":"1/s"}}""")]
    [TestCase("seed", """{"cluster":{"pools":[{"device":"a"},{"device":"b"}]},"seed":"9","workload":{"from":null,"rate":"1/s"}}""")]
    [TestCase("workload.from.a", """{"cluster":{"pools":[{"device":"a"},{"device":"b"}]},"workload":{"from":{"a":"9"},"rate":"1/s"}}""")]
    public void Replace_PathThatFits_ChangesThatValueAlone(string path, string expected)
    {
        YamlMap document = Read(Document);
        string before = NodeJson.Text(document);
        YamlMap changed = ScenarioPath.Of(path).Replace(document, Nine, out string fault);
        Assert.That((NodeJson.Text(changed), fault), Is.EqualTo((expected, "")));
        Assert.That(NodeJson.Text(document), Is.EqualTo(before), "the document stays as it is");
    }

    [TestCase("cluster.pools[2].device", "the scenario has no cluster.pools[2], the last one is [1]")]
    [TestCase("workload.rate.x", "the scenario has '1/s' at workload.rate, where the path expects a mapping")]
    [TestCase("workload[0]", "the scenario has a mapping at workload, where the path expects a list")]
    [TestCase("cluster.pools.device", "the scenario has a list at cluster.pools, where the path expects a mapping")]
    public void Replace_PathThatDoesNotFit_SaysWhy(string path, string expected)
    {
        YamlMap document = Read(Document);
        YamlMap changed = ScenarioPath.Of(path).Replace(document, Nine, out string fault);
        Assert.That(fault, Is.EqualTo(expected));
        Assert.That(changed, Is.SameAs(document));
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("a.")]
    [TestCase("a b")]
    [TestCase("a[")]
    [TestCase("a[x]")]
    [TestCase("a[-1]")]
    [TestCase("[0]")]
    [TestCase("a[9999999]")]
    public void Reader_NoPath_SaysWhatIsOne(string text)
    {
        Assert.That(ScenarioPath.Reader(text, out _, out string fault), Is.False);
        Assert.That(fault, Does.StartWith("expected a path in a scenario, such as workload.rate"));
    }

    [TestCase("a.b", "a", true)]
    [TestCase("a", "a.b", true)]
    [TestCase("a[0].b", "a[1].b", false)]
    [TestCase("a.b", "a.c", false)]
    [TestCase("ab", "a", false)]
    public void Meets_TwoPaths_IsTrueWhenOneLeadsToTheOther(string a, string b, bool expected) =>
        Assert.That(ScenarioPath.Of(a).Meets(ScenarioPath.Of(b)), Is.EqualTo(expected));

    [TestCase("{ b: 1, a: [x, ~, { c: 'é\"' }] }", """{"a":["x",null,{"c":"é\""}],"b":"1"}""")]
    public void NodeJson_Document_IsCanonicalAndReadsBack(string yaml, string expected)
    {
        YamlMap document = Read(yaml);
        Assert.That(NodeJson.Text(document), Is.EqualTo(expected));
        using var json = System.Text.Json.JsonDocument.Parse(expected);
        Assert.That(NodeJson.Text(NodeJson.Read(json.RootElement)), Is.EqualTo(expected));
    }

    private static YamlScalar Nine => new(Position.Start, "9", IsEmpty: false);

    private static YamlMap Read(string text) => YamlReader.Read(text, new FaultList(""))!;
}
