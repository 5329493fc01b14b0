using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Verbs;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Cli.Verbs;

public sealed class ReplayVerbTests
{
    private const string OnePool = """
        seed: 7
        workload: { trace: traces/t.csv, rate: 5/s, limit: 100 }
        cluster:
          router: random
          pools: [{ name: chat, model: llama-3.1-8b, device: h100-sxm, replicas: 2, engine: { tokenBudget: 512 } }]

        """;

    private const string TwoPools = """
        workload: { trace: t.csv }
        cluster:
          pools:
            - { name: a, model: llama-3.1-8b, device: h100-sxm }
            - { name: b, model: llama-3.1-70b, device: h100-sxm, plan: { tensor: 4 } }

        """;

    private const string Generated = """
        workload: { generate: { arrivals: { poisson: 1/s }, prompt: 9, output: 9, requests: 9 } }
        cluster:
          pools: [{ name: chat, model: llama-3.1-8b, device: h100-sxm }]

        """;

    [Test]
    public void Parse_OptionsAlone_DescribeARun()
    {
        ReplayRequest request = Request(
            "--trace", "t.csv.gz", "--format", "azure", "--model", "Llama-3.1-8B", "--device", "H100", "--tp", "2", "--replicas", "8",
            "--scheduler", "vllm-v1", "--router", "round-robin", "--speedup", "10", "--limit", "2000", "--seed", "42", "--replications", "5",
            "--out", "results", "--json", "-", "--quiet", "--timing");

        Scenario scenario = request.Scenario;
        Assert.That((scenario.Seed, scenario.Replications), Is.EqualTo((42UL, 5)));
        WorkloadSection workload = scenario.Workload;
        Assert.That(workload.Source, Is.EqualTo(new TraceSection { File = "t.csv.gz", Format = "azure" }));
        Assert.That((workload.Speedup, workload.Limit), Is.EqualTo((10.0, (long?)2000)));
        Assert.That(scenario.Cluster.Router, Is.EqualTo("round-robin"));
        PoolSection pool = scenario.Cluster.Pools.Single();
        Assert.That((pool.Name, pool.Model!.Id, pool.Device.Id, pool.Replicas, pool.Plan),
            Is.EqualTo(("llama-3.1-8b", "llama-3.1-8b", "h100-sxm", 8, new ParallelPlan(Tensor: 2))));
        Assert.That((request.OutputFolder, request.JsonFile, request.Quiet, request.Timing), Is.EqualTo(("results", "-", true, true)));
    }

    [Test]
    public void Parse_ScenarioAlone_IsAsItStands()
    {
        using var files = new TemporaryFiles();
        ReplayRequest request = Request(files.Write("s.yaml", OnePool));

        Assert.That(request.Scenario.Seed, Is.EqualTo(7));
        Assert.That(request.Scenario.Workload.Trace!.File, Is.EqualTo(files["traces/t.csv"]));
        Assert.That(request.Scenario.Cluster.Pools[0].Replicas, Is.EqualTo(2));
        Assert.That((request.OutputFolder, request.JsonFile, request.Quiet, request.Timing), Is.EqualTo(("", (string?)null, false, false)));
    }

    [Test]
    public void Parse_OptionsBesideAScenario_ChangeWhatTheyNameAlone()
    {
        using var files = new TemporaryFiles();
        Scenario scenario = Request(
            files.Write("s.yaml", OnePool), "--speedup", "3", "--replicas", "4", "--router", "round-robin", "--device", "a100-80").Scenario;

        WorkloadSection workload = scenario.Workload;
        Assert.That((workload.Speedup, workload.RequestsPerSecond, workload.Limit), Is.EqualTo((3.0, (double?)null, (long?)100)));
        PoolSection pool = scenario.Cluster.Pools.Single();
        Assert.That((pool.Name, pool.Model!.Id, pool.Replicas, pool.Engine.SchedulerOptions["tokenBudget"]), Is.EqualTo(("chat", "llama-3.1-8b", 4, (object)512)));
        Assert.That(pool.Device.Id, Does.StartWith("a100"));
        Assert.That((scenario.Seed, scenario.Cluster.Router), Is.EqualTo((7UL, "round-robin")));
    }

    [Test]
    public void Parse_TraceBesideAGeneratedScenario_TakesItsPlace()
    {
        using var files = new TemporaryFiles();
        WorkloadSection workload = Request(files.Write("s.yaml", Generated), "--trace", "t.csv").Scenario.Workload;
        Assert.That((workload.Trace!.File, workload.Generator), Is.EqualTo(("t.csv", (GeneratorSection?)null)));
    }

    [Test]
    public void Parse_NothingGiven_NamesAllThatIsMissing() => Assert.That(Faults([]), Is.EqualTo((string[])
    [
        "--trace is missing; name the trace to replay, or a scenario file",
        "--model is missing; it is a model id such as llama-3.1-8b (see: simulator catalog models)",
        "--device is missing; it is a device id such as h100-sxm (see: simulator catalog devices)",
    ]));

    [Test]
    public void Parse_OptionsThatContradict_AreAllNamed() => Assert.That(
        Faults(["--trace", "t.csv", "--model", "llama-3.1-8b", "--model-config", "c.json", "--device", "h100", "--speedup", "2", "--rate", "5/s"]),
        Is.EqualTo((string[])
        [
            "--model-config: --model is given as well; keep one of the two",
            "--speedup: --rate already sets how fast requests arrive; keep one of the two",
        ]));

    [Test]
    public void Parse_PoolOptionsBesideSeveralPools_AreRefused()
    {
        using var files = new TemporaryFiles();
        Assert.That(Faults([files.Write("s.yaml", TwoPools), "--replicas", "4", "--tp", "2"]), Is.EqualTo((string[])
        [
            "--tp: the scenario has 2 pools; change it in the scenario",
            "--replicas: the scenario has 2 pools; change it in the scenario",
        ]));
    }

    [Test]
    public void Parse_WorkloadOptionsBesideAGeneratedScenario_ApplyToIt()
    {
        using var files = new TemporaryFiles();
        WorkloadSection workload = Request(files.Write("s.yaml", Generated), "--limit", "4", "--rate", "8/s").Scenario.Workload;
        Assert.That((workload.Generator!.Requests, workload.Limit, workload.RequestsPerSecond), Is.EqualTo(((long?)9, (long?)4, (double?)8)));
    }

    [Test]
    public void Parse_FormatBesideAGeneratedScenario_IsRefused()
    {
        using var files = new TemporaryFiles();
        Assert.That(Faults([files.Write("s.yaml", Generated), "--format", "csv"]), Is.EqualTo((string[])
            ["--format: only a trace takes it, and the workload of the scenario is generated"]));
    }

    [TestCase("workload: { trace: t.csv, closedLoop: { concurrency: 4 } }", "--rate: the workload of the scenario is a closed loop, which sends requests when clients are free")]
    [TestCase("workload: { sessions: { starts: { poisson: 1/s }, count: 3, turns: 3, newInput: 9, output: 9, think: 1s } }",
        "--rate: the workload of the scenario is sessions, which send a turn when the reply before it is there")]
    public void Parse_RateBesideClientsThatWait_IsRefused(string workload, string fault)
    {
        using var files = new TemporaryFiles();
        string scenario = files.Write("s.yaml", workload + "\n" + Generated[Generated.IndexOf("cluster:", StringComparison.Ordinal)..]);
        Assert.That(Faults([scenario, "--rate", "4/s"]), Is.EqualTo((string[])[fault]));
    }

    [Test]
    public void Parse_ExpertsThatDoNotDivide_AreRefused() => Assert.That(
        Faults(["--trace", "t.csv", "--model", "mixtral-8x7b", "--device", "h100", "--tp", "2", "--ep", "4"]),
        Is.EqualTo((string[])["--ep: 4 does not divide tensor × data, 2"]));

    [Test]
    public void Parse_FeedForwardThatDoesNotDivide_IsRefused() => Assert.That(
        Faults(["--trace", "t.csv", "--model", "mixtral-8x7b", "--device", "h100", "--tp", "4", "--ep", "4", "--feed-forward-parallel", "3"]),
        Is.EqualTo((string[])["--feed-forward-parallel: 3 does not divide tensor × data, 4", "--ep: 4 does not divide the feed-forward's devices, 3"]));

    [TestCase("--limit", "0", "--limit: expected a whole number of at least 1, got '0'")]
    [TestCase("--limit", "many", "--limit: expected a whole number of at least 1, got 'many'")]
    [TestCase("--speedup", "-1", "--speedup: expected a number above 0, got '-1'")]
    [TestCase("--rate", "5", "--rate: '5' has no unit; expected a rate above 0 such as 5/s or 300/min")]
    [TestCase("--format", "burst", "--format: unknown format 'burst'; known: burstgpt, azure, mooncake, vidur, apex, csv")]
    [TestCase("--seed", "-1", "--seed: expected a whole number of at least 0, got '-1'")]
    public void Parse_FaultyValue_SaysWhy(string option, string value, string fault)
    {
        ParseResult parse = Root(_ => 0).Parse(["replay", option, value]);
        Assert.That(UsageFaults.Of(parse), Is.EqualTo((string[])[fault, "see: simulator replay --help"]));
    }

    [Test]
    public void Parse_UnknownDevice_NamesTheClosest() => Assert.That(
        UsageFaults.Of(Root(_ => 0).Parse(["replay", "--device", "h100-smx"]))[0],
        Does.StartWith("--device: there is no device 'h100-smx'. Did you mean h100-sxm").And.EndsWith("List all with: simulator catalog devices"));

    private static ReplayRequest Request(params string[] args)
    {
        ReplayRequest? request = null;
        ParseResult parse = Root(asked =>
        {
            request = asked;
            return 0;
        }).Parse(["replay", .. args]);
        Assert.That(UsageFaults.Of(parse), Is.Empty);
        parse.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        return request!;
    }

    private static IReadOnlyList<string> Faults(string[] args) => Assert.Throws<InputException>(() => Request(args))!.Faults;

    private static Verb Root(Func<ReplayRequest, int> run)
    {
        var root = new Verb("simulator", "");
        root.Subcommands.Add(ReplayVerb.Create(run));
        return root;
    }
}
