using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces.Reading;

/// <summary>Reads the traces that are CSV files. A format is a <see cref="ColumnMap"/>.</summary>
internal sealed class CsvTraceReader : TraceReader
{
    private readonly CsvRows _rows;
    private readonly ColumnMap _map;
    private readonly int[] _columns = new int[Enum.GetValues<Field>().Length];
    private readonly string[] _names = new string[Enum.GetValues<Field>().Length];
    private readonly Dictionary<string, int>? _turns;
    private readonly Dictionary<string, string> _classes = [];
    private int _firstDay = -1;

    public CsvTraceReader(TraceSource source, ColumnMap map, SimDuration disorder)
        : base(source, disorder)
    {
        _map = map;
        _rows = new CsvRows(source, map.Separator);
        try
        {
            BindColumns();
        }
        catch
        {
            _rows.Dispose();
            throw;
        }
        if (Has(Field.Session) && !Has(Field.Turn)) _turns = [];
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
        MaxOutputTokens,
    }

    protected override long Line => _rows.Line;

    public override void Dispose() => _rows.Dispose();

    protected override Request? ReadRow()
    {
        if (!_rows.Read()) return null;
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
            MaxOutputTokens = ReadMostTokens(),
        };
    }

    private void BindColumns()
    {
        Bind(Field.Arrival, _map.Arrival);
        Bind(Field.PromptTokens, _map.PromptTokens);
        Bind(Field.OutputTokens, _map.OutputTokens);
        Bind(Field.Model, _map.Model);
        Bind(Field.Class, _map.Class);
        Bind(Field.Priority, _map.Priority);
        Bind(Field.Session, _map.Session);
        Bind(Field.Turn, _map.Turn);
        Bind(Field.RecordedDuration, _map.RecordedDuration);
        Bind(Field.Content, _map.Content);
        Bind(Field.QueueTimeout, _map.QueueTimeout);
        Bind(Field.Timeout, _map.Timeout);
        Bind(Field.CancelAfter, _map.CancelAfter);
        Bind(Field.MaxOutputTokens, _map.MaxOutputTokens);
    }

    private void Bind(Field field, string? name)
    {
        _names[(int)field] = name ?? "";
        _columns[(int)field] = name == null ? -1
            : _map.Optional.Contains(name) ? _rows.Find(name)
            : _rows.Require(name, ", or name the columns with a column map", _map.Arrival, _map.PromptTokens, _map.OutputTokens, _map.Model, _map.Class);
    }

    private bool Has(Field field) => _columns[(int)field] >= 0;

    private ReadOnlySpan<byte> Cell(Field field) => _rows[_columns[(int)field]];

    private TraceFormatException Fault(Field field, string fault, string remedy) => CellFault(_names[(int)field], Cell(field), fault, remedy);

    private long ReadArrival()
    {
        if (!Has(Field.Arrival)) return 0;
        long nanoseconds = _map.ArrivalUnit == ArrivalUnit.Date ? ReadDate() : ReadNumberOfTime();
        RequireOrder(_names[(int)Field.Arrival], nanoseconds);
        return nanoseconds;
    }

    private long ReadNumberOfTime()
    {
        string? fault = FieldParser.Nanoseconds(Cell(Field.Arrival), FieldParser.DecimalsOf(_map.ArrivalUnit), out long nanoseconds);
        return fault == null ? nanoseconds : throw Fault(Field.Arrival, fault, "Give the arrival as a number of at least 0 in every row");
    }

    private long ReadDate()
    {
        string? fault = FieldParser.Date(Cell(Field.Arrival), out int day, out long nanosecondOfDay);
        if (fault != null) throw Fault(Field.Arrival, fault, "Give a date and time of that form in every row");
        if (_firstDay < 0) _firstDay = day;
        long days = day - _firstDay;
        if (days < 0) throw Fault(Field.Arrival, "is before the day of the first row", "Sort the rows by arrival");
        if (days > 100_000) throw Fault(Field.Arrival, "is more than 100,000 days after the first row", "Correct the date");
        return (days * 86_400_000_000_000) + nanosecondOfDay;
    }

    private int? ReadMostTokens()
    {
        if (!Has(Field.MaxOutputTokens) || Cell(Field.MaxOutputTokens).IsEmpty) return null;
        int tokens = ReadTokens(Field.MaxOutputTokens);
        return tokens > 0 ? tokens : throw Fault(Field.MaxOutputTokens, "allows no token", "Give at least 1, or nothing for no limit");
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

    private string? ReadText(Field field) => Has(field) ? _rows.Text(_columns[(int)field]) : null;

    /// <summary>BurstGPT's "Conversation log" and "API log" are the classes <c>conversation</c> and <c>api</c>; other texts stay.</summary>
    private string ReadClass()
    {
        string? text = ReadText(Field.Class);
        if (string.IsNullOrEmpty(text)) return "";
        if (!ReferenceEquals(_map, ColumnMap.BurstGpt)) return text;
        if (_classes.TryGetValue(text, out string? known)) return known;
        string name = text.EndsWith(" log", StringComparison.OrdinalIgnoreCase) ? text[..^4].ToLowerInvariant() : text;
        if (_classes.Count < 1000) _classes.Add(text, name);
        return name;
    }

    private int ReadTurn(string session)
    {
        if (_turns == null) return ReadInteger(Field.Turn);
        int turn = _turns.GetValueOrDefault(session);
        _turns[session] = turn + 1;
        return turn;
    }

    private IReadOnlyList<ContentSegment> ReadContent(int promptTokens)
    {
        if (!Has(Field.Content) || Cell(Field.Content).Length == 0) return [];
        string? fault = ContentText.Parse(Cell(Field.Content), promptTokens, out IReadOnlyList<ContentSegment> content);
        return fault == null ? content : throw Fault(Field.Content, fault, "Give key:tokens pairs separated by spaces, or leave the cell empty");
    }
}
