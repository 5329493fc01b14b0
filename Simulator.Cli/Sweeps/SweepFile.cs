using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;

namespace Simulator.Cli.Sweeps;

/// <summary>A scenario, and what to vary in it.</summary>
/// <param name="Scenario">The scenario without the values of the axes; it need not be complete.</param>
/// <param name="ScenarioFile">The file that its paths are relative to.</param>
/// <param name="Axes">What varies: the last axis fastest.</param>
/// <param name="Plans">Plans to run every combination with, faster than any axis; null for the scenario's own.</param>
/// <param name="Replications">Runs of every combination of values.</param>
internal sealed record SweepFile(YamlMap Scenario, string ScenarioFile, IReadOnlyList<SweepAxis> Axes, PlanAxis? Plans, int Replications)
{
    /// <summary>A sweep with more points is taken for a mistake.</summary>
    public const long MostPoints = 10_000_000;

    /// <summary>Number of points, for one plan.</summary>
    public long Points => Axes.Aggregate((long)Replications, (product, axis) => product * axis.Values.Count);

    /// <summary>The paths that vary, the last one fastest.</summary>
    public IEnumerable<ScenarioPath> Paths => Axes.Select(axis => axis.Path).Concat(Plans is null ? [] : PlanAxis.Paths);

    /// <summary>Reads a sweep file.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="InputException">A file cannot be read, or has faults: each as <c>file:line:column: message</c>.</exception>
    public static SweepFile Read(string file) => ReadText(YamlText.Read(file), file);

    /// <inheritdoc cref="Read"/>
    /// <param name="text">The document.</param>
    /// <param name="file">Its name in messages.</param>
    public static SweepFile ReadText(string text, string file)
    {
        var faults = new FaultList(file, "the sweep");
        SweepFile? sweep = YamlReader.Read(text, faults) is { } map ? Cursor.Read(map, faults, top => ReadTop(top, file, faults)) : null;
        return sweep is not null && faults.Count == 0 ? sweep : throw new InputException(faults.ToLines());
    }

    private static SweepFile? ReadTop(Cursor top, string file, FaultList faults)
    {
        int replications = top.Optional("replications", Values.Count(), 1);
        List<SweepAxis> axes = top.Node("axes") is { } node ? ReadAxes(node, faults) : [];
        PlanAxis? plans = top.Map("plans", own => PlanAxis.Read(own, top.PlaceOf("plans").At with { File = file }));
        if (ReadScenario(top, file) is not (YamlMap scenario, string scenarioFile)) return null;
        foreach (SweepAxis axis in axes)
        {
            scenario = axis.Path.Replace(scenario, axis.Values[0], out string fault);
            if (fault.Length > 0) faults.Add(axis.At, $"axes.{axis.Path.Text}: {fault}");
            if (plans is not null && PlanAxis.Paths.Any(axis.Path.Meets)) faults.Add(axis.At, $"axes.{axis.Path.Text}: 'plans' sets it; keep one of the two");
        }
        if (ScenarioPath.Of("replications").Find(scenario) is not null)
            top.Fault("scenario", "the scenario sets 'replications'; remove it there, and give 'replications' beside 'scenario'");
        var sweep = new SweepFile(scenario, scenarioFile, axes, plans, replications);
        if (axes.Count == 0 && plans is null && replications == 1) top.Fault("nothing varies: give 'axes', 'plans' or 'replications' above 1");
        else if (IsTooLarge(sweep)) top.Fault($"there are more than {MostPoints} points; take fewer values");
        return sweep;
    }

    private static (YamlMap? Scenario, string File) ReadScenario(Cursor top, string file)
    {
        if (top.Node("scenario") is YamlMap inline) return (inline, file);
        string path = top.Required("scenario", Values.Text("the path of a scenario"), "the path of a scenario, or its sections");
        if (string.IsNullOrEmpty(path)) return (null, file);
        string full = Path.Combine(Path.GetDirectoryName(file) ?? "", path);
        var faults = new FaultList(full);
        YamlMap? map = YamlReader.Read(YamlText.Read(full), faults);
        return map is not null && faults.Count == 0 ? (map, full) : throw new InputException(faults.ToLines());
    }

    private static List<SweepAxis> ReadAxes(YamlNode node, FaultList faults)
    {
        var axes = new List<SweepAxis>();
        if (node is not YamlMap map)
        {
            faults.Add(node.At, $"axes: expected paths of a scenario, each with a list of values, got {node.Kind}");
            return axes;
        }
        if (map.Entries.Count == 0) faults.Add(map.At, "axes has no path; remove it or name at least one");
        foreach (YamlEntry entry in map.Entries)
        {
            if (!ScenarioPath.Reader(entry.Key, out ScenarioPath path, out string fault))
                faults.Add(entry.At, $"axes: {fault}");
            else if (axes.Find(axis => axis.Path.Meets(path)) is { } other)
                faults.Add(entry.At, $"axes.{path.Text}: it is within axes.{other.Path.Text}, or that within it; keep one of the two");
            else if (ReadValues(entry, faults) is { Count: > 0 } values)
                axes.Add(new SweepAxis(path, entry.At, values));
        }
        return axes;
    }

    private static List<YamlNode> ReadValues(YamlEntry entry, FaultList faults)
    {
        var values = new List<YamlNode>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        if (entry.Value is not YamlList list)
        {
            faults.Add(entry.Value.At, $"axes.{entry.Key}: expected a list of values, such as [1, 2], got {entry.Value.Kind}");
            return values;
        }
        if (list.Items.Count == 0) faults.Add(list.At, $"axes.{entry.Key} is an empty list; remove it or name at least one value");
        foreach (YamlNode item in list.Items)
        {
            if (item is YamlScalar { IsEmpty: true }) faults.Add(item.At, $"axes.{entry.Key}: a value is missing; give one or remove its comma");
            else if (!known.Add(JsonLine.Of(json => NodeJson.Write(json, item)))) faults.Add(item.At, $"axes.{entry.Key}: {item.Kind} is given twice; keep one of the two");
            else values.Add(InFile(item, faults.File));
        }
        return values;
    }

    private static bool IsTooLarge(SweepFile sweep)
    {
        try
        {
            return sweep.Points > MostPoints;
        }
        catch (OverflowException)
        {
            return true;
        }
    }

    /// <summary>The node with the file that it is from in all its places.</summary>
    private static YamlNode InFile(YamlNode node, string file)
    {
        Position at = node.At with { File = file };
        return node switch
        {
            YamlList list => new YamlList(at, [.. list.Items.Select(item => InFile(item, file))]),
            YamlMap map => new YamlMap(at, [.. map.Entries.Select(entry => new YamlEntry(entry.At with { File = file }, entry.Key, InFile(entry.Value, file)))]),
            _ => node with { At = at },
        };
    }
}

/// <summary>A value of the scenario that varies.</summary>
/// <param name="Path">Where it stands.</param>
/// <param name="At">Where the sweep file names it.</param>
/// <param name="Values">Its values, at least one and none twice.</param>
internal sealed record SweepAxis(ScenarioPath Path, Position At, IReadOnlyList<YamlNode> Values);
