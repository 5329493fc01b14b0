using System.Globalization;
using Simulator.Cli.Terminal;
using Simulator.Reports.Accuracy;

namespace Simulator.Cli.Validation.Measured.Accuracy;

/// <summary>The picture of a measured set: every figure of every row that ran.</summary>
internal static class AccuracyFigure
{
    // Engines have the same colours in all pictures.
    private static readonly string[] Engines = ["vllm", "sglang", "trtllm"];

    /// <summary>The name of its file: <c>closed-loop.svg</c>.</summary>
    public static string FileName(string set) => set.Replace('_', '-') + ".svg";

    /// <summary>Draws a set.</summary>
    public static string Draw(string set, MeasuredSetResult result)
    {
        string[] series = [.. result.Rows.Select(row => row.Cell.Engine).Distinct().OrderBy(Order).ThenBy(engine => engine, StringComparer.Ordinal)];
        return PredictionFigure.Draw($"{set}: predicted against measured", series, [.. result.FigureNames.Select(figure => Panel(result, figure)).OfType<PredictionPanel>()]);
    }

    private static PredictionPanel? Panel(MeasuredSetResult result, string figure)
    {
        if (result.All.Ours.Of(figure) is not { } errors) return null;
        PredictionPoint[] points =
        [
            .. from row in result.Rows
               from value in row.Figures
               where value.Name == figure
               let predicted = value.Predicted ?? 0
               where predicted > 0
               select new PredictionPoint(row.Cell.Engine, value.Measured, predicted),
        ];
        string note = string.Create(CultureInfo.InvariantCulture, $"{Figures.Count(errors.Count)} runs, median error {FigureNames.Percent(errors.Median)} %");
        return new(FigureNames.Of(figure), note, FigureNames.Unit(figure), points);
    }

    private static int Order(string engine)
    {
        int place = Array.FindIndex(Engines, known => engine.StartsWith(known, StringComparison.Ordinal));
        return place < 0 ? Engines.Length : place;
    }
}
