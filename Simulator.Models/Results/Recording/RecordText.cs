using CsvHelper;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Results.Recording;

/// <summary>How recorded files spell what they hold.</summary>
internal static class RecordText
{
    private static readonly CsvWriterOptions Options = new() { NewLine = "\n" };

    public static CsvWriter CreateCsv(Stream stream, params ReadOnlySpan<string> columns)
    {
        ArgumentNullException.ThrowIfNull(stream);
        CsvWriter csv = CsvWriter.Create(stream, Options, leaveOpen: true);
        csv.WriteHeader(columns);
        return csv;
    }

    /// <summary>Writes a span as an exact decimal number of seconds without trailing zeros; an empty cell for null.</summary>
    public static void WriteSeconds(this CsvWriter csv, SimDuration? span)
    {
        if (span is { } defined) csv.WriteField(defined.Nanoseconds * 0.000000001m, "0.#########");
        else csv.WriteField("");
    }

    /// <inheritdoc cref="WriteSeconds(CsvWriter, SimDuration?)"/>
    public static void WriteSeconds(this CsvWriter csv, SimTime? time) => csv.WriteSeconds(time - SimTime.Zero);

    public static string Of(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Completed => "completed",
        RequestOutcome.Rejected => "rejected",
        RequestOutcome.TimedOut => "timedOut",
        RequestOutcome.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "There is no such outcome."),
    };

    /// <summary>The name of the reason in <see cref="RejectionCounts"/>; empty for none.</summary>
    public static string Of(RejectionReason reason) => reason switch
    {
        RejectionReason.None => "",
        RejectionReason.QueueFull => "queueFull",
        RejectionReason.ContextWindow => "contextWindow",
        RejectionReason.KvMemory => "kvMemory",
        RejectionReason.NoPool => "noPool",
        RejectionReason.EmptyPrompt => "emptyPrompt",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "There is no such reason."),
    };
}
