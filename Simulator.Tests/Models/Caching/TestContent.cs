using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Caching;

/// <summary>Small contents that often share a prefix, and what they are token by token.</summary>
internal static class TestContent
{
    /// <summary>One to three segments of one to four tokens, with one of two keys each.</summary>
    public static ContentSegment[] Of(int seed)
    {
        ContentSegment[] content = new ContentSegment[seed % 3 + 1];
        for (int i = 0; i < content.Length; i++)
        {
            content[i] = new(seed % 2, seed / 2 % 4 + 1);
            seed /= 8;
        }
        return content;
    }

    /// <summary>The first tokens: key of the segment and offset in it; the last segment goes on.</summary>
    public static List<(long Key, int Offset)> Tokens(IReadOnlyList<ContentSegment> content, int count)
    {
        List<(long, int)> tokens = [];
        for (int segment = 0; segment < content.Count; segment++)
        {
            bool last = segment == content.Count - 1;
            for (int offset = 0; tokens.Count < count && (last || offset < content[segment].Tokens); offset++)
                tokens.Add((content[segment].Key, offset));
        }
        return tokens;
    }
}
