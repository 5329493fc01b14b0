using System.Globalization;
using Simulator.Core.Statistics;

namespace Simulator.Models.Results.Comparison;

/// <summary>Two results side by side.</summary>
public sealed record RunComparison
{
    /// <summary>What was set differently: schema versions, seeds, whatever <see cref="RunSetting.Of"/> lists, and classes that one result alone has.</summary>
    public required IReadOnlyList<SettingChange> Settings { get; init; }

    /// <summary>All figures, changed or not: those of A in the order of <see cref="RunFigures"/>, then those that B alone has.</summary>
    public required IReadOnlyList<FigureChange> Figures { get; init; }

    /// <summary>The figures that are not the same in both.</summary>
    public IEnumerable<FigureChange> Changed => Figures.Where(figure => figure.HasChanged);

    /// <summary>Compares two runs.</summary>
    public static RunComparison Of(RunResult a, RunResult b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return Of(
            [new("schemaVersion", Text(a.SchemaVersion)), new("seed", Text(a.Seed)), .. RunSetting.Of(a)],
            [new("schemaVersion", Text(b.SchemaVersion)), new("seed", Text(b.Seed)), .. RunSetting.Of(b)],
            [.. RunFigures.Of(a).Select(figure => new Column(figure, null))],
            [.. RunFigures.Of(b).Select(figure => new Column(figure, null))],
            static (_, _) => null);
    }

    /// <summary>Compares two replication results by their means.</summary>
    /// <remarks>
    /// With the same seeds in both, the difference has the Student-t interval of the differences seed by seed, which the randomness that both
    /// share does not widen. With other seeds its half-width is the sum of both half-widths: it exceeds that when the intervals do
    /// not meet.
    /// </remarks>
    public static RunComparison Of(ReplicationResult a, ReplicationResult b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        bool paired = a.Seeds.SequenceEqual(b.Seeds);
        return Of(
            [.. SettingsOf(a)], [.. SettingsOf(b)], [.. a.Figures.Select(Column.Of)], [.. b.Figures.Select(Column.Of)],
            (inA, inB) => paired ? PairedHalfWidth(inA.Values, inB.Values) : HalfWidth(inA) + HalfWidth(inB));
    }

    private static IEnumerable<RunSetting> SettingsOf(ReplicationResult result) =>
    [
        new("schemaVersion", Text(result.SchemaVersion)),
        new("replications", Text(result.Seeds.Count)),
        new("seeds", result.Seeds.Count == 0 ? "" : $"{Text(result.Seeds[0])} to {Text(result.Seeds[^1])}"),
        .. result.Settings,
    ];

    private static RunComparison Of(
        IReadOnlyList<RunSetting> settingsA, IReadOnlyList<RunSetting> settingsB, IReadOnlyList<Column> columnsA,
        IReadOnlyList<Column> columnsB, Func<ReplicatedFigure, ReplicatedFigure, double?> halfWidth)
    {
        Dictionary<string, Column> inA = columnsA.DistinctBy(column => column.Figure.Path).ToDictionary(column => column.Figure.Path);
        Dictionary<string, Column> inB = columnsB.DistinctBy(column => column.Figure.Path).ToDictionary(column => column.Figure.Path);
        List<FigureChange> figures = [];
        foreach (Figure figure in columnsA.Concat(columnsB).Select(column => column.Figure).DistinctBy(figure => figure.Path))
        {
            Column? a = inA.GetValueOrDefault(figure.Path), b = inB.GetValueOrDefault(figure.Path);
            double? error = a?.Statistics is { } ofA && b?.Statistics is { } ofB ? halfWidth(ofA, ofB) : null;
            figures.Add(new FigureChange(figure.Path, figure.Unit, figure.Goal, a?.Figure.Value, b?.Figure.Value, error));
        }
        return new RunComparison
        {
            Settings = [.. Changes([.. settingsA, .. Classes(columnsA)], [.. settingsB, .. Classes(columnsB)])],
            Figures = figures,
        };
    }

    private static IEnumerable<SettingChange> Changes(IReadOnlyList<RunSetting> a, IReadOnlyList<RunSetting> b)
    {
        Dictionary<string, string> inA = a.DistinctBy(setting => setting.Path).ToDictionary(setting => setting.Path, setting => setting.Value);
        Dictionary<string, string> inB = b.DistinctBy(setting => setting.Path).ToDictionary(setting => setting.Path, setting => setting.Value);
        return a.Select(setting => setting.Path).Union(b.Select(setting => setting.Path))
            .Select(path => new SettingChange(path, inA.GetValueOrDefault(path), inB.GetValueOrDefault(path)))
            .Where(change => change.A != change.B);
    }

    private static IEnumerable<RunSetting> Classes(IEnumerable<Column> columns) => columns
        .Where(column => column.Figure.Path.StartsWith("classes[", StringComparison.Ordinal))
        .Select(column => column.Figure.Path[..(column.Figure.Path.LastIndexOf(']') + 1)])
        .Distinct()
        .Select(path => new RunSetting(path, "present"));

    private static double? HalfWidth(ReplicatedFigure figure) => (figure.Upper - figure.Lower) / 2;

    private static double? PairedHalfWidth(IReadOnlyList<double?> a, IReadOnlyList<double?> b)
    {
        Tally differences = new();
        foreach ((double? inA, double? inB) in a.Zip(b))
            if (inB - inA is { } difference) differences.Add(difference);
        return differences.Confidence(ReplicationResult.Level)?.HalfWidth;
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private sealed record Column(Figure Figure, ReplicatedFigure? Statistics)
    {
        public static Column Of(ReplicatedFigure figure) => new(new Figure(figure.Path, figure.Unit, figure.Goal, figure.Mean), figure);
    }
}

/// <summary>Something that was set differently in two results, A and B.</summary>
/// <param name="Path">What it is: <c>seed</c>, <c>pools[chat].replicas</c>, <c>goodput.ttftSeconds</c>, <c>classes[chat/api]</c>.</param>
/// <param name="A">Its value in A; null when A has none.</param>
/// <param name="B">Its value in B; null when B has none.</param>
public sealed record SettingChange(string Path, string? A, string? B);
