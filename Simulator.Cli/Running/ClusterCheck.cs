using System.Text.RegularExpressions;
using Simulator.Cli.Faults;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Scenarios.Schedulers;
using Simulator.Models.Clusters;
using Simulator.Models.Parallelism;

namespace Simulator.Cli.Running;

/// <summary>Faults of a cluster that show only when its parts are put together, told where the scenario gives them.</summary>
internal static class ClusterCheck
{
    /// <summary>All faults, each with its place, the reason and the valid range; empty when the cluster can run.</summary>
    /// <param name="section">The cluster as the scenario has it.</param>
    /// <param name="cluster">What was made of it.</param>
    public static IReadOnlyList<string> FaultsOf(ClusterSection section, ClusterSpec cluster)
    {
        string[] faults = [.. section.Pools.Zip(cluster.Pools).SelectMany(pair => FaultsOf(pair.First, pair.Second))];
        return faults.Length > 0 ? faults : cluster.Validate();
    }

    private static IEnumerable<string> FaultsOf(PoolSection section, PoolSpec pool)
    {
        string called = $"Pool '{pool.Name}': ";
        try
        {
            _ = pool.PlanMemory();
        }
        catch (PlanException fault)
        {
            return [At(section.Places?.Plan) + fault.Message];
        }

        SchedulerEntry scheduler = KnownSchedulers.Of(section.Engine.Scheduler);
        return new ClusterSpec { Pools = [pool] }.Validate().Select(fault => At(section.Places?.Engine) + InKeys(scheduler, fault[called.Length..]));

        string At(Place? place) => place is null ? called : $"{place}: ";
    }

    /// <summary>A message about options in the words of the scenario: <c>tokenBudget</c> for <c>TokenBudget</c>.</summary>
    private static string InKeys(SchedulerEntry scheduler, string fault) => scheduler.Options.Aggregate(
        fault, (words, option) => Regex.Replace(words, $@"\b{option.Property}\b", option.Key));
}
