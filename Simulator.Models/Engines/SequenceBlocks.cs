using System.Runtime.InteropServices;
using Simulator.Models.Batching;
using Simulator.Models.Caching;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Engines;

/// <summary>The KV blocks that the sequences of a replica hold: how many, under which names, and in which order they go back.</summary>
/// <remarks>Mirrors <c>vllm/v1/core/kv_cache_manager.py</c>. A sequence that holds n tokens holds ⌈n / block⌉ blocks, the first of them by name.</remarks>
internal sealed class SequenceBlocks(KvBlockPool pool, int blockTokens, bool prefixCaching)
{
    /// <summary>Blocks that so many tokens fill or begin.</summary>
    public long For(int tokens) => ((long)tokens + blockTokens - 1) / blockTokens;

    /// <summary>Blocks that a sequence holds when so many of its tokens are computed.</summary>
    public long Held(Sequence sequence, int tokens) => For(Math.Max(tokens, sequence.ReservedTokens));

    /// <summary>Leading tokens of a waiting sequence that are cached.</summary>
    public PrefixHit FindPrefix(Sequence sequence)
    {
        if (!prefixCaching || sequence.Content.Count == 0) return default;
        ExtendNames(sequence, sequence.KnownTokens);
        int most = Math.Min(sequence.BlockNames.Count, (sequence.KnownTokens - 1) / blockTokens);
        int found = pool.FindPrefix(CollectionsMarshal.AsSpan(sequence.BlockNames)[..most], out int idle);
        return new PrefixHit(found * blockTokens, idle);
    }

    /// <summary>Holds a cached prefix.</summary>
    /// <returns>False when the prefix is not cached; the run cannot go on then.</returns>
    public bool TryHold(Sequence sequence, PrefixHit hit)
    {
        int cached = hit.Tokens / blockTokens;
        if (hit.Tokens % blockTokens != 0 || cached > sequence.BlockNames.Count) return false;
        for (int i = 0; i < cached; i++)
        {
            if (!pool.TryHold(sequence.BlockNames[i], out int node)) return false;
            sequence.NamedBlocks.Add(node);
        }
        return true;
    }

    /// <summary>Takes the blocks that a sequence needs to hold so many tokens, and names those that become full.</summary>
    public bool TryGrow(Sequence sequence, int tokens)
    {
        if (!pool.TryTake(Held(sequence, tokens) - Held(sequence, sequence.Computed))) return false;
        NameFull(sequence, tokens);
        return true;
    }

    /// <summary>Takes the blocks for tokens that a sequence may come to hold, beyond those that it has.</summary>
    public bool TryReserve(Sequence sequence, int held, int tokens)
    {
        if (!pool.TryTake(Math.Max(0, For(tokens) - For(held)))) return false;
        sequence.ReservedTokens = tokens;
        return true;
    }

    /// <summary>Frees the blocks of a sequence tail first, so that the tail of a prefix is evicted before its head.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="tokens">Tokens that its blocks were taken for.</param>
    public void Release(Sequence sequence, int tokens)
    {
        if (prefixCaching && sequence.Content.Count > 0)
        {
            int computed = Math.Min(tokens, sequence.KnownTokens);
            ExtendNames(sequence, computed);
            NameFull(sequence, computed);
        }
        pool.Return(Held(sequence, tokens) - sequence.NamedBlocks.Count);
        sequence.ReservedTokens = 0;
        for (int i = sequence.NamedBlocks.Count - 1; i >= 0; i--) pool.Release(sequence.NamedBlocks[i]);
        sequence.NamedBlocks.Clear();
    }

    /// <summary>Frees the blocks of a preempted sequence, which finds them again by itself, also those whose content no other request can share.</summary>
    /// <inheritdoc cref="Release"/>
    public void ReleaseToReturn(Sequence sequence, int tokens)
    {
        if (prefixCaching) KnowWholeContent(sequence);
        Release(sequence, tokens);
    }

    private static void KnowWholeContent(Sequence sequence)
    {
        Request request = sequence.Request;
        int left = request.PromptTokens;
        foreach (ContentSegment segment in sequence.Content) left -= segment.Tokens;
        if (left > 0) sequence.Content = [.. sequence.Content, new(unchecked(~request.Id * 0x2545F4914F6CDD1D), left)];
    }

    private void ExtendNames(Sequence sequence, int tokens) =>
        BlockHashes.Extend(sequence.Content, tokens, sequence.Request.PromptTokens, blockTokens, sequence.BlockNames);

    private void NameFull(Sequence sequence, int tokens)
    {
        int full = Math.Min(tokens / blockTokens, sequence.BlockNames.Count);
        while (sequence.NamedBlocks.Count < full) sequence.NamedBlocks.Add(pool.Name(sequence.BlockNames[sequence.NamedBlocks.Count]));
    }
}
