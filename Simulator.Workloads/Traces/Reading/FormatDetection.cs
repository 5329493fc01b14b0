using System.Text;

namespace Simulator.Workloads.Traces.Reading;

/// <summary>Tells the format of a trace from its first line.</summary>
internal static class FormatDetection
{
    private const int LongestFirstLine = 1 << 20;

    private static readonly (TraceFormat Format, string[] Columns)[] Csv =
    [
        (TraceFormat.BurstGpt, ["Timestamp", "Request tokens", "Response tokens"]),
        (TraceFormat.Azure, ["TIMESTAMP", "ContextTokens", "GeneratedTokens"]),
        (TraceFormat.Vidur, ["num_prefill_tokens", "num_decode_tokens"]),
        (TraceFormat.Csv, ["arrival_s", "prompt_tokens", "output_tokens"]),
    ];

    private static readonly (TraceFormat Format, string[] Properties)[] Json =
    [
        (TraceFormat.Mooncake, ["timestamp", "input_length", "output_length"]),
        (TraceFormat.Apex, ["StartTimeOffset", "ContextTokens", "GeneratedTokens"]),
    ];

    /// <summary>The format whose names the first line holds best; a fault when that is none.</summary>
    public static TraceFormat Detect(TraceSource source)
    {
        using var lines = new LineReader(source.Open(), LongestFirstLine);
        string line = FirstLine(source, lines);
        bool isJson = line.StartsWith('{');
        (TraceFormat Format, string[] Names)[] formats = isJson ? Json : Csv;
        (TraceFormat format, int missing) = formats
            .Select(f => (f.Format, Missing: f.Names.Count(name => !Holds(line, name, isJson))))
            .MinBy(f => f.Missing);
        int known = formats.Single(f => f.Format == format).Names.Length;
        if (2 * (known - missing) >= known) return format;
        throw source.Fault(
            lines.LineNumber,
            $"the format is not known; the line begins with {FieldParser.Quote(Encoding.UTF8.GetBytes(line))}",
            "Give a trace of BurstGPT, Azure, Mooncake, Vidur or APEX, or name the format, or map the columns of any CSV");
    }

    private static string FirstLine(TraceSource source, LineReader lines)
    {
        try
        {
            while (lines.TryRead(out ReadOnlySpan<byte> line))
            {
                line = line.Trim(" \t"u8);
                if (line.Length > 0) return Encoding.UTF8.GetString(line);
            }
        }
        catch (Exception error) when (TraceSource.IsInputError(error))
        {
            throw source.Unreadable(lines.LineNumber + 1, error);
        }
        throw lines.TooLong
            ? source.Fault(lines.LineNumber, $"the line is longer than {LongestFirstLine >> 20} MiB", "Check that the file is a trace with a line for each request")
            : source.Fault(0, "the file is empty", "Give a file with at least one request");
    }

    private static bool Holds(string line, string name, bool isJson) => isJson
        ? line.Contains($"\"{name}\"", StringComparison.Ordinal)
        : line.Split(',').Any(cell => string.Equals(cell.Trim(' ', '\t', '"'), name, StringComparison.OrdinalIgnoreCase));
}
