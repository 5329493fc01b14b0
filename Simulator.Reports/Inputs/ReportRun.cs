using Simulator.Models.Results;
using Simulator.Models.Results.Comparison;

namespace Simulator.Reports.Inputs;

/// <summary>A run as a report shows it.</summary>
/// <param name="Name">What it is called; no two runs of a report have the same name.</param>
public sealed record ReportRun(string Name)
{
    /// <summary>The result; null for replications, and for files of requests or samples alone.</summary>
    public RunResult? Result { get; init; }

    /// <summary>The same run with several seeds; null for a single one.</summary>
    public ReplicationResult? Replications { get; init; }

    /// <summary>Latencies; those of the result unless its requests are known one by one.</summary>
    public LatencyDistributions? Latencies { get; init; }

    /// <summary>State of the replicas over time, in the order of time; empty when it was not sampled.</summary>
    public IReadOnlyList<StateSample> Samples { get; init; } = [];

    /// <summary>What was set for the run.</summary>
    public IReadOnlyList<RunSetting> Settings => Result?.Settings ?? Replications?.Settings ?? [];

    /// <summary>A figure by its path, such as <c>ttft.mean</c>: of replications their mean and its confidence interval.</summary>
    public FigureValue Figure(string path)
    {
        if (Replications?.Figures.FirstOrDefault(figure => figure.Path == path) is { } figure) return new(figure.Mean, figure.Lower, figure.Upper);
        return new(Result is null ? null : RunFigures.Of(Result).FirstOrDefault(figure => figure.Path == path)?.Value, null, null);
    }
}

/// <summary>A figure of a run.</summary>
/// <param name="Value">The value; null when it is not defined.</param>
/// <param name="Lower">Lower end of its confidence interval; null for a single run.</param>
/// <param name="Upper">Upper end.</param>
public readonly record struct FigureValue(double? Value, double? Lower, double? Upper);

/// <summary>State of one replica at one instant, as <see cref="Simulator.Models.Results.Recording.TimeSeriesCsvWriter"/> writes it.</summary>
/// <param name="Seconds">The instant.</param>
/// <param name="Replica">The replica.</param>
/// <param name="Running">Sequences that run.</param>
/// <param name="Waiting">Sequences that wait.</param>
/// <param name="KvBlocks">KV blocks in use.</param>
/// <param name="TokensPerSecond">Tokens a second since the sample before; null in the first.</param>
/// <param name="PowerWatts">Mean power since the sample before; null in the first, and in files that do not tell it.</param>
public readonly record struct StateSample(
    double Seconds, int Replica, long Running, long Waiting, long KvBlocks, double? TokensPerSecond, double? PowerWatts);
