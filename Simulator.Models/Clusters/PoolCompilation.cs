using Simulator.Models.Costs;

namespace Simulator.Models.Clusters;

/// <summary>What follows from a pool's description.</summary>
internal static class PoolCompilation
{
    public static int ContextWindow(this PoolSpec pool) =>
        Math.Min(pool.Engine.ContextWindow ?? pool.Model.ContextWindow, pool.Model.ContextWindow);

    public static ICostModel CompileCosts(this PoolSpec pool) =>
        pool.CostModel ?? new RooflineCostModel(pool.Model, pool.Plan, pool.Quantization, pool.Device, pool.Roofline);
}
internal static class TempMemory { public static long KvBlocks(this PoolSpec p) => p.Memory.KvBlocks ?? 10000; public static IReadOnlyList<string> Validate(this ClusterSpec c) => []; }
