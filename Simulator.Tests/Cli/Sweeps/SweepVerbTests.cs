using System.Text.Json;
using Simulator.Cli.Faults;
using Simulator.Cli.Sweeps;
using Simulator.Cli.Terminal;
using Simulator.Cli.Verbs;
using Simulator.Models.Results;
using Simulator.Planning.Sweeps;
using Simulator.Tests.Cli.Verbs;

namespace Simulator.Tests.Cli.Sweeps;

public sealed class SweepVerbTests
{
    private const string Trace = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n0,ChatGPT,100,10,110,API log\n1,ChatGPT,200,20,220,API log\n";

    private const string Scenario = """
        seed: 42
        workload: { trace: t.csv }
        cluster: { pools: [{ model: llama-3.1-8b, device: h100-sxm }] }

        """;

    private const string Sweep = """
        scenario: base.yaml
        axes:
          workload.speedup: [1, 2]
          cluster.pools[0].model: [llama-3.1-8b, llama-3-70b]
        replications: 2

        """;

    [Test]
    public void Sweep_PlanRunMerge_GivesWhatReplayGives()
    {
        using TemporaryFiles files = Files(Sweep);
        Plan(files);
        Run(files, "8 points done, 0 were done before");
        string[] lines = Merge(files, "o.jsonl");
        Assert.That(lines, Has.Length.EqualTo(9));
        using JsonDocument header = JsonDocument.Parse(lines[0]), point = JsonDocument.Parse(lines[1 + 4]), tooLarge = JsonDocument.Parse(lines[1 + 2]);
        Assert.That(header.RootElement.GetProperty("kind").GetString(), Is.EqualTo("sweep"));
        Assert.That(header.RootElement.GetProperty("points").GetInt64(), Is.EqualTo(8));
        Assert.That(point.RootElement.GetProperty("settings").GetRawText(), Is.EqualTo(
            """[{"path":"workload.speedup","value":"2"},{"path":"cluster.pools[0].model","value":"llama-3.1-8b"}]"""));
        Assert.That(tooLarge.RootElement.GetProperty("fault").GetString(), Does.StartWith("Pool 'llama-3-70b': ").And.Contains("GiB"));

        files.Write("point.yaml", Scenario.Replace("trace: t.csv", "trace: t.csv, speedup: 2", StringComparison.Ordinal));
        Printed replay = Printed.By("replay", files["point.yaml"], "--json", "-");
        Assert.That(RunResultJson.Write(RunResultJson.Read(point.RootElement.GetProperty("result").GetRawText())), Is.EqualTo(replay.Output));
    }

    [Test]
    public void Merge_Csv_HasARowOfSettingsAndFiguresForEachPoint()
    {
        using TemporaryFiles files = Files(Sweep);
        Plan(files);
        Run(files, "8 points done");
        string[][] rows = [.. Merge(files, "o.csv", "warning: 4 of the points cannot run; 'fault' says why").Select(line => line.Split(','))];
        Assert.That(rows, Has.Length.EqualTo(9));
        Assert.That(rows[0].Take(6), Is.EqualTo(new[] { "point", "workload.speedup", "cluster.pools[0].model", "replication", "seed", "fault" }));
        Assert.That(rows[0], Has.Member("ttft.p99").And.Member("cost.usd"));
        int completed = Array.IndexOf(rows[0], "requests.completed");
        Assert.That(rows[1].Skip(1).Take(5), Is.EqualTo(new[] { "1", "llama-3.1-8b", "0", "42", "" }));
        Assert.That(rows[2].Skip(1).Take(5), Is.EqualTo(new[] { "1", "llama-3.1-8b", "1", "43", "" }), "a scenario's own seed is that of its first replication");
        Assert.That(rows[1][completed], Is.EqualTo("2"));
        Assert.That(rows[3][2..5], Is.EqualTo(new[] { "llama-3-70b", "0", "" }));
    }

    [Test]
    public void Sweep_OfPlans_RunsEveryPlanOfEveryCombination()
    {
        const string Plans = "scenario: base.yaml\naxes: { workload.speedup: [1, 2, 3, 4] }\nplans: { devices: 1 }\nreplications: 2\n";
        using TemporaryFiles files = Files(Plans);
        Plan(files);
        Run(files, "8 points done");
        string[] rows = Merge(files, "o.csv");
        Assert.That(rows[0], Does.StartWith("point,workload.speedup,cluster.pools[0].replicas,cluster.pools[0].plan,replication,"));
        Assert.That(rows.Skip(1), Is.All.Contains(""",1,"{""tensor"":""1""}","""));
    }

    /// <summary>Without a seed of its own a point has one from its content, whoever runs it.</summary>
    [Test]
    public void Run_ScenarioWithoutSeed_TakesThatOfThePoint()
    {
        using TemporaryFiles files = Files(Sweep.Replace("llama-3-70b", "llama-3.2-3b", StringComparison.Ordinal), Scenario.Replace("seed: 42\n", "", StringComparison.Ordinal));
        Plan(files);
        Run(files, "8 points done");
        string[] seeds = [.. Merge(files, "o.csv").Skip(1).Select(line => line.Split(',')[4])];
        Assert.That(seeds, Is.EqualTo(SweepManifest.Open(files["m.jsonl"]).Points().Select(point => $"{point.Seed}")).And.Unique);
    }

    /// <summary>Results name no folder, so that they are the same wherever the files lie.</summary>
    [Test]
    public void Sweep_InAnotherFolder_GivesTheSameBytes()
    {
        using TemporaryFiles here = Files(Sweep), there = Files(Sweep);
        Directory.CreateDirectory(there["deep"]);
        foreach (string file in (string[])["base.yaml", "t.csv", "sweep.yaml"]) File.Move(there[file], Path.Combine(there["deep"], file));
        foreach (TemporaryFiles files in (TemporaryFiles[])[here, there])
        {
            string sweep = files == here ? "sweep.yaml" : "deep/sweep.yaml";
            Assert.That(Printed.By("sweep", "plan", files[sweep], "--out", files["m.jsonl"]).Error, Is.Empty);
            Run(files, "8 points done");
        }

        string[] first = Merge(here, "o.jsonl"), second = Merge(there, "o.jsonl");
        Assert.That(second.Skip(1), Is.EqualTo(first.Skip(1)));
    }

    [Test]
    public void Run_ChangedTrace_IsRefused()
    {
        using TemporaryFiles files = Files(Sweep);
        Plan(files);
        files.Write("t.csv", $"{Trace}2,ChatGPT,1,1,2,API log\n");
        Printed run = Printed.By("sweep", "run", "--manifest", files["m.jsonl"], "--results", files["r"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(run.Error, Does.Contain("8 points failed").And.Contains("t.csv: has changed since the sweep was planned; restore it, or plan the sweep again"));
        files.Write("t.csv", Trace);
        Run(files, "8 points done");
    }

    [Test]
    public void Run_MissingTrace_IsRefused()
    {
        using TemporaryFiles files = Files(Sweep);
        Plan(files);
        File.Delete(files["t.csv"]);
        Printed run = Printed.By("sweep", "run", "--manifest", files["m.jsonl"], "--results", files["r"]);
        Assert.That((run.ExitCode, run.ErrorLines[^1]), Is.EqualTo((ExitCode.BadInput, $"error: {files["t.csv"]}: no such file")));
    }

    /// <summary>What is wrong with a trace is the same in every run, and so it is a result; it names no folder.</summary>
    [Test]
    public void Run_FaultyTrace_IsTheResultOfThePoint()
    {
        using TemporaryFiles files = Files(Sweep);
        files.Write("t.csv", $"{Trace}x,ChatGPT,1,1,2,API log\n");
        Plan(files);
        Run(files, "8 points done");
        string row = Merge(files, "o.jsonl", "warning: 8 of the points cannot run; 'fault' says why")[1];
        Assert.That(row, Does.Contain("\"fault\":\"t.csv:4").And.Not.Contains(files.Folder));
    }

    [Test]
    public void Run_PlannedByAnotherVersion_IsRefused()
    {
        using TemporaryFiles files = Files(Sweep);
        Plan(files);
        SweepManifest manifest = SweepManifest.Open(files["m.jsonl"]);
        SweepManifest.Write(files["other.jsonl"], manifest.About, manifest.Points().Select(point => (PointContent.Parse(point.Line) with { Simulator = "0.0.1" }).ToLine()));
        Printed run = Printed.By("sweep", "run", "--manifest", files["other.jsonl"], "--results", files["r"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(run.Error, Does.Contain("was planned by version 0.0.1, and this is"));
    }

    [Test]
    public void Run_ResultsThatAreAFile_AsksForAnotherTry()
    {
        using TemporaryFiles files = Files(Sweep);
        Plan(files);
        files.Write("r", "");
        Printed run = Printed.By("sweep", "run", "--manifest", files["m.jsonl"], "--results", files["r"]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.TryAgain));
        Assert.That(run.Error, Does.StartWith("error: ").And.Contains("run the sweep again"));
    }

    [Test]
    public void Merge_MissingPoints_NamesThemAndReturns3()
    {
        using TemporaryFiles files = Files(Sweep);
        Plan(files);
        Assert.That(Printed.By("sweep", "run", "--manifest", files["m.jsonl"], "--results", files["r"], "--shard", "0", "--of", "2").ExitCode, Is.Zero);
        Printed merge = Printed.By("sweep", "merge", "--manifest", files["m.jsonl"], "--results", files["r"], "--out", files["o.csv"]);
        SweepPoint[] points = [.. SweepManifest.Open(files["m.jsonl"]).Points()];
        Assert.That((merge.ExitCode, merge.ErrorLines.Length), Is.EqualTo((ExitCode.NoMatch, 5)));
        Assert.That(merge.ErrorLines[0], Is.EqualTo($"missing: {points[1].Id} (workload.speedup=1, cluster.pools[0].model=llama-3.1-8b, replication 1)"));
        Assert.That(merge.ErrorLines[4], Is.EqualTo("error: 4 of 8 points are missing; run the sweep again"));
        Assert.That(files["o.csv"], Does.Not.Exist);
    }

    [TestCase("{}")]
    [TestCase("{\"result\":{}}")]
    [TestCase("nonsense")]
    public void Merge_FaultyResult_IsRefused(string value)
    {
        using TemporaryFiles files = Files(Sweep);
        Plan(files);
        Run(files, "8 points done");
        SweepPoint point = SweepManifest.Open(files["m.jsonl"]).Points().First();
        files.Write($"r/{point.Id}.json", $"{{\"point\":\"{point.Id}\",\"value\":{value}}}\n");
        foreach (string output in (string[])["o.csv", "o.jsonl"])
        {
            Printed merge = Printed.By("sweep", "merge", "--manifest", files["m.jsonl"], "--results", files["r"], "--out", files[output]);
            Assert.That(merge.ExitCode, Is.EqualTo(ExitCode.BadInput));
            Assert.That(merge.Error, Does.Contain("is not the result of a run; delete it and run the sweep again"));
            Assert.That(files[output], Does.Not.Exist);
        }
    }

    [Test]
    public void Merge_WrongNames_AreRefused()
    {
        using TemporaryFiles files = Files(Sweep);
        Plan(files);
        Assert.That(Fault("m.jsonl", "r", "o.txt"), Is.EqualTo($"error: --out: expected a name that ends in .csv or .jsonl, got '{files["o.txt"]}'"));
        Assert.That(Fault("m.jsonl", "r", "m.jsonl"), Is.EqualTo($"error: {files["m.jsonl"]}: is the manifest; name another file"));
        Assert.That(Fault("m.jsonl", "r", "o.csv"), Is.EqualTo($"error: {files["r"]}: no such folder; 'sweep run' makes it"));
        Directory.CreateDirectory(files["r"]);
        Assert.That(Fault("none.jsonl", "r", "o.csv"), Is.EqualTo($"error: {files["none.jsonl"]}: no such file"));
        Assert.That(Fault("t.csv", "r", "o.csv"), Is.EqualTo($"error: {files["t.csv"]}: is no manifest of a sweep; name a file that 'sweep plan' wrote"));

        string Fault(string manifest, string results, string output)
        {
            Printed merge = Printed.By("sweep", "merge", "--manifest", files[manifest], "--results", files[results], "--out", files[output]);
            Assert.That(merge.ExitCode, Is.EqualTo(ExitCode.BadInput));
            return merge.ErrorLines.Single();
        }
    }

    [Test]
    public void Plan_OverAnotherSweep_IsRefused()
    {
        using TemporaryFiles files = Files(Sweep);
        Plan(files);
        Plan(files);
        files.Write("sweep.yaml", Sweep.Replace("[1, 2]", "[1, 3]", StringComparison.Ordinal));
        Printed plan = Printed.By("sweep", "plan", files["sweep.yaml"], "--out", files["m.jsonl"]);
        Assert.That((plan.ExitCode, plan.Error), Is.EqualTo((ExitCode.BadInput,
            $"error: {files["m.jsonl"]}: is there already and holds something else; a manifest is not changed, so name another file{Environment.NewLine}")));
    }

    [TestCase(null, null, "", "0/1")]
    [TestCase(2, 5, "", "2/5")]
    [TestCase(2, 5, "SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_COUNT=9 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=8", "2/5")]
    [TestCase(null, null, "SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_COUNT=9 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=8", "4/9")]
    [TestCase(null, 12, "SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_COUNT=1 SLURM_ARRAY_TASK_MIN=4 SLURM_ARRAY_TASK_MAX=4", "4/12")]
    [TestCase(null, null, "SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_COUNT=1 SLURM_ARRAY_TASK_MIN=4 SLURM_ARRAY_TASK_MAX=4",
        "--of is missing; the tasks of this array are not 0 to 0, so nothing says how many shards there are")]
    [TestCase(null, null, "SLURM_ARRAY_TASK_ID=4", "--of is missing; it is the number of shards that task 4 is one of")]
    [TestCase(null, null, "SLURM_ARRAY_TASK_ID=x", "SLURM_ARRAY_TASK_ID: expected a whole number, got 'x'; give --shard and --of")]
    [TestCase(null, 4, "JOB_COMPLETION_INDEX=3", "3/4")]
    [TestCase(null, null, "JOB_COMPLETION_INDEX=3", "--of is missing; it is the number of shards that JOB_COMPLETION_INDEX=3 is one of")]
    [TestCase(3, null, "", "--of is missing; it is the number of shards that --shard=3 is one of")]
    [TestCase(3, 3, "", "--shard: there are 3 shards, 0 to 2, and no shard 3")]
    [TestCase(null, 3, "", "--of: without --shard nothing says which of the shards to run; give its number, from 0")]
    public void ShardOf_OptionsAndEnvironment_GiveAShardOrAReason(int? shard, int? of, string environment, string expected)
    {
        Dictionary<string, string> variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        string got;
        try
        {
            Shard part = SweepRunVerb.ShardOf(shard, of, variables.GetValueOrDefault);
            got = $"{part.Index}/{part.Count}";
        }
        catch (InputException fault)
        {
            got = fault.Message;
        }

        Assert.That(got, Is.EqualTo(expected));
    }

    [Test]
    public void Slurm_Sweep_PrintsAScriptWithAllThatATaskNeeds()
    {
        using TemporaryFiles files = Files(Sweep);
        Plan(files);
        Printed script = Printed.By("sweep", "slurm", "--manifest", files["m.jsonl"], "--results", files["r's"], "--tasks", "4", "--cores", "2");
        Assert.That(script.ExitCode, Is.Zero);
        Assert.That(script.Output, Does.StartWith("#!/bin/bash\n").And.Contains("\n#SBATCH --array=0-3\n#SBATCH --cpus-per-task=2\n#SBATCH --requeue\n#SBATCH --open-mode=append\n"));
        Assert.That(script.Output, Does.Contain(
            $"""simulator sweep run --manifest '{files["m.jsonl"]}' --results '{files["r"]}'\''s' --shard "$SLURM_ARRAY_TASK_ID" --of 4 --cores 2"""));
        Assert.That(script.Output, Does.Contain("""if [ "$code" -eq 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 10 ]; then"""));
        Assert.That(script.Output, Does.Not.Contain("\r"));
    }

    private static TemporaryFiles Files(string sweep, string scenario = Scenario)
    {
        var files = new TemporaryFiles();
        files.Write("t.csv", Trace);
        files.Write("base.yaml", scenario);
        files.Write("sweep.yaml", sweep);
        return files;
    }

    private static void Plan(TemporaryFiles files)
    {
        Printed plan = Printed.By("sweep", "plan", files["sweep.yaml"], "--out", files["m.jsonl"]);
        Assert.That((plan.ExitCode, plan.Error), Is.EqualTo((ExitCode.Success, "")));
        Assert.That(plan.Output, Does.StartWith("8 points, id "));
    }

    private static void Run(TemporaryFiles files, string summary)
    {
        Printed run = Printed.By("sweep", "run", "--manifest", files["m.jsonl"], "--results", files["r"], "--cores", "2");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((ExitCode.Success, "")));
        Assert.That(run.Output, Does.StartWith(summary));
    }

    private static string[] Merge(TemporaryFiles files, string output, string? warning = null)
    {
        Printed merge = Printed.By("sweep", "merge", "--manifest", files["m.jsonl"], "--results", files["r"], "--out", files[output]);
        Assert.That(merge.ExitCode, Is.Zero);
        if (warning is not null) Assert.That(merge.Error.TrimEnd(), Is.EqualTo(warning));
        return File.ReadAllLines(files[output]);
    }
}
