using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Simulator.Cli.Terminal;
using Simulator.Cli.Validation.Measured;
using Spectre.Console;

namespace Simulator.Cli.Validation;

/// <summary>What came of a set whose cases match or do not.</summary>
/// <param name="Cases">Cases.</param>
/// <param name="Matched">Those that matched.</param>
/// <param name="LargestErrorSeconds">Largest difference of a time in any case, seconds.</param>
/// <param name="Results">The cases, in the order of their names.</param>
internal sealed record MatchedSetResult(int Cases, int Matched, double LargestErrorSeconds, IReadOnlyList<ValidationCase> Results) : IValidationSetResult
{
    [JsonIgnore]
    public bool AllMatched => Matched == Cases;

    [JsonIgnore]
    public IReadOnlyList<MeasuredRow> Rows => [];

    public static MatchedSetResult Of(IReadOnlyList<ValidationCase> results) => new(
        results.Count, results.Count(result => result.Matched), results.Max(result => result.LargestErrorSeconds) ?? 0, results);

    public JsonNode ToJson() => JsonSerializer.SerializeToNode(this, MatchedSetContext.Default.MatchedSetResult)!;

    public void Write(string name, TextWriter output)
    {
        output.WriteLine($"{name}: {Figures.Count(Matched)} of {Figures.Count(Cases)} cases match");
        output.WriteLine();
        Table table = TextTable.Create("case", "matches", "requests", "iterations", "largest error");
        foreach (ValidationCase result in Results)
        {
            table.AddTexts(
                result.Name, result.Matched ? "yes" : "no", Count(result.Requests), Count(result.Iterations),
                Figures.Seconds(result.LargestErrorSeconds));
        }
        output.WriteTable(table);
        output.WriteLine();
        foreach (ValidationCase result in Results.Where(result => !result.Matched)) output.WriteLine($"{result.Name}: {result.FirstMismatch}");
        if (!AllMatched) output.WriteLine();
    }

    private static string Count(long? value) => value is { } count ? Figures.Count(count) : "";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MatchedSetResult))]
internal sealed partial class MatchedSetContext : JsonSerializerContext;
