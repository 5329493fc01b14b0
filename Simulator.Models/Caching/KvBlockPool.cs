namespace Simulator.Models.Caching;

/// <summary>KV memory of a replica in blocks, with prefix sharing and the eviction order of vLLM v1.</summary>
/// <remarks>
/// <para>Free blocks stand in a queue in eviction order. Taking a block takes the head of the queue and forgets what it
/// held; returning blocks appends them. A block whose content has a name (a chained hash) can be found by it as long as it
/// is in use or in the queue. Mirrors <c>vllm/v1/core/block_pool.py</c>.</para>
/// <para>A block without a name can never be found again, so it needs no identity: neighbours in the queue are one run with
/// a count. Named blocks are nodes of their own. That makes a workload without shared prefixes a matter of counters.</para>
/// <para>Invariant 4: used + cached + free = total, where cached blocks are in the queue under a name.</para>
/// </remarks>
public sealed class KvBlockPool
{
    /// <summary>Total of a pool without a limit.</summary>
    public const long Unlimited = long.MaxValue / 4;

    private const int None = -1;

    private readonly Dictionary<ulong, int> _byName = [];
    private Node[] _nodes = new Node[64];
    private int _nodeCount;
    private int _recycled = None;
    private int _head = None;
    private int _tail = None;

    /// <summary>Creates a pool with all blocks free.</summary>
    /// <param name="totalBlocks">Blocks that can hold tokens, at least 1; <see cref="Unlimited"/> for no limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">The total is not positive or above <see cref="Unlimited"/>.</exception>
    public KvBlockPool(long totalBlocks)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalBlocks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(totalBlocks, Unlimited);
        Total = totalBlocks;
        AppendRun(totalBlocks);
    }

    /// <summary>Blocks of the pool.</summary>
    public long Total { get; }

    /// <summary>Blocks in the queue without a name.</summary>
    public long Free { get; private set; }

    /// <summary>Blocks in the queue whose content can still be found.</summary>
    public long Cached { get; private set; }

    /// <summary>Blocks that sequences hold.</summary>
    public long Used => Total - Available;

    /// <summary>Blocks that can be taken now: free and cached ones.</summary>
    public long Available => Free + Cached;

    /// <summary>Blocks that can be taken before the first with a name is evicted.</summary>
    internal long FreeBeforeEviction => _head == None || _nodes[_head].IsNamed ? 0 : _nodes[_head].Count;

    /// <summary>
    /// Receives, where it is given, the name of every block that is evicted and that no other block has, in the order of eviction:
    /// after that the content is nowhere on the device. The owner empties it.
    /// </summary>
    internal List<ulong>? Evicted { get; init; }

    /// <summary>Blocks that so many tokens fill or begin.</summary>
    internal static long BlocksFor(long tokens, long blockTokens) => (tokens + blockTokens - 1) / blockTokens;

    /// <summary>Takes blocks from the head of the queue.</summary>
    /// <param name="count">Blocks to take, at least 0.</param>
    /// <returns>False, with nothing taken, when fewer are available.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public bool TryTake(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > Available) return false;
        while (count > 0)
        {
            ref Node head = ref _nodes[_head];
            if (head.IsNamed)
            {
                int node = _head;
                Unlink(node);
                Forget(node);
                Cached--;
                count--;
            }
            else
            {
                long taken = Math.Min(count, head.Count);
                head.Count -= taken;
                Free -= taken;
                count -= taken;
                if (head.Count == 0)
                {
                    int node = _head;
                    Unlink(node);
                    Recycle(node);
                }
            }
        }
        return true;
    }

    /// <summary>Returns blocks without a name to the tail of the queue.</summary>
    /// <param name="count">Blocks that the caller holds, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative or above what is in use.</exception>
    public void Return(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Used);
        AppendRun(count);
    }

    /// <summary>Gives a name to one block that the caller holds and that has none yet.</summary>
    /// <param name="name">Chained hash of the block.</param>
    /// <returns>Id of the named block, held once.</returns>
    internal int Name(ulong name)
    {
        int node = Allocate();
        _nodes[node] = new Node { Name = name, IsNamed = true, Count = 1, Holders = 1, NextTwin = node, PreviousTwin = node };
        if (_byName.TryAdd(name, node)) return node;
        int first = _byName[name];
        int last = _nodes[first].PreviousTwin;
        (_nodes[node].PreviousTwin, _nodes[node].NextTwin) = (last, first);
        _nodes[last].NextTwin = _nodes[first].PreviousTwin = node;
        return node;
    }

    /// <summary>Counts the leading blocks that are cached or in use under these names.</summary>
    /// <param name="names">Chained hashes, in order.</param>
    /// <param name="idle">How many of them no sequence holds: to hold them takes them from the queue.</param>
    internal int FindPrefix(ReadOnlySpan<ulong> names, out int idle)
    {
        idle = 0;
        int found = 0;
        while (found < names.Length && _byName.TryGetValue(names[found], out int node))
        {
            if (_nodes[node].Holders == 0) idle++;
            found++;
        }
        return found;
    }

    /// <summary>Holds the block that <see cref="FindPrefix"/> finds under a name.</summary>
    /// <param name="name">Chained hash of the block.</param>
    /// <param name="node">Its id.</param>
    /// <returns>False, with nothing held, when there is none.</returns>
    internal bool TryHold(ulong name, out int node)
    {
        if (!_byName.TryGetValue(name, out node)) return false;
        if (_nodes[node].Holders++ == 0)
        {
            Unlink(node);
            Cached--;
        }
        return true;
    }

    /// <summary>Lets go of a named block; the last holder's release appends it to the queue, still under its name.</summary>
    internal void Release(int node)
    {
        if (--_nodes[node].Holders > 0) return;
        Link(node);
        Cached++;
    }

    private void AppendRun(long count)
    {
        if (count == 0) return;
        if (_tail == None || _nodes[_tail].IsNamed)
        {
            int node = Allocate();
            _nodes[node] = default;
            Link(node);
        }
        _nodes[_tail].Count += count;
        Free += count;
    }

    private void Forget(int node)
    {
        (ulong name, int next, int previous) = (_nodes[node].Name, _nodes[node].NextTwin, _nodes[node].PreviousTwin);
        if (next == node)
        {
            _byName.Remove(name);
            Evicted?.Add(name);
        }
        else
        {
            _nodes[previous].NextTwin = next;
            _nodes[next].PreviousTwin = previous;
            if (_byName[name] == node) _byName[name] = next;
        }
        Recycle(node);
    }

    private void Link(int node)
    {
        ref Node n = ref _nodes[node];
        n.Previous = _tail;
        n.Next = None;
        if (_tail == None) _head = node;
        else _nodes[_tail].Next = node;
        _tail = node;
    }

    private void Unlink(int node)
    {
        Node n = _nodes[node];
        if (n.Previous == None) _head = n.Next;
        else _nodes[n.Previous].Next = n.Next;
        if (n.Next == None) _tail = n.Previous;
        else _nodes[n.Next].Previous = n.Previous;
    }

    private int Allocate()
    {
        if (_recycled != None)
        {
            int node = _recycled;
            _recycled = _nodes[node].Next;
            return node;
        }
        if (_nodeCount == _nodes.Length) Array.Resize(ref _nodes, 2 * _nodes.Length);
        return _nodeCount++;
    }

    private void Recycle(int node)
    {
        _nodes[node] = new Node { Next = _recycled };
        _recycled = node;
    }

    // Blocks of one name are twins, in a ring from the first to be named, which is the one that is found.
    private struct Node
    {
        public ulong Name;
        public long Count;
        public int Previous;
        public int Next;
        public int NextTwin;
        public int PreviousTwin;
        public int Holders;
        public bool IsNamed;
    }
}
