using System.Globalization;
using System.Text;
using Simulator.Workloads.Traces;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Cli.Validation.Measured;

/// <summary>A CSV file of measurements, plain or gzip, read row by row with cells named by their columns. A fault names the file and the line.</summary>
internal sealed class MeasuredTable : IDisposable
{
    private readonly TraceSource _source;
    private readonly CsvRows _rows;
    private readonly Dictionary<string, int> _columns = [];

    /// <summary>Opens a file.</summary>
    /// <exception cref="TraceFormatException">The file cannot be read.</exception>
    public MeasuredTable(string file)
    {
        _source = new(file, () => File.OpenRead(file));
        _rows = new(_source, ',');
    }

    /// <summary>The file of a folder that has the name, or the name with <c>.gz</c>; null when there is neither.</summary>
    public static string? Find(string folder, string name) =>
        new[] { Path.Combine(folder, name), Path.Combine(folder, name + ".gz") }.FirstOrDefault(File.Exists);

    /// <summary>Goes to the next row; false at the end.</summary>
    /// <exception cref="TraceFormatException">The row is faulty.</exception>
    public bool Read() => _rows.Read();

    /// <summary>A cell as text, without blanks around it.</summary>
    /// <exception cref="TraceFormatException">There is no such column.</exception>
    public string Text(string column) => _rows.Text(Column(column)).Trim();

    /// <summary>A cell as a number; null when it is empty.</summary>
    /// <exception cref="TraceFormatException">There is no such column, or the cell is no finite number.</exception>
    public double? NumberOrNull(string column)
    {
        ReadOnlySpan<byte> cell = _rows[Column(column)].Trim(" \t"u8);
        if (cell.Length == 0) return null;
        return double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value : throw Fault(column, "is no number", "Give a number, or leave the cell empty");
    }

    /// <summary>A cell as a number.</summary>
    /// <exception cref="TraceFormatException">There is no such column, or the cell is empty or no finite number.</exception>
    public double Number(string column) => NumberOrNull(column) ?? throw Fault(column, "is missing", "Give a number");

    /// <summary>A cell as a whole number of at least 0, such as tokens; 128.0 is whole.</summary>
    /// <exception cref="TraceFormatException">There is no such column, or the cell is something else.</exception>
    public int Whole(string column) =>
        FieldParser.Tokens(_rows[Column(column)], out int value) is { } fault ? throw Fault(column, fault, "Give a whole number of at least 0") : value;

    /// <summary>A cell as a whole number of at least 0; null when it is empty.</summary>
    /// <exception cref="TraceFormatException">There is no such column, or the cell is something else.</exception>
    public int? WholeOrNull(string column) => _rows[Column(column)].Trim(" \t"u8).Length == 0 ? null : Whole(column);

    /// <summary>The fault of a cell of the current row.</summary>
    /// <param name="column">The column.</param>
    /// <param name="fault">What is wrong, as in "is no number".</param>
    /// <param name="remedy">What to do.</param>
    public TraceFormatException Fault(string column, string fault, string remedy) =>
        _source.Fault(_rows.Line, $"the value '{Encoding.UTF8.GetString(_rows[Column(column)])}' {fault}", remedy, column);

    public void Dispose() => _rows.Dispose();

    private int Column(string name)
    {
        if (!_columns.TryGetValue(name, out int column)) _columns.Add(name, column = _rows.Require(name));
        return column;
    }
}
