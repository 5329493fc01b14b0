using Simulator.Models.Clusters;

namespace Simulator.Planning.Plans;

/// <summary>One way to serve: a layout over devices of each kind, with the settings of its engines.</summary>
/// <param name="Id">A short name, unique in its space and the same in every run.</param>
/// <param name="Layout">The layout in words.</param>
/// <param name="Setting">What is set beside the layout; empty when the space has one setting.</param>
/// <param name="Pools">Equal replicas, one pool for each kind of device.</param>
public sealed record Plan(string Id, string Layout, string Setting, IReadOnlyList<PoolSpec> Pools)
{
    /// <summary>Devices of all replicas.</summary>
    public int Devices => Pools.Sum(pool => pool.Replicas * pool.Plan.Devices);
}
