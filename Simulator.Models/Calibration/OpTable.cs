using System.Globalization;
using Simulator.Models.Calibration.Tables;

namespace Simulator.Models.Calibration;

/// <summary>
/// A measured operator table row by row, in the columns that AIConfigurator (ai-dynamo/aiconfigurator, Apache-2.0) collects: found by name, and a column
/// <c>latency</c> in milliseconds. Tables of other layouts are turned into these columns as they are read.
/// </summary>
/// <example><code>
/// using var table = OpTable.Open(file);
/// int rows = table.Column("m");
/// while (table.Read()) Use(table.Whole(rows), table.Seconds);
/// </code></example>
public sealed class OpTable : IDisposable
{
    private const string Latency = "latency";
    private const double MostMilliseconds = 1e8;
    private const int MostWhole = 1 << 24;

    private readonly IOpTableRows _rows;
    private readonly int _latency = -1;
    private readonly List<string> _names = [];
    private readonly List<int> _columns = [];

    private OpTable(IOpTableRows rows, bool withLatency)
    {
        _rows = rows;
        if (!withLatency)
            return;
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

    /// <summary>The file of the current row.</summary>
    public string Path => _rows.Path;

    /// <summary>Line of the current row in its file, from 1; 1 before the first.</summary>
    public long Line => _rows.Line;

    /// <summary>The measured time of the current row, seconds; above 0.</summary>
    /// <exception cref="OpTableException">The cell is no time.</exception>
    public double Seconds => Milliseconds(_latency) / 1e3;

    /// <summary>Opens a table.</summary>
    /// <param name="file">The table.</param>
    /// <exception cref="OpTableException">The file cannot be read, or has no column <c>latency</c>.</exception>
    public static OpTable Open(OpTableFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new(file.Open(), withLatency: true);
    }

    /// <summary>Opens a CSV file of other columns.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="OpTableException">The file cannot be read.</exception>
    internal static OpTable OpenOther(string path) => new(new CsvTableRows(path), withLatency: false);

    /// <summary>A column by its name, to read its cells with.</summary>
    /// <param name="name">The name in the header.</param>
    /// <exception cref="OpTableException">The header has no such column; the message names the closest.</exception>
    public int Column(string name) => Remember(name, _rows.Require(name));

    /// <summary>A column by its name, or −1.</summary>
    /// <param name="name">The name in the header.</param>
    /// <exception cref="OpTableException">The header has two such columns.</exception>
    public int FindColumn(string name)
    {
        int column = _rows.Find(name);
        return column < 0 ? -1 : Remember(name, column);
    }

    /// <summary>Goes to the next row; false at the end.</summary>
    /// <exception cref="OpTableException">The row is no CSV.</exception>
    public bool Read() => _rows.Read();

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
    /// <param name="most">The largest number that makes sense.</param>
    /// <exception cref="OpTableException">The cell is no such number.</exception>
    public int Whole(int column, int most = MostWhole)
    {
        if (!int.TryParse(_rows[_columns[column]], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            throw Fault(column, "is no whole number", "Give a whole number of at least 0");
        return value <= most ? value : throw Fault(column, "is too large", string.Create(CultureInfo.InvariantCulture, $"Give at most {most}"));
    }

    /// <summary>A cell as a whole number of at least 1.</summary>
    /// <param name="column">The column.</param>
    /// <param name="most">The largest number that makes sense.</param>
    /// <exception cref="OpTableException">The cell is no such number.</exception>
    public int Count(int column, int most = MostWhole) => Whole(column, most) is > 0 and int value ? value : throw Fault(column, "is zero", "Give at least 1");

    /// <summary>A cell as milliseconds, above 0.</summary>
    /// <param name="column">The column.</param>
    /// <exception cref="OpTableException">The cell is no time.</exception>
    internal double Milliseconds(int column) => Number(column) is > 0 and <= MostMilliseconds and double time
        ? time
        : throw Fault(column, "is no time", $"Give milliseconds above 0 and up to {MostMilliseconds:N0}, or leave the row out");

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
}
