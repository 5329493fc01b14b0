using Simulator.Workloads.Traces;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Models.Calibration.Tables;

/// <summary>The rows of a CSV file, plain or gzip, as they stand.</summary>
internal sealed class CsvTableRows : IOpTableRows
{
    private readonly TraceSource _source;
    private readonly CsvRows _rows;

    /// <summary>Opens a file.</summary>
    /// <exception cref="OpTableException">The file cannot be read.</exception>
    public CsvTableRows(string path)
    {
        Path = path;
        _source = new TraceSource(path, () => File.OpenRead(path));
        _rows = Guard(() => new CsvRows(_source, ','));
    }

    public string Path { get; }

    public long Line => _rows.Line;

    public ReadOnlySpan<byte> this[int column] => _rows[column];

    public int Find(string name) => Guard(() => _rows.Find(name));

    public int Require(string name) => Guard(() => _rows.Require(name));

    public bool Read() => Guard(_rows.Read);

    public string Text(int column) => _rows.Text(column);

    public void Dispose() => _rows.Dispose();

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
