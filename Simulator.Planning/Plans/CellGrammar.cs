using Simulator.Models.Architectures;
using Simulator.Models.Parallelism;

namespace Simulator.Planning.Plans;

/// <summary>APEX's grammar over the cells that a model has, attention and feed-forward (<c>search/engine.py:45-184</c>), and more where asked for.</summary>
/// <remarks>
/// <para>
/// Replicas of the model × pipeline stages × copies of each cell × the split of each copy, by tensor or by whole experts. Of the numbers
/// of copies of attention and feed-forward one is 1: a common factor is the same as more replicas. Every cut follows the topology.
/// </para>
/// <para>
/// Layouts that no kernel can serve, such as heads that do not divide, are among them: <see cref="PlanFit"/> says why they do not do.
/// </para>
/// </remarks>
public sealed record CellGrammar : IPlanGrammar
{
    /// <summary>Whether stages may differ by a layer, so that their number need not divide the layers.</summary>
    /// <value>False, as in APEX.</value>
    public bool UnevenStages { get; init; }

    /// <summary>Whether experts may be spread over some of the devices and each split over the rest.</summary>
    /// <value>False: all by tensor or all by experts, as in APEX.</value>
    public bool HybridExperts { get; init; }

    /// <summary>Most devices that split a sequence (context parallelism), at least 1; powers of two up to it are tried.</summary>
    /// <value>1.</value>
    public int MostContext { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<PlanLayout> Layouts(ModelArchitecture model, DeviceGroup devices, Quantization formats)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(devices);
        DeviceTopology topology = devices.Topology;
        foreach (int replicas in DeviceTopology.Divisors(topology.Devices).Where(topology.IsPartitionable))
        {
            foreach (int stages in DeviceTopology.Divisors(topology.Devices / replicas))
            {
                bool divides = model.Layers.Count % stages == 0 || (UnevenStages && stages <= model.Layers.Count);
                if (!divides || !topology.IsPartitionable(replicas * stages)) continue;
                foreach (ParallelPlan stage in Stages(model, topology, replicas * stages))
                    yield return new(replicas, stage with { Pipeline = stages });
            }
        }
    }

    private IEnumerable<ParallelPlan> Stages(ModelArchitecture model, DeviceTopology topology, int parts)
    {
        int devices = topology.Devices / parts;
        for (int context = 1; context <= MostContext && devices % context == 0; context *= 2)
        {
            int own = devices / context;
            foreach (int copies in DeviceTopology.Divisors(own).Where(copies => topology.IsPartitionable(parts * copies)))
            {
                foreach (ParallelPlan cells in Cells(model, own, copies))
                    yield return cells with { Context = context };
            }
        }
    }

    /// <summary>Copies of the attention over a whole feed-forward, and copies of the feed-forward over a whole attention.</summary>
    private IEnumerable<ParallelPlan> Cells(ModelArchitecture model, int devices, int copies)
    {
        int? experts = model.Layers.Select(layer => layer.FeedForward).OfType<MixtureOfExperts>().Select(own => (int?)own.Experts).Max();
        foreach (int expert in Splits(experts, devices))
            yield return Plan(devices / copies, copies, expert, devices, experts is not null);
        if (copies == 1) yield break;
        foreach (int expert in Splits(experts, devices / copies))
            yield return Plan(devices, 1, expert, devices / copies, experts is not null);
    }

    /// <summary>A feed-forward over the devices that engines give it anyway needs no word.</summary>
    private static ParallelPlan Plan(int tensor, int data, int expert, int feedForward, bool experts) =>
        new(tensor, Data: data, Expert: expert) { FeedForward = feedForward == (experts ? tensor * data : tensor) ? 0 : feedForward };

    private IEnumerable<int> Splits(int? experts, int devices)
    {
        yield return 1;
        if (experts is null || devices == 1) yield break;
        foreach (int expert in DeviceTopology.Divisors(devices).Where(expert => expert > 1 && expert <= experts && (HybridExperts || expert == devices)))
            yield return expert;
    }
}
