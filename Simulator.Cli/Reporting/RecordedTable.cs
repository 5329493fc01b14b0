using System.Globalization;
using CsvHelper;
using Simulator.Cli.Faults;

namespace Simulator.Cli.Reporting;

/// <summary>A CSV file that a replay wrote, row by row. A fault names the file, the line and the column.</summary>
internal sealed class RecordedTable : IDisposable
{
    private readonly string _file;
    private readonly CsvReader _csv;

    /// <summary>Reads the header.</summary>
    /// <exception cref="InputException">The file is no CSV.</exception>
    public RecordedTable(string file, Stream stream)
    {
        _file = file;
        _csv = CsvReader.Create(stream, new CsvReaderOptions
        {
            TrackLineNumbers = true, DetectSeparatorHint = false, MalformedData = CsvMalformedDataHandling.Throw, SkipEmptyLines = true,
        });
        Guarded(() =>
        {
            _csv.ReadHeader();
            return true;
        });
    }

    /// <summary>Names of the columns.</summary>
    public IReadOnlyList<string> Columns => _csv.Headers;

    /// <summary>The place of a column; −1 when there is none.</summary>
    public int Find(string column)
    {
        for (int i = 0; i < Columns.Count; i++)
            if (Columns[i] == column) return i;
        return -1;
    }

    /// <summary>Goes to the next row; false at the end.</summary>
    public bool Read() => Guarded(() =>
    {
        if (!_csv.Read()) return false;
        return _csv.FieldCount == Columns.Count ? true
            : throw new InputException($"{_file}:{_csv.LineNumber}: the row has {_csv.FieldCount} fields and the header has {Columns.Count}; write the file again");
    });

    /// <summary>A cell as text.</summary>
    public string Text(int column) => _csv.GetString(column);

    /// <summary>A number; null when the cell is empty.</summary>
    /// <exception cref="InputException">The cell is no number of 0 or more.</exception>
    public double? Number(int column)
    {
        string text = _csv.GetString(column);
        if (text.Length == 0) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && value >= 0) return value;
        throw new InputException($"{_file}:{_csv.LineNumber}: {Columns[column]}: expected a number of 0 or more, got '{text}'; write the file again");
    }

    /// <summary>A number that every row must have.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public double RequiredNumber(int column) => Number(column)
        ?? throw new InputException($"{_file}:{_csv.LineNumber}: {Columns[column]}: the cell is empty; write the file again");

    public void Dispose() => _csv.Dispose();

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CsvFormatException e)
        {
            throw new InputException($"{_file}:{Math.Max(1, e.LineNumber)}: not a CSV file: {e.Message.TrimEnd('.')}; write the file again");
        }
    }
}
