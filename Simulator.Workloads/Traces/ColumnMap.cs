namespace Simulator.Workloads.Traces;

/// <summary>How a column gives the arrival.</summary>
public enum ArrivalUnit
{
    /// <summary>A number of seconds, with any fraction; nanoseconds are kept exactly.</summary>
    Seconds,

    /// <summary>A number of milliseconds.</summary>
    Milliseconds,

    /// <summary>A number of microseconds.</summary>
    Microseconds,

    /// <summary>A number of nanoseconds.</summary>
    Nanoseconds,

    /// <summary>
    /// A date and time such as <c>2024-05-10 00:00:00.009930+00:00</c>, with up to 9 decimals and an optional zone. The trace's clock
    /// then starts at 0:00 of the first row's day.
    /// </summary>
    Date,
}

/// <summary>Which column of a CSV file holds which field of a request. Every column that is named must exist; null means there is none.</summary>
/// <example><code>
/// var trace = Trace.Open("log.csv", columns: new ColumnMap
/// {
///     Arrival = "ts_ms", ArrivalUnit = ArrivalUnit.Milliseconds, PromptTokens = "prompt_len", OutputTokens = "gen_len",
/// });
/// </code></example>
public sealed record ColumnMap
{
    /// <summary>Arrival, not before that of the row above; null for a file of lengths, whose requests all arrive at 0.</summary>
    public string? Arrival { get; init; }

    /// <summary>Unit of the arrival; seconds by default.</summary>
    public ArrivalUnit ArrivalUnit { get; init; }

    /// <summary>Prompt length in tokens.</summary>
    public required string PromptTokens { get; init; }

    /// <summary>Generated tokens; 0 is a recorded failure.</summary>
    public required string OutputTokens { get; init; }

    /// <summary>Model name.</summary>
    public string? Model { get; init; }

    /// <summary>Request class.</summary>
    public string? Class { get; init; }

    /// <summary>Scheduling priority, a whole number; lower goes first.</summary>
    public string? Priority { get; init; }

    /// <summary>Session; empty for a request on its own.</summary>
    public string? Session { get; init; }

    /// <summary>Turn in the session, from 0; without it turns are counted as they come.</summary>
    public string? Turn { get; init; }

    /// <summary>How long the recorded client waited for its whole response, in seconds.</summary>
    public string? RecordedDuration { get; init; }

    /// <summary>Content of the prompt: <c>key:tokens</c> pairs separated by spaces.</summary>
    public string? Content { get; init; }

    /// <summary>Longest wait until first scheduled, in seconds.</summary>
    public string? QueueTimeout { get; init; }

    /// <summary>Longest stay, in seconds.</summary>
    public string? Timeout { get; init; }

    /// <summary>When the client gives up, in seconds after arrival.</summary>
    public string? CancelAfter { get; init; }

    /// <summary>Most tokens that the client allows, at least 1; empty for no limit.</summary>
    public string? MaxOutputTokens { get; init; }

    /// <summary>Character between fields; a comma by default.</summary>
    public char Separator { get; init; } = ',';

    /// <summary>
    /// The simulator's own columns: arrival_s, prompt_tokens, output_tokens, model, class, priority, session, turn,
    /// recorded_duration_s, content, queue_timeout_s, timeout_s, cancel_after_s, max_output_tokens. A file needs the first three; the others are read
    /// where they exist.
    /// </summary>
    public static ColumnMap Canonical { get; } = new()
    {
        Arrival = "arrival_s",
        PromptTokens = "prompt_tokens",
        OutputTokens = "output_tokens",
        Model = "model",
        Class = "class",
        Priority = "priority",
        Session = "session",
        Turn = "turn",
        RecordedDuration = "recorded_duration_s",
        Content = "content",
        QueueTimeout = "queue_timeout_s",
        Timeout = "timeout_s",
        CancelAfter = "cancel_after_s",
        MaxOutputTokens = "max_output_tokens",
        Optional =
        [
            "model", "class", "priority", "session", "turn", "recorded_duration_s", "content", "queue_timeout_s", "timeout_s", "cancel_after_s",
            "max_output_tokens",
        ],
    };

    /// <summary>Columns that may be absent from the file.</summary>
    internal IReadOnlyList<string> Optional { get; init; } = [];

    internal static ColumnMap BurstGpt { get; } = new()
    {
        Arrival = "Timestamp",
        PromptTokens = "Request tokens",
        OutputTokens = "Response tokens",
        Model = "Model",
        Class = "Log Type",
        Session = "Session ID",
        RecordedDuration = "Elapsed time",
        Optional = ["Session ID", "Elapsed time"],
    };

    internal static ColumnMap Azure { get; } = new()
    {
        Arrival = "TIMESTAMP",
        ArrivalUnit = ArrivalUnit.Date,
        PromptTokens = "ContextTokens",
        OutputTokens = "GeneratedTokens",
    };

    internal static ColumnMap Vidur { get; } = new()
    {
        Arrival = "arrived_at",
        PromptTokens = "num_prefill_tokens",
        OutputTokens = "num_decode_tokens",
        Optional = ["arrived_at"],
    };
}
