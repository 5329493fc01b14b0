using System.IO.Compression;
using System.Text;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Traces;

/// <summary>Traces from text, and requests as text that shows every field.</summary>
internal static class TraceText
{
    public static Trace Read(string text, TraceFormat format = TraceFormat.Auto, ColumnMap? columns = null) =>
        Read(Encoding.UTF8.GetBytes(text), format, columns);

    public static Trace Read(byte[] bytes, TraceFormat format = TraceFormat.Auto, ColumnMap? columns = null) =>
        Trace.Read(() => new MemoryStream(bytes), "t.csv", format, columns);

    /// <summary>Reads to the end a trace that must be at fault.</summary>
    public static TraceFormatException Fault(string text, TraceFormat format = TraceFormat.Auto, ColumnMap? columns = null) =>
        Fault(Encoding.UTF8.GetBytes(text), format, columns);

    public static TraceFormatException Fault(byte[] bytes, TraceFormat format = TraceFormat.Auto, ColumnMap? columns = null) =>
        Assert.Throws<TraceFormatException>(() => Read(bytes, format, columns).Count())!;

    public static byte[] Gzip(byte[] bytes)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return compressed.ToArray();
    }

    public static byte[] Write(IEnumerable<Request> requests, TraceOutput format = TraceOutput.Csv)
    {
        var stream = new MemoryStream();
        TraceWriter.Write(requests, stream, format);
        return stream.ToArray();
    }

    public static string[] Show(IEnumerable<Request> requests) => [.. requests.Select(Show)];

    public static string Show(Request r) =>
        $"{r.Id} @{r.Arrival.Nanoseconds} {r.PromptTokens}>{r.OutputTokens} m={r.Model} c={r.Class} p={r.Priority} s={r.Session ?? "null"}/{r.Turn} "
        + $"d={r.RecordedDuration?.Nanoseconds} q={r.QueueTimeout?.Nanoseconds} t={r.Timeout?.Nanoseconds} x={r.CancelAfter?.Nanoseconds} "
        + string.Join(' ', r.Content.Select(s => $"{s.Key}:{s.Tokens}")) + (r.MaxOutputTokens is { } most ? $" max={most}" : "");
}
