using System.Text;
using CsvHelper;
using Simulator.Core.Text;

namespace Simulator.Workloads.Traces.Reading;

/// <summary>The rows of a CSV file with a header. Every fault of the file is a <see cref="TraceFormatException"/> with its line.</summary>
internal sealed class CsvRows : IDisposable
{
    /// <summary>Longest record. The longest prompts in the simulator's own format, a block of 512 tokens a segment, stay far below it.</summary>
    public const int MaxRecordBytes = 8 << 20;

    private const int NamesInMessage = 12;

    private readonly TraceSource _source;
    private readonly CsvReader _csv;
    private readonly IReadOnlyList<string> _header;

    public CsvRows(TraceSource source, char separator)
    {
        _source = source;
        _csv = CsvReader.Create(source.Open(), new CsvReaderOptions
        {
            Separator = separator,
            TrackLineNumbers = true,
            SkipEmptyLines = false,
            DetectSeparatorHint = false,
            MalformedData = CsvMalformedDataHandling.Throw,
            MaxRecordSize = MaxRecordBytes,
            PoolStrings = true,
            Encoding = Encoding.UTF8,
        });
        try
        {
            _csv.ReadHeader();
            _header = _csv.Headers;
            if (_header.Count == 0) throw source.Fault(0, "the file is empty", "Give a file with a header line and a row for each request");
        }
        catch (Exception error)
        {
            _csv.Dispose();
            if (error is CsvFormatException syntax) throw SyntaxFault(syntax);
            if (TraceSource.IsInputError(error)) throw source.Unreadable(1, error);
            throw;
        }
    }

    /// <summary>Line of the current row, from 1; 1 before the first.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>The bytes of a cell of the current row, without quotes.</summary>
    public ReadOnlySpan<byte> this[int column] => _csv.GetSpan(column);

    /// <summary>A cell of the current row as text.</summary>
    public string Text(int column) => _csv.GetString(column);

    /// <summary>The position of a column by its name, or −1.</summary>
    public int Find(string name)
    {
        int found = Find(name, StringComparison.Ordinal);
        return found >= 0 ? found : Find(name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The position of a column by its name; a fault that suggests a similar one when there is none.</summary>
    /// <param name="name">The column.</param>
    /// <param name="remedy">What to do about it, after "Add the column X" or "Rename it".</param>
    /// <param name="others">Columns that are known and not meant.</param>
    public int Require(string name, string remedy = "", params IEnumerable<string?> others)
    {
        int found = Find(name);
        if (found >= 0) return found;
        string? nearest = NearestName.Find(name, _header.Except(others)!);
        throw _source.Fault(
            1,
            $"there is no column {name}; the header has {Describe()}",
            (nearest == null ? $"Add the column {name}" : $"Did you mean {nearest}? Rename it") + remedy,
            name);
    }

    /// <summary>Goes to the next row; false at the end.</summary>
    public bool Read()
    {
        long blank = 0;
        try
        {
            while (_csv.Read())
            {
                Line = _csv.LineNumber;
                if (_csv.RawRecord.Length > 0)
                {
                    if (blank > 0) throw _source.Fault(blank, "the line is blank", "Remove it");
                    CheckRow();
                    return true;
                }
                if (blank == 0) blank = Line;
            }
        }
        catch (CsvFormatException error)
        {
            throw SyntaxFault(error);
        }
        catch (Exception error) when (TraceSource.IsInputError(error))
        {
            throw _source.Unreadable(Line, error);
        }
        return false;
    }

    public void Dispose() => _csv.Dispose();

    private void CheckRow()
    {
        if (_csv.FieldCount != _header.Count)
            throw _source.Fault(
                Line,
                $"the row has {(_csv.FieldCount == 1 ? "1 field" : $"{_csv.FieldCount} fields")} and the header has {_header.Count}",
                "Give every row as many fields as the header, with quotes around text that holds the separator");
        if (!FieldParser.IsText(_csv.RawRecord)) throw _source.Fault(Line, "the row is not UTF-8", "Convert the file to UTF-8");
    }

    private TraceFormatException SyntaxFault(CsvFormatException error) => _source.Fault(
        error.LineNumber > 0 ? error.LineNumber : Line + 1,
        error.Message.Contains("quot", StringComparison.OrdinalIgnoreCase)
            ? "the quotes of this record do not match"
            : $"the line is longer than {MaxRecordBytes >> 20} MiB",
        "Check that the file is a CSV trace with a line for each request");

    private int Find(string name, StringComparison comparison)
    {
        int found = -1;
        for (int i = 0; i < _header.Count; i++)
        {
            if (!string.Equals(_header[i].Trim(), name, comparison)) continue;
            if (found >= 0) throw _source.Fault(1, $"the header has two columns {name}", "Rename or remove one of them", name);
            found = i;
        }
        return found;
    }

    private string Describe()
    {
        var shown = _header.Take(NamesInMessage).Select(name => FieldParser.Quote(Encoding.UTF8.GetBytes(name)));
        return string.Join(", ", shown) + (_header.Count > NamesInMessage ? ", …" : "");
    }
}
