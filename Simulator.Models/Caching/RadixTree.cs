using Simulator.Workloads.Requests;

namespace Simulator.Models.Caching;

/// <summary>Prefixes whose KV entries are kept, as a tree whose edges are runs of tokens, with the eviction order of SGLang.</summary>
/// <remarks>
/// <para>Mirrors <c>sglang/srt/mem_cache/radix_cache.py</c> with its default policy, least recently used first. Looking a prefix
/// up and inserting one touch every node on the way, and split the edge in which they end. Only leaves that nobody has locked are
/// evicted, each as a whole; a parent becomes a leaf when its last child goes. The time of a use is a logical clock.</para>
/// <para>An edge is a slice of the content of the request that inserted it: comparing and splitting cost a step for each run of
/// the content. A child is found by the hash of its first page; as with names of blocks, different pages are taken to have
/// different hashes.</para>
/// </remarks>
internal sealed class RadixTree
{
    /// <summary>The node of the empty prefix; locking it does nothing.</summary>
    public const int Root = 0;

    private readonly Dictionary<(int Parent, ulong Page), int> _children = [];
    private readonly EvictionHeap _evictable = new();
    private readonly int _pageTokens;
    private Node[] _nodes = new Node[16];
    private int _nodeCount = 1;
    private int _recycled;
    private long _clock;

    /// <summary>Creates an empty tree.</summary>
    /// <param name="pageTokens">Tokens of a page, at least 1: prefixes are kept and found in whole pages. SGLang's default is 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The page has no tokens.</exception>
    public RadixTree(int pageTokens = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pageTokens);
        _pageTokens = pageTokens;
    }

    /// <summary>Tokens of nodes that nobody has locked.</summary>
    public long EvictableTokens { get; private set; }

    /// <summary>Tokens of locked nodes.</summary>
    public long ProtectedTokens { get; private set; }

    /// <summary>Nodes, the root not counted.</summary>
    public int Nodes => _children.Count;

    /// <summary>Finds the longest prefix of a sequence that the tree holds, and touches it.</summary>
    /// <param name="content">Content of the prompt; its last segment goes on with the generated tokens. Nothing is found without any.</param>
    /// <param name="tokens">Tokens of the sequence whose content is known; what goes beyond whole pages is left out.</param>
    public RadixMatch Match(IReadOnlyList<ContentSegment> content, int tokens)
    {
        int rest = Walk(content, tokens, out int node).Tokens;
        return new(WholePages(content, tokens) - rest, node);
    }

    /// <summary>Adds the whole pages of a sequence, and touches what was there.</summary>
    /// <param name="content">Content of the prompt; its last segment goes on with the generated tokens. Nothing is added without any.</param>
    /// <param name="tokens">Tokens of the sequence whose content is known; what goes beyond whole pages is left out.</param>
    /// <returns>Tokens that were there already, and the node where the sequence ends.</returns>
    public RadixMatch Insert(IReadOnlyList<ContentSegment> content, int tokens)
    {
        ContentSlice rest = Walk(content, tokens, out int node);
        if (rest.Tokens == 0) return new(WholePages(content, tokens), node);
        if (_evictable.Contains(node)) _evictable.Remove(node);
        int leaf = Allocate();
        ulong page = rest.HashOf(_pageTokens);
        _nodes[leaf] = new Node { Edge = rest, Page = page, Parent = node, Stamp = ++_clock };
        _nodes[node].Children++;
        _children.Add((node, page), leaf);
        _evictable.Add(leaf, _clock);
        EvictableTokens += rest.Tokens;
        return new(WholePages(content, tokens) - rest.Tokens, leaf);
    }

    /// <summary>Protects a node and all before it from eviction, until as many calls of <see cref="Unlock"/>.</summary>
    public void Lock(int node)
    {
        for (; node != Root; node = _nodes[node].Parent)
        {
            ref Node n = ref _nodes[node];
            if (n.Locks++ > 0) continue;
            EvictableTokens -= n.Edge.Tokens;
            ProtectedTokens += n.Edge.Tokens;
            if (n.Children == 0) _evictable.Remove(node);
        }
    }

    /// <summary>Takes one lock back from a node and all before it. That is no use: they keep their places in the eviction order.</summary>
    public void Unlock(int node)
    {
        for (; node != Root; node = _nodes[node].Parent)
        {
            ref Node n = ref _nodes[node];
            if (--n.Locks > 0) continue;
            EvictableTokens += n.Edge.Tokens;
            ProtectedTokens -= n.Edge.Tokens;
            if (n.Children == 0) _evictable.Add(node, n.Stamp);
        }
    }

    /// <summary>Evicts whole leaves, least recently used first, until enough tokens are free or none is left to evict.</summary>
    /// <param name="tokens">Tokens to free; more may be freed with the last leaf.</param>
    /// <returns>Tokens freed.</returns>
    public long Evict(long tokens)
    {
        long freed = 0;
        while (freed < tokens && _evictable.Count > 0)
        {
            int leaf = _evictable.First;
            _evictable.Remove(leaf);
            (int parent, ulong page, int count) = (_nodes[leaf].Parent, _nodes[leaf].Page, _nodes[leaf].Edge.Tokens);
            _children.Remove((parent, page));
            _nodes[leaf] = new Node { Parent = _recycled };
            _recycled = leaf;
            freed += count;
            ref Node n = ref _nodes[parent];
            if (--n.Children == 0 && n.Locks == 0 && parent != Root) _evictable.Add(parent, n.Stamp);
        }
        EvictableTokens -= freed;
        return freed;
    }

    private int WholePages(IReadOnlyList<ContentSegment> content, int tokens) => content.Count == 0 ? 0 : tokens - tokens % _pageTokens;

    /// <summary>Goes down as far as the tree holds the sequence; returns what it does not hold.</summary>
    private ContentSlice Walk(IReadOnlyList<ContentSegment> content, int tokens, out int node)
    {
        node = Root;
        ContentSlice rest = new(content, WholePages(content, tokens));
        long now = ++_clock;
        while (rest.Tokens > 0 && _children.TryGetValue((node, rest.HashOf(_pageTokens)), out int child))
        {
            Touch(child, now);
            ContentSlice edge = _nodes[child].Edge;
            int common = edge.CommonWith(rest);
            common -= common % _pageTokens;
            rest = rest.Skip(common);
            node = common < edge.Tokens ? Split(child, common) : child;
        }
        return rest;
    }

    private void Touch(int node, long now)
    {
        _nodes[node].Stamp = now;
        if (!_evictable.Contains(node)) return;
        _evictable.Remove(node);
        _evictable.Add(node, now);
    }

    /// <summary>Cuts an edge in two. The lower part stays the node that it was, so that those who hold it hold both.</summary>
    private int Split(int lower, int tokens)
    {
        int upper = Allocate();
        ref Node n = ref _nodes[lower];
        _nodes[upper] = new Node
        {
            Edge = n.Edge.Take(tokens), Page = n.Page, Parent = n.Parent, Children = 1, Locks = n.Locks, Stamp = ++_clock,
        };
        _children[(n.Parent, n.Page)] = upper;
        n.Edge = n.Edge.Skip(tokens);
        n.Page = n.Edge.HashOf(_pageTokens);
        n.Parent = upper;
        _children.Add((upper, n.Page), lower);
        return upper;
    }

    private int Allocate()
    {
        if (_recycled != Root)
        {
            int node = _recycled;
            _recycled = _nodes[node].Parent;
            return node;
        }
        if (_nodeCount == _nodes.Length) Array.Resize(ref _nodes, 2 * _nodeCount);
        return _nodeCount++;
    }

    private struct Node
    {
        public ContentSlice Edge;
        public ulong Page;
        public long Stamp;
        public int Parent;
        public int Children;
        public int Locks;
    }
}
