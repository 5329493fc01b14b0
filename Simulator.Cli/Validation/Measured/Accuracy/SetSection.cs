using System.Text;
using Simulator.Cli.Terminal;

namespace Simulator.Cli.Validation.Measured.Accuracy;

/// <summary>What the page says of one measured set: its picture, its tables, the cells that stay bad and the rows that were not run.</summary>
internal static class SetSection
{
    // More columns than these do not fit: the peers of a set that has more stand in a table of their own alone.
    private const int MostPeersInCells = 1;

    /// <summary>Writes the section.</summary>
    /// <param name="set">Name of the set.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="figureFolder">Folder of the pictures, relative to the page.</param>
    public static string Write(string set, MeasuredSetResult result, string figureFolder)
    {
        StringBuilder text = new();
        text.Append($"{Figures.Count(result.All.Ran)} of {Figures.Count(result.All.Rows)} rows ran. Errors are in percent of what was measured.\n\n");
        if (result.All.Ran > 0) text.Append($"![Predicted against measured, {set}]({figureFolder}/{AccuracyFigure.FileName(set)})\n\n");
        text.Append(Summary(result)).Append('\n');
        Append("Others on the same rows, each with ours below it:", Peers(result));
        Append("Cell by cell: median / 90th percentile / signed median.", Cells(result));
        Append(
            $"Cells that stay bad, where the median error of a figure is above {StubbornCells.LeastPercent:0} % and more than twice that of the set:",
            StubbornCells.Of(set, result));
        if (result.Plans is { } plans) Append($"{plans}. Each plan in the measured order, fastest first, unless the predicted one is another; and of the speed-ups the error that is largest:", Plans(plans));
        MarkdownTable reasons = new(1, "not run because", "rows");
        foreach ((string reason, int rows) in result.NotRun) reasons.Add(reason, Figures.Count(rows));
        Append("", reasons);
        return text.ToString().TrimEnd('\n');

        void Append(string heading, MarkdownTable table)
        {
            if (table.IsEmpty) return;
            if (heading.Length > 0) text.Append(heading).Append("\n\n");
            text.Append(table).Append('\n');
        }
    }

    private static MarkdownTable Summary(MeasuredSetResult result)
    {
        MarkdownTable table = new(2, "rows", "figure", "runs", "mean", "median", "p90", "signed median", "rank correlation");
        Add("all", result.All);
        foreach ((string group, RowsSummary summary) in result.Groups) Add(Words(group), summary);
        return table;

        void Add(string rows, RowsSummary summary)
        {
            foreach ((string figure, ErrorSummary errors, double? rank) in summary.Ours.Figures) table.Add([rows, .. Errors(figure, errors, rank)]);
        }
    }

    private static MarkdownTable Peers(MeasuredSetResult result)
    {
        MarkdownTable table = new(2, "predictor", "figure", "runs", "mean", "median", "p90", "signed median", "rank correlation");
        foreach ((string peer, PredictorSummary theirs, PredictorSummary ours) in result.All.Peers)
        {
            foreach ((string figure, ErrorSummary errors, double? rank) in theirs.Figures)
            {
                table.Add([peer, .. Errors(figure, errors, rank)]);
                var own = ours.Figures.FirstOrDefault(known => known.Name == figure);
                if (own.Errors is not null) table.Add(["simulator", .. Errors(figure, own.Errors, own.RankCorrelation)]);
            }
        }
        return table;
    }

    private static MarkdownTable Cells(MeasuredSetResult result)
    {
        string[] figures = [.. result.All.Ours.Figures.Select(figure => figure.Name)];
        string[] peers = result.All.Peers.Count <= MostPeersInCells ? [.. result.All.Peers.Select(peer => peer.Name)] : [];
        MarkdownTable table = new(
            1, ["device, model, engine", "rows", "ran", .. figures.SelectMany(figure => (string[])[FigureNames.Of(figure), .. peers.Select(peer => $"{peer}'s")])]);
        foreach ((MeasuredCell cell, RowsSummary summary) in result.Cells)
        {
            List<string> cells = [Name(cell), Figures.Count(summary.Rows), Figures.Count(summary.Ran)];
            foreach (string figure in figures)
            {
                cells.Add(FigureNames.Three(summary.Ours.Of(figure)));
                foreach (string peer in peers)
                    cells.Add(FigureNames.Three(summary.Peers.FirstOrDefault(known => known.Name == peer).Theirs?.Of(figure)));
            }
            table.Add([.. cells]);
        }
        return table;
    }

    private static MarkdownTable Plans(PlanOrder plans)
    {
        string[] figures = [.. plans.Orders.Select(order => order.Figure).Distinct()];
        MarkdownTable table = new(1 + figures.Length, ["workload", .. figures.Select(figure => $"by {FigureNames.Of(figure)}"), .. figures.Select(figure => $"{FigureNames.Of(figure)} error")]);
        foreach (var workload in plans.Orders.GroupBy(order => order.Workload))
        {
            table.Add(
            [
                workload.Key,
                .. workload.Select(order => string.Join(", ", order.Measured) + (order.IsRight ? "" : $"; predicted {string.Join(", ", order.Predicted)}")),
                .. workload.Select(order => FigureNames.Signed(order.LargestError)),
            ]);
        }
        return table;
    }

    /// <summary><c>b200_sxm, GLM-5, sglang</c>.</summary>
    public static string Name(MeasuredCell cell) => $"{cell.System}, {cell.Model}, {cell.Engine}";

    private static string[] Errors(string figure, ErrorSummary errors, double? rank) =>
    [
        FigureNames.Of(figure), Figures.Count(errors.Count), FigureNames.Percent(errors.Mape), FigureNames.Percent(errors.Median),
        FigureNames.Percent(errors.P90), FigureNames.Signed(errors.SignedMedian), FigureNames.Rank(rank),
    ];

    private static string Words(string group) => group switch
    {
        "flagsKnown" => "flags known",
        "flagsUnknown" => "flags unknown",
        "recordedRequests" => "recorded requests",
        "statedWorkload" => "stated workload",
        _ => group,
    };
}
