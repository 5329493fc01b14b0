using System.Text.Json;
using System.Text.Json.Serialization;
using Simulator.Cli.Terminal;
using Spectre.Console;

namespace Simulator.Cli.Validation;

/// <summary>What came of the cases of every set, by the name of the set.</summary>
internal sealed record ValidationReport(IReadOnlyDictionary<string, ValidationSetResult> Sets)
{
    /// <summary>True when every case matched.</summary>
    [JsonIgnore]
    public bool AllMatched => Sets.Values.All(set => set.Matched == set.Cases);

    /// <summary>The report as JSON, with a newline at its end.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ValidationReportContext.Default.ValidationReport) + "\n";

    /// <summary>The report as tables.</summary>
    public void Write(TextWriter output)
    {
        foreach ((string name, ValidationSetResult set) in Sets)
        {
            output.WriteLine($"{name}: {Figures.Count(set.Matched)} of {Figures.Count(set.Cases)} cases match");
            output.WriteLine();
            Table table = TextTable.Create("case", "matches", "requests", "iterations", "largest error");
            foreach (ValidationCase result in set.Results)
            {
                table.AddTexts(
                    result.Name, result.Matched ? "yes" : "no", Count(result.Requests), Count(result.Iterations),
                    Figures.Seconds(result.LargestErrorSeconds));
            }
            output.WriteTable(table);
            output.WriteLine();
            foreach (ValidationCase result in set.Results.Where(result => !result.Matched)) output.WriteLine($"{result.Name}: {result.FirstMismatch}");
            if (set.Matched < set.Cases) output.WriteLine();
        }
    }

    private static string Count(long? value) => value is { } count ? Figures.Count(count) : "";
}

/// <summary>What came of the cases of one set.</summary>
/// <param name="Cases">Cases.</param>
/// <param name="Matched">Those that matched.</param>
/// <param name="LargestErrorSeconds">Largest difference of a time in any case, seconds.</param>
/// <param name="Results">The cases, in the order of their names.</param>
internal sealed record ValidationSetResult(int Cases, int Matched, double LargestErrorSeconds, IReadOnlyList<ValidationCase> Results)
{
    public static ValidationSetResult Of(IReadOnlyList<ValidationCase> results) => new(
        results.Count, results.Count(result => result.Matched), results.Max(result => result.LargestErrorSeconds) ?? 0, results);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(ValidationReport))]
internal sealed partial class ValidationReportContext : JsonSerializerContext;
