using System.Globalization;
using Simulator.Reports.Accuracy;

namespace Simulator.Cli.Validation.Measured.Accuracy;

/// <summary>How figures and their errors are written on the page.</summary>
internal static class FigureNames
{
    private const string P99 = "P99";

    /// <summary>What stands where there is no value.</summary>
    public const string None = "–";

    /// <summary><c>TTFT p99</c> of <c>ttftP99</c>.</summary>
    public static string Of(string figure)
    {
        bool tail = figure.EndsWith(P99, StringComparison.Ordinal);
        string name = tail ? figure[..^P99.Length] : figure;
        return (name is "throughput" ? name : name.ToUpperInvariant()) + (tail ? " p99" : "");
    }

    /// <summary>The unit of a figure.</summary>
    public static PredictionUnit Unit(string figure) => figure == "throughput" ? PredictionUnit.TokensPerSecond : PredictionUnit.Seconds;

    /// <summary>An error in percent, without the sign of the unit.</summary>
    public static string Percent(double? value) => value?.ToString("0.0", CultureInfo.InvariantCulture) ?? None;

    /// <summary>An error in percent with its own sign.</summary>
    public static string Signed(double? value) => value?.ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture) ?? None;

    /// <summary>A rank correlation.</summary>
    public static string Rank(double? value) => value?.ToString("0.000;−0.000", CultureInfo.InvariantCulture) ?? None;

    /// <summary>Median, 90th percentile and signed median: <c>5.2 / 14.0 / +3.1</c>.</summary>
    public static string Three(ErrorSummary? errors) =>
        errors is null ? None : $"{Percent(errors.Median)} / {Percent(errors.P90)} / {Signed(errors.SignedMedian)}";
}
