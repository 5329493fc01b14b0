using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces.Reading;

/// <summary>Content in a cell: <c>key:tokens</c> pairs separated by spaces.</summary>
internal static class ContentText
{
    /// <summary>Parses a cell; returns null or the fault.</summary>
    public static string? Parse(ReadOnlySpan<byte> cell, int promptTokens, out IReadOnlyList<ContentSegment> content)
    {
        content = [];
        var segments = new ContentSegment[cell.Count((byte)' ') + 1];
        long total = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            if (!Utf8Parser.TryParse(cell, out long key, out int read) || read >= cell.Length || cell[read] != ':') return "is not a list of key:tokens";
            cell = cell[(read + 1)..];
            if (!Utf8Parser.TryParse(cell, out int tokens, out read)) return "is not a list of key:tokens";
            if (tokens < 1) return "has a segment without tokens";
            total += tokens;
            segments[i] = new ContentSegment(key, tokens);
            cell = cell[read..];
            if (i == segments.Length - 1 ? cell.Length > 0 : cell[..1] is not [(byte)' ']) return "is not a list of key:tokens";
            if (cell.Length > 0) cell = cell[1..];
        }
        if (total > promptTokens) return "covers more tokens than the prompt has";
        content = segments;
        return null;
    }

    /// <summary>The text that <see cref="Parse"/> reads back.</summary>
    public static string Format(IReadOnlyList<ContentSegment> content)
    {
        var text = new StringBuilder();
        foreach (ContentSegment segment in content)
        {
            if (text.Length > 0) text.Append(' ');
            text.Append(CultureInfo.InvariantCulture, $"{segment.Key}:{segment.Tokens}");
        }
        return text.ToString();
    }
}
