using System.Text;
using System.Text.Json;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Verbs;

/// <summary>A description of a trace as JSON: lengths in tokens, times in seconds, shares from 0 to 1, null for what is not defined.</summary>
internal static class TraceDescriptionJson
{
    private const int SchemaVersion = 1;

    public static string Write(TraceDescription description)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", SchemaVersion);
            json.WriteNumber("requests", description.Requests);
            json.WriteNumber("failures", description.Failures);
            json.WriteNumber("spanSeconds", description.Span.ToSeconds());
            WriteNumber(json, "requestsPerSecond", description.RequestsPerSecond);
            json.WriteStartObject("gaps");
            WriteNumber(json, "meanSeconds", description.MeanGapSeconds);
            WriteNumber(json, "cv", description.GapCv);
            json.WriteEndObject();
            WriteLengths(json, "prompt", description.Prompt);
            WriteLengths(json, "output", description.Output);
            WriteShares(json, "models", description.Models);
            WriteShares(json, "classes", description.Classes);
            WriteSessions(json, description.Sessions);
            WriteContent(json, description.Content);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static void WriteLengths(Utf8JsonWriter json, string name, LengthSummary? lengths)
    {
        if (lengths is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("total", lengths.Total);
        json.WriteNumber("mean", lengths.Mean);
        json.WriteNumber("p50", lengths.P50);
        json.WriteNumber("p90", lengths.P90);
        json.WriteNumber("p95", lengths.P95);
        json.WriteNumber("p99", lengths.P99);
        json.WriteNumber("max", lengths.Max);
        json.WriteEndObject();
    }

    private static void WriteShares(Utf8JsonWriter json, string name, IReadOnlyList<TraceShare> shares)
    {
        json.WriteStartArray(name);
        foreach (TraceShare share in shares)
        {
            json.WriteStartObject();
            json.WriteString("name", share.Name);
            json.WriteNumber("requests", share.Requests);
            json.WriteNumber("share", share.Share);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSessions(Utf8JsonWriter json, SessionSummary? sessions)
    {
        if (sessions is null)
        {
            json.WriteNull("sessions");
            return;
        }

        json.WriteStartObject("sessions");
        json.WriteNumber("count", sessions.Sessions);
        json.WriteNumber("meanTurns", sessions.MeanTurns);
        json.WriteNumber("maxTurns", sessions.MaxTurns);
        json.WriteNumber("multiTurnShare", sessions.MultiTurnShare);
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, ContentSummary? content)
    {
        if (content is null)
        {
            json.WriteNull("prefixes");
            return;
        }

        json.WriteStartObject("prefixes");
        json.WriteNumber("references", content.References);
        json.WriteNumber("distinct", content.Distinct);
        json.WriteNumber("repeatedShare", content.RepeatedShare);
        json.WriteNumber("promptTokens", content.PromptTokens);
        json.WriteNumber("repeatedTokens", content.RepeatedTokens);
        json.WriteNumber("repeatedTokenShare", content.RepeatedTokenShare);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
