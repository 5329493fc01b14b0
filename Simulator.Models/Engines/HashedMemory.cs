using System.Runtime.InteropServices;
using Simulator.Models.Batching;
using Simulator.Models.Caching;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Engines;

/// <summary>KV memory whose blocks are found again by chained hashes, as in vLLM, with a tier in host memory behind it.</summary>
/// <remarks>
/// <para>Mirrors <c>vllm/v1/core/kv_cache_manager.py</c>. The first blocks of a sequence are held by name. They are freed tail first, so that
/// the tail of a prefix is evicted before its head.</para>
/// <para>With a host tier a block that the device has lost is copied back before the iteration that uses it, and one that goes to the host
/// is copied before the iteration that takes its place.</para>
/// </remarks>
internal sealed class HashedMemory : SequenceMemory
{
    private readonly KvBlockPool _pool;
    private readonly bool _prefixCaching;
    private readonly HostTier? _host;
    private readonly List<ulong> _evicted = [];
    private readonly List<ulong> _writes = [];
    private readonly List<ulong> _reads = [];
    private long _copiesToHost;
    private long _copiesFromHost;

    /// <param name="totalBlocks">Blocks that sequences can hold.</param>
    /// <param name="blockTokens">Tokens of a block.</param>
    /// <param name="prefixCaching">Whether known content is shared and kept.</param>
    /// <param name="host">Where content goes that the device has no room for; null for nowhere.</param>
    public HashedMemory(long totalBlocks, int blockTokens, bool prefixCaching, HostTier? host)
        : base(blockTokens)
    {
        _pool = new KvBlockPool(totalBlocks) { Evicted = host is null ? null : _evicted };
        _prefixCaching = prefixCaching;
        _host = host;
    }

    public override long Total => _pool.Total;

    public override long Used => _pool.Used;

    public override long AvailableToStretch => _host is null ? _pool.Available : _pool.FreeBeforeEviction;

    public override PrefixHit FindPrefix(Sequence sequence)
    {
        if (!_prefixCaching || sequence.Content.Count == 0) return default;
        ExtendNames(sequence, sequence.KnownTokens);
        int most = Math.Min(sequence.BlockNames.Count, (sequence.KnownTokens - 1) / BlockTokens);
        ReadOnlySpan<ulong> names = CollectionsMarshal.AsSpan(sequence.BlockNames)[..most];
        int found = _pool.FindPrefix(names, out int idle);
        int onHost = _host?.FindPrefix(names[found..]) ?? 0;
        return new PrefixHit((found + onHost) * BlockTokens, idle, onHost);
    }

    public override bool TryHold(Sequence sequence, PrefixHit hit)
    {
        int cached = hit.Tokens / BlockTokens;
        if (hit.Tokens % BlockTokens != 0 || cached > sequence.BlockNames.Count) return false;
        int onDevice = cached - hit.HostBlocks;
        ReadOnlySpan<ulong> names = CollectionsMarshal.AsSpan(sequence.BlockNames)[..cached];
        for (int i = 0; i < onDevice; i++)
        {
            if (!_pool.TryHold(names[i], out int node)) return false;
            sequence.NamedBlocks.Add(node);
        }
        if (hit.HostBlocks > 0)
        {
            ReadOnlySpan<ulong> reads = names[onDevice..];
            if (_host is null || _host.FindPrefix(reads) < reads.Length) return false;
            _host.Pin(reads);
            _reads.AddRange(reads);
            _copiesFromHost += reads.Length;
            if (!TryTake(reads.Length)) return false;
            NameFull(sequence, hit.Tokens);
        }
        _host?.Touch(names);
        return true;
    }

    public override bool TryTake(long blocks)
    {
        if (!_pool.TryTake(blocks)) return false;
        foreach (ulong name in _evicted)
            if (_host!.OnEvicted(name)) Write(name);
        _evicted.Clear();
        return true;
    }

    public override void Return(long blocks) => _pool.Return(blocks);

    public override bool TryGrow(Sequence sequence, int tokens)
    {
        if (!TryTake(Held(sequence, tokens) - Held(sequence, sequence.Computed))) return false;
        NameFull(sequence, tokens);
        return true;
    }

    public override void Release(Sequence sequence, int tokens)
    {
        if (_prefixCaching && sequence.Content.Count > 0)
        {
            int computed = Math.Min(tokens, sequence.KnownTokens);
            ExtendNames(sequence, computed);
            NameFull(sequence, computed);
        }
        _pool.Return(Held(sequence, tokens) - sequence.NamedBlocks.Count);
        sequence.ReservedTokens = 0;
        for (int i = sequence.NamedBlocks.Count - 1; i >= 0; i--) _pool.Release(sequence.NamedBlocks[i]);
        sequence.NamedBlocks.Clear();
    }

    /// <remarks>A preempted sequence finds its blocks again by itself, also those whose content no other request can share.</remarks>
    public override void ReleaseToReturn(Sequence sequence, int tokens)
    {
        if (_prefixCaching) KnowWholeContent(sequence);
        Release(sequence, tokens);
    }

    public override (long ToHost, long FromHost) TakeCopies()
    {
        (long ToHost, long FromHost) copies = (_copiesToHost, _copiesFromHost);
        (_copiesToHost, _copiesFromHost) = (0, 0);
        return copies;
    }

    public override void EndCopies()
    {
        foreach (ulong name in _writes) _host!.EndWrite(name);
        _writes.Clear();
        _host?.Unpin(CollectionsMarshal.AsSpan(_reads));
        _reads.Clear();
    }

    private static void KnowWholeContent(Sequence sequence)
    {
        Request request = sequence.Request;
        int left = request.PromptTokens;
        for (int i = 0; i < sequence.Content.Count; i++) left -= sequence.Content[i].Tokens;
        if (left <= 0) return;
        List<ContentSegment> whole = sequence.WholeContent;
        for (int i = 0; i < sequence.Content.Count; i++) whole.Add(sequence.Content[i]);
        whole.Add(new(unchecked(~request.Id * 0x2545F4914F6CDD1D), left));
        sequence.Content = whole;
    }

    private void Write(ulong name)
    {
        _writes.Add(name);
        _copiesToHost++;
    }

    private void ExtendNames(Sequence sequence, int tokens) =>
        BlockHashes.Extend(sequence.Content, tokens, sequence.Request.PromptTokens, BlockTokens, sequence.BlockNames);

    private void NameFull(Sequence sequence, int tokens)
    {
        int full = Math.Min(tokens / BlockTokens, sequence.BlockNames.Count);
        while (sequence.NamedBlocks.Count < full)
        {
            ulong name = sequence.BlockNames[sequence.NamedBlocks.Count];
            sequence.NamedBlocks.Add(_pool.Name(name));
            if (_host is not null && _host.OnNamed(name)) Write(name);
        }
    }
}
