using Simulator.Models.Results;
using Simulator.Reports.Charts;
using Simulator.Reports.Inputs;

namespace Simulator.Reports.Sections;

/// <summary>Distributions of latencies.</summary>
internal static class LatencySection
{
    /// <summary>Most runs that are shown; more lines cannot be told apart.</summary>
    public const int MostRuns = 12;

    private static readonly (string Id, string Name, Func<LatencyDistributions, IReadOnlyList<double>> Of)[] Latencies =
    [
        ("ttft", "Time to first token", latencies => latencies.Ttft), ("tpot", "Time per output token", latencies => latencies.Tpot),
        ("itl", "Inter-token latency", latencies => latencies.Itl), ("e2e", "End-to-end latency", latencies => latencies.E2e),
    ];

    public static ReportSection Of(IReadOnlyList<ReportRun> runs)
    {
        ReportRun[] known = [.. runs.Where(run => run.Latencies is not null)];
        var section = new ReportSection("latencies", "Latencies");
        if (known.Length == 0)
            return section with { Missing = "these results hold no distributions; make them anew, or name a 'requestsCsv' of a replay beside its result" };
        return section with
        {
            Lead = "The share of samples that took at most so long." + (known.Length > MostRuns ? $" The first {MostRuns} of {known.Length} runs." : ""),
            Charts =
            [
                .. Latencies.Select(latency => Chart(latency.Id, latency.Name, latency.Of, known)).Where(chart => chart.Series.Any(series => series.Points.Count > 0)),
            ],
        };
    }

    private static Chart Chart(string id, string name, Func<LatencyDistributions, IReadOnlyList<double>> of, IReadOnlyList<ReportRun> runs) =>
        new($"cdf-{id}", name, new(name.ToLowerInvariant(), "s", ChartScale.Log), new("share of samples", ""),
            [.. runs.Take(MostRuns).Select((run, i) => new ChartSeries(run.Name, ChartMark.Line, i, Points(run.Latencies!, of(run.Latencies!))))]);

    private static ChartPoint[] Points(LatencyDistributions latencies, IReadOnlyList<double> values) =>
        [.. values.Select((value, i) => new ChartPoint(value, latencies.Shares[i]))];
}
