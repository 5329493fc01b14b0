using System.Globalization;
using System.Text;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Workloads.Traces.Writing;

/// <summary>Writes Mooncake JSON lines in the spelling of the published files.</summary>
internal static class MooncakeTraceWriter
{
    private const int BlockTokens = JsonLinesTraceReader.BlockTokens;

    public static long Write(IEnumerable<Request> requests, Stream stream)
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(false), bufferSize: 64 * 1024, leaveOpen: true) { NewLine = "\n" };
        var line = new StringBuilder();
        var ids = new List<long>();
        long count = 0;
        foreach (Request request in requests)
        {
            AddBlockIds(request, ids);
            line.Clear();
            line.Append("{\"timestamp\": ");
            AppendMilliseconds(line, request.Arrival.Nanoseconds);
            line.Append(CultureInfo.InvariantCulture, $", \"input_length\": {request.PromptTokens}, \"output_length\": {request.OutputTokens}, \"hash_ids\": [");
            line.AppendJoin(", ", ids);
            line.Append("]}");
            text.WriteLine(line);
            ids.Clear();
            count++;
        }
        return count;
    }

    private static void AddBlockIds(Request request, List<long> ids)
    {
        if (IsBlocks(request)) ids.AddRange(request.Content.Select(segment => segment.Key));
        else AddHashes(request, ids);
        long own = ContentKeys.Chain(~request.Id, request.PromptTokens);
        int needed = (request.PromptTokens / BlockTokens) + (request.PromptTokens % BlockTokens > 0 ? 1 : 0);
        while (ids.Count < needed)
        {
            own = ContentKeys.Chain(own, ids.Count);
            ids.Add(own & long.MaxValue);
        }
    }

    /// <summary>True when each segment fills a block, or is the last and ends with the prompt.</summary>
    private static bool IsBlocks(Request request)
    {
        IReadOnlyList<ContentSegment> content = request.Content;
        for (int i = 0; i < content.Count; i++)
        {
            int room = i < content.Count - 1 ? BlockTokens : Math.Min(BlockTokens, request.PromptTokens - (i * BlockTokens));
            if (content[i].Tokens != room) return false;
        }
        return true;
    }

    /// <summary>Hashes what each block holds, chained to the block before it, as far as the content goes.</summary>
    private static void AddHashes(Request request, List<long> ids)
    {
        long hash = 0;
        int filled = 0;
        long covered = 0;
        foreach (ContentSegment segment in request.Content)
        {
            int offset = 0;
            while (offset < segment.Tokens)
            {
                int taken = Math.Min(segment.Tokens - offset, BlockTokens - filled);
                hash = ContentKeys.Chain(ContentKeys.Chain(hash, segment.Key), ((long)offset << 32) | (uint)taken);
                offset += taken;
                filled += taken;
                covered += taken;
                if (filled < BlockTokens && covered < request.PromptTokens) continue;
                ids.Add(hash & long.MaxValue);
                filled = 0;
            }
        }
    }

    private static void AppendMilliseconds(StringBuilder line, long nanoseconds)
    {
        Span<byte> digits = stackalloc byte[DecimalText.MaxLength];
        foreach (byte digit in DecimalText.Write(nanoseconds, decimals: 6, minDecimals: 0, digits)) line.Append((char)digit);
    }
}
