using System.Text.Json.Nodes;

namespace Simulator.Cli.Validation.Measured;

/// <summary>A number of measured rows summed up: our errors, and every peer's beside ours on the same rows.</summary>
internal sealed record RowsSummary
{
    private RowsSummary(IReadOnlyList<MeasuredRow> rows, IReadOnlyList<string> figures)
    {
        Rows = rows.Count;
        Ran = rows.Count(row => row.NotRun is null);
        Ours = PredictorSummary.Of(rows, figures, figure => figure.Predicted);
        Peers =
        [
            .. rows.SelectMany(row => row.Figures).SelectMany(figure => figure.Peers).Select(peer => peer.Name).Distinct().Order(StringComparer.Ordinal)
                .Select(peer => (peer, PredictorSummary.Of(rows, figures, figure => By(figure, peer)),
                    PredictorSummary.Of(rows, figures, figure => By(figure, peer) is null ? null : figure.Predicted))),
        ];
    }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Those that were run.</summary>
    public int Ran { get; }

    /// <summary>Our errors.</summary>
    public PredictorSummary Ours { get; }

    /// <summary>Errors of each peer on the rows it predicted, in the order of their names, and ours on those of them that we ran.</summary>
    public IReadOnlyList<(string Name, PredictorSummary Theirs, PredictorSummary Ours)> Peers { get; }

    /// <summary>Sums up rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="figures">Names of the figures, in the order in which they are reported.</param>
    public static RowsSummary Of(IReadOnlyList<MeasuredRow> rows, IReadOnlyList<string> figures) => new(rows, figures);

    /// <summary>Adds the summary to an object.</summary>
    public JsonObject AddTo(JsonObject json)
    {
        json.Add("rows", Rows);
        json.Add("ran", Ran);
        Ours.AddTo(json);
        JsonObject peers = [];
        foreach ((string name, PredictorSummary theirs, PredictorSummary ours) in Peers)
        {
            JsonObject peer = theirs.AddTo([]);
            peer.Add("oursOnTheSameRows", ours.AddTo([]));
            peers.Add(name, peer);
        }
        json.Add("peers", peers);
        return json;
    }

    private static double? By(MeasuredFigure figure, string peer)
    {
        foreach ((string name, double predicted) in figure.Peers)
        {
            if (name == peer) return predicted;
        }
        return null;
    }
}
