using System.IO.Compression;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces.Writing;

namespace Simulator.Workloads.Traces;

/// <summary>The layouts in which traces are written.</summary>
public enum TraceOutput
{
    /// <summary>The simulator's own CSV, which holds every field of a request; see <see cref="ColumnMap.Canonical"/>.</summary>
    Csv,

    /// <summary>BurstGPT's first and second release: arrival in seconds, model, lengths, log type.</summary>
    BurstGptV1,

    /// <summary>BurstGPT's third release: session and elapsed time as well.</summary>
    BurstGptV3,

    /// <summary>
    /// Mooncake JSON lines: arrival in milliseconds, lengths, and an id for each block of 512 tokens. Content that is not made of such
    /// blocks is hashed block by block; tokens without content get ids of their own.
    /// </summary>
    Mooncake,

    /// <summary>Azure's traces: a date, prompt and output. Arrival 0 is written as 2024-01-01 00:00.</summary>
    Azure,

    /// <summary>Vidur CSV: arrival in seconds, prompt and output.</summary>
    Vidur,

    /// <summary>APEX JSON lines: arrival in nanoseconds, prompt and output.</summary>
    Apex,
}

/// <summary>Writes traces as they are enumerated.</summary>
public static class TraceWriter
{
    /// <summary>Writes a trace to a file, compressed when its name ends in <c>.gz</c>.</summary>
    /// <param name="requests">Requests in the order of their arrivals.</param>
    /// <param name="path">The file. It is replaced when the last request has been written, and left alone when one cannot be read.</param>
    /// <param name="format">The layout.</param>
    /// <returns>The requests written.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="TraceFormatException">A request cannot be read.</exception>
    public static long Write(IEnumerable<Request> requests, string path, TraceOutput format = TraceOutput.Csv)
    {
        ArgumentNullException.ThrowIfNull(path);
        string unfinished = path + ".part";
        try
        {
            long count;
            using (Stream file = File.Create(unfinished))
                count = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? WriteCompressed(requests, file, format) : Write(requests, file, format);
            File.Move(unfinished, path, overwrite: true);
            return count;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Writes a trace to a stream, which stays open.</summary>
    /// <param name="requests">Requests in the order of their arrivals.</param>
    /// <param name="stream">Where to write, in UTF-8 with LF line ends.</param>
    /// <param name="format">The layout.</param>
    /// <returns>The requests written.</returns>
    public static long Write(IEnumerable<Request> requests, Stream stream, TraceOutput format = TraceOutput.Csv)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(stream);
        return format switch
        {
            TraceOutput.Csv => CsvTraceWriter.WriteCanonical(requests, stream),
            TraceOutput.BurstGptV1 => CsvTraceWriter.WriteBurstGpt(requests, stream, sessions: false),
            TraceOutput.BurstGptV3 => CsvTraceWriter.WriteBurstGpt(requests, stream, sessions: true),
            TraceOutput.Mooncake => MooncakeTraceWriter.Write(requests, stream),
            TraceOutput.Azure => CsvTraceWriter.WriteAzure(requests, stream),
            TraceOutput.Vidur => CsvTraceWriter.WriteVidur(requests, stream),
            TraceOutput.Apex => ApexTraceWriter.Write(requests, stream),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such layout."),
        };
    }

    private static long WriteCompressed(IEnumerable<Request> requests, Stream file, TraceOutput format)
    {
        using var compressed = new GZipStream(file, CompressionLevel.Optimal);
        return Write(requests, compressed, format);
    }
}
