using System.Text.Json;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;
using Simulator.Cli.Scenarios;

namespace Simulator.Cli.Sweeps;

/// <summary>Makes the points of a sweep, and refuses those that are no scenario.</summary>
internal sealed class SweepPlanner(SweepFile sweep)
{
    private const int MostFaults = 20;

    private readonly InputHashes _hashes = new();
    private readonly List<string> _faults = [];

    /// <summary>What a manifest says of all its points: the paths that vary, and the scenario's folder as seen from the manifest.</summary>
    /// <param name="manifest">The manifest's file.</param>
    public string About(string manifest)
    {
        string folder = Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(manifest))!, Path.GetDirectoryName(Path.GetFullPath(sweep.ScenarioFile))!);
        return new SweepAbout([.. sweep.Paths.Select(path => path.Text)], folder.Replace(Path.DirectorySeparatorChar, '/')).ToLine();
    }

    /// <summary>The lines of the points, made one by one.</summary>
    /// <exception cref="InputException">Points are no scenarios; thrown when enough of them are, or after the last one.</exception>
    public IEnumerable<string> Lines()
    {
        long points = 0;
        foreach (YamlMap scenario in Scenarios(sweep.Scenario, 0).SelectMany(Planned))
        {
            IReadOnlyList<KeyValuePair<string, string>> files = Check(scenario);
            if (_faults.Count > 0) continue;
            points += sweep.Replications;
            if (points > SweepFile.MostPoints) throw new InputException($"{sweep.ScenarioFile}: there are more than {SweepFile.MostPoints} points; take fewer plans or values");
            for (int replication = 0; replication < sweep.Replications; replication++)
                yield return new PointContent(scenario, replication, files, PointContent.CurrentSimulator).ToLine();
        }
        if (_faults.Count > 0) throw new InputException(_faults);
    }

    private IEnumerable<YamlMap> Scenarios(YamlMap scenario, int axis)
    {
        if (axis == sweep.Axes.Count) return [scenario];
        return sweep.Axes[axis].Values.SelectMany(value => Scenarios(sweep.Axes[axis].Path.Replace(scenario, value, out _), axis + 1));
    }

    /// <summary>The scenario with each plan, or itself.</summary>
    private IEnumerable<YamlMap> Planned(YamlMap document)
    {
        if (sweep.Plans is not { } plans) return [document];
        var faults = new FaultList(sweep.ScenarioFile);
        if (ScenarioReader.Read(document, faults) is { } scenario) return plans.Apply(document, scenario.Cluster);
        Add(faults.ToLines());
        return [];
    }

    private IReadOnlyList<KeyValuePair<string, string>> Check(YamlMap document)
    {
        var faults = new FaultList(sweep.ScenarioFile);
        if (ScenarioReader.Read(document, faults) is not { } scenario)
        {
            Add(faults.ToLines());
            return [];
        }
        if (scenario.Results is not { RequestsCsv: null, IterationsCsv: null, TimeSeriesCsv: null, Perfetto: null, Timeline: null })
            Add([$"{sweep.ScenarioFile}: results: the points of a sweep cannot share the files that the results name; remove them, and replay the point that you want to see"]);
        try
        {
            return [.. faults.NamedFiles.Select(file => KeyValuePair.Create(file, _hashes.Of(Path.Combine(scenario.Folder, file))))];
        }
        catch (InputException fault)
        {
            Add(fault.Faults);
            return [];
        }
    }

    private void Add(IEnumerable<string> faults)
    {
        _faults.AddRange(faults.Except(_faults).ToArray());
        if (_faults.Count >= MostFaults) throw new InputException([.. _faults.Take(MostFaults)]);
    }
}

/// <summary>What a manifest says of all its points.</summary>
/// <param name="Axes">The paths that vary, the last one fastest.</param>
/// <param name="Folder">The folder that the scenario's paths are relative to, as seen from that of the manifest.</param>
internal sealed record SweepAbout(IReadOnlyList<string> Axes, string Folder)
{
    /// <summary>Reads what <see cref="ToLine"/> wrote.</summary>
    public static SweepAbout Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return new([.. document.RootElement.GetProperty("axes").EnumerateArray().Select(axis => axis.GetString()!)], document.RootElement.GetProperty("folder").GetString()!);
    }

    public string ToLine() => JsonLine.Of(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("axes");
        foreach (string axis in Axes) json.WriteStringValue(axis);
        json.WriteEndArray();
        json.WriteString("folder", Folder);
        json.WriteEndObject();
    });
}
