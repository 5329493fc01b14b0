using Simulator.Models.Architectures;
using Simulator.Models.Clusters;

namespace Simulator.Planning.Plans;

/// <summary>All plans to choose from: every layout of a grammar, with every setting, over each of the given clusters.</summary>
public sealed record PlanSpace
{
    /// <summary>The clusters to choose from, at least one; each is a group for each kind of device it has.</summary>
    public required IReadOnlyList<IReadOnlyList<DeviceGroup>> Clusters { get; init; }

    /// <summary>The settings, at least one, with different labels.</summary>
    public required IReadOnlyList<ServingSetting> Settings { get; init; }

    /// <summary>Which layouts there are.</summary>
    /// <value>APEX's grammar over the cells that the model has.</value>
    public IPlanGrammar Grammar { get; init; } = new CellGrammar();

    /// <summary>The plans, made one by one, in a fixed order.</summary>
    public IEnumerable<Plan> Enumerate() =>
        from cluster in Clusters
        from setting in Settings
        from plan in Plans(cluster, setting)
        select plan;

    /// <summary>The plan with layouts of one's own.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="setting">The setting.</param>
    /// <param name="layout">Gives the layout over the devices of one kind, for a pool that is otherwise complete.</param>
    public Plan Plan(IReadOnlyList<DeviceGroup> cluster, ServingSetting setting, Func<DeviceGroup, PoolSpec, PlanLayout> layout)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(setting);
        return Plan(
            [.. cluster.Select(devices => (devices, pool: setting.Pool(devices.Device))).Select(part => new Part(part.devices, layout(part.devices, part.pool), part.pool))],
            setting.Label);
    }

    private IEnumerable<Plan> Plans(IReadOnlyList<DeviceGroup> cluster, ServingSetting setting)
    {
        IEnumerable<IReadOnlyList<Part>> parts = [[]];
        foreach (DeviceGroup devices in cluster)
        {
            PoolSpec pool = setting.Pool(devices.Device);
            PlanLayout[] layouts = [.. Grammar.Layouts(pool.Model, devices, pool.Quantization)];
            parts = parts.SelectMany(before => layouts.Select(layout => (IReadOnlyList<Part>)[.. before, new Part(devices, layout, pool)]));
        }
        return parts.Select(part => Plan(part, setting.Label));
    }

    // Devices tell layouts apart where clusters differ in them.
    private Plan Plan(IReadOnlyList<Part> parts, string setting)
    {
        bool named = Clusters.Count > 1 || parts.Count > 1;
        string id = string.Join('+', parts.Select(part => (named ? $"{part.Devices.Devices}-{part.Devices.Device.Id}:" : "") + part.Layout.Id));
        string layout = string.Join("; ", parts.Select(part =>
            (named ? $"{part.Devices.Devices} {part.Devices.Device.Id}: " : "") + part.Layout.Describe(HasExperts(part.Pool.Model))));
        return new(
            setting.Length > 0 ? $"{id}@{setting}" : id, layout, setting,
            [.. parts.Select(part => part.Pool with
            {
                Name = parts.Count > 1 ? part.Devices.Device.Id : part.Pool.Name, Replicas = part.Layout.Replicas, Plan = part.Layout.Parallel,
            })]);
    }

    private static bool HasExperts(ModelArchitecture model) => model.Layers.Any(layer => layer.FeedForward is MixtureOfExperts);

    private sealed record Part(DeviceGroup Devices, PlanLayout Layout, PoolSpec Pool);
}
