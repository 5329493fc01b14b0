namespace Simulator.Tests.Models.Caching;

/// <summary>SGLang's radix cache as its source has it: lists of tokens, one object for each page, a search through all nodes to evict.</summary>
internal sealed class NaiveRadix(int pageTokens)
{
    private long _time;

    public Node Root { get; } = new();

    public IEnumerable<Node> Nodes => Below(Root);

    public int Evictable => Nodes.Where(node => node.Locks == 0).Sum(node => node.Tokens.Count);

    public int Protected => Nodes.Where(node => node.Locks > 0).Sum(node => node.Tokens.Count);

    public (int Tokens, Node Node) Match(List<(long, int)> tokens)
    {
        long now = ++_time;
        int whole = tokens.Count / pageTokens * pageTokens, at = 0;
        Node node = Root;
        while (Child(node, tokens, at, whole) is { } child)
        {
            child.Time = now;
            int common = 0;
            while (common < child.Tokens.Count && at + common + pageTokens <= whole && SamePage(child, common, tokens, at + common))
                common += pageTokens;
            at += common;
            if (common < child.Tokens.Count) return (at, Split(child, common));
            node = child;
        }
        return (at, node);
    }

    /// <summary>Adds the sequence with these pages; those of what was there already are left out.</summary>
    public (int Tokens, Node Node) Insert(List<(long, int)> tokens, IReadOnlyList<object> pages)
    {
        (int already, Node node) = Match(tokens);
        int whole = tokens.Count / pageTokens * pageTokens;
        if (already == whole) return (already, node);
        Node leaf = new()
        {
            Tokens = tokens[already..whole], Pages = [.. pages.Skip(already / pageTokens).Take((whole - already) / pageTokens)],
            Parent = node, Time = ++_time,
        };
        node.Children.Add(leaf);
        return (already, leaf);
    }

    public void Lock(Node node, int count)
    {
        for (; node != Root; node = node.Parent!) node.Locks += count;
    }

    public List<object> Evict(int tokens)
    {
        List<object> freed = [];
        while (freed.Count * pageTokens < tokens
            && Nodes.Where(node => node.Locks == 0 && node.Children.Count == 0).MinBy(node => node.Time) is { } leaf)
        {
            leaf.Parent!.Children.Remove(leaf);
            freed.AddRange(leaf.Pages);
        }
        return freed;
    }

    private static IEnumerable<Node> Below(Node node) => node.Children.SelectMany(child => Below(child).Prepend(child));

    private Node? Child(Node node, List<(long, int)> tokens, int at, int whole) =>
        at >= whole ? null : node.Children.SingleOrDefault(child => SamePage(child, 0, tokens, at));

    private bool SamePage(Node node, int from, List<(long, int)> tokens, int at) =>
        node.Tokens.Skip(from).Take(pageTokens).SequenceEqual(tokens.Skip(at).Take(pageTokens));

    private Node Split(Node child, int tokens)
    {
        Node upper = new()
        {
            Tokens = child.Tokens[..tokens], Pages = child.Pages[..(tokens / pageTokens)],
            Parent = child.Parent, Locks = child.Locks, Time = ++_time, Children = [child],
        };
        child.Parent!.Children[child.Parent.Children.IndexOf(child)] = upper;
        (child.Parent, child.Tokens, child.Pages) = (upper, child.Tokens[tokens..], child.Pages[(tokens / pageTokens)..]);
        return upper;
    }

    internal sealed class Node
    {
        public List<(long, int)> Tokens = [];
        public List<object> Pages = [];
        public Node? Parent;
        public List<Node> Children = [];
        public int Locks;
        public long Time;
    }
}
