using Simulator.Models.Clusters;
using Simulator.Models.Parallelism;

namespace Simulator.Planning.Plans;

/// <summary>Whether a plan can run, and what its devices hold.</summary>
/// <param name="Reason">Why it cannot run, with what would mend it; empty when it can.</param>
/// <param name="WeightsBytes">Weights on the fullest device, bytes; null when the model cannot be spread so.</param>
/// <param name="KvTokens">Tokens that the KV caches of all replicas hold; null when the plan cannot run.</param>
public sealed record PlanFit(string Reason, long? WeightsBytes, long? KvTokens)
{
    /// <summary>Whether the plan can run.</summary>
    public bool Feasible => Reason.Length == 0;

    /// <summary>Looks at a plan.</summary>
    public static PlanFit Of(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        try
        {
            MemoryPlan[] memory = [.. plan.Pools.Select(pool => pool.PlanMemory())];
            // Memory says why most plans fail, and in fewer words; engines have bounds of their own.
            return new(string.Join(' ', new ClusterSpec { Pools = plan.Pools }.Validate()), memory.Max(own => own.WeightsBytes), plan.Pools.Zip(memory).Sum(pair => pair.First.Replicas * pair.Second.KvTokens));
        }
        catch (PlanException fault)
        {
            return new(fault.Message, fault.WeightsBytes, null);
        }
    }
}
