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
    public required Func<IWorkload> Workload { get; init; }

    /// <summary>Makes the router of the pools.</summary>
    /// <value><see cref="Routers.LeastOutstanding"/>.</value>
    public Func<RouterContext, IRouter> Router { get; init; } = Routers.LeastOutstanding;

    /// <summary>Seed of every random choice, the same for all plans, so that none is lucky.</summary>
    public ulong Seed { get; init; }

    /// <summary>What to measure.</summary>
    public RunOptions Options { get; init; } = new();

    /// <summary>The cluster that a plan describes.</summary>
    public ClusterSpec Cluster(Plan plan) => new() { Pools = plan.Pools, Router = Router };

    /// <summary>Runs a plan, if it can run.</summary>
    /// <param name="number">Its place in the space.</param>
    /// <param name="plan">The plan.</param>
    public PlanOutcome Evaluate(long number, Plan plan)
    {
        PlanFit fit = PlanFit.Of(plan);
        return new(number, plan, fit, fit.Feasible ? Run(plan) : null);
    }

    private RunResult Run(Plan plan)
    {
        IWorkload workload = Workload();
        using IDisposable? disposable = workload as IDisposable;
        return ServingSimulation.Run(Cluster(plan), workload, Seed, Options);
    }
}
