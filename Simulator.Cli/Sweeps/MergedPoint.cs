using System.Text.Json;
using Simulator.Models.Results;
using Simulator.Planning.Sweeps;

namespace Simulator.Cli.Sweeps;

/// <summary>A point of a sweep with its result.</summary>
/// <param name="Point">The point.</param>
/// <param name="Replication">Its number among the runs of the same values.</param>
/// <param name="Settings">The paths that vary, and their values.</param>
/// <param name="Value">What came of it, JSON on one line.</param>
internal sealed record MergedPoint(SweepPoint Point, int Replication, IReadOnlyList<KeyValuePair<string, string>> Settings, string Value)
{
    public static MergedPoint Of(SweepPoint point, IReadOnlyList<ScenarioPath> axes, string value)
    {
        PointContent content = PointContent.Parse(point.Line);
        return new(point, content.Replication, [.. axes.Select(axis => KeyValuePair.Create(axis.Text, NodeJson.Text(axis.Find(content.Scenario))))], value);
    }

    /// <summary>The values that tell it from others, for messages.</summary>
    public string Name => string.Join(", ", [.. Settings.Select(setting => $"{setting.Key}={setting.Value}"), $"replication {Replication}"]);

    /// <summary>Why it cannot run, or its result.</summary>
    /// <exception cref="JsonException">The value is neither.</exception>
    public (string? Fault, RunResult? Run) Read()
    {
        using JsonDocument document = JsonDocument.Parse(Value);
        if (document.RootElement.TryGetProperty("fault", out JsonElement fault)) return (fault.GetString(), null);
        return document.RootElement.TryGetProperty("result", out JsonElement run) ? (null, RunResultJson.Read(run.GetRawText())) : throw new JsonException("There is neither a result nor a fault.");
    }
}
