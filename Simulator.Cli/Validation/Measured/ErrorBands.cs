using System.Globalization;
using Simulator.Cli.Faults;
using Simulator.Models.Results.Accuracy;

namespace Simulator.Cli.Validation.Measured;

/// <summary>The error bands that follow from measured sets.</summary>
internal static class ErrorBands
{
    /// <summary>Sums up the errors of all rows that the shipped profiles alone predicted.</summary>
    /// <exception cref="InputException">There is no such row.</exception>
    public static AccuracyBands Of(ValidationReport report)
    {
        var sets = report.Sets.Select(set => (set.Name, Rows: set.Result.Rows.Where(row => row.Conditions is not null).ToArray()))
            .Where(set => set.Rows.Length > 0).ToArray();
        if (sets.Length == 0) throw new InputException("--bands: no measured run was predicted; name a folder that holds closed_loop, open_loop or sharegpt_saturated");
        return AccuracyBands.Of(sets.SelectMany(set => set.Rows).SelectMany(Errors)) with
        {
            Provenance = [.. sets.Select(set => string.Create(CultureInfo.InvariantCulture, $"{set.Name}: {set.Rows.Length} runs"))],
        };
    }

    private static IEnumerable<MeasuredError> Errors(MeasuredRow row)
    {
        foreach (MeasuredFigure figure in row.Figures)
        {
            if (FigureOf(figure.Name) is { } known && figure.Predicted is { } predicted)
                yield return new(row.Conditions!, known, ErrorSummary.Percent(predicted, figure.Measured));
        }
    }

    // Means alone; where a set measures ITL, it is of whole requests, as TPOT is.
    private static AccuracyFigure? FigureOf(string name) => name switch
    {
        "ttft" => AccuracyFigure.Ttft,
        "tpot" or "itl" => AccuracyFigure.Tpot,
        "e2e" => AccuracyFigure.E2e,
        "throughput" => AccuracyFigure.Throughput,
        _ => null,
    };
}
