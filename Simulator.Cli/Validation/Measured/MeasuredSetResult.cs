using System.Globalization;
using System.Text.Json.Nodes;
using Simulator.Cli.Terminal;
using Spectre.Console;

namespace Simulator.Cli.Validation.Measured;

/// <summary>What came of a set of measured runs: errors over all rows, over groups of them and over each cell, and what was not run.</summary>
internal sealed class MeasuredSetResult : IValidationSetResult
{
    private readonly RowsSummary _all;
    private readonly IReadOnlyList<(string Name, RowsSummary Summary)> _groups;
    private readonly IReadOnlyList<(MeasuredCell Cell, RowsSummary Summary)> _cells;
    private readonly IReadOnlyList<(string Reason, int Rows)> _notRun;

    /// <summary>Sums up the rows of a set.</summary>
    /// <param name="rows">All rows, those that were not run too.</param>
    /// <param name="figures">Names of the figures, in the order in which they are reported.</param>
    public MeasuredSetResult(IReadOnlyList<MeasuredRow> rows, IReadOnlyList<string> figures)
    {
        Rows = rows;
        _all = RowsSummary.Of(rows, figures);
        _groups =
        [
            .. rows.SelectMany(row => row.Groups).Distinct().Order(StringComparer.Ordinal)
                .Select(group => (group, RowsSummary.Of([.. rows.Where(row => row.Groups.Contains(group))], figures))),
        ];
        _cells =
        [
            .. rows.GroupBy(row => row.Cell).OrderBy(cell => cell.Key.System, StringComparer.Ordinal)
                .ThenBy(cell => cell.Key.Model, StringComparer.Ordinal).ThenBy(cell => cell.Key.Engine, StringComparer.Ordinal)
                .Select(cell => (cell.Key, RowsSummary.Of([.. cell], figures))),
        ];
        _notRun =
        [
            .. rows.Where(row => row.NotRun is not null).GroupBy(row => row.NotRun!).Select(reason => (Reason: reason.Key, Rows: reason.Count()))
                .OrderByDescending(reason => reason.Rows).ThenBy(reason => reason.Reason, StringComparer.Ordinal),
        ];
    }

    /// <summary>True: errors are measured, not judged.</summary>
    public bool AllMatched => true;

    /// <inheritdoc/>
    public IReadOnlyList<MeasuredRow> Rows { get; }

    /// <inheritdoc/>
    public JsonNode ToJson()
    {
        JsonObject json = _all.AddTo([]);
        json.Add("groups", new JsonArray([.. _groups.Select(group => group.Summary.AddTo(new() { ["name"] = group.Name }))]));
        json.Add("cells", new JsonArray([.. _cells.Select(cell => cell.Summary.AddTo(new()
        {
            ["system"] = cell.Cell.System, ["model"] = cell.Cell.Model, ["engine"] = cell.Cell.Engine,
        }))]));
        json.Add("notRun", new JsonArray([.. _notRun.Select(reason => new JsonObject { ["reason"] = reason.Reason, ["rows"] = reason.Rows })]));
        return json;
    }

    /// <inheritdoc/>
    public void Write(string name, TextWriter output)
    {
        output.WriteLine($"{name}: {Figures.Count(_all.Ran)} of {Figures.Count(_all.Rows)} rows ran; errors in percent of what was measured");
        output.WriteLine();
        Table table = TextTable.Create("rows", "figure", "predictor", "count", "mean", "median", "p90", "signed median", "rank correlation");
        AddRows(table, "all", _all);
        foreach ((string group, RowsSummary summary) in _groups) AddRows(table, group, summary);
        output.WriteTable(table);
        output.WriteLine();
        WriteCells(output);
        foreach ((string reason, int rows) in _notRun) output.WriteLine($"not run, {Figures.Count(rows)} rows: {reason}");
        if (_notRun.Count > 0) output.WriteLine();
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
        string[] figures = [.. _all.Ours.Figures.Select(figure => figure.Name)];
        string[] peers = [.. _all.Peers.Select(peer => peer.Name)];
        Table table = TextTable.Create(
            ["cell", "rows", "ran", .. figures.SelectMany(figure => (string[])[$"{figure} median", "signed", .. peers.Select(peer => $"{peer} median")])]);
        foreach ((MeasuredCell cell, RowsSummary summary) in _cells)
        {
            List<string> texts = [$"{cell.System} {cell.Model} {cell.Engine}", Figures.Count(summary.Rows), Figures.Count(summary.Ran)];
            foreach (string figure in figures)
            {
                ErrorSummary? ours = Errors(summary.Ours, figure);
                texts.Add(ours is null ? Figures.Undefined : Percent(ours.Median));
                texts.Add(ours is null ? Figures.Undefined : Signed(ours.SignedMedian));
                foreach (string peer in peers)
                {
                    ErrorSummary? theirs = Errors(summary.Peers.FirstOrDefault(known => known.Name == peer).Theirs, figure);
                    texts.Add(theirs is null ? Figures.Undefined : Percent(theirs.Median));
                }
            }
            table.AddTexts([.. texts]);
        }
        output.WriteTable(table);
        output.WriteLine();
    }

    private static ErrorSummary? Errors(PredictorSummary? summary, string figure) =>
        summary?.Figures.FirstOrDefault(known => known.Name == figure).Errors;
}
