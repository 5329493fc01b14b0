using Simulator.Models.Architectures;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Models.Caching;

/// <summary>How the layers of a model share one pool of equal KV blocks, and how many of these a sequence holds.</summary>
/// <remarks>
/// <para>Mirrors vLLM v1's hybrid cache manager: <c>kv_cache_utils.py</c> (grouping), <c>single_type_kv_cache_manager.py</c> (what a
/// sequence holds) and <c>kv_cache_interface.py</c> (bytes of a page, most blocks) of <c>vllm/v1</c>, commits 001cabc1 and 002f3491.
/// Layers of one kind form groups with as many layers each as the rarest kind has, or as the most frequent one when that has less
/// than half as many more. Each group has a block table; a block of any group takes the same memory. Where kinds keep different
/// numbers of bytes of a token, the smaller one gets longer blocks; where that does not come out even, windows are not made
/// use of.</para>
/// <para>A model of one kind is one group: then a sequence of n tokens holds ⌈n / block⌉ blocks, as <see cref="MemoryPlan"/> counts
/// them. States of linear attention are not in blocks.</para>
/// </remarks>
internal sealed class KvGroups
{
    private readonly KvGroup[] _groups;
    private readonly Layer[] _layers;

    private KvGroups(KvGroup[] groups, Layer[] layers) => (_groups, _layers) = (groups, layers);

    /// <summary>The groups by kind, in the order of their first layers; empty when no layer has a cache that grows.</summary>
    public IReadOnlyList<KvGroup> Groups => _groups;

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
                [new(1, cached.Count, window, blockTokens)],
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
            groups.Add(new(count, size, kind[0].Window, (int)(blockTokens * (largest / kind[0].Page))));
            layers.AddRange(kind.Select((layer, i) => new Layer(layer.Index, before + i % count, largest)));
            before += count;
        }
        return new([.. groups], [.. layers]);
    }

    /// <summary>Bytes of one block on a device of the pipeline stage that needs most for it.</summary>
    /// <remarks>All groups share the memory: the one with most layers on the stage sets the size.</remarks>
    /// <param name="model">The model that the groups are of.</param>
    /// <param name="plan">How the replica is spread.</param>
    public long BlockBytes(ModelArchitecture model, ParallelPlan plan)
    {
        long widest = 0;
        for (int stage = 0; stage < plan.Pipeline; stage++)
        {
            int first = plan.FirstLayerOfStage(model.Layers.Count, stage), end = first + plan.LayersOfStage(model.Layers.Count, stage);
            var groups = _layers.Where(layer => layer.Index >= first && layer.Index < end).GroupBy(layer => layer.Group);
            widest = Math.Max(widest, groups.Select(group => group.Sum(layer => layer.Bytes)).DefaultIfEmpty().Max());
        }
        return widest;
    }

    /// <summary>Blocks that a sequence holds while an iteration computes some of its tokens.</summary>
    /// <remarks>Blocks that have passed out of the window of the first of these tokens are returned before others are taken.</remarks>
    /// <param name="computed">Tokens before the iteration, at least 0.</param>
    /// <param name="tokens">Tokens after it, at least <paramref name="computed"/>.</param>
    public long BlocksFor(int computed, int tokens)
    {
        long blocks = 0;
        foreach (KvGroup group in _groups)
            blocks += group.Count * (((long)tokens + group.BlockTokens - 1) / group.BlockTokens - group.Passed(computed));
        return blocks;
    }

    /// <summary>Blocks that a sequence takes to grow to so many tokens by one token.</summary>
    /// <param name="tokens">Tokens with the new one, at least 1.</param>
    public int BlocksStarted(int tokens)
    {
        int blocks = 0;
        foreach (KvGroup group in _groups)
            if ((tokens - 1) % group.BlockTokens == 0) blocks += group.Count;
        return blocks;
    }

    /// <summary>Blocks that a sequence returns once one more token is computed.</summary>
    /// <param name="computed">Tokens that are computed, at least 1.</param>
    public int BlocksPassed(int computed)
    {
        int blocks = 0;
        foreach (KvGroup group in _groups) blocks += group.Count * (group.Passed(computed) - group.Passed(computed - 1));
        return blocks;
    }

    /// <summary>Most blocks that a sequence ever holds, as vLLM reckons it when it reports how many sequences fit.</summary>
    /// <param name="length">Longest sequence, tokens, at least 1.</param>
    /// <param name="chunk">Most tokens of an iteration, at least 1.</param>
    public long MostBlocks(int length, int chunk)
    {
        long blocks = 0;
        foreach (KvGroup group in _groups)
        {
            long held = group.Window is { } window ? Math.Min(window - 1L + chunk, length) : length;
            blocks += group.Count * ((held + group.BlockTokens - 1) / group.BlockTokens + (group.Window is null ? 0 : 1));
        }
        return blocks;
    }

    /// <summary>Where a layer's part of a block lies.</summary>
    private readonly record struct Layer(int Index, int Group, long Bytes);
}
