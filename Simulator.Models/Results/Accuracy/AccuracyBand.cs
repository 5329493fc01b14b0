using System.Text.Json.Serialization;

namespace Simulator.Models.Results.Accuracy;

/// <summary>Figures whose predictions are validated: means over the requests of a run, and its throughput.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AccuracyFigure>))]
public enum AccuracyFigure
{
    /// <summary>Mean time to first token.</summary>
    [JsonStringEnumMemberName("ttft")]
    Ttft,

    /// <summary>Mean time per output token, and mean inter-token latency.</summary>
    [JsonStringEnumMemberName("tpot")]
    Tpot,

    /// <summary>Mean time from arrival to completion.</summary>
    [JsonStringEnumMemberName("e2e")]
    E2e,

    /// <summary>Tokens a second.</summary>
    [JsonStringEnumMemberName("throughput")]
    Throughput,
}

/// <summary>What a band was measured on, from the nearest to the broadest.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BandScope>))]
public enum BandScope
{
    /// <summary>Runs of the same device, engine, kind of model and load.</summary>
    [JsonStringEnumMemberName("sameConditions")]
    SameConditions,

    /// <summary>All runs of the same device and engine.</summary>
    [JsonStringEnumMemberName("sameDeviceAndEngine")]
    SameDeviceAndEngine,

    /// <summary>All runs of the same engine.</summary>
    [JsonStringEnumMemberName("sameEngine")]
    SameEngine,

    /// <summary>All runs.</summary>
    [JsonStringEnumMemberName("all")]
    All,
}

/// <summary>Errors of predictions of one figure over measured runs: (predicted − measured) / measured, in percent.</summary>
/// <remarks>Eight of ten runs lie between <see cref="LowPercent"/> and <see cref="HighPercent"/>. What the runs have in common is given; the rest is null.</remarks>
public sealed record AccuracyBand
{
    /// <summary>Id of the device; null for all.</summary>
    public string? Device { get; init; }

    /// <summary>The engine; null for all.</summary>
    public string? Engine { get; init; }

    /// <summary>Kind of the model; null for both.</summary>
    public ModelKind? Model { get; init; }

    /// <summary>Load of a replica; null for all.</summary>
    public LoadRegion? Load { get; init; }

    /// <summary>The figure.</summary>
    public required AccuracyFigure Figure { get; init; }

    /// <summary>Runs, at least <see cref="AccuracyBands.LeastPoints"/>.</summary>
    public required int Points { get; init; }

    /// <summary>10th percentile, percent.</summary>
    public required double LowPercent { get; init; }

    /// <summary>Median, percent.</summary>
    public required double MedianPercent { get; init; }

    /// <summary>90th percentile, percent.</summary>
    public required double HighPercent { get; init; }

    /// <summary>What it was measured on.</summary>
    [JsonIgnore]
    public BandScope Scope => Load is not null ? BandScope.SameConditions
        : Device is not null ? BandScope.SameDeviceAndEngine
        : Engine is not null ? BandScope.SameEngine
        : BandScope.All;
}

/// <summary>The error of one prediction of a measured run.</summary>
/// <param name="Conditions">What ran.</param>
/// <param name="Figure">The figure.</param>
/// <param name="Percent">(predicted − measured) / measured, percent.</param>
public readonly record struct MeasuredError(RunConditions Conditions, AccuracyFigure Figure, double Percent);
