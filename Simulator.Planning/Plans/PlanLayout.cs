using Simulator.Models.Parallelism;

namespace Simulator.Planning.Plans;

/// <summary>How equal replicas of a model are laid over devices.</summary>
/// <param name="Replicas">Replicas of the whole model, each with its own engine, at least 1.</param>
/// <param name="Parallel">How each is spread over its devices.</param>
public readonly record struct PlanLayout(int Replicas, ParallelPlan Parallel)
{
    /// <summary>
    /// What tells apart layouts that differ only in what the model does not have (the dense network that APEX sees in Mixtral); empty
    /// otherwise.
    /// </summary>
    public string Phantom { get; init; } = "";

    /// <summary>A short name, unique among layouts over the same devices: <c>2x-pp2-tp4</c>, <c>dp8-ep8</c>, <c>tp8-ff2</c>.</summary>
    public string Id
    {
        get
        {
            List<string> parts = [];
            if (Replicas > 1) parts.Add($"{Replicas}x");
            if (Parallel.Pipeline > 1) parts.Add($"pp{Parallel.Pipeline}");
            if (Parallel.Data > 1) parts.Add($"dp{Parallel.Data}");
            if (Parallel.Tensor > 1 || parts.Count == 0) parts.Add($"tp{Parallel.Tensor}");
            if (Parallel.Context > 1) parts.Add($"cp{Parallel.Context}");
            if (Parallel.FeedForward > 0) parts.Add($"ff{Parallel.FeedForward}");
            if (Parallel.Expert > 1) parts.Add($"ep{Parallel.Expert}");
            if (Phantom.Length > 0) parts.Add(Phantom);
            return string.Join('-', parts);
        }
    }

    /// <summary>The layout in words: <c>2 replicas × 2 stages × attention TP4, feed-forward TP4</c>.</summary>
    /// <param name="experts">Whether the feed-forward network is a mixture of experts.</param>
    public string Describe(bool experts)
    {
        List<string> parts = [];
        if (Replicas > 1) parts.Add($"{Replicas} replicas");
        if (Parallel.Pipeline > 1) parts.Add($"{Parallel.Pipeline} stages");
        int stage = Parallel.Tensor * Parallel.Data;
        int copy = Parallel.FeedForward > 0 ? Parallel.FeedForward : experts ? stage : Parallel.Tensor;
        string attention = Copies(Parallel.Data, $"TP{Parallel.Tensor}") + (Parallel.Context > 1 ? $" CP{Parallel.Context}" : "");
        int perExpert = copy / Math.Max(Parallel.Expert, 1);
        string split = Parallel.Expert == 1 ? $"TP{copy}" : perExpert == 1 ? $"EP{Parallel.Expert}" : $"EP{Parallel.Expert} TP{perExpert}";
        parts.Add($"attention {attention}, {(experts ? "experts" : "feed-forward")} {Copies(stage / copy, split)}");
        return string.Join(" × ", parts);
    }

    private static string Copies(int copies, string split) => copies == 1 ? split : $"{copies} × {split}";
}
