using System.Globalization;
using CsvHelper;

namespace Simulator.Reports.Charts;

/// <summary>The data of a chart as CSV: a row for each point.</summary>
public static class ChartCsv
{
    /// <summary>Writes series, both coordinates and label of every point; numbers read back to the same doubles.</summary>
    /// <param name="chart">The chart.</param>
    public static string Write(Chart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        using var stream = new MemoryStream();
        using (CsvWriter csv = CsvWriter.Create(stream, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true))
        {
            csv.WriteHeader("series", chart.X.Label, chart.Y.Label, "label");
            foreach (ChartSeries series in chart.Series)
            {
                foreach (ChartPoint point in series.Points)
                {
                    csv.WriteField(series.Name);
                    csv.WriteField(Text(chart.X, point.X));
                    csv.WriteField(Text(chart.Y, point.Y));
                    csv.WriteField(point.Label);
                    csv.EndRecord();
                }
            }
        }
        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    private static string Text(ChartAxis axis, double value) =>
        axis.Scale == ChartScale.Category ? axis.Categories[(int)value] : value.ToString("R", CultureInfo.InvariantCulture);
}
