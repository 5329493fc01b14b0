using Simulator.Models.Clusters;
using Simulator.Planning.Plans;

namespace Simulator.Planning.Search;

/// <summary>A plan that people choose without a search.</summary>
/// <param name="Name">The rule that it follows.</param>
/// <param name="Plan">The plan.</param>
public sealed record Baseline(string Name, Plan Plan);

/// <summary>The rules of thumb that a search is measured against (APEX, arXiv 2411.17651, compares with the same).</summary>
public static class Baselines
{
    private const int MostSettings = 16;

    /// <summary>The plans of every cluster of a space, with the first setting that they can run with; one that several rules give stands under the first of them.</summary>
    /// <param name="space">The space.</param>
    public static IReadOnlyList<Baseline> Of(PlanSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        (string Name, Func<DeviceGroup, PoolSpec, PlanLayout> Layout)[] rules =
        [
            ("tensor parallel in a node, replicas across", (devices, _) => Tensor(devices, PerNode(devices), 1)),
            ("tensor parallel in a node, pipeline across", (devices, _) => Tensor(devices, PerNode(devices), devices.Devices / PerNode(devices))),
            ("pipeline parallel", (devices, _) => Tensor(devices, 1, devices.Devices)),
            ("most replicas that fit", MostReplicas),
        ];
        return
        [
            .. (from cluster in space.Clusters
                from rule in rules
                select new Baseline(rule.Name, First(space, cluster, rule.Layout))).DistinctBy(baseline => baseline.Plan.Id),
        ];
    }

    // With the first setting that it can run with, of a few: a rule that fits with none of them will hardly fit with others.
    private static Plan First(PlanSpace space, IReadOnlyList<DeviceGroup> cluster, Func<DeviceGroup, PoolSpec, PlanLayout> layout)
    {
        IEnumerable<Plan> plans = space.Settings.Take(MostSettings).Select(setting => space.Plan(cluster, setting, layout));
        return plans.FirstOrDefault(plan => PlanFit.Of(plan).Feasible) ?? plans.First();
    }

    private static int PerNode(DeviceGroup devices) => Math.Min(devices.Devices, devices.Device.DevicesPerNode);

    private static PlanLayout Tensor(DeviceGroup devices, int tensor, int stages) => new(devices.Devices / (tensor * stages), new(tensor, stages));

    // Of the widths of tensor parallelism that divide a node, the smallest whose weights leave room for a KV cache; the widest when none does.
    private static PlanLayout MostReplicas(DeviceGroup devices, PoolSpec pool)
    {
        int node = PerNode(devices);
        foreach (int tensor in DeviceTopology.Divisors(node))
        {
            PlanLayout layout = Tensor(devices, tensor, 1);
            if (Fits(pool with { Plan = layout.Parallel })) return layout;
        }
        return Tensor(devices, node, 1);
    }

    private static bool Fits(PoolSpec pool) => new ClusterSpec { Pools = [pool] }.Validate().Count == 0;
}
