using System.Globalization;
using Simulator.Models.Results.Accuracy;
using Simulator.Reports.Charts;
using Simulator.Reports.Drawing;
using Simulator.Reports.Inputs;

namespace Simulator.Reports.Sections;

/// <summary>How far predictions such as these were from real servers.</summary>
internal static class AccuracySection
{
    public static ReportSection Of(IReadOnlyList<ReportRun> runs)
    {
        var section = new ReportSection("accuracy", "Error bands");
        List<Band> bands = [.. runs.SelectMany(Bands)];
        if (bands.Count == 0)
        {
            string why = string.Join("; ", runs.SelectMany(run => run.Result?.Accuracy ?? []).Select(pool => pool.NoBand).OfType<string>().Distinct());
            return section with
            {
                Missing = why.Length > 0 ? $"there is no band: {why}"
                    : "these results tell none; 'replay --json' writes them for devices and engines that were measured",
            };
        }
        return section with
        {
            Lead = "Predicted means, and the ranges in which 8 of 10 real servers would lie if this prediction is as far off as others were.",
            // One figure of all runs, then the next: plans are compared by each.
            Charts = [Chart([.. bands.Where(band => band.Unit == "s").GroupBy(band => band.Name).SelectMany(same => same)])],
            Tables =
            [
                new("Error bands", ["run", "mean of", "predicted", "8 of 10 servers", "median error", "measured runs", "measured under"], [.. bands.Select(Row)]),
            ],
        };
    }

    private static Chart Chart(Band[] bands) => new("accuracy", "Predicted means with error bands", new("mean", "s", ChartScale.Log),
        new("run", "", ChartScale.Category) { Categories = [.. bands.Select(band => $"{band.Name}, {band.Run}")] },
        [
            new("8 of 10 real servers", ChartMark.Ranges, 0, [.. bands.SelectMany((band, i) => new[] { new ChartPoint(band.Low, i), new ChartPoint(band.High, i) })]),
            new("predicted", ChartMark.Points, 0, [.. bands.Select((band, i) => new ChartPoint(band.Predicted, i))]),
        ]);

    private static IReadOnlyList<string> Row(Band band) =>
    [
        band.Run, band.Name, Numbers.WithUnit(band.Predicted, band.Unit), $"{Numbers.WithUnit(band.Low, band.Unit)} to {Numbers.WithUnit(band.High, band.Unit)}",
        band.Of.MedianPercent.ToString("+0;-0;0", CultureInfo.InvariantCulture) + " %", band.Of.Points.ToString("N0", CultureInfo.InvariantCulture),
        band.Of.Extrapolates ? "other conditions (extrapolated)" : "the same conditions",
    ];

    // The means of a run are those of its pool when there is one pool.
    private static IEnumerable<Band> Bands(ReportRun run)
    {
        if (run.Result is not { Accuracy: [{ Conditions: not null } pool] } result) yield break;
        foreach (FigureAccuracy figure in pool.Figures)
        {
            (string name, string unit, double? value) = figure.Figure switch
            {
                AccuracyFigure.Ttft => ("TTFT", "s", result.Ttft.Mean),
                AccuracyFigure.Tpot => ("TPOT", "s", result.Tpot.Mean),
                AccuracyFigure.E2e => ("E2E", "s", result.E2e.Mean),
                _ => ("throughput", "tokens/s", result.Throughput.OutputTokensPerSecond),
            };
            if (value is > 0 and { } predicted && figure.LowPercent > -100)
                yield return new(run.Name, name, unit, predicted, predicted / (1 + figure.HighPercent / 100), predicted / (1 + figure.LowPercent / 100), figure);
        }
    }

    // An error is (predicted − measured) / measured, so that a prediction that is 25 % too high means that 1/1.25 of it is measured.
    private sealed record Band(string Run, string Name, string Unit, double Predicted, double Low, double High, FigureAccuracy Of);
}
