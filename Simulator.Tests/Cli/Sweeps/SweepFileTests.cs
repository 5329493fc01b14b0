using FsCheck;
using Simulator.Cli.Faults;
using Simulator.Cli.Sweeps;

namespace Simulator.Tests.Cli.Sweeps;

public sealed class SweepFileTests
{
    private const string Sound = """
        scenario:
          workload:
            generate: { arrivals: { poisson: 5/s }, prompt: 100, output: 10, requests: 5 }
          cluster: { pools: [{ model: llama-3.1-8b, device: h100-sxm }] }
        axes:
          workload.generate.requests: [5, 10]
          cluster.pools[0].plan: [{ tensor: 1 }, { tensor: 2 }]
        replications: 3

        """;

    [Test]
    public void ReadText_SoundSweep_HasItsAxesAndPoints()
    {
        SweepFile sweep = SweepFile.ReadText(Sound, "s.yaml");
        Assert.That(sweep.Axes.Select(axis => axis.Path.Text), Is.EqualTo(new[] { "workload.generate.requests", "cluster.pools[0].plan" }));
        Assert.That(sweep.Points, Is.EqualTo(12));
        string[] lines = [.. new SweepPlanner(sweep).Lines()];
        Assert.That(lines, Has.Length.EqualTo(12).And.Unique);
        PointContent[] points = [.. lines.Select(PointContent.Parse)];
        Assert.That(points.Select(point => point.Replication), Is.EqualTo(Enumerable.Repeat(new[] { 0, 1, 2 }, 4).SelectMany(each => each)));
        Assert.That(
            points.Select(point => string.Join(' ', sweep.Axes.Select(axis => NodeJson.Text(axis.Path.Find(point.Scenario))))).Distinct(),
            Is.EqualTo(new[] { """5 {"tensor":"1"}""", """5 {"tensor":"2"}""", """10 {"tensor":"1"}""", """10 {"tensor":"2"}""" }), "the last axis is fastest");
        Assert.That(points.Select(point => point.ToLine()), Is.EqualTo(lines), "lines are canonical");
    }

    /// <summary>A point is what it is, however the sweep says it: results are shared by sweeps that have it.</summary>
    [Test]
    public void Lines_SamePointsInAnotherSweep_AreTheSame()
    {
        string other = Sound.Replace("[5, 10]", "[10, 20]", StringComparison.Ordinal).Replace("poisson: 5/s", "poisson:   5/s # a comment", StringComparison.Ordinal)
            .Replace("model: llama-3.1-8b, device: h100-sxm", "device: h100-sxm, model: llama-3.1-8b", StringComparison.Ordinal).Replace("\n          pools", " pools", StringComparison.Ordinal);
        string[] shared = [.. Lines(Sound).Intersect(Lines(other.Replace("# a comment", "", StringComparison.Ordinal)))];
        Assert.That(shared, Has.Length.EqualTo(6));
    }

    [TestCase("replications: 0", "s.yaml:8:15: replications: expected a whole number of at least 1, got '0'")]
    [TestCase("replication: 3", "s.yaml:8:1: unknown key 'replication' in the sweep; did you mean 'replications'? valid keys: replications, axes, plans, scenario")]
    [TestCase("plans: {}", "s.yaml:8:8: plans: 'devices' is missing; it is the number of devices to plan for, or a list of numbers")]
    [TestCase("plans: { devices: 0 }", "s.yaml:8:19: plans.devices: expected a whole number from 1 to")]
    [TestCase("plans: { devices: 2 }", "s.yaml:7:3: axes.cluster.pools[0].plan: 'plans' sets it; keep one of the two")]
    public void ReadText_FaultyTop_SaysWhereAndWhat(string line, string fault) => Expect(Sound.Replace("replications: 3", line, StringComparison.Ordinal), fault);

    [TestCase("[5, 10]", "5", "s.yaml:6:31: axes.workload.generate.requests: expected a list of values, such as [1, 2], got '5'")]
    [TestCase("[5, 10]", "[]", "s.yaml:6:31: axes.workload.generate.requests is an empty list; remove it or name at least one value")]
    [TestCase("[5, 10]", "[5, ~]", "s.yaml:6:35: axes.workload.generate.requests: a value is missing; give one or remove its comma")]
    [TestCase("[5, 10]", "[5, '5']", "s.yaml:6:35: axes.workload.generate.requests: '5' is given twice; keep one of the two")]
    [TestCase("[5, 10]", "[5, x]", "s.yaml:6:35: workload.generate.requests: expected a whole number")]
    [TestCase("generate.requests: [", "generate requests: [", "s.yaml:6:3: axes: expected a path in a scenario")]
    [TestCase("pools[0].plan: [", "pools[3].plan: [", "s.yaml:7:3: axes.cluster.pools[3].plan: the scenario has no cluster.pools[3], the last one is [0]")]
    [TestCase("cluster.pools[0].plan: [{ tensor: 1 }", "workload.generate: [{ tensor: 1 }", "s.yaml:7:3: axes.workload.generate: it is within axes.workload.generate.requests, or that within it; keep one of the two")]
    [TestCase("{ tensor: 2 }", "{ tensors: 2 }", "s.yaml:7:44: unknown key 'tensors' in cluster.pools[0].plan; did you mean 'tensor'?")]
    [TestCase("model: llama-3.1-8b", "model: llama", "s.yaml:4:31: cluster.pools[0].model: there is no model 'llama'")]
    [TestCase("axes:", "results: { requestsCsv: r.csv }\naxes:", "s.yaml:5:1: unknown key 'results' in the sweep")]
    [TestCase("  workload:", "  replications: 2\n  workload:", "s.yaml:2:3: scenario: the scenario sets 'replications'; remove it there, and give 'replications' beside 'scenario'")]
    [TestCase("  workload:", "  results: { perfetto: p.json }\n  workload:", "s.yaml: results: the points of a sweep cannot share the files that the results name")]
    [TestCase("prompt: 100", "prompt: { empirical: none.csv }", "none.csv: no such file")]
    public void ReadText_FaultyPart_SaysWhereAndWhat(string from, string to, string fault) => Expect(Sound.Replace(from, to, StringComparison.Ordinal), fault);

    [TestCase("scenario: none.yaml\nreplications: 2", "none.yaml: no such file")]
    [TestCase("scenario:\nreplications: 2", "s.yaml:1:10: scenario has no value; give one or remove the key")]
    [TestCase("replications: 2", "s.yaml:1:1: 'scenario' is missing in the sweep; it is the path of a scenario, or its sections")]
    [TestCase("scenario: { workload: { trace: t } }", "s.yaml:1:1: nothing varies: give 'axes', 'plans' or 'replications' above 1")]
    [TestCase("scenario: { a: 1 }\naxes: 7", "s.yaml:2:7: axes: expected paths of a scenario, each with a list of values, got '7'")]
    [TestCase("scenario: { a: 1 }\naxes: {}", "s.yaml:2:7: axes has no path; remove it or name at least one")]
    [TestCase("scenario: { a: 1 }\naxes: { b: [1, 2], c: [1, 2, 3, 4, 5] }\nreplications: 2000000000", "s.yaml:1:1: there are more than 10000000 points; take fewer values")]
    public void ReadText_FaultyDocument_SaysWhereAndWhat(string text, string fault) => Expect(text, fault);

    /// <summary>A file that the sweep names has places of its own, and the values of axes keep theirs.</summary>
    [Test]
    public void Lines_FaultsOfTwoFiles_NameEachFile()
    {
        using var files = new TemporaryFiles();
        files.Write("base.yaml", "workload:\n  trace: t.csv\n  sped: 2\ncluster: { pools: [{ model: llama-3.1-8b, device: h100-sxm }] }\n");
        files.Write("t.csv", "");
        string sweep = files.Write("sweep.yaml", "scenario: base.yaml\naxes:\n  cluster.pools[0].replicas: [1, none]\n");
        var refused = Assert.Throws<InputException>(() => _ = new SweepPlanner(SweepFile.Read(sweep)).Lines().ToList());
        Assert.That(refused!.Faults, Has.Some.StartsWith($"{files["base.yaml"]}:3:3: unknown key 'sped'"));
        Assert.That(refused.Faults, Has.Some.StartsWith($"{sweep}:3:34: cluster.pools[0].replicas: "));
    }

    /// <summary>Whatever is done to a sweep, it is read or refused with its name, never anything else.</summary>
    [SeededProperty(MaxTest = 1000)]
    public void ReadText_DamagedSweep_IsReadOrRefusedWithItsName(NonEmptyArray<(int Place, int Change, int Letter)> damages) =>
        ReadOrRefuse(damages.Get.Take(5).Aggregate(Sound, DamagedText.Damage));

    [Test]
    public void ReadText_CutSweep_IsReadOrRefusedWithItsName()
    {
        for (int length = 0; length < Sound.Length; length++) ReadOrRefuse(Sound[..length]);
    }

    private static void ReadOrRefuse(string text)
    {
        try
        {
            SweepFile sweep = SweepFile.ReadText(text, "s.yaml");
            if (sweep.Points <= 1000) _ = new SweepPlanner(sweep).Lines().ToList();
        }
        catch (InputException e)
        {
            // A scenario or a trace may be named by what damage left.
            Assert.That(e.Faults, Is.Not.Empty.And.All.Match(@"^s\.yaml:|: (no such file|cannot be read|is a folder|this is not UTF-8 text)"), text);
        }
    }

    private static List<string> Lines(string text) => [.. new SweepPlanner(SweepFile.ReadText(text, "s.yaml")).Lines()];

    private static void Expect(string text, string fault)
    {
        var refused = Assert.Throws<InputException>(() => Lines(text));
        Assert.That(refused!.Faults, Has.Some.StartsWith(fault));
    }
}
