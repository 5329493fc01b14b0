using System.Globalization;
using Simulator.Workloads.Traces;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Cli.Validation.Measured;

/// <summary>Reads the rows of a table of measurements by the names of its columns. Every fault names the file, the line and the column.</summary>
internal sealed class MeasuredCsv : IDisposable
{
    private readonly TraceSource _source;
    private readonly CsvRows _rows;
    private readonly Dictionary<string, int> _columns = [];

    /// <summary>Opens a table, plain or gzip.</summary>
    /// <exception cref="TraceFormatException">The file cannot be read.</exception>
    public MeasuredCsv(string file)
    {
        _source = new(file, () => File.OpenRead(file));
        _rows = new(_source, ',');
    }

    /// <summary>Goes to the next row; false at the end.</summary>
    /// <exception cref="TraceFormatException">The row is faulty.</exception>
    public bool Read() => _rows.Read();

    /// <summary>A cell as text; empty where nothing is recorded.</summary>
    public string Text(string column) => _rows.Text(Column(column));

    /// <summary>A whole number from 1 to a billion, which may be written with a fraction of 0.</summary>
    public int Count(string column) =>
        Parse(Text(column)) is { } value && value is >= 1 and <= 1e9 && value == Math.Floor(value) ? (int)value
            : throw Fault(column, "is no count", "Give a whole number of at least 1");

    /// <summary>A number above 0.</summary>
    public double Positive(string column) => PositiveOrNull(column) ?? throw Fault(column, "is no number", "Give a number above 0");

    /// <summary>A number above 0; null where nothing is recorded.</summary>
    public double? PositiveOrNull(string column) => Text(column) is not { Length: > 0 } text ? null
        : Parse(text) is { } value && value > 0 ? value : throw Fault(column, "is no number above 0", "Give a number above 0, or leave the cell empty");

    /// <summary>A number.</summary>
    public double Number(string column) => NumberOrNull(column) ?? throw Fault(column, "is no number", "Give a number");

    /// <summary>A number; null where nothing is recorded.</summary>
    public double? NumberOrNull(string column) => Text(column) is not { Length: > 0 } text ? null
        : Parse(text) ?? throw Fault(column, "is no number", "Give a number, or leave the cell empty");

    /// <summary>A whole number from 0 to a billion, which may be written with a fraction of 0.</summary>
    public int Whole(string column) => WholeOrNull(column) ?? throw Fault(column, "is no whole number", "Give a whole number of at least 0");

    /// <summary>A whole number from 0 to a billion, which may be written with a fraction of 0; null where nothing is recorded.</summary>
    public int? WholeOrNull(string column) => Text(column) is not { Length: > 0 } text ? null
        : Parse(text) is { } value && value is >= 0 and <= 1e9 && value == Math.Floor(value) ? (int)value
        : throw Fault(column, "is no whole number", "Give a whole number of at least 0");

    /// <summary>The file of a folder that has the name, plain or with <c>.gz</c>; null when there is neither.</summary>
    public static string? Find(string folder, string name) =>
        new[] { Path.Combine(folder, name), Path.Combine(folder, name + ".gz") }.FirstOrDefault(File.Exists);

    /// <summary>The fault of a cell of the current row.</summary>
    /// <param name="column">The column.</param>
    /// <param name="fault">What is wrong, as in "is no number".</param>
    /// <param name="remedy">What to do.</param>
    public TraceFormatException Fault(string column, string fault, string remedy) =>
        _source.Fault(_rows.Line, $"the value '{Text(column)}' of {column} {fault}", remedy, column);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _rows.Dispose();

    private static double? Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null;

    private int Column(string name)
    {
        if (!_columns.TryGetValue(name, out int column)) _columns.Add(name, column = _rows.Require(name));
        return column;
    }
}
