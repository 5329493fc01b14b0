namespace Simulator.Models.Caching;

/// <summary>Host memory for KV blocks that the device may evict: a store of block names, least recently used out first.</summary>
/// <remarks>
/// <para>A block is taken when its copy to the host begins and can be found when that has ended. While a copy to or from it goes
/// on it is pinned: it is not evicted, and keeps its place in the order. Mirrors <c>vllm/v1/kv_offload/lru_manager.py</c>
/// (<c>prepare_store</c>, <c>complete_store</c>, <c>lookup</c>, <c>touch</c>, <c>prepare_load</c>, <c>complete_load</c>); the two
/// times of writing are those of <c>sglang/srt/mem_cache/hiradix_cache.py</c>.</para>
/// <para>Invariant 4: pinned + cached + free = total.</para>
/// </remarks>
internal sealed class HostTier
{
    private readonly Dictionary<ulong, int> _byName = [];
    private readonly EvictionHeap _evictable = new();
    private readonly HostWritePolicy _policy;
    private Slot[] _slots = new Slot[16];
    private long _clock;

    /// <summary>Creates an empty store.</summary>
    /// <param name="totalBlocks">Blocks that host memory has room for, at least 1.</param>
    /// <param name="policy">When blocks are written.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for a block.</exception>
    public HostTier(long totalBlocks, HostWritePolicy policy)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalBlocks);
        Total = totalBlocks;
        _policy = policy;
    }

    /// <summary>Blocks that there is room for.</summary>
    public long Total { get; }

    /// <summary>Blocks that are being copied to or from the host.</summary>
    public long Pinned => _byName.Count - _evictable.Count;

    /// <summary>Blocks that can be found and evicted.</summary>
    public long Cached => _evictable.Count;

    /// <summary>Blocks that hold nothing.</summary>
    public long Free => Total - _byName.Count;

    /// <summary>Hears that a block of the device is full and has a name.</summary>
    /// <param name="name">Its chained hash.</param>
    /// <returns>True when it must be copied to the host; <see cref="EndWrite"/> follows.</returns>
    public bool OnNamed(ulong name) => _policy == HostWritePolicy.WriteThrough && TryBeginWrite(name);

    /// <summary>Hears that the device evicts a block (<see cref="KvBlockPool.Evicted"/>).</summary>
    /// <inheritdoc cref="OnNamed"/>
    public bool OnEvicted(ulong name) => _policy == HostWritePolicy.WriteBack && TryBeginWrite(name);

    /// <summary>The copy of a block to the host has ended: it can be found, and evicted.</summary>
    /// <param name="name">What <see cref="OnNamed"/> or <see cref="OnEvicted"/> said yes to.</param>
    public void EndWrite(ulong name)
    {
        int slot = _byName[name];
        _slots[slot].IsWritten = true;
        _evictable.Add(slot, _slots[slot].Stamp);
    }

    /// <summary>Counts the leading blocks that are on the host.</summary>
    /// <param name="names">Chained hashes, in order.</param>
    public int FindPrefix(ReadOnlySpan<ulong> names)
    {
        int found = 0;
        while (found < names.Length && _byName.TryGetValue(names[found], out int slot) && _slots[slot].IsWritten) found++;
        return found;
    }

    /// <summary>Makes those of the blocks that are on the host the most recently used, the first of them most of all.</summary>
    /// <param name="names">Chained hashes, in order.</param>
    public void Touch(ReadOnlySpan<ulong> names)
    {
        for (int i = names.Length - 1; i >= 0; i--)
        {
            if (!_byName.TryGetValue(names[i], out int slot)) continue;
            _slots[slot].Stamp = ++_clock;
            if (!_evictable.Contains(slot)) continue;
            _evictable.Remove(slot);
            _evictable.Add(slot, _clock);
        }
    }

    /// <summary>Begins to copy blocks from the host: they are not evicted until as many calls of <see cref="Unpin"/>.</summary>
    /// <param name="names">Names that <see cref="FindPrefix"/> found.</param>
    public void Pin(ReadOnlySpan<ulong> names)
    {
        foreach (ulong name in names)
        {
            int slot = _byName[name];
            if (_slots[slot].Readers++ == 0) _evictable.Remove(slot);
        }
    }

    /// <summary>A copy of blocks from the host has ended.</summary>
    /// <param name="names">What was pinned.</param>
    public void Unpin(ReadOnlySpan<ulong> names)
    {
        foreach (ulong name in names)
        {
            int slot = _byName[name];
            if (--_slots[slot].Readers == 0) _evictable.Add(slot, _slots[slot].Stamp);
        }
    }

    /// <summary>Takes room for a block. There is none when it is here already or everything is pinned.</summary>
    private bool TryBeginWrite(ulong name)
    {
        if (_byName.ContainsKey(name) || (Free == 0 && _evictable.Count == 0)) return false;
        int slot = Free > 0 ? NextSlot() : Evict();
        _slots[slot] = new Slot { Name = name, Stamp = ++_clock };
        _byName.Add(name, slot);
        return true;
    }

    // Slots are emptied only to be filled at once, so those in use are the first.
    private int NextSlot()
    {
        if (_byName.Count == _slots.Length) Array.Resize(ref _slots, 2 * _slots.Length);
        return _byName.Count;
    }

    private int Evict()
    {
        int slot = _evictable.First;
        _evictable.Remove(slot);
        _byName.Remove(_slots[slot].Name);
        return slot;
    }

    private struct Slot
    {
        public ulong Name;
        public long Stamp;
        public int Readers;
        public bool IsWritten;
    }
}
