using System.Text.Json;
using System.Text.Json.Serialization;

namespace Simulator.Models.Results;

/// <summary>Run results as JSON: one document, camelCase names, fields in a fixed order, numbers that read back to the same bits.</summary>
public static class RunResultJson
{
    /// <summary>The document, with a newline at its end.</summary>
    public static string Write(RunResult result) =>
        JsonSerializer.Serialize(result, RunResultContext.Default.RunResult) + "\n";

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">The text is no run result.</exception>
    public static RunResult Read(string json)
    {
        RunResult result = JsonSerializer.Deserialize(json, RunResultContext.Default.RunResult)
            ?? throw new JsonException("The document is null.");
        // A document may lack the settings; generated readers then leave null in place of the initial value.
        if (result.Settings is null) result = result with { Settings = [] };
        if (result.Settings.Contains(null)) throw new JsonException("A setting is null.");
        if (result.Accuracy is { } accuracy && accuracy.Any(pool => pool?.Figures is null || pool.Figures.Contains(null)))
            throw new JsonException("An accuracy is null.");
        if (result.Distributions is { } distributions)
        {
            int shares = distributions.Shares.Count;
            IReadOnlyList<double>[] all = [distributions.Ttft, distributions.Itl, distributions.Tpot, distributions.E2e];
            if (all.Any(values => values.Count != 0 && values.Count != shares))
                throw new JsonException("A distribution has other than one value for each share.");
        }
        if (result.Operators?.Contains(null!) == true) throw new JsonException("An operator is null.");
        if (result.Classes.Contains(null) || result.Replicas.Contains(null)) throw new JsonException("A class or a replica is null.");
        return result;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n",
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RunResult))]
internal sealed partial class RunResultContext : JsonSerializerContext;
