using Simulator.Workloads.Requests;

namespace Simulator.Models.Caching;

/// <summary>KV memory of a replica in pages, with prefix sharing and eviction as in SGLang.</summary>
/// <remarks>
/// <para>A sequence holds a locked path of a <see cref="RadixTree"/> and, after it, pages of its own. It moves full pages of its own
/// into the tree when a part of its prefill or the whole request is done, and gives back those that the tree held already. Mirrors
/// <c>sglang/srt/mem_cache</c>: <c>radix_cache.py</c> (<c>cache_unfinished_req</c>, <c>cache_finished_req</c>) and <c>common.py</c>
/// (<c>evict_from_tree_cache</c>).</para>
/// <para>Invariant 4: used + cached + free = total. All counts are tokens, in whole pages.</para>
/// </remarks>
internal sealed class RadixPool
{
    private readonly RadixTree _tree;
    private readonly int _pageTokens;
    private long _private;

    /// <summary>Creates a pool with all pages free.</summary>
    /// <param name="totalPages">Pages, from 1 to <see cref="KvBlockPool.Unlimited"/> / page.</param>
    /// <param name="pageTokens">Tokens of a page, at least 1. SGLang's default is 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public RadixPool(long totalPages, int pageTokens = 1)
    {
        _tree = new(pageTokens);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalPages);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(totalPages, KvBlockPool.Unlimited / pageTokens);
        _pageTokens = pageTokens;
        TotalTokens = totalPages * pageTokens;
    }

    /// <summary>Tokens that the pool has room for.</summary>
    public long TotalTokens { get; }

    /// <summary>Tokens of pages that sequences hold, of their own or shared.</summary>
    public long UsedTokens => _private + _tree.ProtectedTokens;

    /// <summary>Tokens that nobody holds but that can still be found.</summary>
    public long CachedTokens => _tree.EvictableTokens;

    /// <summary>Tokens of pages that hold nothing.</summary>
    public long FreeTokens => TotalTokens - UsedTokens - CachedTokens;

    /// <summary>Tokens that sequences can get: free and cached ones.</summary>
    public long AvailableTokens => TotalTokens - UsedTokens;

    /// <summary>Finds the longest prefix that is kept, and touches it.</summary>
    /// <param name="content">Content of the prompt; nothing is found without any.</param>
    /// <param name="tokens">Tokens to look for, no more than are known. SGLang leaves out the last one, so that one is left to compute.</param>
    public RadixMatch Match(IReadOnlyList<ContentSegment> content, int tokens) => _tree.Match(content, tokens);

    /// <summary>Holds a prefix for a sequence that holds nothing.</summary>
    /// <param name="match">What <see cref="Match"/> found, with no eviction since.</param>
    public RadixHold Hold(RadixMatch match)
    {
        _tree.Lock(match.Node);
        return new(match.Node, match.Tokens, 0);
    }

    /// <summary>Sees to it that so many tokens are free, by evicting where they are not.</summary>
    /// <remarks>
    /// As in SGLang, that evicts as many tokens as are asked for, not only those that are missing; a batch asks for all of its
    /// sequences at once.
    /// </remarks>
    /// <param name="tokens">Tokens, in whole pages.</param>
    /// <returns>False when they are not all free even so. What was evicted stays so.</returns>
    public bool TryFree(long tokens)
    {
        if (FreeTokens < tokens) _tree.Evict(tokens);
        return FreeTokens >= tokens;
    }

    /// <summary>Tokens of further pages that a sequence needs to have room for so many.</summary>
    /// <param name="hold">What it holds.</param>
    /// <param name="tokens">Tokens in all.</param>
    public long Missing(RadixHold hold, int tokens) => Math.Max(0, Whole((long)tokens + _pageTokens - 1) - hold.Tokens);

    /// <summary>Takes the pages that a sequence needs to have room for so many tokens, and evicts for them.</summary>
    /// <param name="hold">What it holds.</param>
    /// <param name="tokens">Tokens in all.</param>
    /// <returns>False, with nothing taken, when there is too little memory.</returns>
    public bool TryGrow(ref RadixHold hold, int tokens)
    {
        long missing = Missing(hold, tokens);
        if (!TryFree(missing)) return false;
        _private += missing;
        hold = hold with { PrivateTokens = hold.PrivateTokens + (int)missing };
        return true;
    }

    /// <summary>Takes pages that no sequence has yet, and evicts for them.</summary>
    /// <param name="tokens">Tokens, in whole pages.</param>
    /// <returns>False, with nothing taken, when there is too little memory.</returns>
    public bool TryTake(long tokens)
    {
        if (!TryFree(tokens)) return false;
        _private += tokens;
        return true;
    }

    /// <summary>Returns pages that were taken so.</summary>
    /// <param name="tokens">Tokens, in whole pages.</param>
    public void Return(long tokens) => _private -= tokens;

    /// <summary>Moves computed pages of a sequence into the tree, frees those that were there already, and holds the tree's.</summary>
    /// <param name="hold">What it holds.</param>
    /// <param name="content">Content of its prompt; its last segment goes on with the generated tokens.</param>
    /// <param name="tokens">Tokens that are computed and known, no more than it has room for.</param>
    public void Share(ref RadixHold hold, IReadOnlyList<ContentSegment> content, int tokens)
    {
        int shared = (int)Whole(tokens);
        if (content.Count == 0 || shared < hold.SharedTokens) return;
        RadixMatch end = _tree.Insert(content, tokens);
        int moved = shared - hold.SharedTokens;
        _private -= moved;
        _tree.Lock(end.Node);
        _tree.Unlock(hold.Node);
        hold = new(end.Node, shared, hold.PrivateTokens - moved);
    }

    /// <summary>Lets go of all that a sequence holds; its own pages are free, what it shared stays in the tree.</summary>
    /// <remarks>Alone it is what a retraction does; after <see cref="Share"/> it is the end of a request.</remarks>
    /// <param name="hold">What it holds; nothing afterwards.</param>
    public void Release(ref RadixHold hold)
    {
        _private -= hold.PrivateTokens;
        _tree.Unlock(hold.Node);
        hold = default;
    }

    private long Whole(long tokens) => tokens - tokens % _pageTokens;
}
