using Simulator.Core.Randomness;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Caching;

/// <summary>Chained hashes of KV blocks: a block's hash covers its own content and all before it, as in vLLM v1.</summary>
internal static class BlockHashes
{
    /// <summary>Hashes the blocks that known content fills, after those that are hashed already.</summary>
    /// <param name="content">Content of the prompt; its last segment goes on with the generated tokens.</param>
    /// <param name="tokens">Tokens to cover: prompt, or prompt and output.</param>
    /// <param name="promptTokens">Tokens of the prompt. Where the content is shorter than that, nothing after it is known.</param>
    /// <param name="blockTokens">Tokens of a block.</param>
    /// <param name="hashes">Hashes of the first blocks; receives one for every further full block of known content.</param>
    public static void Extend(
        IReadOnlyList<ContentSegment> content, int tokens, int promptTokens, int blockTokens, List<ulong> hashes)
    {
        int known = ContentSlice.KnownTokens(content, tokens, promptTokens);
        int segment = 0, offset = hashes.Count * blockTokens;
        while (segment < content.Count - 1 && offset >= content[segment].Tokens) offset -= content[segment++].Tokens;
        ulong chain = hashes.Count > 0 ? hashes[^1] : 0;
        for (int end = (hashes.Count + 1) * blockTokens; end <= known; end += blockTokens)
        {
            for (int left = blockTokens; left > 0;)
            {
                ContentSegment piece = content[segment];
                bool last = segment == content.Count - 1;
                int take = last ? left : Math.Min(left, piece.Tokens - offset);
                chain = StableHash.Mix(StableHash.Mix(chain ^ unchecked((ulong)piece.Key)) ^ ((ulong)(uint)offset << 32 | (uint)take));
                left -= take;
                offset += take;
                if (!last && offset == piece.Tokens) (segment, offset) = (segment + 1, 0);
            }
            hashes.Add(chain);
        }
    }
}
