using Simulator.Core.Statistics;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Spans;

namespace Simulator.Workloads.Generators;

/// <summary>How requests arrived in one window. Gaps are those between two arrivals of the window.</summary>
public sealed record FittedWindow
{
    private const long LeastRequests = 3;

    /// <summary>Requests that arrived.</summary>
    public required long Requests { get; init; }

    /// <summary>Mean gap in seconds; null below two requests.</summary>
    public double? MeanGapSeconds { get; init; }

    /// <summary>Coefficient of variation of the gaps; null below three requests, and when all gaps are 0.</summary>
    public double? Cv { get; init; }

    /// <summary>Gamma shape α = 1/CV²; null where there is no coefficient of variation, or where it is 0.</summary>
    public double? Alpha { get; init; }

    /// <summary>Gamma rate β = α/mean, per second.</summary>
    public double? Beta { get; init; }

    /// <summary>Weibull shape of the same moments; null too where the coefficient is not between 0.02 and 100.</summary>
    public double? WeibullShape { get; init; }

    /// <summary>Weibull scale in seconds.</summary>
    public double? WeibullScaleSeconds { get; init; }

    internal static FittedWindow Of(long requests, Tally gaps)
    {
        double? mean = gaps.Mean;
        if (requests < LeastRequests || mean is not > 0) return new FittedWindow { Requests = requests, MeanGapSeconds = mean };
        double cv = Math.Sqrt(gaps.Variance!.Value * (gaps.Count - 1) / gaps.Count) / mean.Value;
        if (cv == 0) return new FittedWindow { Requests = requests, MeanGapSeconds = mean, Cv = 0 };
        double? weibull = cv is >= WeibullMoments.LeastCv and <= WeibullMoments.MostCv ? WeibullMoments.ShapeOf(cv) : null;
        return new FittedWindow
        {
            Requests = requests,
            MeanGapSeconds = mean,
            Cv = cv,
            Alpha = 1 / (cv * cv),
            Beta = 1 / (cv * cv * mean.Value),
            WeibullShape = weibull,
            WeibullScaleSeconds = weibull == null ? null : WeibullMoments.ScaleOf(mean.Value, weibull.Value),
        };
    }

    /// <summary>The form of the gaps; exponential where the window was too quiet to tell.</summary>
    internal GapShape ShapeOf(GapDistribution distribution) => distribution switch
    {
        GapDistribution.Weibull when WeibullShape != null => new GapShape(GapKind.Weibull, WeibullShape.Value),
        _ when Alpha != null => new GapShape(GapKind.Gamma, Alpha.Value),
        _ => GapShape.Exponential,
    };

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Requests);
        if (Alpha is { } alpha) Seconds.Positive(alpha, nameof(Alpha));
        if (WeibullShape is { } shape) Seconds.Positive(shape, nameof(WeibullShape));
    }
}

/// <summary>The requests of one model and class.</summary>
public sealed record FittedKind
{
    private static readonly double[] Probabilities =
    [
        0, 0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1,
    ];

    /// <summary>Model; empty when the trace gives none.</summary>
    public required string Model { get; init; }

    /// <summary>Class; empty when the trace gives none.</summary>
    public required string Class { get; init; }

    /// <summary>Requests of the kind, failures among them.</summary>
    public required long Requests { get; init; }

    /// <summary>Share of them that failed, from 0 to 1.</summary>
    public required double FailureShare { get; init; }

    /// <summary>Quantiles of the prompts that did not fail.</summary>
    public required IReadOnlyList<LengthQuantile> Prompt { get; init; }

    /// <summary>Quantiles of the outputs that did not fail.</summary>
    public required IReadOnlyList<LengthQuantile> Output { get; init; }

    internal static LengthQuantile[] Table(LengthHistogram lengths) =>
        lengths.Count == 0 ? [] : [.. Probabilities.Select(p => new LengthQuantile(p, lengths.Quantile(p)))];

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Requests);
        if (!(FailureShare is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(FailureShare), FailureShare, "A share lies between 0 and 1.");
        if (Prompt.Count > 0) _ = new QuantileLength(Prompt);
        if (Output.Count > 0) _ = new QuantileLength(Output);
    }
}
