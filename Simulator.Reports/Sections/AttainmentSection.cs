using System.Globalization;
using Simulator.Reports.Charts;
using Simulator.Reports.Inputs;

namespace Simulator.Reports.Sections;

/// <summary>The share of requests that met every SLO, against the rate at which requests came.</summary>
internal static class AttainmentSection
{
    private const string RatePath = "workload.requestsPerSecond";

    public static ReportSection Of(IReadOnlyList<ReportRun> runs)
    {
        var section = new ReportSection("attainment", "SLO attainment");
        var known = runs.Select(run => (Run: run, Rate: Rate(run), Share: run.Figure("goodput.share")))
            .Where(point => point.Rate is not null && point.Share.Value is not null).ToArray();
        if (known.Select(point => point.Rate).Distinct().Count() < 2)
            return section with { Missing = "it takes results at two rates or more (replay --rate), with 'slo' in the results of their scenario" };

        string[] paths =
        [
            .. known.SelectMany(point => point.Run.Settings).Where(setting => !setting.Path.StartsWith("workload.", StringComparison.Ordinal))
                .GroupBy(setting => setting.Path, setting => setting.Value)
                .Where(path => path.Distinct().Count() > 1 || path.Count() < known.Length).Select(path => path.Key),
        ];
        var groups = known.GroupBy(point => string.Join('\n', paths.Select(path => Value(point.Run, path)))).ToArray();
        string[] names = Names([.. groups.Select(group => group.First().Run)], paths);
        List<ChartSeries> series = [];
        for (int i = 0; i < groups.Length; i++)
        {
            var points = groups[i].OrderBy(point => point.Rate).ToArray();
            ChartPoint[] ends =
            [
                .. from point in points
                   where point.Share.Lower is not null
                   from end in (double[])[Math.Max(0, point.Share.Lower!.Value), Math.Min(1, point.Share.Upper!.Value)]
                   select new ChartPoint(point.Rate!.Value, end),
            ];
            if (ends.Length > 0) series.Add(new($"{names[i]}, 95 % confidence", ChartMark.Ranges, i, ends));
            series.Add(new(names[i], ChartMark.Line, i, [.. points.Select(point => new ChartPoint(point.Rate!.Value, point.Share.Value!.Value, point.Run.Name))]));
        }
        return section with
        {
            Lead = "Requests that met every SLO, as a share of those that came.",
            Charts = [new("attainment", "SLO attainment against rate", new("rate of requests", "requests/s"), new("requests within their SLOs", ""), series)],
        };
    }

    /// <summary>The rate that was set; without one, requests that came over the time of the run.</summary>
    private static double? Rate(ReportRun run)
    {
        if (run.Settings.FirstOrDefault(setting => setting.Path == RatePath) is { } set
            && double.TryParse(set.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double rate))
        {
            return rate;
        }
        return run.Figure("requests.injected").Value / run.Figure("simulatedSeconds").Value is { } mean && double.IsFinite(mean) ? mean : null;
    }

    /// <summary>What tells groups of runs apart: one setting that does, or all that differ, or the first run when those are many.</summary>
    private static string[] Names(ReportRun[] groups, string[] paths)
    {
        if (groups.Length == 1) return ["all runs"];
        if (paths.FirstOrDefault(path => groups.Select(run => Value(run, path)).Distinct().Count() == groups.Length) is { } telling) paths = [telling];
        return [.. groups.Select(run => paths.Length > 3 ? $"runs like {run.Name}" : string.Join(", ", paths.Select(path => Word(path, Value(run, path)))))];
    }

    private static string Value(ReportRun run, string path) => run.Settings.FirstOrDefault(setting => setting.Path == path)?.Value ?? "";

    private static string Word(string path, string value) => value.Any(char.IsLetter) && value is not ("true" or "false") ? value : $"{path.Split('.')[^1]} {value}";
}
