using Simulator.Core.Randomness;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Caching;

/// <summary>So many tokens of some content, from a place in it on; the last segment of the content goes on without end.</summary>
/// <remarks>
/// Two tokens are the same when their segments have the same key and they stand at the same offset in them, so slices are
/// compared and cut run by run, never token by token.
/// </remarks>
internal readonly struct ContentSlice
{
    private readonly IReadOnlyList<ContentSegment> _content;
    private readonly int _segment;
    private readonly int _offset;

    /// <summary>The first tokens of some content.</summary>
    /// <param name="content">Content of a prompt, not empty; its last segment goes on with the generated tokens.</param>
    /// <param name="tokens">Tokens of the slice.</param>
    public ContentSlice(IReadOnlyList<ContentSegment> content, int tokens)
        : this(content, 0, 0, tokens)
    {
    }

    private ContentSlice(IReadOnlyList<ContentSegment> content, int segment, int offset, int tokens) =>
        (_content, _segment, _offset, Tokens) = (content, segment, offset, tokens);

    /// <summary>Tokens of the slice.</summary>
    public int Tokens { get; }

    /// <summary>How many of the first tokens of a sequence have content that is known.</summary>
    /// <param name="content">Content of the prompt; its last segment goes on with the generated tokens.</param>
    /// <param name="tokens">Tokens of the sequence: of the prompt, or of prompt and output.</param>
    /// <param name="promptTokens">Tokens of the prompt. Where the content is shorter than that, nothing after it is known.</param>
    public static int KnownTokens(IReadOnlyList<ContentSegment> content, int tokens, int promptTokens)
    {
        int covered = 0;
        for (int i = 0; i < content.Count; i++) covered += content[i].Tokens;
        return content.Count > 0 && covered >= promptTokens ? tokens : Math.Min(tokens, covered);
    }

    /// <summary>The slice without its first tokens.</summary>
    /// <param name="tokens">From 0 to all of them.</param>
    public ContentSlice Skip(int tokens)
    {
        int segment = _segment, offset = _offset + tokens;
        while (segment < _content.Count - 1 && offset >= _content[segment].Tokens) offset -= _content[segment++].Tokens;
        return new(_content, segment, offset, Tokens - tokens);
    }

    /// <summary>The first tokens of the slice.</summary>
    /// <param name="tokens">From 0 to all of them.</param>
    public ContentSlice Take(int tokens) => new(_content, _segment, _offset, tokens);

    /// <summary>Leading tokens that two slices have in common.</summary>
    public int CommonWith(in ContentSlice other)
    {
        int most = Math.Min(Tokens, other.Tokens), common = 0;
        Run mine = RunAt(_segment, _offset), theirs = other.RunAt(other._segment, other._offset);
        while (common < most && mine.Key == theirs.Key && mine.Offset == theirs.Offset)
        {
            int step = Math.Min(mine.Left, theirs.Left);
            common += Math.Min(step, most - common);
            mine = After(mine, step);
            theirs = other.After(theirs, step);
        }
        return common;
    }

    /// <summary>A stable hash of the first tokens.</summary>
    /// <param name="tokens">From 1 to all of them.</param>
    public ulong HashOf(int tokens)
    {
        ulong hash = 0;
        Run run = RunAt(_segment, _offset);
        while (true)
        {
            int take = Math.Min(run.Left, tokens);
            hash = StableHash.Mix(StableHash.Mix(hash ^ unchecked((ulong)run.Key)) ^ ((ulong)(uint)run.Offset << 32 | (uint)take));
            tokens -= take;
            if (tokens == 0) return hash;
            run = After(run, take);
        }
    }

    private Run RunAt(int segment, int offset)
    {
        ContentSegment piece = _content[segment];
        int left = segment == _content.Count - 1 ? int.MaxValue : piece.Tokens - offset;
        return new(segment, piece.Key, offset, left);
    }

    private Run After(Run run, int step) =>
        step < run.Left ? RunAt(run.Segment, run.Offset + step) : RunAt(Math.Min(run.Segment + 1, _content.Count - 1), 0);

    private readonly record struct Run(int Segment, long Key, int Offset, int Left);
}
