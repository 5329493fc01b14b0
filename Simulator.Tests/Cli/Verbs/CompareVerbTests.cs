using Simulator.Cli.Terminal;

namespace Simulator.Tests.Cli.Verbs;

public sealed class CompareVerbTests
{
    private const string A = """
        {
          "schemaVersion": 1,
          "requests": { "injected": 2000, "completed": 2000 },
          "ttft": { "mean": 0.123456, "p99": null },
          "itl": { "mean": 0 },
          "classes": [{ "pool": "chat", "class": "api", "e2e": 1.5 }, { "pool": "chat", "class": "", "e2e": 2.5 }],
          "replicas": [{ "replica": 0, "iterations": 7 }],
          "scenario": { "seed": 1, "cluster": { "router": "random" } }
        }
        """;

    private const string B = """
        {
          "schemaVersion": 1,
          "requests": { "injected": 2000, "completed": 1900 },
          "ttft": { "mean": 0.2, "p99": 3 },
          "itl": { "mean": 0.000001234 },
          "classes": [{ "pool": "chat", "class": "", "e2e": 2.5 }, { "pool": "chat", "class": "api", "e2e": 3 }],
          "replicas": [{ "replica": 0, "iterations": 7 }, { "replica": 1, "iterations": 9 }],
          "scenario": { "seed": 1, "cluster": { "router": "round-robin" } }
        }
        """;

    [Test]
    public void Compare_TwoRuns_ShowsSettingsThatDifferAndEveryResult()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("compare", files.Write("a.json", A), files.Write("b.json", B));

        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(printed.Output.ReplaceLineEndings("\n"), Is.EqualTo($"""
            A: {files["a.json"]}
            B: {files["b.json"]}

              scenario              A             B    change
            ───────────────────────────────────────────────────
              cluster.router   random   round-robin   changed

              result                    A             B    change
            ───────────────────────────────────────────────────────
              requests.injected     2,000         2,000
              requests.completed    2,000         1,900    -5.0 %
              ttft.mean            0.1235        0.2000   +62.0 %
              ttft.p99                  -             3   changed
              itl.mean                  0   0.000001234   changed

            7 of 15 results differ.

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void Compare_All_MatchesClassesByName()
    {
        using var files = new TemporaryFiles();
        string[] lines = Printed.By("compare", files.Write("a.json", A), files.Write("b.json", B), "--all").Output.Split('\n');

        Assert.That(lines.Single(line => line.Contains("classes[chat/api].e2e", StringComparison.Ordinal)), Does.Contain("1.500").And.Contain("+100.0 %"));
        Assert.That(lines.Single(line => line.Contains("classes[chat].e2e", StringComparison.Ordinal)), Does.Not.Contain("%"));
        Assert.That(lines.Single(line => line.Contains("replicas[1].iterations", StringComparison.Ordinal)), Does.Match(@"-\s+9\s+changed"));
    }

    [Test]
    public void Compare_EqualRuns_SaysSo()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("compare", files.Write("a.json", A), files.Write("b.json", A));
        Assert.That(printed.Output, Does.Not.Contain("scenario"));
        Assert.That(printed.Output.TrimEnd(), Does.EndWith("The results are equal."));
    }

    [TestCase("", "1:1: not valid JSON: ")]
    [TestCase("{\n  \"schemaVersion\": 1,\n  oops\n}", "3:3: not valid JSON: ")]
    public void Compare_NotJson_NamesThePlace(string text, string fault)
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("compare", files.Write("a.json", text), files.Write("b.json", B));
        Assert.That(printed.ErrorLines, Has.One.Items);
        Assert.That(printed.Error, Does.StartWith($"error: {files["a.json"]}:{fault}"));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("{\"schemaVersion\": \"1\", \"requests\": {}}")]
    [TestCase("{\"schemaVersion\": 1}")]
    public void Compare_NoResults_SaysWhatToGive(string text)
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("compare", files.Write("a.json", text), files.Write("b.json", B));
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])
            [$"error: {files["a.json"]}: holds no results; name a file that 'simulator replay --json' wrote"]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [Test]
    public void Compare_MissingFile_SaysSo()
    {
        using var files = new TemporaryFiles();
        Printed printed = Printed.By("compare", files["none.json"], files.Write("b.json", B));
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])[$"error: {files["none.json"]}: no such file"]));
        Assert.That(printed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [Test]
    public void Compare_DifferentSchemas_AreRefused()
    {
        using var files = new TemporaryFiles();
        string old = files.Write("a.json", A.Replace("\"schemaVersion\": 1", "\"schemaVersion\": 0", StringComparison.Ordinal));
        Printed printed = Printed.By("compare", old, files.Write("b.json", B));
        Assert.That(printed.ErrorLines, Is.EqualTo((string[])
            [$"error: {old} has schema version 0 and {files["b.json"]} has 1; run both with the same version of the simulator"]));
    }
}
