using Simulator.Models.Architectures;
using Simulator.Models.Devices;

namespace Simulator.Models.Caching;

/// <summary>How the layers of a model share one pool of equal KV blocks, and how many of these a sequence holds at most.</summary>
/// <remarks>
/// <para>Mirrors vLLM v1's hybrid cache manager: <c>kv_cache_utils.py</c> (grouping) and <c>kv_cache_interface.py</c> (bytes of a page,
/// most blocks) of <c>vllm/v1</c>, commits 001cabc1 and 002f3491.
/// Layers of one kind form groups with as many layers each as the rarest kind has, or as the most frequent one when that has less
/// than half as many more. Each group has a block table; a block of any group takes the same memory. Where kinds keep different
/// numbers of bytes of a token, the smaller one gets longer blocks; where that does not come out even, windows are not made
/// use of.</para>
/// <para>Layers without a window alone are one group: then a sequence of n tokens holds ⌈n / block⌉ blocks. States of linear attention
/// are not in blocks.</para>
/// </remarks>
internal sealed class KvGroups
{
    private readonly Layer[] _layers;

    private KvGroups(KvGroup[] groups, Layer[] layers) => (Groups, _layers) = (groups, layers);

    /// <summary>The groups by kind, in the order of their first layers; empty when no layer has a cache that grows.</summary>
    public IReadOnlyList<KvGroup> Groups { get; }

    /// <summary>Groups of the layers of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tensor">Devices of a tensor-parallel group, at least 1.</param>
    /// <param name="format">Format of the cache.</param>
    /// <param name="blockTokens">Tokens of a block of the kind that keeps most, at least 1.</param>
    public static KvGroups Of(ModelArchitecture model, int tensor, NumberFormat format, int blockTokens)
    {
        List<(int Index, int? Window, long Page)> cached = [];
        for (int i = 0; i < model.Layers.Count; i++)
        {
            AttentionSpec attention = model.Layers[i].Attention;
            long page = (long)Math.Ceiling(blockTokens * attention.KvElementsPerTokenOn(tensor) * format.BytesPerElement());
            if (page > 0) cached.Add((i, (attention as GroupedQueryAttention)?.Window, page));
        }
        if (cached.Count == 0) return new([], []);

        long largest = cached.Max(layer => layer.Page);
        bool uniform = cached.All(layer => layer.Window == cached[0].Window);
        if (uniform || cached.Any(layer => largest % layer.Page != 0))
        {
            int? window = uniform ? cached[0].Window : null;
            return new(
                [new(1, window, blockTokens)],
                [.. cached.Select((layer, i) => new Layer(layer.Index, Group: 0, layer.Page))]);
        }

        var kinds = cached.GroupBy(layer => (layer.Window, layer.Page)).Select(kind => kind.ToArray()).ToArray();
        int fewest = kinds.Min(kind => kind.Length), most = kinds.Max(kind => kind.Length);
        int size = 2 * most < 3 * fewest ? most : fewest;
        List<KvGroup> groups = [];
        List<Layer> layers = [];
        int before = 0;
        foreach (var kind in kinds)
        {
            int count = (kind.Length + size - 1) / size;
            groups.Add(new(count, kind[0].Window, blockTokens * (largest / kind[0].Page)));
            layers.AddRange(kind.Select((layer, i) => new Layer(layer.Index, before + i % count, largest)));
            before += count;
        }
        return new([.. groups], [.. layers]);
    }

    /// <summary>Bytes of one block on a device that holds some of the layers, undivided along the sequence; 0 when it holds no cache.</summary>
    /// <remarks>All groups share the memory: the one with most of these layers sets the size.</remarks>
    /// <param name="first">Index of the first of the layers.</param>
    /// <param name="count">Layers on the device.</param>
    public long BlockBytes(int first, int count)
    {
        var groups = _layers.Where(layer => layer.Index >= first && layer.Index < first + count).GroupBy(layer => layer.Group);
        return groups.Select(group => group.Sum(layer => layer.Bytes)).DefaultIfEmpty().Max();
    }

    /// <summary>Most blocks that a sequence ever holds, as vLLM reckons it when it reports how many sequences fit.</summary>
    /// <param name="length">Longest sequence, tokens, at least 1.</param>
    /// <param name="chunk">Most tokens of an iteration, at least 1.</param>
    public long MostBlocks(int length, int chunk)
    {
        long blocks = 0;
        foreach (KvGroup group in Groups)
        {
            long held = group.Window is { } window ? Math.Min(window - 1L + chunk, length) : length;
            blocks += group.Count * (KvBlockPool.BlocksFor(held, group.BlockTokens) + (group.Window is null ? 0 : 1));
        }
        return blocks;
    }

    /// <summary>Where a layer's part of a block lies.</summary>
    private readonly record struct Layer(int Index, int Group, long Bytes);
}
