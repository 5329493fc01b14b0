using System.Globalization;
using System.Text;
using Simulator.Cli.Terminal;

namespace Simulator.Cli.Validation.Measured.Accuracy;

/// <summary>What the page says of servers that no host time was fitted to: errors beside those of the shipped times on the same rows.</summary>
internal static class HeldOutSection
{
    /// <summary>Writes the section.</summary>
    /// <param name="fitted">The set with the shipped times.</param>
    /// <param name="heldOut">The same rows with each model or each device left out of the fit, and what was left out.</param>
    public static string Write(MeasuredSetResult fitted, IReadOnlyList<(string Left, MeasuredSetResult Result)> heldOut)
    {
        Dictionary<string, MeasuredRow> shipped = fitted.Rows.ToDictionary(row => row.Id);
        StringBuilder text = new();
        MarkdownTable all = new(2, "left out", "figure", "runs", "fits", "median, shipped times", "median, left out", "ratio", "p90, shipped times", "p90, left out");
        double worst = 0;
        foreach ((string left, MeasuredSetResult result) in heldOut)
        {
            PredictorSummary before = Shipped(result.Rows);
            foreach ((string figure, ErrorSummary errors, _) in result.All.Ours.Figures)
            {
                ErrorSummary own = before.Of(figure)!;
                if (own.Median > 0) worst = Math.Max(worst, errors.Median / own.Median);
                all.Add(
                    $"each {left}", FigureNames.Of(figure), Figures.Count(errors.Count), Figures.Count(result.Groups.Count(group => group.Summary.Ran > 0)),
                    FigureNames.Percent(own.Median), FigureNames.Percent(errors.Median), Ratio(errors.Median, own.Median),
                    FigureNames.Percent(own.P90), FigureNames.Percent(errors.P90));
            }
        }
        if (worst > 0) text.Append(CultureInfo.InvariantCulture, $"No median grows to more than {worst:0.00} times that with the shipped times.\n\n");
        text.Append(all).Append("\nEach part left out: the median with the shipped times → the median without it.\n\n");
        MarkdownTable parts = new(1, ["engine and what is left out", "runs", .. fitted.FigureNames.Select(FigureNames.Of)]);
        foreach ((_, MeasuredSetResult result) in heldOut)
        {
            foreach ((string group, RowsSummary summary) in result.Groups)
            {
                PredictorSummary before = Shipped(result.Rows.Where(row => row.Groups.Contains(group)));
                parts.Add(
                [
                    group, Figures.Count(summary.Ran),
                    .. fitted.FigureNames.Select(figure => $"{FigureNames.Percent(before.Of(figure)?.Median)} → {FigureNames.Percent(summary.Ours.Of(figure)?.Median)}"),
                ]);
            }
        }
        return text.Append(parts).ToString().TrimEnd('\n');

        // Our errors with the shipped times on the rows that ran without theirs.
        PredictorSummary Shipped(IEnumerable<MeasuredRow> rows) => PredictorSummary.Of(
            [.. rows.Where(row => row.NotRun is null).Select(row => shipped[row.Id])], fitted.FigureNames, figure => figure.Predicted);
    }

    private static string Ratio(double after, double before) => before > 0 ? (after / before).ToString("0.00", CultureInfo.InvariantCulture) : FigureNames.None;
}
