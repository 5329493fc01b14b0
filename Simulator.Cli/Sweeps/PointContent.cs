using System.Reflection;
using System.Text.Json;
using Simulator.Cli.Reading;
using Simulator.Cli.Running;

namespace Simulator.Cli.Sweeps;

/// <summary>Everything that the result of a point depends on.</summary>
/// <param name="Scenario">The scenario, with the values of the axes in their places.</param>
/// <param name="Replication">Its number among the runs of the same values, from 0.</param>
/// <param name="Files">SHA-256 of each file and folder that the scenario names, by the name it uses.</param>
/// <param name="Simulator">Version of the simulator that planned it.</param>
internal sealed record PointContent(YamlMap Scenario, int Replication, IReadOnlyList<KeyValuePair<string, string>> Files, string Simulator)
{
    /// <summary>The version of this simulator, with the state of its source where that is known.</summary>
    public static string CurrentSimulator { get; } =
        typeof(PointContent).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Reads a line of a manifest.</summary>
    public static PointContent Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement point = document.RootElement;
        return new(
            (YamlMap)NodeJson.Read(point.GetProperty("scenario")),
            point.GetProperty("replication").GetInt32(),
            [.. point.GetProperty("files").EnumerateObject().Select(file => KeyValuePair.Create(file.Name, file.Value.GetString()!))],
            point.GetProperty("simulator").GetString()!);
    }

    /// <summary>The line of a manifest: keys in ordinal order, no blanks.</summary>
    public string ToLine() => JsonLine.Of(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("files");
        foreach ((string name, string hash) in Files.OrderBy(file => file.Key, StringComparer.Ordinal)) json.WriteString(name, hash);
        json.WriteEndObject();
        json.WriteNumber("replication", Replication);
        json.WritePropertyName("scenario");
        NodeJson.Write(json, Scenario);
        json.WriteString("simulator", Simulator);
        json.WriteEndObject();
    });
}
