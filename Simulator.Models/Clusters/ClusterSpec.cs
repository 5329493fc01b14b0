using Simulator.Models.Architectures;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Routing;

namespace Simulator.Models.Clusters;

/// <summary>A cluster: pools of replicas behind a router. An immutable description, from which any number of runs can start.</summary>
public sealed record ClusterSpec
{
    /// <summary>
    /// The pools, at least one, with different names. Pools of one model that serve the same names, on devices of different kinds or in
    /// different layouts, share their requests: one router chooses among the replicas of all.
    /// </summary>
    public required IReadOnlyList<PoolSpec> Pools { get; init; }

    /// <summary>Makes the router of the pools that serve the same; called once for these and run.</summary>
    /// <value><see cref="Routers.LeastOutstanding"/>.</value>
    public Func<RouterContext, IRouter> Router { get; init; } = Routers.LeastOutstanding;

    /// <summary>Finds all that is wrong with the cluster: names, plans that do not fit, settings out of range.</summary>
    /// <returns>The faults, each with its remedy; empty when the cluster can run.</returns>
    public IReadOnlyList<string> Validate() => this.FindFaults();
}

/// <summary>Replicas that serve the same model in the same way.</summary>
/// <param name="Name">Name for results, unique in the cluster.</param>
/// <param name="Model">The model.</param>
/// <param name="Device">The device that every replica is made of.</param>
public sealed record PoolSpec(string Name, ModelArchitecture Model, Device Device)
{
    /// <summary>Most replicas of a pool.</summary>
    public const int MostReplicas = 100_000;

    /// <summary>Replicas, from 1 to <see cref="MostReplicas"/>.</summary>
    /// <value>1.</value>
    public int Replicas { get; init; } = 1;

    /// <summary>Model names of the workload that this pool serves; empty for all that no pool names.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<string> Serves { get; init; } = [];

    /// <summary>How a replica is spread over devices.</summary>
    /// <value>One device.</value>
    public ParallelPlan Plan { get; init; } = ParallelPlan.Single;

    /// <summary>Number formats.</summary>
    /// <value>16-bit.</value>
    public Quantization Quantization { get; init; } = Quantization.Bf16;

    /// <summary>The engine.</summary>
    /// <value>vLLM v1 with its defaults for the device.</value>
    public EngineOptions Engine { get; init; } = ServingEngines.VllmV1(Device);

    /// <summary>How the memory of a device is divided. The engine gives the block size, the token budget and the most sequences.</summary>
    public MemoryOptions Memory { get; init; } = new();

    /// <summary>Devices that share one link to the memory of their host, at least 1; neighbouring replicas may share one.</summary>
    /// <value>1.</value>
    public int DevicesPerHostLink { get; init; } = 1;

    /// <summary>Settings of the roofline cost model, unless <see cref="CostModel"/> is set.</summary>
    /// <value>The profile of the device and the engine, <see cref="CostProfiles.Of"/>.</value>
    public RooflineOptions Roofline
    {
        get => field ?? RooflineOptions.Of(CostProfiles.Of(Device, Engine.Kernels));
        init;
    }

    /// <summary>A cost model in place of the roofline; null for the roofline.</summary>
    public ICostModel? CostModel { get; init; }

    /// <summary>Divides the memory of a device among weights, activations and KV blocks.</summary>
    /// <exception cref="PlanException">The model cannot be spread so, or does not fit.</exception>
    public MemoryPlan PlanMemory() => MemoryPlan.For(Model, Device, Plan, Quantization, Memory with
    {
        BlockTokens = Engine.BlockTokens,
        MaxBatchedTokens = Engine.TokenBudget,
        MaxSequences = Engine.MaxSequences,
    });
}
