using System.Text.Json.Nodes;

namespace Simulator.Cli.Validation.Measured;

/// <summary>How far one predictor is from what was measured.</summary>
/// <param name="Figures">Errors of each figure, with the rank correlation within cells; those without a prediction are left out.</param>
internal sealed record PredictorSummary(IReadOnlyList<(string Name, ErrorSummary Errors, double? RankCorrelation)> Figures)
{
    /// <summary>The rank correlation of throughput within cells, which is what configurations are chosen by; of all figures on average where there is none; null without any.</summary>
    public double? RankCorrelation => Figures.FirstOrDefault(figure => figure.Name == "throughput").RankCorrelation ?? Figures.Average(figure => figure.RankCorrelation);

    /// <summary>Errors of a figure; null where nothing was predicted.</summary>
    public ErrorSummary? Of(string figure) => Figures.FirstOrDefault(known => known.Name == figure).Errors;

    /// <summary>Sums up rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="figures">Names of the figures, in the order in which they are reported.</param>
    /// <param name="predict">Gives the prediction of a figure; null when there is none.</param>
    public static PredictorSummary Of(IReadOnlyList<MeasuredRow> rows, IReadOnlyList<string> figures, Func<MeasuredFigure, double?> predict)
    {
        List<(string, ErrorSummary, double?)> summaries = [];
        foreach (string figure in figures)
        {
            List<(MeasuredCell Cell, (double, double) Pair)> pairs = [];
            foreach (MeasuredRow row in rows)
            {
                if (row.Figures.FirstOrDefault(candidate => candidate.Name == figure) is { } found && predict(found) is { } predicted)
                    pairs.Add((row.Cell, (predicted, found.Measured)));
            }
            double? rank = Measured.RankCorrelation.Within(pairs.GroupBy(pair => pair.Cell, pair => pair.Pair).Select(cell => cell.ToArray()));
            if (ErrorSummary.Of([.. pairs.Select(pair => pair.Pair)]) is { } errors) summaries.Add((figure, errors, rank));
        }
        return new(summaries);
    }

    /// <summary>Adds the summary to an object: a property of each figure's name, and <c>rankCorrelation</c>.</summary>
    public JsonObject AddTo(JsonObject json)
    {
        foreach ((string name, ErrorSummary errors, double? rank) in Figures)
        {
            JsonObject figure = errors.ToJson();
            figure.Add("rankCorrelation", Rounded(rank));
            json.Add(name, figure);
        }
        json.Add("rankCorrelation", Rounded(RankCorrelation));
        return json;
    }

    private static JsonNode? Rounded(double? correlation) => correlation is { } value ? Math.Round(value, 4) : null;
}
