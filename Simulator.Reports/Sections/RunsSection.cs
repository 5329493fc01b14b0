using System.Globalization;
using Simulator.Reports.Drawing;
using Simulator.Reports.Inputs;

namespace Simulator.Reports.Sections;

/// <summary>The figures of every run, one row each.</summary>
internal static class RunsSection
{
    private static readonly (string Head, string Path, string Unit)[] Columns =
    [
        ("completed", "requests.completed", ""), ("TTFT p50", "ttft.p50", "s"), ("TTFT p99", "ttft.p99", "s"), ("TPOT mean", "tpot.mean", "s"),
        ("ITL p99", "itl.p99", "s"), ("E2E mean", "e2e.mean", "s"), ("output tokens/s", "throughput.outputTokensPerSecond", ""),
        ("within SLOs", "goodput.share", "%"), ("busy", "engine.utilization", "%"), ("J/token", "cost.joulesPerOutputToken", ""),
        ("USD/10⁶ tokens", "cost.usdPerMillionOutputTokens", ""),
    ];

    public static ReportSection Of(IReadOnlyList<ReportRun> runs, string heading)
    {
        ReportRun[] known = [.. runs.Where(run => run.Result is not null || run.Replications is not null)];
        if (known.Length == 0) return new("runs", heading) { Missing = "no file of results was named; 'simulator replay --json' writes one" };
        return new("runs", heading)
        {
            Lead = known.Any(run => run.Replications is not null) ? "Of replications the mean, and half the 95 % confidence interval." : "",
            Tables = [new(heading, ["run", .. Columns.Select(column => column.Head)], [.. known.Select(Row)])],
        };
    }

    private static IReadOnlyList<string> Row(ReportRun run) => [run.Name, .. Columns.Select(column => Text(run.Figure(column.Path), column.Unit))];

    private static string Text(FigureValue figure, string unit)
    {
        string value = Of(figure.Value, unit);
        return figure is { Lower: { } lower, Upper: { } upper } ? string.Create(CultureInfo.InvariantCulture, $"{value} ± {Of((upper - lower) / 2, unit)}") : value;
    }

    private static string Of(double? value, string unit) => unit == "%" ? Numbers.Share(value) : Numbers.WithUnit(value, unit);
}
