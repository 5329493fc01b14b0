using System.Globalization;
using Simulator.Models.Results;
using Simulator.Reports.Charts;
using Simulator.Reports.Drawing;
using Simulator.Reports.Inputs;
using Simulator.Reports.Sections;

namespace Simulator.Reports.Page;

/// <summary>What a report shows, put together from results. It reads them and never runs anything.</summary>
public sealed class Report
{
    private const int LongestFact = 120;

    private Report(string title, SearchFile? search, IReadOnlyList<ReportRun> runs, IReadOnlyList<string> files)
    {
        (Title, Search, Files) = (title, search, files);
        IReadOnlyList<RunSetting> settings = search?.Settings ?? (runs.Count > 0 ? runs[0].Settings : []);
        Facts = [.. FactsOf(search, runs, settings)];
        Settings = settings;
        Sections =
        [
            .. search is null ? (ReportSection[])[] : [FrontSection.TradeOff(search), FrontSection.Best(search), SensitivitySection.Of(search), new("plans", "Plans")],
            RunsSection.Of(runs, search is null ? "Runs" : "Best plans, plans of the fronts and rules of thumb in full"),
            // Plans of a search all had the same requests.
            AttainmentSection.Of(search is null ? runs : [.. runs.Where(run => !search.Results.ContainsKey(run.Name))]),
            LatencySection.Of(runs), OperatorSection.Of(runs), StateSection.Of(runs), AccuracySection.Of(runs),
        ];
    }

    /// <summary>Its title.</summary>
    public string Title { get; }

    /// <summary>The plan search that it shows; null for runs alone.</summary>
    public SearchFile? Search { get; }

    /// <summary>Its parts, in their order.</summary>
    public IReadOnlyList<ReportSection> Sections { get; }

    /// <summary>What was run, in short: names and values.</summary>
    internal IReadOnlyList<(string Name, string Value)> Facts { get; }

    /// <summary>What was set for the search, or for the first run.</summary>
    internal IReadOnlyList<RunSetting> Settings { get; }

    /// <summary>Names of the files that it was made from.</summary>
    internal IReadOnlyList<string> Files { get; }

    /// <summary>All pictures.</summary>
    public IEnumerable<Chart> Charts => Sections.SelectMany(section => section.Charts);

    /// <summary>Puts a report together.</summary>
    /// <param name="title">Its title; null for one that says what was run.</param>
    /// <param name="search">A plan search; null for none.</param>
    /// <param name="runs">Runs beside it, with different names.</param>
    /// <param name="files">Names of the files that all this was read from.</param>
    public static Report Of(string? title, SearchFile? search, IReadOnlyList<ReportRun> runs, IReadOnlyList<string> files)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(files);
        ReportRun[] all = [.. search is null ? [] : RunsOf(search), .. runs];
        return new(title ?? TitleOf(search, all), search, all, files);
    }

    /// <summary>The runs that a search tells in full: the knees, the best plans, the rules of thumb, then the rest of the fronts.</summary>
    private static IEnumerable<ReportRun> RunsOf(SearchFile search) =>
        search.Fronts.Select(front => front.Knee).OfType<string>()
            .Concat(search.Best.Select(best => best.Plan)).Concat(search.Baselines.Select(baseline => baseline.Plan))
            .Concat(search.Fronts.SelectMany(front => front.Plans)).Concat(search.Results.Keys)
            .Distinct().Where(search.Results.ContainsKey)
            .Select(id => new ReportRun(id) { Result = search.Results[id], Latencies = search.Results[id].Distributions });

    private static string TitleOf(SearchFile? search, ReportRun[] runs)
    {
        string what = search is not null ? "Plan search" : runs.Length == 1 ? "Replay" : $"{runs.Length} replays";
        IReadOnlyList<RunSetting> settings = search?.Settings ?? (runs.Length > 0 ? runs[0].Settings : []);
        string models = Values(settings, ".model"), devices = Values(settings, ".device");
        return models.Length == 0 ? what : $"{what}: {models} on {devices}";
    }

    private static IEnumerable<(string, string)> FactsOf(SearchFile? search, IReadOnlyList<ReportRun> runs, IReadOnlyList<RunSetting> settings)
    {
        IReadOnlyList<RunSetting>[] all = search is null ? [.. runs.Select(run => run.Settings)] : [settings];
        foreach ((string name, string end, string unit) in ((string, string, string)[])
        [
            ("workload", "workload.source.file", ""), ("requests", "workload.limit", ""), ("rate", "workload.requestsPerSecond", " requests/s"),
            ("router", "router", ""), ("scheduler", ".engine.scheduler", ""),
        ])
        {
            bool isEnd = end[0] == '.';
            string[] values = [.. all.SelectMany(some => some).Where(setting => isEnd ? setting.Path.EndsWith(end, StringComparison.Ordinal) : setting.Path == end)
                .Select(setting => setting.Value).Distinct()];
            if (values.Length > 0) yield return (name, Short(string.Join(", ", values)) + unit);
        }
        if (search is not null)
        {
            SearchCounts counts = search.Search;
            string keep = search.Constraints.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {counts.Admissible:N0} keep the constraints");
            yield return ("plans", string.Create(CultureInfo.InvariantCulture, $"{counts.Plans:N0}; {counts.Feasible:N0} fit{keep}"));
            if (search.Constraints.Count > 0)
                yield return ("constraints", string.Join(", ", search.Constraints.Select(constraint => Bound(search, constraint))));
            yield return ("seed", search.Seed.ToString(CultureInfo.InvariantCulture));
        }
        else if (runs.Select(run => run.Result?.Seed).OfType<ulong>().Distinct().ToArray() is { Length: > 0 } seeds)
        {
            yield return ("seed", Short(string.Join(", ", seeds)));
        }
    }

    private static string Bound(SearchFile search, SearchConstraint constraint)
    {
        SearchObjective objective = search.Objectives.First(objective => objective.Name == constraint.Objective);
        return $"{objective.Name} {(objective.HigherIsBetter ? "≥" : "≤")} {Numbers.WithUnit(constraint.Bound, objective.Unit)}";
    }

    private static string Values(IReadOnlyList<RunSetting> settings, string end) => string.Join(", ", settings
        .Where(setting => setting.Path.StartsWith("pools[", StringComparison.Ordinal) && setting.Path.EndsWith(end, StringComparison.Ordinal))
        .Select(setting => setting.Value).Distinct());

    private static string Short(string text) => text.Length <= LongestFact ? text : text[..LongestFact] + "…";
}
