using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces.Reading;

/// <summary>Reads the traces that are CSV files. A format is a <see cref="ColumnMap"/>.</summary>
internal sealed class CsvTraceReader : TraceReader
{
    private readonly CsvRows rows;
    private readonly ColumnMap map;
    private readonly int[] columns = new int[Enum.GetValues<Field>().Length];
    private readonly string[] names = new string[Enum.GetValues<Field>().Length];
    private readonly Dictionary<string, int>? turns;
    private readonly Dictionary<string, string> classes = [];
    private int firstDay = -1;

    public CsvTraceReader(TraceSource source, ColumnMap map, SimDuration disorder)
        : base(source, disorder)
    {
        this.map = map;
        rows = new CsvRows(source, map.Separator);
        try
        {
            BindColumns();
        }
        catch
        {
            rows.Dispose();
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

    protected override long Line => rows.Line;

    public override void Dispose() => rows.Dispose();

    protected override Request? ReadRow()
    {
        if (!rows.Read()) return null;
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

    private void BindColumns()
    {
        Bind(Field.Arrival, map.Arrival);
        Bind(Field.PromptTokens, map.PromptTokens);
        Bind(Field.OutputTokens, map.OutputTokens);
        Bind(Field.Model, map.Model);
        Bind(Field.Class, map.Class);
        Bind(Field.Priority, map.Priority);
        Bind(Field.Session, map.Session);
        Bind(Field.Turn, map.Turn);
        Bind(Field.RecordedDuration, map.RecordedDuration);
        Bind(Field.Content, map.Content);
        Bind(Field.QueueTimeout, map.QueueTimeout);
        Bind(Field.Timeout, map.Timeout);
        Bind(Field.CancelAfter, map.CancelAfter);
    }

    private void Bind(Field field, string? name)
    {
        names[(int)field] = name ?? "";
        columns[(int)field] = name == null ? -1
            : map.Optional.Contains(name) ? rows.Find(name)
            : rows.Require(name, ", or name the columns with a column map", map.Arrival, map.PromptTokens, map.OutputTokens, map.Model, map.Class);
    }

    private bool Has(Field field) => columns[(int)field] >= 0;

    private ReadOnlySpan<byte> Cell(Field field) => rows[columns[(int)field]];

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

    private string? ReadText(Field field) => Has(field) ? rows.Text(columns[(int)field]) : null;

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
}
