using Simulator.Models.Architectures;
using Simulator.Models.Parallelism;

namespace Simulator.Models.Costs.Tables;

/// <summary>How the times of operators make the time of an iteration: Vidur's recipe and its defaults (<c>vidur/config/config.py</c>).</summary>
public sealed record TableCostOptions
{
    /// <summary>Layers of a pipeline stage, at least 1.</summary>
    public required int LayersPerStage { get; init; }

    /// <summary>Pipeline stages, at least 1.</summary>
    /// <value>1.</value>
    public int Stages { get; init; } = 1;

    /// <summary>Devices that split a layer, at least 1; with more than one, a layer takes two all-reduces.</summary>
    /// <value>1.</value>
    public int TensorParallel { get; init; } = 1;

    /// <summary>Whether there are fewer KV heads than query heads: attention over more than one row then costs <see cref="BatchingOverhead"/> more.</summary>
    /// <value>False.</value>
    public bool GroupedQueryAttention { get; init; }

    /// <summary>Share by which attention over more than one row takes longer, at least 0 (<c>attention_decode_batching_overhead_fraction</c> and that of prefill).</summary>
    /// <value>0.1.</value>
    public double BatchingOverhead { get; init; } = 0.1;

    /// <summary>Time to launch an all-reduce in milliseconds, at least 0 (<c>nccl_cpu_launch_overhead_ms</c>).</summary>
    /// <value>0.02.</value>
    public double AllReduceLaunchMilliseconds { get; init; } = 0.02;

    /// <summary>Tokens of an iteration are rounded up to a multiple of this for the operators by tokens, at least 1.</summary>
    /// <value>8.</value>
    public int TokenStep { get; init; } = 8;

    /// <summary>KV lengths are rounded up to a multiple of this for attention, at least 1 (<c>kv_cache_prediction_granularity</c>).</summary>
    /// <value>64.</value>
    public int KvStep { get; init; } = 64;

    /// <summary>The settings for a model under a plan.</summary>
    /// <param name="model">A model whose layers are all alike, with grouped-query or multi-head attention.</param>
    /// <param name="plan">Tensor and pipeline parallel only; the pipeline divides the layers.</param>
    /// <exception cref="ArgumentException">Tables of one layer cannot describe it; the message lists every reason.</exception>
    public static TableCostOptions For(ModelArchitecture model, ParallelPlan plan)
    {
        ArgumentNullException.ThrowIfNull(model);
        List<string> faults = [];
        var attention = model.Layers[0].Attention as GroupedQueryAttention;
        if (attention is null) faults.Add($"Operator tables need grouped-query or multi-head attention, and {model.Id} has another.");
        if (model.Layers.Any(layer => layer != model.Layers[0])) faults.Add($"Operator tables describe one kind of layer, and {model.Id} has several.");
        if (plan.Data != 1 || plan.Expert != 1) faults.Add("Operator tables know tensor and pipeline parallelism only; set data and expert parallel to 1.");
        if (plan.Context != 1) faults.Add($"Operator tables know no context parallelism; set context parallel to 1, it is {plan.Context}.");
        if (plan.FeedForward != 0 && plan.FeedForward != plan.Tensor)
            faults.Add($"Operator tables know no split of the feed-forward of its own; leave feed-forward parallel out, it is {plan.FeedForward}.");
        if (plan.StageLayers.Count > 0) faults.Add($"Operator tables need equal pipeline stages; leave out the layers of the stages, they are {plan.StageLayers}.");
        if (plan.Tensor < 1 || plan.Pipeline < 1) faults.Add($"Tensor parallel is {plan.Tensor} and pipeline parallel {plan.Pipeline}; both must be at least 1.");
        else if (model.Layers.Count % plan.Pipeline != 0) faults.Add($"Pipeline parallel {plan.Pipeline} does not divide the {model.Layers.Count} layers of {model.Id}.");
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults), nameof(plan));
        return new()
        {
            LayersPerStage = model.Layers.Count / plan.Pipeline,
            Stages = plan.Pipeline,
            TensorParallel = plan.Tensor,
            GroupedQueryAttention = attention!.QueryHeads > attention.KvHeads,
        };
    }

    /// <summary>Reports every fault of the settings, each with the valid range; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [];
        foreach ((string name, int value) in new[]
        {
            (nameof(LayersPerStage), LayersPerStage), (nameof(Stages), Stages), (nameof(TensorParallel), TensorParallel),
            (nameof(TokenStep), TokenStep), (nameof(KvStep), KvStep),
        })
        {
            if (value is < 1 or > 10_000) faults.Add($"{name} is {value}; it must be from 1 to 10,000.");
        }
        if (!(BatchingOverhead is >= 0 and <= 100)) faults.Add($"{nameof(BatchingOverhead)} is {BatchingOverhead}; it must be from 0 to 100.");
        if (!(AllReduceLaunchMilliseconds is >= 0 and <= 1e6))
            faults.Add($"{nameof(AllReduceLaunchMilliseconds)} is {AllReduceLaunchMilliseconds}; it must be from 0 to 1,000,000.");
        return faults;
    }
}
