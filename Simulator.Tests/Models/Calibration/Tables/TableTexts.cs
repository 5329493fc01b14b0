using System.Globalization;
using System.Text;
using Simulator.Models.Calibration;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Tests.Models.Costs.Profiles;

namespace Simulator.Tests.Models.Calibration.Tables;

/// <summary>Small tables in each layout, and the rows that are read of them.</summary>
internal static class TableTexts
{
    public static readonly int[] Rows = [1, 2, 4, 8, 16, 32, 64, 96, 128, 256, 512, 1024, 2048, 4096, 8192];

    /// <summary>What the kernels take, of every pair of sizes.</summary>
    public static IEnumerable<(int Rows, int Outputs, int Inputs, double Milliseconds)> Products(MatrixKernels kernels, Device device)
    {
        foreach (int outputs in new[] { 1024, 2048, 3072, 4096 })
        {
            foreach (int inputs in new[] { 1024, 4096, 8192 })
            {
                foreach (int rows in Rows) yield return (rows, outputs, inputs, Milliseconds(kernels, device, rows, outputs, inputs));
            }
        }
    }

    public static double Milliseconds(MatrixKernels kernels, Device device, int rows, int outputs, int inputs)
    {
        MatrixShape shape = MatrixFormats.Shape(kernels.Format, outputs, inputs);
        return 1e3 * MatrixProfileTests.Seconds(kernels.Time(shape, device), shape, rows);
    }

    public static string Csv(string header, IEnumerable<FormattableString> rows)
    {
        var text = new StringBuilder(header).Append('\n');
        foreach (FormattableString row in rows) text.Append(row.ToString(CultureInfo.InvariantCulture)).Append('\n');
        return text.ToString();
    }

    /// <summary>Every row of a table, its cells with commas between them.</summary>
    public static List<string> Read(OpTableFile file, params string[] columns)
    {
        using OpTable table = OpTable.Open(file);
        int[] indices = [.. columns.Select(table.Column)];
        List<string> rows = [];
        while (table.Read()) rows.Add(string.Join(',', indices.Select(table.Text)));
        return rows;
    }
}
