using System.Globalization;
using System.Text.Json;
using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Results.Recording;

/// <summary>Writes a run as a trace for ui.perfetto.dev or chrome://tracing.</summary>
/// <remarks>
/// <para>The layout is the JSON of Chrome's Trace Event Format, which both read; times are microseconds with three decimals, so whole
/// nanoseconds. Events do not come in the order of time; the viewers sort them.</para>
/// <para>Each replica is a process and each of its batch slots a thread with a slice for every iteration, named prefill, decode or mixed
/// by the rows it had. A request is an asynchronous span of its replica, from arrival to end, that holds the spans queued, prefill and
/// decode; one that was rejected or failed is an instant. Requests that reached no replica stand in a process of their own, and those in
/// flight when the run ends are not shown. The counters "batch size" and "KV blocks" are those of the batch in the slot, and 0 while
/// there is none; "requests" is there when the run is sampled.</para>
/// </remarks>
public sealed class PerfettoTraceWriter : IRunObserver, IDisposable
{
    private readonly TraceEventWriter _events;
    private readonly List<Track[]> _tracks = [];
    private readonly int _nowhere;
    private bool _isNowhereNamed;

    /// <summary>Writes the names of processes and threads.</summary>
    /// <param name="stream">Where to write, in UTF-8; it stays open. The file is whole when the writer is disposed.</param>
    /// <param name="cluster">The cluster that runs.</param>
    public PerfettoTraceWriter(Stream stream, ClusterSpec cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        _events = new TraceEventWriter(stream);
        // Perfetto knows a thread by its number alone and takes the one with its process's number for the main thread, so no number is used twice.
        int number = 1;
        foreach (PoolSpec pool in cluster.Pools)
        {
            for (int i = 0; i < pool.Replicas; i++)
            {
                int process = number++;
                NameProcess(process, $"{pool.Name} replica {_tracks.Count}");
                Track[] tracks = new Track[pool.Plan.Pipeline];
                for (int slot = 0; slot < tracks.Length; slot++)
                {
                    tracks[slot] = new Track(process, number++, tracks.Length == 1 ? "" : $", slot {slot}");
                    Name("thread_name", process, tracks[slot].Thread, $"slot {slot}");
                }
                _tracks.Add(tracks);
            }
        }
        _nowhere = number;
    }

    /// <summary>True.</summary>
    public bool WantsIterations => true;

    /// <inheritdoc/>
    public void OnIteration(in IterationRecord record)
    {
        Track track = _tracks[record.Replica][record.Slot];
        string name = record.PrefillRows == 0 ? "decode" : record.DecodeRows == 0 ? "prefill" : "mixed";
        Utf8JsonWriter json = _events.Begin("X"u8, name, track.Process, record.Start);
        json.WriteNumber("dur"u8, TraceEventWriter.Microseconds((record.End - record.Start).Nanoseconds));
        json.WriteNumber("tid"u8, track.Thread);
        json.WriteString("cat"u8, "iteration"u8);
        json.WriteStartObject("args"u8);
        json.WriteNumber("decodeRows"u8, record.DecodeRows);
        json.WriteNumber("prefillRows"u8, record.PrefillRows);
        json.WriteNumber("prefillTokens"u8, record.PrefillTokens);
        json.WriteNumber("kvBlocks"u8, record.KvBlocksUsed);
        json.WriteEndObject();
        _events.End();
        if (track.HasRun && track.End < record.Start) Count(track, track.End, 0, 0, 0);
        Count(track, record.Start, record.DecodeRows, record.PrefillRows, record.KvBlocksUsed);
        track.End = record.End;
        track.HasRun = true;
    }

    /// <inheritdoc/>
    public void OnRequestEnded(in RequestRecord record)
    {
        int process = ProcessOf(record.Replica);
        if (record.Outcome is RequestOutcome.Rejected or RequestOutcome.Failed)
        {
            BeginSpanEvent("n"u8, RecordText.Of(record.Outcome), process, record.End, record.Request.Id);
            WriteArguments(record);
            _events.End();
            return;
        }
        BeginSpanEvent("b"u8, "request", process, record.Request.Arrival, record.Request.Id);
        WriteArguments(record);
        _events.End();
        SimTime scheduled = record.FirstScheduled ?? record.End;
        SimTime firstToken = record.FirstToken ?? record.End;
        Span("queued", process, record.Request.Arrival, scheduled, record.Request.Id);
        Span("prefill", process, scheduled, firstToken, record.Request.Id);
        Span("decode", process, firstToken, record.End, record.Request.Id);
        BeginSpanEvent("e"u8, "request", process, record.End, record.Request.Id);
        _events.End();
    }

    /// <inheritdoc/>
    public void OnSample(in ReplicaSample sample)
    {
        Utf8JsonWriter json = _events.Begin("C"u8, "requests", ProcessOf(sample.Replica), sample.Time);
        json.WriteStartObject("args"u8);
        json.WriteNumber("running"u8, sample.Running);
        json.WriteNumber("waiting"u8, sample.Waiting);
        json.WriteEndObject();
        _events.End();
    }

    /// <summary>Ends the file and writes what is left to the stream, which stays open.</summary>
    public void Dispose()
    {
        foreach (Track track in _tracks.SelectMany(tracks => tracks).Where(track => track.HasRun)) Count(track, track.End, 0, 0, 0);
        _tracks.Clear();
        _events.Dispose();
    }

    private int ProcessOf(int replica)
    {
        if (replica >= 0) return _tracks[replica][0].Process;
        if (!_isNowhereNamed) NameProcess(_nowhere, "no replica");
        _isNowhereNamed = true;
        return _nowhere;
    }

    private void NameProcess(int process, string name)
    {
        Name("process_name", process, process, name);
        Utf8JsonWriter json = _events.Begin("M"u8, "process_sort_index", process);
        json.WriteStartObject("args"u8);
        json.WriteNumber("sort_index"u8, process);
        json.WriteEndObject();
        _events.End();
    }

    private void Name(string what, int process, int thread, string name)
    {
        Utf8JsonWriter json = _events.Begin("M"u8, what, process);
        json.WriteNumber("tid"u8, thread);
        json.WriteStartObject("args"u8);
        json.WriteString("name"u8, name);
        json.WriteEndObject();
        _events.End();
    }

    private void Span(string name, int process, SimTime from, SimTime to, long request)
    {
        if (from >= to) return;
        BeginSpanEvent("b"u8, name, process, from, request);
        _events.End();
        BeginSpanEvent("e"u8, name, process, to, request);
        _events.End();
    }

    private Utf8JsonWriter BeginSpanEvent(ReadOnlySpan<byte> phase, string name, int process, SimTime at, long request)
    {
        Utf8JsonWriter json = _events.Begin(phase, name, process, at);
        json.WriteString("cat"u8, "request"u8);
        Span<byte> id = stackalloc byte[20];
        request.TryFormat(id, out int length, provider: CultureInfo.InvariantCulture);
        json.WriteString("id"u8, id[..length]);
        return json;
    }

    private void WriteArguments(in RequestRecord record)
    {
        Utf8JsonWriter json = _events.Json;
        Request request = record.Request;
        json.WriteStartObject("args"u8);
        json.WriteNumber("id"u8, request.Id);
        json.WriteString("outcome"u8, RecordText.Of(record.Outcome));
        if (record.Rejection != RejectionReason.None) json.WriteString("rejection"u8, RecordText.Of(record.Rejection));
        if (request.Class.Length > 0) json.WriteString("class"u8, request.Class);
        if (request.Model.Length > 0) json.WriteString("model"u8, request.Model);
        if (request.Session is { } session) json.WriteString("session"u8, session);
        json.WriteNumber("promptTokens"u8, request.PromptTokens);
        json.WriteNumber("outputTokens"u8, request.OutputTokens);
        json.WriteNumber("generatedTokens"u8, record.GeneratedTokens);
        json.WriteNumber("prefixHitTokens"u8, record.PrefixHitTokens);
        json.WriteNumber("preemptions"u8, record.Preemptions);
        json.WriteEndObject();
    }

    private void Count(Track track, SimTime at, int decodeRows, int prefillRows, long kvBlocks)
    {
        if (track.DecodeRows != decodeRows || track.PrefillRows != prefillRows)
        {
            Utf8JsonWriter json = _events.Begin("C"u8, track.BatchSizeName, track.Process, at);
            json.WriteStartObject("args"u8);
            json.WriteNumber("decode"u8, decodeRows);
            json.WriteNumber("prefill"u8, prefillRows);
            json.WriteEndObject();
            _events.End();
        }
        if (track.KvBlocks != kvBlocks)
        {
            Utf8JsonWriter json = _events.Begin("C"u8, track.KvBlocksName, track.Process, at);
            json.WriteStartObject("args"u8);
            json.WriteNumber("used"u8, kvBlocks);
            json.WriteEndObject();
            _events.End();
        }
        (track.DecodeRows, track.PrefillRows, track.KvBlocks) = (decodeRows, prefillRows, kvBlocks);
    }

    /// <summary>A batch slot: its numbers in the trace, and where its counters stand.</summary>
    private sealed class Track(int process, int thread, string suffix)
    {
        public int Process { get; } = process;

        public int Thread { get; } = thread;

        public string BatchSizeName { get; } = "batch size" + suffix;

        public string KvBlocksName { get; } = "KV blocks" + suffix;

        public int DecodeRows { get; set; }

        public int PrefillRows { get; set; }

        public long KvBlocks { get; set; }

        public SimTime End { get; set; }

        public bool HasRun { get; set; }
    }
}
