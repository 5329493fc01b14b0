using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Workloads.Traces;
using Spectre.Console;

namespace Simulator.Cli.Verbs;

/// <summary>A description of a trace for people.</summary>
internal static class TraceDescriptionTable
{
    private const int LabelWidth = 12;
    private const double Minute = 60;
    private const double Hour = 60 * Minute;
    private const double Day = 24 * Hour;

    /// <summary>Below this a rate is shown per hour as well.</summary>
    private const double LowRate = 0.1;

    public static void Write(TextWriter output, string name, TraceFormat format, TraceDescription description)
    {
        WriteLine(output, "trace", name);
        WriteLine(output, "format", KnownNames.TraceFormats.Single(known => known.Value == format).Name);
        WriteLine(output, "requests", Requests(description));
        WriteLine(output, "span", $"{Span(description.Span.ToSeconds())} from the first arrival to the last");
        WriteLine(output, "rate", description.RequestsPerSecond is { } rate ? Rate(rate) : "all arrive at once");
        if (description.MeanGapSeconds is > 0 and { } gap)
            WriteLine(output, "gaps", $"mean {Figures.Seconds(gap)}, CV {Figures.Number(description.GapCv)}");
        if (description.Sessions is { } sessions) WriteLine(output, "sessions", Sessions(sessions));
        if (description.Content is { } content)
        {
            WriteLine(output, "prefixes", $"{Figures.Count(content.References)} references to {Figures.Count(content.Distinct)} distinct blocks, "
                + $"{Figures.Share(content.RepeatedShare)} repeated");
            WriteLine(output, "", $"{Figures.Share(content.RepeatedTokenShare)} of {Figures.Count(content.PromptTokens)} prompt tokens repeat a prefix");
        }

        if (description.Prompt is { } prompt && description.Output is { } generated) WriteLengths(output, prompt, generated);
        WriteShares(output, "model", description.Models);
        WriteShares(output, "class", description.Classes);
    }

    private static string Requests(TraceDescription description) => description.Failures == 0
        ? $"{Figures.Count(description.Requests)}, no failures"
        : $"{Figures.Count(description.Requests)}, of which {Figures.Count(description.Failures)} failed "
            + $"({Figures.Share((double)description.Failures / description.Requests)})";

    private static string Span(double seconds)
    {
        string text = Figures.Seconds(seconds);
        return seconds switch
        {
            >= 2 * Day => $"{text} ({Figures.Number(seconds / Day)} days)",
            >= 2 * Hour => $"{text} ({Figures.Number(seconds / Hour)} h)",
            >= 2 * Minute => $"{text} ({Figures.Number(seconds / Minute)} min)",
            _ => text,
        };
    }

    private static string Rate(double perSecond) =>
        $"{Figures.Number(perSecond)} requests/s" + (perSecond < LowRate ? $" ({Figures.Number(perSecond * Hour)} requests/h)" : "");

    private static string Sessions(SessionSummary sessions) =>
        $"{Figures.Count(sessions.Sessions)}, {Figures.Number(sessions.MeanTurns)} turns in the mean and at most {Figures.Count(sessions.MaxTurns)}; "
        + $"{Figures.Share(sessions.MultiTurnShare)} have more than one";

    private static void WriteLengths(TextWriter output, LengthSummary prompt, LengthSummary generated)
    {
        output.WriteLine();
        Table table = TextTable.Create("tokens", "total", "mean", "p50", "p90", "p95", "p99", "max");
        Add(table, "prompt", prompt);
        Add(table, "output", generated);
        output.WriteTable(table);
    }

    private static void Add(Table table, string name, LengthSummary lengths) => table.AddTexts(
        name, Figures.Count(lengths.Total), Figures.Number(lengths.Mean), Figures.Count(lengths.P50), Figures.Count(lengths.P90),
        Figures.Count(lengths.P95), Figures.Count(lengths.P99), Figures.Count(lengths.Max));

    /// <summary>Models or classes; nothing when the trace names none.</summary>
    private static void WriteShares(TextWriter output, string what, IReadOnlyList<TraceShare> shares)
    {
        if (shares.All(share => share.Name.Length == 0)) return;
        output.WriteLine();
        Table table = TextTable.Create(what, "requests", "share");
        foreach (TraceShare share in shares)
            table.AddTexts(share.Name.Length == 0 ? "(none)" : share.Name, Figures.Count(share.Requests), Figures.Share(share.Share));
        output.WriteTable(table);
    }

    private static void WriteLine(TextWriter output, string name, string text) => output.WriteLine($"{name.PadRight(LabelWidth)}  {text}");
}
