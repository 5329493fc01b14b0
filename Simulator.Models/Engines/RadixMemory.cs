using Simulator.Models.Batching;
using Simulator.Models.Caching;

namespace Simulator.Models.Engines;

/// <summary>KV memory whose prefixes are kept in a radix tree, as in SGLang.</summary>
/// <remarks>
/// Mirrors <c>sglang/srt/mem_cache/radix_cache.py</c>: a sequence shares its known tokens after every part of its prefill and at its end,
/// and a retracted one frees what is its own without sharing it.
/// </remarks>
internal sealed class RadixMemory(long totalBlocks, int blockTokens, bool prefixCaching) : SequenceMemory(blockTokens)
{
    private readonly RadixPool _pool = new(Math.Min(totalBlocks, KvBlockPool.Unlimited / blockTokens), blockTokens);

    public override long Total => totalBlocks;

    public override long Used => _pool.UsedTokens / BlockTokens;

    public override long AvailableToStretch => _pool.FreeTokens / BlockTokens;

    public override PrefixHit FindPrefix(Sequence sequence)
    {
        if (!prefixCaching || sequence.Content.Count == 0) return default;
        RadixMatch match = _pool.Match(sequence.Content, Known(sequence, sequence.KnownTokens - 1));
        long cached = _pool.CachedTokens;
        RadixHold hold = _pool.Hold(match);
        int idle = (int)((cached - _pool.CachedTokens) / BlockTokens);
        _pool.Release(ref hold);
        return new PrefixHit(match.Tokens, idle);
    }

    public override bool TryHold(Sequence sequence, PrefixHit hit)
    {
        RadixMatch match = _pool.Match(sequence.Content, hit.Tokens);
        if (match.Tokens != hit.Tokens) return false;
        sequence.Radix = _pool.Hold(match);
        return true;
    }

    public override bool TryTake(long blocks) => _pool.TryTake(blocks * BlockTokens);

    public override void Return(long blocks) => _pool.Return(blocks * BlockTokens);

    public override bool TryGrow(Sequence sequence, int tokens) => TryTake(Held(sequence, tokens) - Held(sequence, sequence.Computed));

    public override void OnComputed(Sequence sequence)
    {
        Settle(sequence, sequence.Computed);
        Share(sequence, sequence.Computed);
    }

    public override void Release(Sequence sequence, int tokens)
    {
        Settle(sequence, tokens);
        Share(sequence, tokens);
        Free(sequence);
    }

    public override void ReleaseToReturn(Sequence sequence, int tokens)
    {
        Settle(sequence, tokens);
        Free(sequence);
    }

    // What was taken for it and is not in the tree is its own.
    private void Settle(Sequence sequence, int tokens)
    {
        int held = checked((int)(Held(sequence, tokens) * BlockTokens));
        sequence.Radix = sequence.Radix with { PrivateTokens = held - sequence.Radix.SharedTokens };
    }

    private void Free(Sequence sequence)
    {
        _pool.Release(ref sequence.Radix);
        sequence.ReservedTokens = 0;
    }

    private void Share(Sequence sequence, int tokens)
    {
        if (prefixCaching) _pool.Share(ref sequence.Radix, sequence.Content, Known(sequence, Math.Min(tokens, sequence.KnownTokens)));
    }

    private static int Known(Sequence sequence, int tokens) =>
        ContentSlice.KnownTokens(sequence.Content, tokens, sequence.Request.PromptTokens);
}
