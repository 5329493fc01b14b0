using Simulator.Cli.Terminal;
using Simulator.Models.Results;
using Simulator.Tests.Models.Results;

namespace Simulator.Tests.Cli.Verbs;

public sealed class ReportVerbTests
{
    private const string Samples = "time_s,replica,running,waiting,kv_blocks_used,generated_tokens,tokens_per_second,power_w\n0,0,1,0,1,0,,\n0.5,0,2,3,4,5,10,300\n";

    private const string Requests = "id,outcome,ttft_s,tpot_s,e2e_s\n0,completed,0.1,0.01,1\n1,timedOut,0.2,0.02,3\n2,completed,0.3,,2\n";

    private static readonly string Result = RunResultJson.Write(TinyRun.Run() with { Settings = [new("pools[chat].model", "m"), new("pools[chat].device", "d")] });

    private static readonly string Trace = Path.Combine(SharedData.RepositoryRoot, "traces/burstgpt-like-v1.csv");

    /// <summary>From a search to its report, all by the command line; twice, with the same bytes.</summary>
    [Test]
    public void Report_OfAPlanSearch_WritesPageFiguresAndTables()
    {
        using var files = new TemporaryFiles();
        string search = files["search.json"];
        Assert.That(Printed.By("plan", "search", "--model", "llama-3.1-8b", "--device", "h100-sxm", "--devices", "2", "--trace", Trace, "--limit", "60", "--json", search, "--quiet").ExitCode, Is.EqualTo(ExitCode.Success));
        Printed printed = Printed.By("report", search, "--out", files["a/report.html"], "--svg", files["a/figures"], "--csv", files["a/data"], "--title", "Two H100");
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        string[] written = [.. printed.Output.ReplaceLineEndings("\n").TrimEnd().Split('\n')];
        Assert.That(written, Is.SupersetOf(new[] { files["a/report.html"], Path.Combine(files["a/figures"], "front-1.svg"), Path.Combine(files["a/data"], "front-1.csv"), Path.Combine(files["a/data"], "cdf-ttft.csv") }));
        Assert.That(written, Has.All.Matches<string>(File.Exists));
        Assert.That(File.ReadAllText(files["a/report.html"]), Does.Contain("<title>Two H100</title>").And.Contain("\"id\":[").And.Contain("id=\"plan-table\""));

        Assert.That(Printed.By("report", search, "--out", files["b/report.html"], "--svg", files["b/figures"], "--csv", files["b/data"], "--title", "Two H100").ExitCode, Is.EqualTo(ExitCode.Success));
        foreach (string file in written) Assert.That(File.ReadAllBytes(file.Replace(files["a"], files["b"], StringComparison.Ordinal)), Is.EqualTo(File.ReadAllBytes(file)), file);
    }

    [Test]
    public void Report_OfReplays_TakesWhatTheyWroteBesideTheirResults()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By(
            "report", files.Write("a.json", Result), files.Write("series.csv", Samples), files.Write("b.json", Result), files.Write("requests.csv", Requests),
            "--csv", files["data"]);
        Assert.That(printed.Error, Is.Empty);
        Assert.That(File.ReadAllText(files["data/time-series-1-waiting.csv"]), Is.EqualTo("series,\"time since the start, seconds\",\"waiting, requests\",label\nreplica 0,0,0,\nreplica 0,0.5,3,\n"));
        Assert.That(File.ReadAllText(files["data/time-series-1-power.csv"]), Does.EndWith("\nall replicas,0.5,300,\n"));
        // Of b the requests: 3 with a first token, 2 completed, of which 1 has a time per token.
        string[] e2e = [.. File.ReadLines(files["data/cdf-e2e.csv"]).Where(line => line.StartsWith("b,", StringComparison.Ordinal))];
        Assert.That(e2e.Select(line => line.Split(',')[1]).Distinct(), Is.EqualTo((string[])["1", "2"]));
        Assert.That(e2e.Single(line => line.Split(',')[2] == "0.5"), Is.EqualTo("b,1,0.5,"));
        Assert.That(File.ReadLines(files["data/cdf-ttft.csv"]).Count(line => line.StartsWith("b,0.3,", StringComparison.Ordinal)), Is.GreaterThan(1));
    }

    /// <summary>Results that a folder holds are called by the folder.</summary>
    [Test]
    public void Report_OfResultsInFolders_NamesThemByTheFolders()
    {
        using var files = new TemporaryFiles();
        foreach (string folder in (string[])["fast", "slow"]) Directory.CreateDirectory(files[folder]);
        Printed.By("report", files.Write("fast/result.json", Result), files.Write("slow/result.json", Result), "--csv", files["data"]);
        Assert.That(File.ReadLines(files["data/cdf-ttft.csv"]).Skip(1).Select(line => line.Split(',')[0]).Distinct(), Is.EqualTo((string[])["fast", "slow"]));
    }

    [Test]
    public void Report_WithoutAnOutput_SaysWhatToGive()
    {
        using var files = new TemporaryFiles();
        Refused("--out is missing; it is the page to write, such as report.html (or give --svg or --csv)", "report", files.Write("a.json", Result));
    }

    [Test]
    public void Report_OverAResult_IsRefused()
    {
        using var files = new TemporaryFiles();
        string a = files.Write("a.json", Result);
        Refused($"--out: {a} is one of the results; name another file", "report", a, "--out", a);
        Assert.That(File.ReadAllText(a), Is.EqualTo(Result));
    }

    /// <summary>Every fault is told, each with its file, and nothing is written.</summary>
    [Test]
    public void Report_SeveralFaults_AreToldTogether()
    {
        using var files = new TemporaryFiles();
        string search = files.Write("search.json", "{\"schemaVersion\": 1, \"kind\": \"plan-search\"}");
        Printed printed = Printed.By("report", files["none.json"], search, files.Write("x.csv", "a,b\n1,2\n"), "--out", files["r.html"]);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.ErrorLines, Has.Length.EqualTo(3));
        Assert.That(printed.ErrorLines[0], Is.EqualTo($"error: {files["none.json"]}: no such file"));
        Assert.That(printed.ErrorLines[1], Does.StartWith($"error: {search}: is no whole plan search: "));
        Assert.That(printed.ErrorLines[2], Does.Contain("x.csv: a plan search runs many plans"));
        Assert.That(File.Exists(files["r.html"]), Is.False);
    }

    [TestCase("", ":1:1: not valid JSON: ")]
    [TestCase("[1]", "holds no results; name a file")]
    [TestCase("a,b\n1,2\n", ":1: has neither the columns of a time series nor those of requests")]
    [TestCase("time_s,replica,running,waiting,kv_blocks_used\n0,0,1,x,1\n", ":2: waiting: expected a number of 0 or more, got 'x'; write the file again")]
    [TestCase("time_s,replica,running,waiting,kv_blocks_used\n0,0,1,,1\n", ":2: waiting: the cell is empty; write the file again")]
    [TestCase("time_s,replica,running,waiting,kv_blocks_used\n0,0\n", ":2: the row has 2 fields and the header has 5; write the file again")]
    [TestCase("outcome,ttft_s,tpot_s,e2e_s\ncompleted,-1,0,1\n", ":2: ttft_s: expected a number of 0 or more, got '-1'; write the file again")]
    [TestCase("{\"schemaVersion\": 2, \"kind\": \"plan-search\"", ":1:")]
    public void Report_BadFile_NamesItAndThePlace(string text, string fault)
    {
        using var files = new TemporaryFiles();
        string file = files.Write("file.txt", text);
        Printed printed = Printed.By("report", file, "--out", files["r.html"]);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(printed.ErrorLines, Has.One.Items);
        Assert.That(printed.Error, Does.StartWith($"error: {file}").And.Contain(fault));
    }

    [Test]
    public void Report_TwoSearchesOrOneFileTwice_AreRefused()
    {
        using var files = new TemporaryFiles();
        string a = files.Write("a.json", Result);
        Refused($"{a}: is named twice; name it once", "report", a, a, "--out", files["r.html"]);
    }

    private static void Refused(string fault, params string[] args)
    {
        Printed printed = Printed.By(args);
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])[$"error: {fault}"]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }
}
