using System.Text.Json.Nodes;

namespace Simulator.Cli.Validation.Measured;

/// <summary>How far predictions are from what was measured, in percent of what was measured.</summary>
/// <param name="Count">Pairs.</param>
/// <param name="Mape">Mean of the absolute errors.</param>
/// <param name="Median">Median of the absolute errors.</param>
/// <param name="P90">90th percentile of the absolute errors.</param>
/// <param name="SignedMedian">Median of the errors with their signs: above 0 when predictions are too high.</param>
internal sealed record ErrorSummary(int Count, double Mape, double Median, double P90, double SignedMedian)
{
    /// <summary>The error of a prediction in percent of what was measured, above 0 when it is too high.</summary>
    public static double Percent(double predicted, double measured) => (predicted - measured) / measured * 100;

    /// <summary>Sums up pairs; null when there are none.</summary>
    public static ErrorSummary? Of(IReadOnlyList<(double Predicted, double Measured)> pairs)
    {
        if (pairs.Count == 0) return null;
        double[] signed = [.. pairs.Select(pair => Percent(pair.Predicted, pair.Measured)).Order()];
        double[] absolute = [.. signed.Select(Math.Abs).Order()];
        return new(pairs.Count, absolute.Average(), Quantile(absolute, 0.5), Quantile(absolute, 0.9), Quantile(signed, 0.5));
    }

    /// <summary>The summary as JSON, percentages to four decimals.</summary>
    public JsonObject ToJson() => new()
    {
        ["rows"] = Count,
        ["mape"] = Math.Round(Mape, 4),
        ["median"] = Math.Round(Median, 4),
        ["p90"] = Math.Round(P90, 4),
        ["signedMedian"] = Math.Round(SignedMedian, 4),
    };

    /// <summary>A quantile of sorted values, on the line between the two nearest (Hyndman and Fan's type 7, numpy's default).</summary>
    internal static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 == sorted.Length ? sorted[below] : sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
    }
}
