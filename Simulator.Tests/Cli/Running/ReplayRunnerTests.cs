using System.Text.Json;
using Simulator.Cli.Terminal;
using Simulator.Models.Results;
using Simulator.Models.Results.Accuracy;
using Simulator.Models.Results.Comparison;
using Simulator.Tests.Cli.Verbs;

namespace Simulator.Tests.Cli.Running;

public sealed class ReplayRunnerTests
{
    private const string Workload = "workload: { generate: { arrivals: { constant: 10/s }, prompt: 100, output: 5, requests: 20 } }\n";

    private const string Scenario = Workload + "cluster: { pools: [{ model: llama-3.1-8b, device: h100-sxm }] }\n";

    [Test]
    public void Replay_JsonToTheOutputStream_IsAllThatIsWritten()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("replay", files.Write("s.yaml", Scenario), "--json", "-");
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        RunResult result = RunResultJson.Read(printed.Output);
        Assert.That((result.Requests.Injected, result.Requests.Completed), Is.EqualTo((20L, 20L)));
        Assert.That(RunResultJson.Write(result), Is.EqualTo(printed.Output));
    }

    [Test]
    public void Replay_CalibratedPool_TellsTheErrorBandOfItsFigures()
    {
        using var files = new TemporaryFiles();
        string scenario = files.Write("s.yaml", Scenario);
        PoolAccuracy accuracy = RunResultJson.Read(Printed.By("replay", scenario, "--json", "-").Output).Accuracy!.Single();
        Assert.That((accuracy.Pool, accuracy.NoBand), Is.EqualTo(("llama-3.1-8b", (string?)null)));
        Assert.That(accuracy.Conditions, Is.EqualTo(new RunConditions("h100-sxm", "vllm", ModelKind.Dense, LoadRegion.BatchUpTo16)));
        Assert.That(accuracy.Figures.Select(band => band.Figure), Is.EqualTo(Enum.GetValues<AccuracyFigure>()));
        string summary = Printed.By("replay", scenario).Output;
        Assert.That(summary, Does.Contain("\naccuracy      against real servers under vllm on h100-sxm, dense model,").And.Contain("such runs"));
    }

    [Test]
    public void Replay_ConstantEfficiencies_HasNoBand()
    {
        using var files = new TemporaryFiles();
        string scenario = files.Write("s.yaml", Scenario.Replace("device: h100-sxm", "device: h100-sxm, roofline: { matrixComputeEfficiency: 0.5 }", StringComparison.Ordinal));
        Assert.That(RunResultJson.Read(Printed.By("replay", scenario, "--json", "-").Output).Accuracy!.Single().NoBand, Is.EqualTo("costs are not calibrated"));
        Assert.That(Printed.By("replay", scenario).Output, Does.EndWith("accuracy      no band: costs are not calibrated\n"));
    }

    [Test]
    public void Replay_JsonAndOut_WriteTheSameDocumentBesideTheSummary()
    {
        using var files = new TemporaryFiles();
        string scenario = files.Write("s.yaml", Scenario + "results: { requestsCsv: rows.csv }\n");
        Printed printed = Printed.By("replay", scenario, "--json", files["new/r.json"], "--out", files["deep/out"]);

        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        Assert.That(printed.Output, Does.StartWith("cluster ").And.Contain("20 arrived, 20 completed"));
        string json = File.ReadAllText(files["new/r.json"]);
        Assert.That(RunResultJson.Read(json).Requests.Completed, Is.EqualTo(20));
        Assert.That(File.ReadAllText(files["deep/out/result.json"]), Is.EqualTo(json));
        Assert.That(File.ReadAllLines(files["deep/out/rows.csv"]), Has.Length.EqualTo(21));
    }

    [TestCase("--timeline")]
    [TestCase("--json")]
    public void Replay_OutputOverTheScenario_IsRefusedAndLeavesIt(string option)
    {
        using var files = new TemporaryFiles();
        string scenario = files.Write("s.yaml", Scenario);
        Assert.That(Printed.By("replay", scenario, option, scenario), Is.EqualTo(
            new Printed(ExitCode.BadInput, "", $"error: {scenario}: is read by this run; give the output another name\n")));
        Assert.That(File.ReadAllText(scenario), Is.EqualTo(Scenario));
    }

    [Test]
    public void Replay_Quiet_PrintsNothing()
    {
        using var files = new TemporaryFiles();
        Assert.That(Printed.By("replay", files.Write("s.yaml", Scenario), "--quiet"), Is.EqualTo(new Printed(ExitCode.Success, "", "")));
    }

    [Test]
    public void Replay_Timeline_DrawsTheFirstRequests()
    {
        using var files = new TemporaryFiles();
        string scenario = files.Write("s.yaml", Scenario + "results: { timeline: of-the-file.svg, timelineRequests: 3 }\n");
        Printed printed = Printed.By("replay", scenario, "--quiet", "--out", files["out"]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        string svg = File.ReadAllText(files["out/of-the-file.svg"]);
        Assert.That(svg, Does.StartWith("<svg ").And.Contain(">vllm-v1 · llama-3.1-8b on 1 × h100-sxm<").And.Contain(">#2<").And.Not.Contain(">#3<"));

        printed = Printed.By("replay", scenario, "--quiet", "--timeline", files["of-the-option.svg"]);
        Assert.That((printed.ExitCode, printed.Error), Is.EqualTo((ExitCode.Success, "")));
        Assert.That(File.ReadAllText(files["of-the-option.svg"]), Is.EqualTo(svg));

        printed = Printed.By("replay", files.Write("s.yaml", Scenario), "--replications", "2", "--timeline", files["many.svg"]);
        Assert.That(printed.ErrorLines.Single(), Does.StartWith("error: 2 replications cannot share the files"));
    }

    [Test]
    public void Replay_Timing_GoesToTheErrorStream()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("replay", files.Write("s.yaml", Scenario), "--quiet", "--timing");
        Assert.That((printed.ExitCode, printed.Output), Is.EqualTo((ExitCode.Success, "")));
        Assert.That(printed.ErrorLines.Single(), Does.StartWith("timing: "));
    }

    [Test]
    public void Replay_Replications_GivesIntervalsOfConsecutiveSeeds()
    {
        using var files = new TemporaryFiles();
        string scenario = files.Write("s.yaml", Scenario.Replace("constant", "poisson", StringComparison.Ordinal));
        ReplicationResult result = ReplicationResultJson.Read(Printed.By("replay", scenario, "--replications", "3", "--seed", "5", "--json", "-").Output);
        Assert.That(result.Seeds, Is.EqualTo((ulong[])[5, 6, 7]));
        Assert.That(result.Settings.Single(setting => setting.Path == "pools[llama-3.1-8b].device").Value, Is.EqualTo("h100-sxm"));
        Assert.That(result.Figures.Single(figure => figure.Path == "simulatedSeconds").Values, Is.Unique);
        Assert.That(Printed.By("replay", scenario, "--replications", "3").Output, Does.Contain("seeds 1 to 3").And.Contain("± (95 %)"));
    }

    [Test]
    public void Replay_ReplicationsWithFilesOfOneRun_AreRefused()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("replay", files.Write("s.yaml", Scenario + "results: { requestsCsv: rows.csv }\n"), "--replications", "3");
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.ErrorLines.Single(), Does.StartWith("error: 3 replications cannot share the files"));
    }

    [Test]
    public void Replay_OutputThatCannotBeWritten_FailsBeforeTheRun()
    {
        using var files = new TemporaryFiles();
        string scenario = files.Write("s.yaml", Scenario), folder = files["folder"];
        Directory.CreateDirectory(folder);
        Printed printed = Printed.By("replay", scenario, "--json", folder);
        Assert.That((printed.ExitCode, printed.Output), Is.EqualTo((ExitCode.RunFailed, "")));
        Assert.That(printed.ErrorLines.Single(), Does.StartWith($"error: {folder}: cannot be written: ").And.EndsWith("; name another file"));

        string below = Path.Combine(scenario, "out");
        printed = Printed.By("replay", scenario, "--out", below);
        Assert.That((printed.ExitCode, printed.Output), Is.EqualTo((ExitCode.RunFailed, "")));
        Assert.That(printed.ErrorLines.Single(), Does.StartWith($"error: {Path.Combine(below, "result.json")}: cannot be written: "));
    }

    [Test]
    public void Replay_FaultyRun_LeavesAnOlderResultAsItWas()
    {
        using var files = new TemporaryFiles();
        string old = files.Write("r.json", "old"), scenario = files.Write("s.yaml", Scenario);
        Printed printed = Printed.By("replay", scenario, "--trace", files.Write("t.csv", "nothing\n"), "--json", old, "--out", files["new"]);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(File.ReadAllText(old), Is.EqualTo("old"));
        Assert.That(File.Exists(files["new/result.json"]), Is.False);
    }

    // Twenty requests, one every 100 ms: the last comes before 2 s.
    [TestCase("drain: 1s", 0)]
    [TestCase("warmUp: 500ms, drain: 500ms", 0)]
    [TestCase("drain: 10s", 2)]
    [TestCase("warmUp: 1s, drain: 1s", 2)]
    public void Replay_WarmUpAndDrain_MustLeaveSomethingToMeasure(string results, int exitCode)
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("replay", files.Write("s.yaml", $"{Scenario}results: {{ {results} }}\n"), "--json", "-");
        Assert.That(printed.ExitCode, Is.EqualTo(exitCode));
        if (exitCode == ExitCode.Success) Assert.That(RunResultJson.Read(printed.Output).Ttft.Count, Is.InRange(9, 11));
        else Assert.That(printed.ErrorLines.Single(), Does.StartWith("error: warmUp and drain leave nothing to measure: the last request arrives at "));
    }

    [Test]
    public void Replay_DrainOfAClosedLoop_IsRefused()
    {
        using var files = new TemporaryFiles();
        string scenario = Scenario.Replace("arrivals: { constant: 10/s }, ", "", StringComparison.Ordinal)
            .Replace("requests: 20 } }", "requests: 20 }, closedLoop: { concurrency: 2 } }", StringComparison.Ordinal);
        Printed printed = Printed.By("replay", files.Write("s.yaml", scenario + "results: { drain: 1s }\n"));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.ErrorLines.Single(), Does.StartWith("error: results.drain needs arrivals that are known in advance"));
    }

    [Test]
    public void Replay_PlanThatDoesNotFit_IsBadInput()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("replay", files.Write("s.yaml", Scenario), "--model", "llama-3.1-405b");
        Assert.That((printed.ExitCode, printed.Output), Is.EqualTo((ExitCode.BadInput, "")));
        Assert.That(printed.Error, Does.Contain("GiB"));
    }

    [Test]
    public void Replay_Settings_AreThoseOfTheScenarioAndTheDefaults()
    {
        using var files = new TemporaryFiles();
        string scenario = files.Write("s.yaml", """
            workload: { generate: { arrivals: { gamma: { rate: 9.5/s, cv: 2 } }, prompt: { uniform: { min: 2, max: 9 } }, output: 5, requests: 20 } }
            cluster:
              router: random
              pools: [{ name: chat, model: llama-3.1-8b, device: a10, serves: [a, b], quantization: { weights: fp8, activations: fp8, kv: fp8, blockScaled: true }, engine: { kvBlocks: unlimited } }]
            results: { slo: { ttft: 500ms } }

            """);
        Dictionary<string, string> settings = Run(scenario).Settings.ToDictionary(setting => setting.Path, setting => setting.Value);
        foreach ((string path, string value) in new[]
        {
            ("router", "random"),
            ("pools[chat].model", "llama-3.1-8b"), ("pools[chat].device", "a10"), ("pools[chat].replicas", "1"), ("pools[chat].serves", "a, b"),
            ("pools[chat].plan.tensor", "1"), ("pools[chat].quantization.weights", "fp8"), ("pools[chat].quantization.blockScaled", "true"), ("pools[chat].quantization.kv", "fp8"),
            ("pools[chat].engine.tokenBudget", "2048"), ("pools[chat].engine.chunkedPrefill", "true"), ("pools[chat].engine.kvBlocks", "unlimited"),
            ("pools[chat].engine.memoryUtilization", "0.9"), ("results.slo.ttft", "0.5 s"),
        })
        {
            Assert.That(settings.GetValueOrDefault(path), Is.EqualTo(value), path);
        }

        // How the workload is laid out is its section's affair; all that it holds is there.
        string[] workload = [.. settings.Where(setting => setting.Key.StartsWith("workload.", StringComparison.Ordinal)).Select(setting => setting.Value)];
        Assert.That(workload, Is.SupersetOf((string[])["9.5", "2", "9", "5", "20"]));
        Assert.That(workload, Has.Some.StartsWith("gamma").And.Some.StartsWith("uniform").And.Some.StartsWith("fixed"), "kinds are named");
        Assert.That(settings.Values, Has.None.Empty);
    }

    [Test]
    public void Replay_ScenarioInAnyFolder_SameBytesAndThePathAsItIsWritten()
    {
        using var files = new TemporaryFiles();
        Directory.CreateDirectory(files["a/b"]);
        string scenario = "workload: { trace: ../t.csv }\ncluster: { pools: [{ model: llama-3.1-8b, device: h100-sxm }] }\n";
        const string trace = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.0000000,100,5\n";
        files.Write("t.csv", trace);
        files.Write("a/t.csv", trace);
        string one = Json(files.Write("a/s.yaml", scenario)), other = Json(files.Write("a/b/s.yaml", scenario));
        Assert.That(one, Is.EqualTo(other));
        Assert.That(Json(Path.GetRelativePath(Environment.CurrentDirectory, files["a/s.yaml"])), Is.EqualTo(one));
        Assert.That(RunResultJson.Read(one).Settings.Select(setting => setting.Value), Has.One.EqualTo("../t.csv"));
        using JsonDocument document = JsonDocument.Parse(one);
        Assert.That(document.RootElement.GetProperty("settings").GetArrayLength(), Is.GreaterThan(20));
        Assert.That(one, Does.Not.Contain(files.Folder));
    }

    private static RunResult Run(string scenario) => RunResultJson.Read(Json(scenario));

    private static string Json(string scenario)
    {
        Printed printed = Printed.By("replay", scenario, "--json", "-");
        Assert.That(printed.Error, Is.Empty.Or.StartsWith("warning: no request was completed"));
        return printed.Output;
    }
}
