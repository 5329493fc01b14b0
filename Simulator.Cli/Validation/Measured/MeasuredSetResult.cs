using System.Globalization;
using System.Text.Json.Nodes;
using Simulator.Cli.Terminal;
using Spectre.Console;

namespace Simulator.Cli.Validation.Measured;

/// <summary>What came of a set of measured runs: errors over all rows, over groups of them and over each cell, and what was not run.</summary>
internal sealed class MeasuredSetResult : IValidationSetResult
{
    /// <summary>Sums up the rows of a set.</summary>
    /// <param name="rows">All rows, those that were not run too.</param>
    /// <param name="figures">Names of the figures, in the order in which they are reported.</param>
    public MeasuredSetResult(IReadOnlyList<MeasuredRow> rows, IReadOnlyList<string> figures)
    {
        Rows = rows;
        FigureNames = figures;
        All = RowsSummary.Of(rows, figures);
        Groups =
        [
            .. rows.SelectMany(row => row.Groups).Distinct().Order(StringComparer.Ordinal)
                .Select(group => (group, RowsSummary.Of([.. rows.Where(row => row.Groups.Contains(group))], figures))),
        ];
        Cells =
        [
            .. rows.GroupBy(row => row.Cell).OrderBy(cell => cell.Key.System, StringComparer.Ordinal)
                .ThenBy(cell => cell.Key.Model, StringComparer.Ordinal).ThenBy(cell => cell.Key.Engine, StringComparer.Ordinal)
                .Select(cell => (cell.Key, RowsSummary.Of([.. cell], figures))),
        ];
        NotRun =
        [
            .. rows.Where(row => row.NotRun is not null).GroupBy(row => row.NotRun!).Select(reason => (Reason: reason.Key, Rows: reason.Count()))
                .OrderByDescending(reason => reason.Rows).ThenBy(reason => reason.Reason, StringComparer.Ordinal),
        ];
        Plans = PlanOrder.Of(rows);
    }

    /// <summary>True: errors are measured, not judged.</summary>
    public bool AllMatched => true;

    /// <inheritdoc/>
    public IReadOnlyList<MeasuredRow> Rows { get; }

    /// <summary>Names of the figures, in the order in which they are reported.</summary>
    public IReadOnlyList<string> FigureNames { get; }

    /// <summary>Errors over all rows.</summary>
    public RowsSummary All { get; }

    /// <summary>Errors over each group, in the order of their names.</summary>
    public IReadOnlyList<(string Name, RowsSummary Summary)> Groups { get; }

    /// <summary>Errors over each cell, by device, model and engine.</summary>
    public IReadOnlyList<(MeasuredCell Cell, RowsSummary Summary)> Cells { get; }

    /// <summary>Why rows were not run, the most frequent reason first.</summary>
    public IReadOnlyList<(string Reason, int Rows)> NotRun { get; }

    /// <summary>How plans that served the same requests compare; null when the set has none.</summary>
    public PlanOrder? Plans { get; }

    /// <inheritdoc/>
    public JsonNode ToJson()
    {
        JsonObject json = All.AddTo([]);
        json.Add("groups", new JsonArray([.. Groups.Select(group => group.Summary.AddTo(new() { ["name"] = group.Name }))]));
        json.Add("cells", new JsonArray([.. Cells.Select(cell => cell.Summary.AddTo(new()
        {
            ["system"] = cell.Cell.System, ["model"] = cell.Cell.Model, ["engine"] = cell.Cell.Engine,
        }))]));
        json.Add("notRun", new JsonArray([.. NotRun.Select(reason => new JsonObject { ["reason"] = reason.Reason, ["rows"] = reason.Rows })]));
        if (Plans is not null) json.Add("planOrder", Plans.ToJson());
        return json;
    }

    /// <inheritdoc/>
    public void Write(string name, TextWriter output)
    {
        output.WriteLine($"{name}: {Figures.Count(All.Ran)} of {Figures.Count(All.Rows)} rows ran; errors in percent of what was measured");
        output.WriteLine();
        Table table = TextTable.Create("rows", "figure", "predictor", "count", "mean", "median", "p90", "signed median", "rank correlation");
        AddRows(table, "all", All);
        foreach ((string group, RowsSummary summary) in Groups) AddRows(table, group, summary);
        output.WriteTable(table);
        output.WriteLine();
        WriteCells(output);
        Plans?.Write(output);
        foreach ((string reason, int rows) in NotRun) output.WriteLine($"not run, {Figures.Count(rows)} rows: {reason}");
        if (NotRun.Count > 0) output.WriteLine();
    }

    private static void AddRows(Table table, string rows, RowsSummary summary)
    {
        Add("simulator", summary.Ours);
        foreach ((string peer, PredictorSummary theirs, PredictorSummary ours) in summary.Peers)
        {
            Add(peer, theirs);
            Add($"simulator, rows of {peer}", ours);
        }

        void Add(string predictor, PredictorSummary errors)
        {
            foreach ((string figure, ErrorSummary e, double? rank) in errors.Figures)
            {
                table.AddTexts(
                    rows, figure, predictor, Figures.Count(e.Count), Percent(e.Mape), Percent(e.Median), Percent(e.P90), Signed(e.SignedMedian),
                    Figures.Number(rank));
            }
        }
    }

    private static string Percent(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);

    private void WriteCells(TextWriter output)
    {
        string[] figures = [.. All.Ours.Figures.Select(figure => figure.Name)];
        string[] peers = [.. All.Peers.Select(peer => peer.Name)];
        Table table = TextTable.Create(
            ["cell", "rows", "ran", .. figures.SelectMany(figure => (string[])[$"{figure} median", "signed", .. peers.Select(peer => $"{peer} median")])]);
        foreach ((MeasuredCell cell, RowsSummary summary) in Cells)
        {
            List<string> texts = [$"{cell.System} {cell.Model} {cell.Engine}", Figures.Count(summary.Rows), Figures.Count(summary.Ran)];
            foreach (string figure in figures)
            {
                ErrorSummary? ours = summary.Ours.Of(figure);
                texts.Add(ours is null ? Figures.Undefined : Percent(ours.Median));
                texts.Add(ours is null ? Figures.Undefined : Signed(ours.SignedMedian));
                foreach (string peer in peers)
                {
                    ErrorSummary? theirs = summary.Peers.FirstOrDefault(known => known.Name == peer).Theirs?.Of(figure);
                    texts.Add(theirs is null ? Figures.Undefined : Percent(theirs.Median));
                }
            }
            table.AddTexts([.. texts]);
        }
        output.WriteTable(table);
        output.WriteLine();
    }
}
