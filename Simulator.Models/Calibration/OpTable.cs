using System.Globalization;
using Simulator.Workloads.Traces;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Models.Calibration;

/// <summary>
/// A measured operator table row by row: a CSV file, plain or gzip, with a header and a column <c>latency</c> in milliseconds, as AIConfigurator
/// (ai-dynamo/aiconfigurator, Apache-2.0) collects them. Columns are found by name.
/// </summary>
/// <example><code>
/// using var table = OpTable.Open(path);
/// int rows = table.Column("m");
/// while (table.Read()) Use(table.Whole(rows), table.Seconds);
/// </code></example>
public sealed class OpTable : IDisposable
{
    private const string Latency = "latency";
    private const double MostMilliseconds = 1e8;

    private readonly TraceSource _source;
    private readonly CsvRows _rows;
    private readonly int _latency;
    private readonly List<string> _names = [];
    private readonly List<int> _columns = [];

    private OpTable(string path)
    {
        Path = path;
        _source = new TraceSource(path, () => File.OpenRead(path));
        _rows = Guard(() => new CsvRows(_source, ','));
        try
        {
            _latency = Column(Latency);
        }
        catch
        {
            _rows.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The measured time of the current row, seconds; above 0.</summary>
    /// <exception cref="OpTableException">The cell is no time.</exception>
    public double Seconds
    {
        get
        {
            double milliseconds = Number(_latency);
            return milliseconds is > 0 and <= MostMilliseconds
                ? milliseconds / 1e3
                : throw Fault(_latency, "is no time", $"Give milliseconds above 0 and up to {MostMilliseconds:N0}, or leave the row out");
        }
    }

    /// <summary>Opens a table.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="OpTableException">The file cannot be read, or has no column <c>latency</c>.</exception>
    public static OpTable Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(path);
    }

    /// <summary>A column by its name, to read its cells with.</summary>
    /// <param name="name">The name in the header.</param>
    /// <exception cref="OpTableException">The header has no such column; the message names the closest.</exception>
    public int Column(string name)
    {
        int column = Guard(() => _rows.Require(name));
        return Remember(name, column);
    }

    /// <summary>A column by its name, or −1.</summary>
    /// <param name="name">The name in the header.</param>
    public int FindColumn(string name)
    {
        int column = _rows.Find(name);
        return column < 0 ? -1 : Remember(name, column);
    }

    /// <summary>Goes to the next row; false at the end.</summary>
    /// <exception cref="OpTableException">The row is no CSV.</exception>
    public bool Read() => Guard(_rows.Read);

    /// <summary>A cell as text.</summary>
    /// <param name="column">The column.</param>
    public string Text(int column) => _rows.Text(_columns[column]);

    /// <summary>A cell as a number.</summary>
    /// <param name="column">The column.</param>
    /// <exception cref="OpTableException">The cell is no finite number.</exception>
    public double Number(int column) =>
        double.TryParse(_rows[_columns[column]], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw Fault(column, "is no number", "Give a finite number");

    /// <summary>A cell as a whole number of at least 0.</summary>
    /// <param name="column">The column.</param>
    /// <exception cref="OpTableException">The cell is no such number.</exception>
    public int Whole(int column) =>
        int.TryParse(_rows[_columns[column]], NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw Fault(column, "is no whole number", "Give a whole number of at least 0");

    /// <summary>A fault of a cell of the current row, to throw.</summary>
    /// <param name="column">The column.</param>
    /// <param name="fault">What is wrong, after the cell.</param>
    /// <param name="remedy">What to do, without a full stop.</param>
    public OpTableException Fault(int column, string fault, string remedy) =>
        new(Path, _rows.Line, $"{_names[column]} '{Text(column)}' {fault}", remedy);

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();

    private int Remember(string name, int column)
    {
        _names.Add(name);
        _columns.Add(column);
        return _columns.Count - 1;
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (TraceFormatException fault)
        {
            throw new OpTableException(fault.Path, fault.Line, fault.Fault, fault.Remedy, fault);
        }
        catch (Exception error) when (TraceSource.IsInputError(error))
        {
            TraceFormatException fault = _source.Unreadable(0, error);
            throw new OpTableException(fault.Path, fault.Line, fault.Fault, fault.Remedy, error);
        }
    }
}
