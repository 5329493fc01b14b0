using System.Text.Json.Serialization;

namespace Simulator.Models.Results.Accuracy;

/// <summary>How far predictions such as those of a pool were from real servers.</summary>
public sealed record PoolAccuracy
{
    /// <summary>The pool.</summary>
    public required string Pool { get; init; }

    /// <summary>What it ran under; null when there is no band.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunConditions? Conditions { get; init; }

    /// <summary>Why there is no band; null when there is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NoBand { get; init; }

    /// <summary>
    /// Seconds that a request takes in the servers that were validated before the scheduler sees it (HTTP, tokenising) and that the pool leaves
    /// out (<see cref="Engines.EngineOptions.RequestOverhead"/>): its TTFT and E2E are short by it. Null for none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LeftOutSeconds { get; init; }

    /// <summary>The bands, one for each figure that was measured.</summary>
    public IReadOnlyList<FigureAccuracy> Figures { get; init; } = [];
}

/// <summary>The band of one figure: errors of predictions, (predicted − measured) / measured, over measured runs.</summary>
/// <param name="Figure">The figure.</param>
/// <param name="LowPercent">10th percentile, percent.</param>
/// <param name="MedianPercent">Median, percent.</param>
/// <param name="HighPercent">90th percentile, percent.</param>
/// <param name="Points">Measured runs.</param>
/// <param name="Scope">What was measured.</param>
public sealed record FigureAccuracy(AccuracyFigure Figure, double LowPercent, double MedianPercent, double HighPercent, int Points, BandScope Scope)
{
    /// <summary>Whether too few runs of the same conditions were measured, so that the band is one of other runs.</summary>
    public bool Extrapolates => Scope != BandScope.SameConditions;
}
