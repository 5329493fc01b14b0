using System.Text.Json.Nodes;
using Simulator.Cli.Validation.Measured;

namespace Simulator.Cli.Validation;

/// <summary>What came of the cases of one set.</summary>
internal interface IValidationSetResult
{
    /// <summary>True when every case matched; true of sets that measure errors and match nothing.</summary>
    bool AllMatched { get; }

    /// <summary>The measured rows behind the result; none where cases match or do not.</summary>
    IReadOnlyList<MeasuredRow> Rows { get; }

    /// <summary>The result as JSON.</summary>
    JsonNode ToJson();

    /// <summary>Writes the result as tables.</summary>
    /// <param name="name">Name of the set.</param>
    /// <param name="output">Where to write.</param>
    void Write(string name, TextWriter output);
}
