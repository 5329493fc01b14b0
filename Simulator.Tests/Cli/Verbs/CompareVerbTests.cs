using Simulator.Cli.Terminal;
using Simulator.Models.Results;
using Simulator.Models.Results.Comparison;
using Simulator.Tests.Models.Results;

namespace Simulator.Tests.Cli.Verbs;

public sealed class CompareVerbTests
{
    private static readonly RunResult A = TinyRun.Run() with { Settings = [new("router", "random"), new("pools[chat].replicas", "1")] };

    private static readonly RunResult B = A with
    {
        Settings = [new("router", "round-robin"), new("pools[chat].replicas", "1"), new("pools[chat].engine.queueLimit", "4")],
        Requests = A.Requests with { Completed = 6 },
        Iterations = 10,
        Ttft = A.Ttft with { Mean = A.Ttft.Mean / 2, Max = null },
        Rejections = A.Rejections with { QueueFull = 3 },
    };

    private static readonly string Single = RunResultJson.Write(A);

    [Test]
    public void Compare_TwoRuns_ShowsSettingsThatDifferAndFiguresWithTheirChange()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("compare", files.Write("a.json", Single), files.Write("b.json", RunResultJson.Write(B)));

        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        string[] lines = printed.Output.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        Assert.That(lines[..2], Is.EqualTo((string[])[$"A: {files["a.json"]}", $"B: {files["b.json"]}"]));
        Assert.That(Row(lines, "router"), Is.EqualTo((string[])["router", "random", "round-robin"]));
        Assert.That(Row(lines, "pools[chat].engine.queueLimit"), Is.EqualTo((string[])["pools[chat].engine.queueLimit", "-", "4"]));
        Assert.That(lines, Has.None.Contains("pools[chat].replicas"), "the same in both");
        Assert.That(Row(lines, "requests.completed"), Is.EqualTo((string[])["requests.completed", "3", "6", "+100.0 %", "better", "requests"]));
        Assert.That(Row(lines, "iterations"), Is.EqualTo((string[])["iterations", "5", "10", "+100.0 %", "iterations"]));
        Assert.That(Row(lines, "rejections.queueFull"), Is.EqualTo((string[])["rejections.queueFull", "0", "3", "changed", "worse", "requests"]));
        Assert.That(Row(lines, "ttft.mean")[3..], Is.EqualTo((string[])["-50.0 %", "better"]));
        Assert.That(Row(lines, "ttft.max")[2..], Is.EqualTo((string[])["-", "changed"]));
        Assert.That(Row(lines, "itl.mean"), Has.Length.EqualTo(3), "unchanged");
        Assert.That(lines, Has.None.Contains("rejections.noPool  0").And.None.Contains("engine.preemptions").And.None.Contains("classes["));
        Assert.That(lines[^1], Is.EqualTo($"5 of {RunFigures.Of(A).Count} figures differ."));
    }

    [Test]
    public void Compare_All_ShowsClassesAndZeros()
    {
        using var files = new TemporaryFiles();
        string[] lines = Printed.By("compare", files.Write("a.json", Single), files.Write("b.json", RunResultJson.Write(B)), "--all").Output.Split('\n');
        foreach (Figure figure in RunFigures.Of(A))
            Assert.That(lines.Count(line => line.StartsWith($"  {figure.Path} ", StringComparison.Ordinal)), Is.EqualTo(1), figure.Path);
    }

    [Test]
    public void Compare_ClassThatOneRunLacks_IsShownWithoutAll()
    {
        using var files = new TemporaryFiles();
        RunResult without = A with { Classes = [.. A.Classes.Where(group => group.Class.Length == 0)] };
        string[] lines = Printed.By("compare", files.Write("a.json", RunResultJson.Write(without)), files.Write("b.json", Single)).Output.Split('\n');
        Assert.That(Row(lines, "classes[chat/a,b]"), Is.EqualTo((string[])["classes[chat/a,b]", "-", "present"]));
        Assert.That(Row(lines, "classes[chat/a,b].ttft.mean"), Is.EqualTo((string[])["classes[chat/a,b].ttft.mean", "-", "20 ms", "changed"]));
        Assert.That(lines, Has.None.Contains("classes[chat/]"));
    }

    [Test]
    public void Compare_EqualRuns_SaysSo()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("compare", files.Write("a.json", Single), files.Write("b.json", Single));
        Assert.That(printed.Output, Does.Not.Contain("setting"));
        Assert.That(printed.Output.TrimEnd(), Does.EndWith("The figures are equal."));
    }

    [Test]
    public void Compare_Replications_SaysWhichChangesExceedTheirInterval()
    {
        using var files = new TemporaryFiles();
        string a = files.Write("a.json", Replicated([1, 2, 3], [1, 2, 3])), b = files.Write("b.json", Replicated([1.5, 2.6, 3.7], [4, 3, 2]));
        Printed printed = Printed.By("compare", a, b);
        string[] lines = printed.Output.Split('\n');
        // The differences 0.5, 0.6, 0.7 and 3, 1, -1 with half-widths of 2.484138 deviations, over means of 2.
        Assert.That(Row(lines, "ttft.mean"), Is.EqualTo((string[])["ttft.mean", "2 s", "2.600 s", "+30.0 %", "12.4 %", "worse"]));
        Assert.That(Row(lines, "e2e.mean"), Is.EqualTo((string[])["e2e.mean", "2 s", "3 s", "+50.0 %", "248.4 %", "within ±"]));
        Assert.That(printed.Output, Does.Contain("±: half the 95 % confidence interval"));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Compare_RunAgainstReplications_IsRefused(bool runFirst)
    {
        using var files = new TemporaryFiles();
        string run = files.Write("run.json", Single), many = files.Write("many.json", Replicated([1, 2, 3], [1, 2, 3]));
        Printed printed = runFirst ? Printed.By("compare", run, many) : Printed.By("compare", many, run);
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])
            [$"error: {run} holds a single run and {many} holds 3 replications, which have means in place of values; give both runs the same --replications"]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [TestCase("", "1:1: not valid JSON: ")]
    [TestCase("{\n  \"schemaVersion\": 1,\n  oops\n}", "3:3: not valid JSON: ")]
    public void Compare_NotJson_NamesThePlace(string text, string fault)
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("compare", files.Write("a.json", text), files.Write("b.json", Single));
        Assert.That(printed.ErrorLines, Has.One.Items);
        Assert.That(printed.Error, Does.StartWith($"error: {files["a.json"]}:{fault}"));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("null")]
    [TestCase("{\"schemaVersion\": \"1\", \"requests\": {}}")]
    [TestCase("{\"schemaVersion\": 1}")]
    [TestCase("{\"schemaVersion\": 1, \"seeds\": [1]}")]
    public void Compare_NoResults_SaysWhatToGive(string text)
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("compare", files.Write("a.json", Single), files.Write("b.json", text));
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])
            [$"error: {files["b.json"]}: holds no results; name a file that 'simulator replay --json' wrote"]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [Test]
    public void Compare_MissingFile_SaysSo()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("compare", files["none.json"], files.Write("b.json", Single));
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])[$"error: {files["none.json"]}: no such file"]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [Test]
    public void Compare_Folder_SaysWhatToGive()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("compare", files.Folder, files.Write("b.json", Single));
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])[$"error: {files.Folder}: is a folder; name a file of results"]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [Test]
    public void Compare_OtherSchema_IsRefused()
    {
        using var files = new TemporaryFiles();
        string old = files.Write("a.json", Single.Replace("\"schemaVersion\": 1", "\"schemaVersion\": 0", StringComparison.Ordinal));
        Printed printed = Printed.By("compare", old, files.Write("b.json", Single));
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])
            [$"error: {old}: has schema version 0, and this simulator reads version 1; run its scenario again"]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    private static string Replicated(double[] ttft, double[] e2e) => ReplicationResultJson.Write(ReplicationResult.Of(
    [
        .. ttft.Zip(e2e, (first, last) => A with { Ttft = A.Ttft with { Mean = first }, E2e = A.E2e with { Mean = last } })
            .Select((run, i) => run with { Seed = (ulong)i }),
    ]));

    private static string[] Row(string[] lines, string path) =>
        lines.Single(line => line.StartsWith($"  {path} ", StringComparison.Ordinal)).Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
