using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Simulator.Core.Time;

namespace Simulator.Models.Results.Recording;

/// <summary>Writes a file in the Trace Event Format of Chrome: a JSON object with an array of events, one event a line.</summary>
internal sealed class TraceEventWriter : IDisposable
{
    private const int FlushAt = 1 << 16;

    private readonly Stream _stream;
    private readonly ArrayBufferWriter<byte> _buffer = new(FlushAt + 4096);
    private bool _hasEvents;
    private bool _isDisposed;

    /// <summary>Begins the file.</summary>
    /// <param name="stream">Where to write; it stays open.</param>
    public TraceEventWriter(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        // The viewers read \" but not every one of them \u0022.
        Json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _buffer.Write("{\"traceEvents\":["u8);
    }

    /// <summary>Takes the fields of the event that was begun last.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Begins an event, to which the caller may add fields before <see cref="End"/>.</summary>
    /// <param name="phase">Kind of event: X for a slice, b/n/e for asynchronous spans, C for counters, M for names.</param>
    /// <param name="name">Its name.</param>
    /// <param name="process">Its process.</param>
    public Utf8JsonWriter Begin(ReadOnlySpan<byte> phase, string name, int process)
    {
        _buffer.Write(_hasEvents ? ",\n"u8 : "\n"u8);
        _hasEvents = true;
        Json.Reset();
        Json.WriteStartObject();
        Json.WriteString("ph"u8, phase);
        Json.WriteString("name"u8, name);
        Json.WriteNumber("pid"u8, process);
        return Json;
    }

    /// <summary>Begins an event at an instant.</summary>
    public Utf8JsonWriter Begin(ReadOnlySpan<byte> phase, string name, int process, SimTime at)
    {
        Begin(phase, name, process);
        Json.WriteNumber("ts"u8, Microseconds(at.Nanoseconds));
        return Json;
    }

    /// <summary>Ends the event that was begun last.</summary>
    public void End()
    {
        Json.WriteEndObject();
        Json.Flush();
        if (_buffer.WrittenCount >= FlushAt) Write();
    }

    /// <summary>A count of nanoseconds as microseconds with three decimals.</summary>
    public static decimal Microseconds(long nanoseconds) => nanoseconds * 0.001m;

    /// <summary>Ends the file.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _buffer.Write("\n]}\n"u8);
        Write();
        _stream.Flush();
        Json.Dispose();
    }

    private void Write()
    {
        _stream.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }
}
