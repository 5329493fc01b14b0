using System.Globalization;
using System.Text.Json;
using CsvHelper;
using Simulator.Cli.Faults;
using Simulator.Cli.Running;
using Simulator.Models.Results;
using Simulator.Models.Results.Comparison;
using Simulator.Planning.Sweeps;

namespace Simulator.Cli.Sweeps;

/// <summary>All results of a sweep in one file, in the order of the manifest.</summary>
internal sealed class MergedFile(SweepMerge merge)
{
    private readonly ScenarioPath[] _axes = [.. SweepAbout.Parse(merge.Manifest.About).Axes.Select(ScenarioPath.Of)];

    /// <summary>Points that cannot run, in what was written.</summary>
    public long Faults { get; private set; }

    /// <summary>A header line, then a line for each point: its values and its whole result.</summary>
    public void WriteJsonLines(Stream stream)
    {
        using var output = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        output.WriteLine(JsonLine.Of(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", SweepManifest.CurrentSchemaVersion);
            json.WriteString("kind", "sweep");
            json.WriteString("id", merge.Manifest.Id);
            json.WriteNumber("points", merge.Manifest.Count);
            json.WriteStartArray("axes");
            foreach (ScenarioPath axis in _axes) json.WriteStringValue(axis.Text);
            json.WriteEndArray();
            json.WriteEndObject();
        }));
        foreach (MergedPoint point in Points())
        {
            if (Read(point).Fault is not null) Faults++;
            string head = JsonLine.Of(json =>
            {
                json.WriteStartObject();
                json.WriteString("point", point.Point.Id);
                json.WriteNumber("replication", point.Replication);
                json.WriteStartArray("settings");
                foreach ((string path, string value) in point.Settings)
                {
                    json.WriteStartObject();
                    json.WriteString("path", path);
                    json.WriteString("value", value);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            });
            output.WriteLine($"{head[..^1]},{point.Value[1..]}");
        }
    }

    /// <summary>A row for each point: its values, and the figures of the whole run, not those of classes.</summary>
    public void WriteCsv(Stream stream)
    {
        string[] figures = [.. Figures()];
        using CsvWriter csv = CsvWriter.Create(stream, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
        csv.WriteHeader(["point", .. _axes.Select(axis => axis.Text), "replication", "seed", "fault", .. figures]);
        foreach (MergedPoint point in Points())
        {
            (string? fault, RunResult? run) = Read(point);
            if (fault is not null) Faults++;
            csv.WriteField(point.Point.Id);
            foreach ((_, string value) in point.Settings) csv.WriteField(value);
            csv.WriteField(Text(point.Replication));
            csv.WriteField(Text(run?.Seed));
            csv.WriteField(fault ?? "");
            IEnumerable<double?> values = run is null ? figures.Select(_ => (double?)null) : OfRun(run).Select(figure => figure.Value);
            foreach (double? value in values) csv.WriteField(Text(value));
            csv.EndRecord();
        }
    }

    private IEnumerable<MergedPoint> Points() => merge.Read().Select(pair => MergedPoint.Of(pair.Point, _axes, pair.Value));

    private IEnumerable<string> Figures() => Points().Select(point => Read(point).Run).FirstOrDefault(run => run is not null) is { } first
        ? OfRun(first).Select(figure => figure.Path) : [];

    private (string? Fault, RunResult? Run) Read(MergedPoint point)
    {
        try
        {
            return point.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException($"{merge.Results.FileOf(point.Point)}: is not the result of a run; delete it and run the sweep again");
        }
    }

    private static IEnumerable<Figure> OfRun(RunResult run) => RunFigures.Of(run with { Classes = [] });

    private static string Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";
}
