using System.Collections;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Sessions;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Workloads.Traces;

/// <summary>
/// A sequence of requests that is read or made as it is enumerated, never held as a whole, and gives the same requests each time.
/// </summary>
/// <remarks>
/// Each method returns a new trace and leaves this one as it is; they apply in the order in which they are written. What comes out
/// at the end has identities 0, 1, 2, … and, unless <see cref="KeepClock"/> says otherwise, its first arrival at 0.
/// </remarks>
/// <example><code>
/// var trace = Trace.Open("BurstGPT_1.csv.gz").Only(model: "ChatGPT").DropFailures().SpeedUp(10).Take(100_000);
/// IWorkload workload = trace.AsWorkload();
/// </code></example>
public sealed partial class Trace : IEnumerable<Request>
{
    private readonly IEnumerable<Request> _source;
    private readonly bool _keepClock;

    private Trace(string name, TraceFormat format, IEnumerable<Request> source, bool keepClock)
    {
        Name = name;
        Format = format;
        _source = source;
        _keepClock = keepClock;
    }

    /// <summary>The file that the trace comes from, or what made it.</summary>
    public string Name { get; }

    /// <summary>The layout of the file; <see cref="TraceFormat.Auto"/> for a trace that does not come from a file.</summary>
    public TraceFormat Format { get; }

    /// <summary>Opens a trace file. Its first line is read now, its rows when the trace is enumerated.</summary>
    /// <param name="path">The file, plain or compressed with gzip.</param>
    /// <param name="format">The layout; told from the first line by default.</param>
    /// <param name="columns">Which column is which, for <see cref="TraceFormat.Csv"/>; the simulator's own columns by default.</param>
    /// <param name="disorder">
    /// How far a row may lie before an earlier row; rows within it are put in order while reading. Zero by default: a trace out of
    /// order is a fault.
    /// </param>
    /// <exception cref="TraceFormatException">The file cannot be read or its format is not known.</exception>
    public static Trace Open(string path, TraceFormat format = TraceFormat.Auto, ColumnMap? columns = null, SimDuration disorder = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Read(
            () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan),
            path,
            format,
            columns,
            disorder);
    }

    /// <summary>Reads a trace from bytes that can be opened again and again, such as a resource.</summary>
    /// <param name="open">Gives the bytes from their start, plain or compressed with gzip; called once for each enumeration.</param>
    /// <param name="name">What to call the trace in messages.</param>
    /// <param name="format">The layout; told from the first line by default.</param>
    /// <param name="columns">Which column is which, for <see cref="TraceFormat.Csv"/>; the simulator's own columns by default.</param>
    /// <param name="disorder">How far a row may lie before an earlier row.</param>
    /// <exception cref="TraceFormatException">The bytes cannot be read or their format is not known.</exception>
    public static Trace Read(
        Func<Stream> open, string name, TraceFormat format = TraceFormat.Auto, ColumnMap? columns = null, SimDuration disorder = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(disorder, SimDuration.Zero);
        if (columns != null && format is not (TraceFormat.Auto or TraceFormat.Csv))
            throw new ArgumentException("A column map is for the csv format.", nameof(columns));
        var source = new TraceSource(name, open);
        if (columns != null) format = TraceFormat.Csv;
        if (format == TraceFormat.Auto) format = FormatDetection.Detect(source);
        using (Reader(source, format, columns, disorder)) { }
        IEnumerable<Request> rows = Rows(source, format, columns, disorder);
        if (disorder > SimDuration.Zero) rows = ReorderBuffer.Sort(rows, disorder);
        return new Trace(name, format, rows, keepClock: false);
    }

    /// <summary>A trace of requests that are made elsewhere, in the order of their arrivals.</summary>
    /// <param name="requests">Requests; enumerated again for each enumeration of the trace.</param>
    /// <param name="name">What to call the trace in messages.</param>
    public static Trace From(IEnumerable<Request> requests, string name)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(name);
        return new Trace(name, TraceFormat.Auto, requests, keepClock: false);
    }

    /// <summary>The trace as an open workload: its requests arrive when they arrive, whatever becomes of the others.</summary>
    public TraceWorkload AsWorkload() => new(this);

    /// <summary>
    /// The trace as a closed workload: the later turns of a session wait for the turn before them, and for the think gap that was
    /// recorded between the two.
    /// </summary>
    public TraceSessionWorkload AsSessions() => new(this);

    /// <inheritdoc/>
    public IEnumerator<Request> GetEnumerator()
    {
        long id = 0;
        SimDuration? shift = _keepClock ? SimDuration.Zero : null;
        foreach (Request request in _source)
        {
            shift ??= SimTime.Zero - request.Arrival;
            bool same = request.Id == id && shift.Value == SimDuration.Zero;
            yield return same ? request : request with { Id = id, Arrival = request.Arrival + shift.Value };
            id++;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static IEnumerable<Request> Rows(TraceSource source, TraceFormat format, ColumnMap? columns, SimDuration disorder)
    {
        using TraceReader reader = Reader(source, format, columns, disorder);
        while (reader.Read() is { } request) yield return request;
    }

    private static TraceReader Reader(TraceSource source, TraceFormat format, ColumnMap? columns, SimDuration disorder) => format switch
    {
        TraceFormat.BurstGpt => new CsvTraceReader(source, ColumnMap.BurstGpt, disorder),
        TraceFormat.Azure => new CsvTraceReader(source, ColumnMap.Azure, disorder),
        TraceFormat.Vidur => new CsvTraceReader(source, ColumnMap.Vidur, disorder),
        TraceFormat.Csv => new CsvTraceReader(source, columns ?? ColumnMap.Canonical, disorder),
        TraceFormat.Mooncake => new JsonLinesTraceReader(source, JsonLayout.Mooncake, disorder),
        TraceFormat.Apex => new JsonLinesTraceReader(source, JsonLayout.Apex, disorder),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such trace format."),
    };
}
