using System.Text.Json.Serialization;

namespace Simulator.Models.Results.Comparison;

/// <summary>One number of a result.</summary>
/// <param name="Path">Where it stands in the result's JSON, such as <c>ttft.p99</c>; see <see cref="RunFigures"/>.</param>
/// <param name="Unit">Its unit, such as <c>s</c>, <c>tokens/s</c> or <c>USD</c>; empty for a share or a ratio.</param>
/// <param name="Goal">Which way is better.</param>
/// <param name="Value">The number; null when it is not defined.</param>
public sealed record Figure(string Path, string Unit, FigureGoal Goal, double? Value);

/// <summary>Which way a figure is better, all else being equal.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FigureGoal>))]
public enum FigureGoal
{
    /// <summary>Neither way: it describes.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>The lower, the better: latencies, costs.</summary>
    [JsonStringEnumMemberName("lower")]
    Lower,

    /// <summary>The higher, the better: throughput, goodput.</summary>
    [JsonStringEnumMemberName("higher")]
    Higher,
}
