using Simulator.Core.Randomness;
using Simulator.Models.Caching;
using Simulator.Models.Costs;
using Simulator.Models.Engines;
using Simulator.Models.Networks;
using Simulator.Models.Parallelism;

namespace Simulator.Models.Clusters;

/// <summary>What follows from the description of a cluster, and what is wrong with it.</summary>
internal static class PoolCompilation
{
    public static int ContextWindow(this PoolSpec pool) =>
        Math.Min(pool.Engine.ContextWindow ?? pool.Model.ContextWindow, pool.Model.ContextWindow);

    public static ICostModel CompileCosts(this PoolSpec pool) =>
        pool.CostModel ?? new RooflineCostModel(pool.Model, pool.Plan, pool.Quantization, pool.Device, pool.Roofline with
        {
            Host = pool.Roofline.Host with { Overlapped = pool.Roofline.Host.Overlapped || pool.Engine.AsyncScheduling },
        });

    /// <summary>KV blocks that sequences of one replica can hold.</summary>
    /// <exception cref="PlanException">The plan does not fit.</exception>
    public static long UsableBlocks(this PoolSpec pool)
    {
        if (pool.Memory.BlocksOverride == MemoryOptions.UnlimitedBlocks) return KvBlockPool.Unlimited;
        MemoryPlan memory = pool.PlanMemory();
        return memory.KvBlocks - (long)pool.Engine.ReservedBlocks * memory.Ranks;
    }

    private static SchedulerContext Context(this PoolSpec pool, long kvBlocks, RandomStream random) =>
        new(pool.ContextWindow(), pool.Engine.BlockTokens, kvBlocks, pool.Plan.Pipeline, pool.Plan.Data, random);

    /// <summary>How the replicas of a pool copy KV blocks to host memory and back; null when they never do.</summary>
    /// <remarks>Replicas stand on consecutive devices. Each link carries the shares of its devices, of one replica or of several.</remarks>
    public static HostCopies[]? HostCopies(this PoolSpec pool)
    {
        bool swaps = pool.Engine is { SwapBlocks: > 0, SwapsTakeTime: true };
        if (!swaps && pool.Engine.HostCacheBlocks == 0) return null;
        long bytes = pool.PlanMemory().BytesPerBlock;
        int devices = pool.Plan.Devices, perLink = pool.DevicesPerHostLink;
        var copies = new HostCopies[pool.Replicas];
        for (int i = 0; i < copies.Length; i++)
        {
            bool shares = i > 0 && (long)i * devices / perLink == ((long)i * devices - 1) / perLink;
            copies[i] = shares
                ? copies[i - 1]
                : new(SharedLink.ToHost(pool.Device), SharedLink.ToHost(pool.Device), bytes * Math.Min(perLink, devices), pool.Model.Layers.Count / pool.Plan.Pipeline);
        }
        return copies;
    }

    /// <summary>All faults of a cluster; empty when it can run.</summary>
    public static IReadOnlyList<string> FindFaults(this ClusterSpec cluster)
    {
        List<string> faults = [];
        if (cluster.Pools.Count == 0) faults.Add("The cluster has no pool; give it at least one.");
        foreach (IGrouping<string, PoolSpec> same in cluster.Pools.GroupBy(pool => pool.Name).Where(group => group.Count() > 1))
            faults.Add($"{same.Count()} pools are named '{same.Key}'; give each a name of its own.");
        foreach (IGrouping<string, PoolSpec> same in cluster.Pools
            .SelectMany(pool => pool.Serves.Select(model => (model, pool))).GroupBy(pair => pair.model, pair => pair.pool)
            .Where(group => group.Select(Served).Distinct().Count() > 1 || group.Select(pool => pool.Model).Distinct().Count() > 1))
        {
            faults.Add($"Model '{same.Key}' is served by pools {Names(same)}; name it in one, or let them serve the same names with the same model.");
        }
        PoolSpec[] others = [.. cluster.Pools.Where(pool => pool.Serves.Count == 0)];
        if (others.Select(pool => pool.Model).Distinct().Count() > 1)
            faults.Add($"Pools {Names(others)} both serve all models; name the models that each serves.");
        foreach (PoolSpec pool in cluster.Pools) faults.AddRange(pool.FindFaults().Select(fault => $"Pool '{pool.Name}': {fault}"));
        return faults;
    }

    /// <summary>What a pool serves, the same text for pools that serve the same.</summary>
    public static string Served(PoolSpec pool) => string.Join('\n', pool.Serves.Order(StringComparer.Ordinal));

    private static string Names(IEnumerable<PoolSpec> pools) => string.Join(" and ", pools.Select(pool => $"'{pool.Name}'"));

    private static List<string> FindFaults(this PoolSpec pool)
    {
        List<string> faults = [];
        EngineOptions engine = pool.Engine;
        if (pool.DevicesPerHostLink < 1) faults.Add($"{pool.DevicesPerHostLink} devices share a link to the host; it needs at least 1.");
        if (pool.Replicas is < 1 or > PoolSpec.MostReplicas)
            faults.Add($"it has {pool.Replicas} replicas; it needs 1 to {PoolSpec.MostReplicas}.");
        faults.AddRange(engine.Validate());
        if (faults.Count > 0) return faults;
        try
        {
            long blocks = pool.UsableBlocks();
            if (blocks < 1) return [$"{blocks + engine.ReservedBlocks} KV blocks leave none for sequences; give more."];
            engine.Scheduler(pool.Context(blocks, new RandomStreams(0).Stream("")));
            pool.CompileCosts();
        }
        catch (Exception fault) when (fault is PlanException or ArgumentException)
        {
            faults.Add(Words(fault));
        }
        return faults;
    }

    // An argument exception ends its message with the name of a parameter, which says nothing here.
    private static string Words(Exception fault) => fault is ArgumentException { ParamName: { } name }
        ? fault.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : fault.Message;
}
