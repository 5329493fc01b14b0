using Simulator.Models.Parallelism;

namespace Simulator.Cli.Scenarios;

/// <summary>Whether the devices of a stage hold whole copies of the feed-forward, as far as the plan alone tells.</summary>
internal static class FeedForwardSplit
{
    /// <summary>What is wrong with <see cref="ParallelPlan.FeedForward"/>; null when nothing is.</summary>
    public static string? Fault(ParallelPlan plan)
    {
        int devices = plan.FeedForward;
        if (devices == 0) return null;
        if (plan.Tensor * plan.Data % devices != 0) return $"{devices} does not divide tensor × data, {plan.Tensor * plan.Data}";
        if (devices % plan.Tensor != 0 && plan.Tensor % devices != 0)
            return $"{devices} neither divides tensor, {plan.Tensor}, nor is a multiple of it; give {plan.Tensor} or {plan.Tensor * plan.Data}";
        return plan.Context > 1 ? $"it cannot be combined with context parallel, {plan.Context}; leave one of the two out" : null;
    }

    /// <summary>Why whole experts cannot be spread so; null when they can.</summary>
    public static string? ExpertFault(ParallelPlan plan) => plan.FeedForward > 0
        ? plan.FeedForward % plan.Expert == 0 ? null : $"{plan.Expert} does not divide the feed-forward's devices, {plan.FeedForward}"
        : plan.Tensor * plan.Data % plan.Expert == 0 ? null : $"{plan.Expert} does not divide tensor × data, {plan.Tensor * plan.Data}";
}
