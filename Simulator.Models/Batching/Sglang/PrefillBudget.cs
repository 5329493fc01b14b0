using Simulator.Models.Caching;

namespace Simulator.Models.Batching.Sglang;

/// <summary>What one iteration may still take on: KV memory for all to come, KV memory for now, tokens of prompts, and tokens of the chunk.</summary>
/// <remarks>Mirrors <c>PrefillAdder</c> in <c>schedule_policy.py</c> with its memory budget. Prompts are counted in whole pages.</remarks>
internal struct PrefillBudget
{
    private readonly int _page;
    private readonly bool _splits;
    private long _memory;
    private double _taken;
    private long _takenNow;
    private int _input;
    private int _chunk;

    /// <param name="options">The scheduler's settings.</param>
    /// <param name="page">Tokens of a page.</param>
    /// <param name="blocks">Pages that are free or can be evicted.</param>
    /// <param name="mixedDecodes">Decodes that run in the same iteration.</param>
    /// <param name="setAside">Tokens that running sequences may come to need.</param>
    public PrefillBudget(SglangOptions options, int page, long blocks, int mixedDecodes, double setAside)
    {
        _page = page;
        _splits = options.ChunkedPrefillSize is not null;
        _memory = blocks * page;
        _taken = mixedDecodes + setAside;
        _takenNow = mixedDecodes;
        _input = options.MaxPrefillTokens - mixedDecodes;
        _chunk = (options.ChunkedPrefillSize ?? int.MaxValue) - mixedDecodes;
    }

    /// <summary>Tokens that the next chunk of a split prompt may have.</summary>
    public readonly int Chunk
    {
        get
        {
            double left = _memory - _taken;
            return left >= 1 && left < _chunk ? (int)left : _chunk;
        }
    }

    public readonly bool HasMemory => _memory - _taken > 0 && _memory > _takenNow;

    /// <summary>True when nothing more can be admitted.</summary>
    public readonly bool IsSpent => !HasMemory || _input <= 0 || _chunk <= 0;

    /// <summary>Takes idle cached pages that a sequence would hold out of those that can be evicted.</summary>
    public void Lock(int idleBlocks) => _memory -= (long)idleBlocks * _page;

    /// <summary>True when there is memory for so many tokens, computed and to be generated.</summary>
    public readonly bool Fits(long tokens) => tokens + _page < _memory - _taken;

    /// <summary>True when a whole prompt, which is not the first, is more than this iteration takes.</summary>
    public readonly bool IsOver(int tokens, int admitted) => !_splits && admitted > 0 && Paged(tokens) >= _input;

    /// <summary>True when a prompt is to be split.</summary>
    public readonly bool Splits(int tokens) => Paged(tokens) > _chunk;

    /// <summary>The first tokens of a prompt that is split, up to the end of a page.</summary>
    public readonly int FirstChunk(int cached) => (cached + _chunk / _page * _page) / _page * _page - cached;

    public void Spend(int tokens, int newTokens)
    {
        long paged = Paged(tokens);
        _taken += paged + _page + newTokens;
        _takenNow += paged + _page;
        _input = (int)Math.Max(_input - paged, int.MinValue);
        if (_splits) _chunk = (int)(_chunk - paged);
    }

    private readonly long Paged(int tokens) => KvBlockPool.BlocksFor(tokens, _page) * _page;
}
