using System.Text.Json;
using System.Text.RegularExpressions;
using Simulator.Models.Results;
using Simulator.Models.Results.Comparison;
using Simulator.Reports.Charts;
using Simulator.Reports.Inputs;
using Simulator.Reports.Page;
using Simulator.Reports.Sections;
using Simulator.Tests.Models.Results;

namespace Simulator.Tests.Reports.Page;

public sealed partial class ReportPageTests
{
    private static readonly Report Search = Report.Of(null, MadeSearch.File, [], ["search.json"]);

    [Test]
    public void Write_TextsThatTryToBreakOut_StayTexts()
    {
        string page = ReportPage.Write(Search);
        Assert.That(page, Does.Not.Contain(MadeSearch.Hostile).And.Not.Contain("<b onmouseover").And.Not.Contain("exceed <b>"));
        Assert.That(Regex.Count(page, "</script>"), Is.EqualTo(Regex.Count(page, "<script")), "no text ends a script");
        JsonElement search = Data(page).GetProperty("search");
        Assert.That(search.GetProperty("id").EnumerateArray().Select(id => id.GetString()), Has.Member(MadeSearch.Hostile), "the data read back");
        Assert.That(search.GetProperty("reason").EnumerateArray().Select(id => id.GetString()), Has.Member("weights of 131 GiB exceed <b>72 GiB</b>"));
    }

    [Test]
    public void Write_Page_NeedsNothingElseAndIsTheSameEveryTime()
    {
        string page = ReportPage.Write(Search);
        Assert.That(ReportPage.Write(Report.Of(null, MadeSearch.File, [], ["search.json"])), Is.EqualTo(page));
        Assert.That(page, Does.Contain("default-src 'none'").And.Contain("Apache Software Foundation").And.Contain("Baidu").And.Contain("Bostock"));
        Assert.That(Regex.IsMatch(page[..page.IndexOf("<script>", StringComparison.Ordinal)], "<(link|img|iframe)|src=\"|@import|url\\("), Is.False, "nothing is fetched");
        Assert.That(page, Does.Not.Contain("\r").And.EndWith("</html>\n"));
    }

    [Test]
    public void Write_Search_HasItsPlansInColumns()
    {
        JsonElement search = Data(ReportPage.Write(Search)).GetProperty("search");
        Assert.That(search.GetProperty("id").GetArrayLength(), Is.EqualTo(6));
        Assert.That(search.GetProperty("values")[1].EnumerateArray().Select(Value), Is.EqualTo(new double?[] { 0.1, 0.4, 1.5, 0.5, 3, null }));
        Assert.That(search.GetProperty("admissible").EnumerateArray().Select(Value), Is.EqualTo(new double?[] { 1, 1, 1, 1, 0, 0 }));
        Assert.That(search.GetProperty("notes").EnumerateArray().Select(note => note[0].GetString()), Is.EqualTo((string[])["behind", "late", "large", "fast"]));
    }

    /// <summary>The rule that breaks a constraint is no yardstick.</summary>
    [Test]
    public void Best_OfASearch_IsComparedWithTheRuleThatKeepsTheConstraints()
    {
        ReportTable table = Search.Sections.Single(section => section.Id == "best").Tables.Single();
        Assert.That(table.Rows[0], Is.EqualTo((string[])["throughput-per-device", "large", "400 tokens/s/device", "2 × better", "tensor parallel (behind)", "200 tokens/s/device"]));
        Assert.That(table.Rows[1], Is.EqualTo((string[])["ttft-p99", "fast", "100 ms", "5 × better", "tensor parallel (behind)", "500 ms"]));
    }

    [Test]
    public void Sensitivity_OfASearch_SaysHowOftenAnotherPlanIsBest()
    {
        ReportSection section = Search.Sections.Single(section => section.Id == "sensitivity");
        Assert.That(section.Lead, Does.Contain("by 20.0 %"));
        Assert.That(section.Tables.Single().Rows, Is.EqualTo((string[][])
        [
            ["throughput-per-device", "large", "3 of 16", "12.5 %", $"{MadeSearch.Hostile}, behind"],
            ["ttft-p99", "fast", "16 of 16", "breaks a constraint", "a, b, c, d, e, …"],
        ]));
        ReportSection missing = Report.Of(null, MadeSearch.File with { Sensitivity = [] }, [], []).Sections.Single(section => section.Id == "sensitivity");
        Assert.That(missing.Missing, Does.Contain("--sensitivity"));
    }

    [Test]
    public void Title_OfASearch_SaysWhatWasRun()
    {
        Assert.That(Search.Title, Is.EqualTo("Plan search: llama-3-70b on h100-sxm"));
        Assert.That(Report.Of("Mine & yours", MadeSearch.File, [], []).Title, Is.EqualTo("Mine & yours"));
        Assert.That(ReportPage.Write(Report.Of("Mine & yours", null, [], [])), Does.Contain("<title>Mine &amp; yours</title>"));
        Assert.That(ReportPage.Write(Search), Does.Contain("<dt>constraints</dt><dd>ttft-p99 ≤ 2 s</dd>").Or.Contain("ttft-p99 &#8804; 2 s"));
    }

    /// <summary>What results do not hold is one line each, with what would give it.</summary>
    [Test]
    public void Missing_Sections_SayWhatWouldGiveThem()
    {
        string page = ReportPage.Write(Report.Of(null, null, [new("a") { Result = TinyRun.Run() with { Distributions = null } }], []));
        foreach (string remedy in (string[])["timeSeriesCsv", "requestsCsv", "operators: true", "replay --rate", "replay --json"])
            Assert.That(page, Does.Match($"<li>[^<]*{remedy}[^<]*</li>"), remedy);
        Assert.That(page, Does.Not.Contain("id=\"latencies\"").And.Not.Contain("id=\"time-series\""));
    }

    [Test]
    public void Latencies_OfARun_AreItsDistributions()
    {
        RunResult run = TinyRun.Run();
        Chart ttft = Report.Of(null, null, [new("a") { Result = run, Latencies = run.Distributions }], []).Charts.Single(chart => chart.Id == "cdf-ttft");
        Assert.That(ttft.Series.Single().Points.Select(point => (point.Y, point.X)), Is.EqualTo(run.Distributions!.Shares.Zip(run.Distributions.Ttft)));
    }

    [Test]
    public void Attainment_OfTwoSchedulersAtThreeRates_IsALineForEach()
    {
        ReportRun[] runs = [.. from scheduler in (string[])["vllm-v1", "sglang"] from rate in (double[])[20, 5, 10] select Run(scheduler, rate)];
        Chart chart = Report.Of(null, null, runs, []).Charts.Single(chart => chart.Id == "attainment");
        Assert.That(chart.Series.Select(series => series.Name), Is.EqualTo((string[])["vllm-v1", "sglang"]));
        Assert.That(chart.Series[1].Points, Is.EqualTo((ChartPoint[])[new(5, 0.2, "sglang at 5"), new(10, 0.1, "sglang at 10"), new(20, 0.05, "sglang at 20")]));

        static ReportRun Run(string scheduler, double rate) => new($"{scheduler} at {rate}")
        {
            Result = TinyRun.Run() with
            {
                Settings = [new("workload.requestsPerSecond", $"{rate}"), new("pools[chat].engine.scheduler", scheduler), new("pools[chat].engine.schedulerOptions.x", scheduler + "x")],
                Goodput = new(1, null, null, 1, 1 / rate, 1),
            },
        };
    }

    [Test]
    public void Attainment_OfReplications_HasItsIntervals()
    {
        ReportRun[] runs = [.. ((double[])[5, 10]).Select(rate => new ReportRun($"{rate}")
        {
            Replications = ReplicationResult.Of([.. ((double[])[0.5, 0.7]).Select(share => TinyRun.Run() with
                { Settings = [new("workload.requestsPerSecond", $"{rate}")], Goodput = new(1, null, null, 1, share, 1) })]),
        })];
        Chart chart = Report.Of(null, null, runs, []).Charts.Single(chart => chart.Id == "attainment");
        Assert.That(chart.Series.Select(series => series.Mark), Is.EqualTo((ChartMark[])[ChartMark.Ranges, ChartMark.Line]));
        Assert.That(chart.Series[0].Points.Select(point => point.Y), Is.All.InRange(0, 1), "no share is outside 0 to 1");
        Assert.That(chart.Series[1].Points.Select(point => point.Y), Is.All.EqualTo(0.6).Within(1e-12));
    }

    /// <summary>Of many samples the least and the largest of each span stay, so that no peak is lost.</summary>
    [Test]
    public void TimeSeries_OfManySamples_KeepPeaks()
    {
        StateSample[] samples = [.. Enumerable.Range(0, 50_000).Select(i => new StateSample(i, 0, i % 7, i == 31_415 ? 99 : 0, 5, i == 0 ? null : 2, i == 0 ? null : 300))];
        Chart[] charts = [.. Report.Of(null, null, [new("a") { Samples = samples }], []).Charts];
        Assert.That(charts.Select(chart => chart.Id), Is.EqualTo(((string[])["waiting", "running", "kv", "tokens", "power"]).Select(name => $"time-series-1-{name}")));
        IReadOnlyList<ChartPoint> waiting = charts[0].Series.Single().Points;
        Assert.That(waiting, Has.Member(new ChartPoint(31_415, 99)).And.Count.LessThan(2000));
        Assert.That(waiting.Select(point => point.X), Is.Ordered);
    }

    [Test]
    public void TimeSeries_OfManyReplicas_AreTheirMeanAndTheLargest()
    {
        StateSample[] samples = [.. from second in Enumerable.Range(0, 3) from replica in Enumerable.Range(0, 10) select new StateSample(second, replica, replica, second, 0, null, 100)];
        Chart[] charts = [.. Report.Of(null, null, [new("a") { Samples = samples }], []).Charts];
        Assert.That(charts[1].Series.Select(series => (series.Name, series.Points[0].Y)), Is.EqualTo(((string, double)[])[("mean of 10 replicas", 4.5), ("largest", 9)]));
        Assert.That(charts.Single(chart => chart.Id.EndsWith("power", StringComparison.Ordinal)).Series.Single().Points.Select(point => point.Y), Is.All.EqualTo(1000), "the sum");
    }

    [Test]
    public void Operators_OfTwoRuns_AreStackedByClass()
    {
        RunResult run = TinyRun.Run() with
        {
            Operators = [new("chat", "attentionDecode", 2, 20), new("chat", "attentionPrefill", 1, 10), new("chat", "normalization", 4, 40), new("chat", "idle", 5, 50)],
        };
        Report report = Report.Of(null, null, [new("a") { Result = run }, new("b") { Result = run }], []);
        Chart time = report.Charts.Single(chart => chart.Id == "operators-time");
        Assert.That(time.Series.Select(series => (series.Name, series.Points[1].X)), Is.EqualTo(((string, double)[])[("attention", 3), ("other kernels", 4), ("idle", 5)]));
        Assert.That(report.Sections.Single(section => section.Id == "operators").Tables.Single().Rows[0], Is.EqualTo((string[])["attention decode", "16.7 %", "16.7 %", "16.7 %", "16.7 %"]));
    }

    private static double? Value(JsonElement element) => element.ValueKind == JsonValueKind.Null ? null : element.GetDouble();

    private static JsonElement Data(string page) => JsonDocument.Parse(DataElement().Match(page).Groups[1].Value).RootElement;

    [GeneratedRegex("""<script type="application/json" id="data">(.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex DataElement();
}
