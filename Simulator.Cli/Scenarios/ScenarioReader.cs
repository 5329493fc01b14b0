using Simulator.Cli.Faults;
using Simulator.Cli.Reading;

namespace Simulator.Cli.Scenarios;

/// <summary>Reads scenario files strictly: every fault is found, and any fault stops the run.</summary>
internal static partial class ScenarioReader
{
    /// <summary>Reads a scenario file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="scheduler">A known scheduler that takes the place of those in the file; null to leave them.</param>
    /// <exception cref="InputException">The file cannot be read, or has faults (<see cref="ScenarioException"/>).</exception>
    public static Scenario ReadFile(string path, string? scheduler = null) => ReadText(YamlText.Read(path), path, scheduler);

    /// <summary>Reads a scenario from its text.</summary>
    /// <param name="text">The document.</param>
    /// <param name="file">Its name in messages.</param>
    /// <param name="scheduler">A known scheduler that takes the place of those in the file; null to leave them.</param>
    /// <exception cref="ScenarioException">The document has faults.</exception>
    public static Scenario ReadText(string text, string file, string? scheduler = null)
    {
        var faults = new FaultList(file);
        return (YamlReader.Read(text, faults) is { } map ? Read(map, faults, scheduler) : null) ?? throw new ScenarioException(faults);
    }

    /// <summary>Reads a scenario from the nodes of its document.</summary>
    /// <param name="map">The document.</param>
    /// <param name="faults">Takes every fault; its file is the scenario's.</param>
    /// <param name="scheduler">A known scheduler that takes the place of those in the file; null to leave them.</param>
    /// <returns>Null when there are faults.</returns>
    public static Scenario? Read(YamlMap map, FaultList faults, string? scheduler = null)
    {
        Scenario scenario = Cursor.Read(map, faults, top => ReadScenario(top, scheduler));
        return faults.Count == 0 ? scenario with { File = faults.File, Folder = Path.GetDirectoryName(faults.File) ?? "" } : null;
    }

    private static Scenario ReadScenario(Cursor top, string? scheduler) => new()
    {
        Seed = top.Optional("seed", Values.Whole(ulong.MinValue, ulong.MaxValue), 1UL),
        Replications = top.Optional("replications", Values.Count(), 1),
        Workload = top.RequiredMap("workload", ReadWorkload, "what arrives: a trace or a generator"),
        Cluster = top.RequiredMap("cluster", cluster => ReadCluster(cluster, scheduler), "what serves the requests: pools of replicas"),
        Results = top.Map("results", ReadResults) ?? new ResultsSection(),
    };

    private static ResultsSection ReadResults(Cursor results)
    {
        var section = new ResultsSection
        {
            WarmUp = results.Optional("warmUp", Quantities.Duration(), default),
            Drain = results.Optional("drain", Quantities.Duration(), default),
            Slo = results.Map("slo", ReadSlo) ?? new SloSection(),
            RequestsCsv = results.Optional("requestsCsv", OutputFile, null!),
            IterationsCsv = results.Optional("iterationsCsv", OutputFile, null!),
            TimeSeriesCsv = results.Optional("timeSeriesCsv", OutputFile, null!),
            TimeSeriesStep = results.Optional("timeSeriesStep", Quantities.Duration(positive: true), new ResultsSection().TimeSeriesStep),
            Operators = results.Optional("operators", Values.Flag(), false),
            Perfetto = results.Optional("perfetto", OutputFile, null!),
            Timeline = results.Optional("timeline", OutputFile, null!),
            TimelineRequests = results.Optional("timelineRequests", Values.Count(), new ResultsSection().TimelineRequests),
        };
        if (section.TimeSeriesCsv is null)
            results.Refuse(["timeSeriesStep"], "it needs 'timeSeriesCsv', the file that the samples go to");
        if (section.Timeline is null) results.Refuse(["timelineRequests"], "it needs 'timeline', the file that they are drawn in");
        var files = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string key, string? file) in new[]
        {
            ("requestsCsv", section.RequestsCsv), ("iterationsCsv", section.IterationsCsv),
            ("timeSeriesCsv", section.TimeSeriesCsv), ("perfetto", section.Perfetto), ("timeline", section.Timeline),
        })
        {
            if (file is not null && !files.Add(file)) results.Fault(key, $"'{file}' is written twice; give each output a file of its own");
        }

        return section;
    }

    private static SloSection ReadSlo(Cursor slo) => new()
    {
        Ttft = slo.Optional("ttft", Quantities.Duration(positive: true)),
        Tpot = slo.Optional("tpot", Quantities.Duration(positive: true)),
        E2e = slo.Optional("e2e", Quantities.Duration(positive: true)),
    };

    private static ValueReader<string> OutputFile { get; } = Values.Text("the path of a file to write");
}
