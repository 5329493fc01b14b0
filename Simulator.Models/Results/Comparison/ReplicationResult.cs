using Simulator.Core.Statistics;

namespace Simulator.Models.Results.Comparison;

/// <summary>The figures of runs that differ in their seeds alone, with confidence intervals.</summary>
public sealed record ReplicationResult
{
    /// <summary>Version of this layout; it grows when a field changes its meaning or goes.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>Probability that the interval of a figure covers its expected value.</summary>
    public const double Level = 0.95;

    /// <inheritdoc cref="CurrentSchemaVersion"/>
    public int SchemaVersion { get; init; } = CurrentSchemaVersion;

    /// <summary>Seeds of the runs, in their order.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <inheritdoc cref="Level"/>
    public required double ConfidenceLevel { get; init; }

    /// <summary>What was set for the runs, the same for all.</summary>
    public required IReadOnlyList<RunSetting> Settings { get; init; }

    /// <summary>The figures, in the order of <see cref="RunFigures"/>.</summary>
    public required IReadOnlyList<ReplicatedFigure> Figures { get; init; }

    /// <summary>Puts runs together.</summary>
    /// <param name="runs">At least one, in the order of their seeds; they should differ in the seed alone.</param>
    /// <exception cref="ArgumentException">There is no run.</exception>
    public static ReplicationResult Of(IReadOnlyList<RunResult> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0) throw new ArgumentException("Replications need at least one run.", nameof(runs));
        // A rare class may be absent from some runs: its figures are null there.
        List<Figure> order = [];
        Dictionary<string, double?[]> values = [];
        for (int run = 0; run < runs.Count; run++)
        {
            foreach (Figure figure in RunFigures.Of(runs[run]))
            {
                if (!values.TryGetValue(figure.Path, out double?[]? ofFigure))
                {
                    order.Add(figure);
                    values.Add(figure.Path, ofFigure = new double?[runs.Count]);
                }
                ofFigure[run] = figure.Value;
            }
        }
        return new ReplicationResult
        {
            Seeds = [.. runs.Select(run => run.Seed)],
            ConfidenceLevel = Level,
            Settings = RunSetting.Of(runs[0]),
            Figures = [.. order.Select(figure => ReplicatedFigure.Of(figure, values[figure.Path]))],
        };
    }
}

/// <summary>A figure over replications.</summary>
/// <remarks>Statistics are over the runs in which the figure is defined.</remarks>
/// <param name="Path">As in <see cref="Figure.Path"/>.</param>
/// <param name="Unit">As in <see cref="Figure.Unit"/>.</param>
/// <param name="Goal">As in <see cref="Figure.Goal"/>.</param>
/// <param name="Count">Runs in which it is defined.</param>
/// <param name="Mean">Mean; null without runs.</param>
/// <param name="StandardDeviation">Sample standard deviation, with Count − 1 in the denominator; null below two runs.</param>
/// <param name="Lower">Lower end of the Student-t confidence interval of the mean; null below two runs.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="Values">The figure of each run, in the order of the seeds; null where it is not defined.</param>
public sealed record ReplicatedFigure(
    string Path, string Unit, FigureGoal Goal, long Count, double? Mean, double? StandardDeviation, double? Lower, double? Upper,
    IReadOnlyList<double?> Values)
{
    internal static ReplicatedFigure Of(Figure figure, IReadOnlyList<double?> values)
    {
        Tally tally = new();
        foreach (double? value in values)
            if (value is { } defined) tally.Add(defined);
        ConfidenceInterval? interval = tally.Confidence(ReplicationResult.Level);
        return new ReplicatedFigure(
            figure.Path, figure.Unit, figure.Goal, tally.Count, tally.Mean, tally.StandardDeviation, interval?.Lower, interval?.Upper, values);
    }
}
