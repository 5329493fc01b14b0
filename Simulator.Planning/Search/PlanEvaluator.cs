using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Models.Routing;
using Simulator.Planning.Plans;
using Simulator.Workloads.Requests;

namespace Simulator.Planning.Search;

/// <summary>Runs plans through the simulation that replays traces: the same arrivals, queues, memory and routing for every plan.</summary>
public sealed record PlanEvaluator
{
    /// <summary>Makes the workload of one run, the same every time. It is called by several threads at once.</summary>
    public required Func<WorkloadCut, IWorkload> Workload { get; init; }

    /// <summary>Makes the router of the pools.</summary>
    /// <value><see cref="Routers.LeastOutstanding"/>.</value>
    public Func<RouterContext, IRouter> Router { get; init; } = Routers.LeastOutstanding;

    /// <summary>Seed of every random choice, the same for all plans, so that none is lucky.</summary>
    public ulong Seed { get; init; }

    /// <summary>What to measure.</summary>
    public RunOptions Options { get; init; } = new();

    /// <summary>Looks for the capacity of every plan too; null not to.</summary>
    /// <value>Null.</value>
    public CapacitySearch? Capacity { get; init; }

    /// <summary>The cluster that a plan describes.</summary>
    public ClusterSpec Cluster(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new() { Pools = plan.Pools, Router = Router };
    }

    /// <summary>Runs a plan, if it can run.</summary>
    /// <param name="number">Its place in the space.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="requests">Requests to run, the first ones; null for all.</param>
    public PlanOutcome Evaluate(long number, Plan plan, int? requests = null)
    {
        PlanFit fit = PlanFit.Of(plan);
        if (!fit.Feasible) return new(number, plan, fit, null);
        PlanOutcome outcome = At(1);
        return Capacity is null ? outcome : outcome with { CapacityPerSecond = Capacity.Find(speed => speed == 1 ? outcome : At(speed)) };

        PlanOutcome At(double speed) => new(number, plan, fit, Run(plan, new(speed, requests)));
    }

    private RunResult Run(Plan plan, WorkloadCut cut)
    {
        IWorkload workload = Workload(cut);
        using IDisposable? disposable = workload as IDisposable;
        return ServingSimulation.Run(Cluster(plan), workload, Seed, Options);
    }
}

/// <summary>Which of the requests of a workload arrive, and how fast.</summary>
/// <param name="Speed">How many times as fast as they were recorded, above 0.</param>
/// <param name="Requests">The first so many of them, at least 1; null for all.</param>
public readonly record struct WorkloadCut(double Speed, int? Requests);
