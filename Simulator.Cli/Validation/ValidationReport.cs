using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Simulator.Cli.Validation;

/// <summary>What came of every set, with the name of the set, in the order of <see cref="ValidationSet.All"/>.</summary>
internal sealed record ValidationReport(IReadOnlyList<(string Name, IValidationSetResult Result)> Sets)
{
    /// <summary>True when every case matched.</summary>
    public bool AllMatched => Sets.All(set => set.Result.AllMatched);

    /// <summary>The report as JSON, with a newline at its end.</summary>
    public string ToJson()
    {
        JsonObject sets = [];
        foreach ((string name, IValidationSetResult result) in Sets) sets.Add(name, result.ToJson());
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text, new JsonWriterOptions { Indented = true, NewLine = "\n" })) new JsonObject { ["sets"] = sets }.WriteTo(writer);
        return Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length)) + "\n";
    }

    /// <summary>The report as tables.</summary>
    public void Write(TextWriter output)
    {
        foreach ((string name, IValidationSetResult result) in Sets) result.Write(name, output);
    }
}
