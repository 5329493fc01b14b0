using Simulator.Cli.Running;
using Simulator.Models.Results;
using Simulator.Models.Results.Accuracy;
using Simulator.Models.Results.Comparison;
using Simulator.Tests.Models.Results;

namespace Simulator.Tests.Cli.Running;

public sealed class RunSummaryTests
{
    private static readonly RunResult Run = TinyRun.Run();

    [Test]
    public void Write_TinyRun_CountsAndLatenciesAreThoseWorkedOutByHand()
    {
        string[] lines = Lines(Run);
        Assert.That(Line(lines, "requests"), Is.EqualTo(
            "requests      7 arrived, 3 completed, 1 failed in the trace, 2 rejected,\n              1 timed out"));
        Assert.That(Line(lines, "rejected"), Is.EqualTo(
            "rejected      1 too long for the context window,\n              1 for a model that no pool serves"));
        Assert.That(Line(lines, "time"), Is.EqualTo("time          192 ms simulated, 5 iterations"));
        // Of 20, 65 and 72 ms.
        Assert.That(lines.Single(line => line.StartsWith("  TTFT ", StringComparison.Ordinal)), Does.Match(@"52.33 ms +65.\d\d ms +72 ms +72 ms +72 ms +72 ms$"));
        Assert.That(lines, Has.None.Contains("queueing delay"), "nothing was preempted");
        Assert.That(lines, Has.None.StartsWith("goodput"), "no SLO is set");
    }

    [Test]
    public void Write_AnyResult_FitsEightyColumns()
    {
        RunResult crowded = Run with
        {
            Requests = new(123_456_789, 123_456_789, 123_456_789, 123_456_789, 123_456_789, 123_456_789),
            Rejections = new(123_456_789, 123_456_789, 123_456_789, 123_456_789, 123_456_789),
            Goodput = new(0.5, 0.05, 30, 12, 0.5, 1234.5),
            Engine = Run.Engine with { Preemptions = 123_456_789, PeakWaiting = 123_456_789, KvUtilization = 0.123, PeakKvUtilization = 1 },
        };
        Assert.That(Lines(crowded), Has.All.Length.LessThanOrEqualTo(80));
        Assert.That(Lines(crowded), Has.Some.Contains("queueing delay").And.Some.Contains("E2E ≤ 30 s"));
    }

    [Test]
    public void Write_NothingMeasured_ShowsDashes()
    {
        LatencySummary none = new(0, null, null, null, null, null, null);
        RunResult empty = Run with { Ttft = none, Itl = none, Throughput = new(null, null, null), Classes = [] };
        Assert.That(Lines(empty).Single(line => line.StartsWith("  TTFT ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Is.EqualTo((string[])["TTFT", "-", "-", "-", "-", "-", "-"]));
    }

    [Test]
    public void Write_Classes_OneRowEach()
    {
        string[] lines = Lines(Run);
        int table = Array.FindIndex(lines, line => line.StartsWith("  class ", StringComparison.Ordinal));
        Assert.That(lines.Length - table - 2, Is.EqualTo(Run.Classes.Count));
        Assert.That(lines, Has.One.StartsWith("  chat/a,b "));
    }

    [Test]
    public void Write_Accuracy_GivesTheBandOfEachFigureAndSaysWhereItExtrapolates()
    {
        string[] lines = Lines(Run with
        {
            Accuracy =
            [
                new()
                {
                    Pool = "chat", Conditions = new("h100-sxm", "vllm", ModelKind.MixtureOfExperts, LoadRegion.Batch16To64),
                    LeftOutSeconds = 0.1234,
                    Figures =
                    [
                        new(AccuracyFigure.Ttft, -12.4, 3, 20.1, 71, BandScope.SameConditions),
                        new(AccuracyFigure.Tpot, -8, 0.2, 5, 1234, BandScope.SameDeviceAndEngine),
                        new(AccuracyFigure.E2e, -3, -1, 1, 60, BandScope.SameEngine),
                        new(AccuracyFigure.Throughput, -100, 0, 100, 90, BandScope.All),
                    ],
                },
            ],
        });
        Assert.That(lines, Has.All.Length.LessThanOrEqualTo(80));
        int first = Array.FindIndex(lines, line => line.StartsWith("accuracy", StringComparison.Ordinal));
        Assert.That(lines[first..(first + 2)], Is.EqualTo((string[])
        [
            "accuracy      against real servers under vllm on h100-sxm, mixture of experts,",
            "              mean batch 16 to 64",
        ]));
        Assert.That(lines[^6..^2].Select(Cells), Is.EqualTo((string[][])
        [
            ["TTFT", "-12 % to +20 %", "+3 %", "71", "such runs"],
            ["TPOT, ITL", "-8 % to +5 %", "0 %", "1,234", "extrapolated: h100-sxm, vllm"],
            ["E2E", "-3 % to +1 %", "-1 %", "60", "extrapolated: all vllm"],
            ["throughput", "-100 % to +100 %", "0 %", "90", "extrapolated: all engines"],
        ]));

        Assert.That(lines[^1], Is.EqualTo("  TTFT and E2E leave out 123.4 ms a request for HTTP (engine.requestOverhead)"));

        static string[] Cells(string line) => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    [Test]
    public void Write_NoAccuracy_SaysWhy() =>
        Assert.That(
            Lines(Run with { Accuracy = [new() { Pool = "chat", NoBand = "costs are not calibrated" }] }),
            Has.One.EqualTo("accuracy      no band: costs are not calibrated"));

    [Test]
    public void Write_Replications_SkipsZerosAndGivesLatenciesUnits()
    {
        ReplicationResult result = ReplicationResult.Of(
            [.. ((double[])[0.001, 0.002, 0.003]).Select((mean, i) => Run with { Seed = (ulong)i, Ttft = Run.Ttft with { Mean = mean } })]);
        using StringWriter output = new();
        RunSummary.Write(output, TinyRun.Cluster, result);
        string[] lines = output.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n');

        Assert.That(lines[0], Does.EndWith("seeds 0 to 2"));
        Assert.That(Cells("ttft.mean"), Is.EqualTo((string[])["ttft.mean", "2 ms", "2.484 ms", "1 ms"]));
        Assert.That(Cells("requests.injected"), Is.EqualTo((string[])["requests.injected", "7", "0", "0", "requests"]));
        Assert.That(lines, Has.None.Contains("preemptions").And.None.Contains("rejections.queueFull").And.None.Contains("classes["));

        string[] Cells(string path) =>
            lines.Single(line => line.StartsWith($"  {path} ", StringComparison.Ordinal)).Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static string[] Lines(RunResult run)
    {
        using StringWriter output = new();
        RunSummary.Write(output, TinyRun.Cluster, run);
        return output.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n');
    }

    /// <summary>The line of a label with the lines that go on with it.</summary>
    private static string Line(string[] lines, string label)
    {
        int first = Array.FindIndex(lines, line => line.StartsWith($"{label} ", StringComparison.Ordinal));
        return string.Join('\n', lines.Skip(first).TakeWhile((line, i) => i == 0 || line.StartsWith("      ", StringComparison.Ordinal)));
    }
}
