using System.Text.Json;
using System.Text.Json.Serialization;

namespace Simulator.Models.Results.Comparison;

/// <summary>Replication results as JSON, in the manner of <see cref="RunResultJson"/>.</summary>
public static class ReplicationResultJson
{
    /// <summary>The document, with a newline at its end.</summary>
    public static string Write(ReplicationResult result) =>
        JsonSerializer.Serialize(result, ReplicationResultContext.Default.ReplicationResult) + "\n";

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">The text is no replication result.</exception>
    public static ReplicationResult Read(string json)
    {
        ReplicationResult result = JsonSerializer.Deserialize(json, ReplicationResultContext.Default.ReplicationResult)
            ?? throw new JsonException("The document is null.");
        foreach (ReplicatedFigure? figure in result.Figures)
        {
            if (figure is null) throw new JsonException("A figure is null.");
            if (figure.Values.Count != result.Seeds.Count)
                throw new JsonException($"{figure.Path} has {figure.Values.Count} values for {result.Seeds.Count} seeds.");
        }
        if (result.Settings.Contains(null)) throw new JsonException("A setting is null.");
        return result;
    }

    /// <summary>Tells a document of replications from one of a single run.</summary>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static bool IsReplicationResult(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("seeds", out _);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n",
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ReplicationResult))]
internal sealed partial class ReplicationResultContext : JsonSerializerContext;
