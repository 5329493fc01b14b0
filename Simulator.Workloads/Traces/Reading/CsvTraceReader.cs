using CsvHelper;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces.Reading;

/// <summary>Reads the traces that are CSV files. A format is a <see cref="ColumnMap"/> and the columns that may be absent.</summary>
internal sealed class CsvTraceReader : TraceReader
{
    /// <summary>Longest record. The longest prompts in the simulator's own format, a block of 512 tokens a segment, stay far below it.</summary>
    public const int MaxRecordBytes = 8 << 20;

    private const int AdviceLength = 12;

    private readonly CsvReader csv;
    private readonly ColumnMap map;
    private readonly int[] columns = new int[Enum.GetValues<Field>().Length];
    private readonly string[] names = new string[Enum.GetValues<Field>().Length];
    private readonly Dictionary<string, int>? turns;
    private readonly Dictionary<string, string> classes = [];
    private readonly int fieldCount;
    private int firstDay = -1;
    private long line = 1;

    public CsvTraceReader(TraceSource source, ColumnMap map, SimDuration disorder)
        : base(source, disorder)
    {
        this.map = map;
        csv = CsvReader.Create(source.Open(), Options(map.Separator));
        try
        {
            fieldCount = BindColumns();
        }
        catch
        {
            csv.Dispose();
            throw;
        }
        if (Has(Field.Session) && !Has(Field.Turn)) turns = [];
    }

    private enum Field
    {
        Arrival,
        PromptTokens,
        OutputTokens,
        Model,
        Class,
        Priority,
        Session,
        Turn,
        RecordedDuration,
        Content,
        QueueTimeout,
        Timeout,
        CancelAfter,
    }

    protected override long Line => line;

    /// <summary>The options that every CSV trace is read with.</summary>
    public static CsvReaderOptions Options(char separator) => new()
    {
        Separator = separator,
        TrackLineNumbers = true,
        SkipEmptyLines = false,
        DetectSeparatorHint = false,
        MalformedData = CsvMalformedDataHandling.Throw,
        MaxRecordSize = MaxRecordBytes,
        PoolStrings = true,
        Encoding = System.Text.Encoding.UTF8,
    };

    /// <summary>A fault of the CSV syntax: an open quote or a record that is too long.</summary>
    public static TraceFormatException SyntaxFault(TraceSource source, CsvFormatException error, long line) =>
        source.Fault(
            error.LineNumber > 0 ? error.LineNumber : line,
            error.Message.Contains("quot", StringComparison.OrdinalIgnoreCase)
                ? "the quotes of this record do not match"
                : $"the line is longer than {MaxRecordBytes >> 20} MiB",
            "Check that the file is a CSV trace with a line for each request");

    public override void Dispose() => csv.Dispose();

    protected override Request? ReadRow()
    {
        if (!NextRecord()) return null;
        long arrival = ReadArrival();
        string? session = ReadText(Field.Session);
        if (session is { Length: 0 }) session = null;
        int prompt = ReadTokens(Field.PromptTokens);
        return new Request
        {
            Id = Count,
            Arrival = SimTime.FromNanoseconds(arrival),
            PromptTokens = prompt,
            OutputTokens = ReadTokens(Field.OutputTokens),
            Model = ReadText(Field.Model) ?? "",
            Class = ReadClass(),
            Priority = ReadInteger(Field.Priority),
            Session = session,
            Turn = session == null ? ReadInteger(Field.Turn) : ReadTurn(session),
            RecordedDuration = ReadSpan(Field.RecordedDuration),
            Content = ReadContent(prompt),
            QueueTimeout = ReadSpan(Field.QueueTimeout),
            Timeout = ReadSpan(Field.Timeout),
            CancelAfter = ReadSpan(Field.CancelAfter),
        };
    }

    private bool NextRecord()
    {
        long blank = 0;
        try
        {
            while (csv.Read())
            {
                line = csv.LineNumber;
                if (csv.RawRecord.Length > 0)
                {
                    if (blank > 0) throw Source.Fault(blank, "the line is blank", "Remove it");
                    CheckRecord();
                    return true;
                }
                if (blank == 0) blank = line;
            }
        }
        catch (CsvFormatException error)
        {
            throw SyntaxFault(Source, error, line + 1);
        }
        return false;
    }

    private void CheckRecord()
    {
        if (csv.FieldCount != fieldCount)
            throw Source.Fault(
                line,
                $"the row has {Fields(csv.FieldCount)} and the header has {fieldCount}",
                "Give every row as many fields as the header, with quotes around text that holds the separator");
        if (!FieldParser.IsText(csv.RawRecord)) throw Source.Fault(line, "the row is not UTF-8", "Convert the file to UTF-8");
    }

    private int BindColumns()
    {
        IReadOnlyList<string> header;
        try
        {
            csv.ReadHeader();
            header = csv.Headers;
        }
        catch (CsvFormatException error)
        {
            throw SyntaxFault(Source, error, 1);
        }
        catch (Exception error) when (TraceSource.IsInputError(error))
        {
            throw Source.Unreadable(1, error);
        }
        if (header.Count == 0) throw Source.Fault(0, "the file is empty", "Give a file with a header line and a row for each request");
        Bind(Field.Arrival, map.Arrival, header);
        Bind(Field.PromptTokens, map.PromptTokens, header);
        Bind(Field.OutputTokens, map.OutputTokens, header);
        Bind(Field.Model, map.Model, header);
        Bind(Field.Class, map.Class, header);
        Bind(Field.Priority, map.Priority, header);
        Bind(Field.Session, map.Session, header);
        Bind(Field.Turn, map.Turn, header);
        Bind(Field.RecordedDuration, map.RecordedDuration, header);
        Bind(Field.Content, map.Content, header);
        Bind(Field.QueueTimeout, map.QueueTimeout, header);
        Bind(Field.Timeout, map.Timeout, header);
        Bind(Field.CancelAfter, map.CancelAfter, header);
        return header.Count;
    }

    private void Bind(Field field, string? name, IReadOnlyList<string> header)
    {
        names[(int)field] = name ?? "";
        columns[(int)field] = -1;
        if (name == null) return;
        int found = Find(header, name, StringComparison.Ordinal);
        if (found < 0) found = Find(header, name, StringComparison.OrdinalIgnoreCase);
        columns[(int)field] = found;
        if (found >= 0 || map.Optional.Contains(name)) return;
        string? nearest = NearestName.Of(name, header.Except([map.Arrival, map.PromptTokens, map.OutputTokens, map.Model, map.Class])!);
        throw Source.Fault(
            1,
            $"there is no column {name}; the header has {Describe(header)}",
            nearest == null ? $"Add the column {name}, or name the columns with a column map" : $"Did you mean {nearest}? Rename it, or name the columns with a column map",
            name);
    }

    private int Find(IReadOnlyList<string> header, string name, StringComparison comparison)
    {
        int found = -1;
        for (int i = 0; i < header.Count; i++)
        {
            if (!string.Equals(header[i].Trim(), name, comparison)) continue;
            if (found >= 0) throw Source.Fault(1, $"the header has two columns {name}", "Rename or remove one of them", name);
            found = i;
        }
        return found;
    }

    private bool Has(Field field) => columns[(int)field] >= 0;

    private ReadOnlySpan<byte> Cell(Field field) => csv.GetSpan(columns[(int)field]);

    private TraceFormatException Fault(Field field, string fault, string remedy) => CellFault(names[(int)field], Cell(field), fault, remedy);

    private long ReadArrival()
    {
        if (!Has(Field.Arrival)) return 0;
        long nanoseconds = map.ArrivalUnit == ArrivalUnit.Date ? ReadDate() : ReadNumberOfTime();
        RequireOrder(names[(int)Field.Arrival], nanoseconds);
        return nanoseconds;
    }

    private long ReadNumberOfTime()
    {
        string? fault = FieldParser.Nanoseconds(Cell(Field.Arrival), FieldParser.DecimalsOf(map.ArrivalUnit), out long nanoseconds);
        return fault == null ? nanoseconds : throw Fault(Field.Arrival, fault, "Give the arrival as a number of at least 0 in every row");
    }

    private long ReadDate()
    {
        string? fault = FieldParser.Date(Cell(Field.Arrival), out int day, out long nanosecondOfDay);
        if (fault != null) throw Fault(Field.Arrival, fault, "Give a date and time of that form in every row");
        if (firstDay < 0) firstDay = day;
        long days = day - firstDay;
        if (days < 0) throw Fault(Field.Arrival, "is before the day of the first row", "Sort the rows by arrival");
        if (days > 100_000) throw Fault(Field.Arrival, "is more than 100,000 days after the first row", "Correct the date");
        return (days * 86_400_000_000_000) + nanosecondOfDay;
    }

    private int ReadTokens(Field field)
    {
        string? fault = FieldParser.Tokens(Cell(field), out int tokens);
        return fault == null ? tokens : throw Fault(field, fault, "Give a whole number of tokens, 0 or more");
    }

    private int ReadInteger(Field field)
    {
        if (!Has(field) || Cell(field).Length == 0) return 0;
        string? fault = FieldParser.Integer(Cell(field), out int value);
        return fault == null ? value : throw Fault(field, fault, "Give a whole number, or leave the cell empty");
    }

    private SimDuration? ReadSpan(Field field)
    {
        if (!Has(field) || Cell(field).Length == 0) return null;
        string? fault = FieldParser.Nanoseconds(Cell(field), decimals: 9, out long nanoseconds);
        if (fault != null) throw Fault(field, fault, "Give a number of seconds of at least 0, or leave the cell empty");
        return SimDuration.FromNanoseconds(nanoseconds);
    }

    private string? ReadText(Field field) => Has(field) ? csv.GetString(columns[(int)field]) : null;

    /// <summary>BurstGPT's "Conversation log" and "API log" are the classes <c>conversation</c> and <c>api</c>; other texts stay.</summary>
    private string ReadClass()
    {
        string? text = ReadText(Field.Class);
        if (string.IsNullOrEmpty(text)) return "";
        if (!ReferenceEquals(map, ColumnMap.BurstGpt)) return text;
        if (classes.TryGetValue(text, out string? known)) return known;
        string name = text.EndsWith(" log", StringComparison.OrdinalIgnoreCase) ? text[..^4].ToLowerInvariant() : text;
        if (classes.Count < 1000) classes.Add(text, name);
        return name;
    }

    private int ReadTurn(string session)
    {
        if (turns == null) return ReadInteger(Field.Turn);
        int turn = turns.GetValueOrDefault(session);
        turns[session] = turn + 1;
        return turn;
    }

    private IReadOnlyList<ContentSegment> ReadContent(int promptTokens)
    {
        if (!Has(Field.Content) || Cell(Field.Content).Length == 0) return [];
        string? fault = ContentText.Parse(Cell(Field.Content), promptTokens, out IReadOnlyList<ContentSegment> content);
        return fault == null ? content : throw Fault(Field.Content, fault, "Give key:tokens pairs separated by spaces, or leave the cell empty");
    }

    private static string Fields(int count) => count == 1 ? "1 field" : $"{count} fields";

    private static string Describe(IReadOnlyList<string> header)
    {
        var shown = header.Take(AdviceLength).Select(name => FieldParser.Quote(System.Text.Encoding.UTF8.GetBytes(name)));
        return string.Join(", ", shown) + (header.Count > AdviceLength ? ", …" : "");
    }
}
