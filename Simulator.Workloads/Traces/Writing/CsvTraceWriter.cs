using System.Globalization;
using System.Text;
using CsvHelper;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Workloads.Traces.Writing;

/// <summary>Writes the layouts that are CSV files.</summary>
internal static class CsvTraceWriter
{
    private static readonly CsvWriterOptions Options = new() { NewLine = "\n" };
    private static readonly DateTime AzureStart = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);

    public static long WriteCanonical(IEnumerable<Request> requests, Stream stream)
    {
        using CsvWriter csv = CreateCanonical(stream);
        long count = 0;
        foreach (Request request in requests)
        {
            WriteCanonical(csv, request);
            count++;
        }
        return count;
    }

    /// <summary>A writer for <see cref="WriteCanonical(CsvWriter, Request)"/> that has written the header and leaves the stream open.</summary>
    public static CsvWriter CreateCanonical(Stream stream)
    {
        ColumnMap map = ColumnMap.Canonical;
        CsvWriter csv = CsvWriter.Create(stream, Options, leaveOpen: true);
        csv.WriteHeader(
        [
            map.Arrival!, map.PromptTokens, map.OutputTokens, map.Model!, map.Class!, map.Priority!, map.Session!, map.Turn!,
            map.RecordedDuration!, map.Content!, map.QueueTimeout!, map.Timeout!, map.CancelAfter!, map.MaxOutputTokens!,
        ]);
        return csv;
    }

    public static void WriteCanonical(CsvWriter csv, Request request)
    {
        WriteSeconds(csv, request.Arrival.Nanoseconds);
        csv.WriteField(request.PromptTokens);
        csv.WriteField(request.OutputTokens);
        csv.WriteField(request.Model);
        csv.WriteField(request.Class);
        WriteUnlessZero(csv, request.Priority);
        csv.WriteField(request.Session ?? "");
        WriteUnlessZero(csv, request.Turn);
        WriteSpan(csv, request.RecordedDuration);
        csv.WriteField(ContentText.Format(request.Content));
        WriteSpan(csv, request.QueueTimeout);
        WriteSpan(csv, request.Timeout);
        WriteSpan(csv, request.CancelAfter);
        WriteUnlessZero(csv, request.MaxOutputTokens ?? 0);
        csv.EndRecord();
    }

    public static long WriteBurstGpt(IEnumerable<Request> requests, Stream stream, bool sessions)
    {
        using var csv = CsvWriter.Create(stream, Options, leaveOpen: true);
        csv.WriteHeader(sessions
            ? ["Timestamp", "Session ID", "Elapsed time", "Model", "Request tokens", "Response tokens", "Total tokens", "Log Type"]
            : ["Timestamp", "Model", "Request tokens", "Response tokens", "Total tokens", "Log Type"]);
        long count = 0;
        foreach (Request request in requests)
        {
            WriteSeconds(csv, request.Arrival.Nanoseconds, minDecimals: sessions ? 1 : 0);
            if (sessions)
            {
                csv.WriteField(request.Session ?? "");
                WriteSpan(csv, request.RecordedDuration);
            }
            csv.WriteField(request.Model);
            csv.WriteField(request.PromptTokens);
            csv.WriteField(request.OutputTokens);
            csv.WriteField((long)request.PromptTokens + request.OutputTokens);
            csv.WriteField(LogType(request.Class));
            csv.EndRecord();
            count++;
        }
        return count;
    }

    public static long WriteAzure(IEnumerable<Request> requests, Stream stream)
    {
        const int Decimals = 7;
        Span<byte> fraction = stackalloc byte[DecimalText.MaxLength];
        using var csv = CsvWriter.Create(stream, Options, leaveOpen: true);
        csv.WriteHeader(["TIMESTAMP", "ContextTokens", "GeneratedTokens"]);
        long count = 0;
        foreach (Request request in requests)
        {
            (long seconds, long rest) = Math.DivRem(request.Arrival.Nanoseconds, SimDuration.NanosecondsPerSecond);
            string date = AzureStart.AddSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            ReadOnlySpan<byte> decimals = DecimalText.Write(rest, decimals: 9, minDecimals: Decimals, fraction)[1..];
            csv.WriteField(date + Encoding.ASCII.GetString(decimals));
            WriteLengths(csv, request);
            count++;
        }
        return count;
    }

    public static long WriteVidur(IEnumerable<Request> requests, Stream stream)
    {
        using var csv = CsvWriter.Create(stream, Options, leaveOpen: true);
        csv.WriteHeader(["arrived_at", "num_prefill_tokens", "num_decode_tokens"]);
        long count = 0;
        foreach (Request request in requests)
        {
            WriteSeconds(csv, request.Arrival.Nanoseconds);
            WriteLengths(csv, request);
            count++;
        }
        return count;
    }

    private static void WriteLengths(CsvWriter csv, Request request)
    {
        csv.WriteField(request.PromptTokens);
        csv.WriteField(request.OutputTokens);
        csv.EndRecord();
    }

    private static string LogType(string requestClass) => requestClass switch
    {
        "conversation" => "Conversation log",
        "api" => "API log",
        _ => requestClass,
    };

    private static void WriteSeconds(CsvWriter csv, long nanoseconds, int minDecimals = 0)
    {
        Span<byte> text = stackalloc byte[DecimalText.MaxLength];
        csv.WriteField(DecimalText.Write(nanoseconds, decimals: 9, minDecimals, text));
    }

    private static void WriteSpan(CsvWriter csv, SimDuration? span)
    {
        if (span == null) csv.WriteField("");
        else WriteSeconds(csv, span.Value.Nanoseconds);
    }

    private static void WriteUnlessZero(CsvWriter csv, int value)
    {
        if (value == 0) csv.WriteField("");
        else csv.WriteField(value);
    }
}
