using System.Globalization;
using CsvHelper;

namespace Simulator.Cli.Validation.Measured;

/// <summary>Writes measured rows as CSV: a line for each figure and predictor, ours being <c>simulator</c>.</summary>
/// <remarks>A row that was not run has a line of <c>simulator</c> for each figure, without a prediction but with the reason.</remarks>
internal sealed class MeasuredRowsWriter : IDisposable
{
    private const string Us = "simulator";

    private readonly CsvWriter _csv;

    /// <summary>Writes the header.</summary>
    /// <param name="stream">Where to write; it stays open. The last lines are out when the writer is disposed.</param>
    public MeasuredRowsWriter(Stream stream)
    {
        _csv = CsvWriter.Create(stream, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
        _csv.WriteHeader("set", "id", "system", "model", "engine", "groups", "figure", "predictor", "measured", "predicted", "error_percent", "not_run");
    }

    /// <summary>Writes the rows of a set.</summary>
    public void Write(string set, IReadOnlyList<MeasuredRow> rows)
    {
        foreach (MeasuredRow row in rows)
        {
            foreach (MeasuredFigure figure in row.Figures)
            {
                Write(set, row, figure, Us, figure.Predicted);
                foreach ((string peer, double predicted) in figure.Peers) Write(set, row, figure, peer, predicted);
            }
        }
    }

    /// <summary>Writes what is left to the stream, which stays open.</summary>
    public void Dispose() => _csv.Dispose();

    private void Write(string set, MeasuredRow row, MeasuredFigure figure, string predictor, double? predicted)
    {
        foreach (string text in (string[])[set, row.Id, row.Cell.System, row.Cell.Model, row.Cell.Engine, string.Join(' ', row.Groups), figure.Name, predictor])
            _csv.WriteField(text);
        _csv.WriteField(Number(figure.Measured));
        _csv.WriteField(predicted is { } value ? Number(value) : "");
        _csv.WriteField(predicted is { } off ? Number(ErrorSummary.Percent(off, figure.Measured)) : "");
        _csv.WriteField(predictor == Us ? row.NotRun ?? "" : "");
        _csv.EndRecord();
    }

    // Seven digits: more than any measurement has, and the same on every platform.
    private static string Number(double value) => value.ToString("G7", CultureInfo.InvariantCulture);
}
