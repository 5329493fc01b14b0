using Simulator.Models.Architectures;

namespace Simulator.Models.Parallelism;

/// <summary>How one replica is spread over devices.</summary>
/// <remarks>
/// Tensor parallelism splits heads and inner widths (Megatron-LM, arXiv 1909.08053); KV heads are replicated where there are
/// fewer than devices. Experts take Tensor × Data devices in any case: <paramref name="Expert"/> groups of whole experts, each expert
/// split over the Tensor × Data / Expert devices of its group.
/// </remarks>
/// <param name="Tensor">Devices that split every matrix of a layer, at least 1.</param>
/// <param name="Pipeline">Stages of consecutive layers, at least 1; as many micro-batches are in flight.</param>
/// <param name="Data">Attention data-parallel ranks: each has its own KV cache and a copy of the attention weights, at least 1.</param>
/// <param name="Expert">Devices over which whole experts are spread, at least 1; divides Tensor × Data.</param>
public readonly record struct ParallelPlan(int Tensor = 1, int Pipeline = 1, int Data = 1, int Expert = 1)
{
    /// <summary>A single device.</summary>
    public static ParallelPlan Single => new(1, 1, 1, 1);

    /// <summary>Devices of one replica: Tensor × Pipeline × Data. Experts live on the same devices.</summary>
    public int Devices => Tensor * Pipeline * Data;

    /// <summary>
    /// Layers of a stage. Stages are equal; layers left over go one each to the stages before the last, from the back (as in vLLM).
    /// </summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="stage">Stage, from 0.</param>
    public int LayersOfStage(int layers, int stage)
    {
        int extra = layers % Pipeline;
        int fromBack = Pipeline - 1 - stage;
        return layers / Pipeline + (fromBack >= 1 && fromBack <= extra ? 1 : 0);
    }

    /// <summary>Index of the first layer of a stage.</summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="stage">Stage, from 0.</param>
    public int FirstLayerOfStage(int layers, int stage)
    {
        int first = 0;
        for (int before = 0; before < stage; before++)
            first += LayersOfStage(layers, before);
        return first;
    }

    /// <summary>
    /// All reasons why a model cannot be spread so; empty when it can. Memory is not looked at, see <see cref="MemoryPlan"/>.
    /// </summary>
    /// <param name="model">The model.</param>
    public IReadOnlyList<string> Validate(ModelArchitecture model)
    {
        var faults = new List<string>();
        foreach ((string name, int value) in new[] { ("tensor", Tensor), ("pipeline", Pipeline), ("data", Data), ("expert", Expert) })
        {
            if (value < 1)
                faults.Add($"{name} parallel is {value}; it must be at least 1");
        }

        if (faults.Count > 0)
            return faults;
        if (Pipeline > model.Layers.Count)
            faults.Add($"pipeline parallel {Pipeline} exceeds the {model.Layers.Count} layers of {model.Id}");
        bool wholeExperts = Tensor * Data % Expert == 0;
        if (!wholeExperts)
            faults.Add($"expert parallel {Expert} does not divide tensor x data = {Tensor * Data}");
        if (Expert > 1 && !model.Layers.Any(l => l.FeedForward is MixtureOfExperts))
            faults.Add($"expert parallel {Expert} is given, but {model.Id} has no experts");
        foreach (AttentionSpec attention in model.Layers.Select(l => l.Attention).Distinct())
            ValidateAttention(attention, faults);
        foreach (FeedForwardSpec feedForward in model.Layers.Select(l => l.FeedForward).Distinct())
            ValidateFeedForward(feedForward, wholeExperts, faults);
        return [.. faults.Distinct()];
    }

    private void ValidateAttention(AttentionSpec attention, List<string> faults)
    {
        switch (attention)
        {
            case GroupedQueryAttention a:
                Divides(Tensor, a.QueryHeads, "tensor", "attention heads", faults);
                if (a.KvHeads % Tensor != 0 && Tensor % a.KvHeads != 0)
                    faults.Add($"tensor parallel {Tensor} neither divides the {a.KvHeads} KV heads nor is a multiple of them");
                break;
            case LatentAttention a:
                Divides(Tensor, a.Heads, "tensor", "attention heads", faults);
                break;
            case LinearAttention a:
                Divides(Tensor, a.KeyHeads, "tensor", "key heads of linear attention", faults);
                Divides(Tensor, a.ValueHeads, "tensor", "value heads of linear attention", faults);
                break;
        }
    }

    private void ValidateFeedForward(FeedForwardSpec feedForward, bool wholeExperts, List<string> faults)
    {
        switch (feedForward)
        {
            case DenseFeedForward f:
                Divides(Tensor, f.Intermediate, "tensor", "columns of the feed-forward", faults);
                break;
            case MixtureOfExperts f:
                Divides(Expert, f.Experts, "expert", "experts", faults);
                if (f.SharedIntermediate > 0)
                    Divides(Tensor, f.SharedIntermediate, "tensor", "columns of the shared expert", faults);
                if (wholeExperts && f.ExpertIntermediate % (Tensor * Data / Expert) != 0)
                {
                    faults.Add($"each expert is split over tensor x data / expert = {Tensor * Data / Expert} devices, " +
                        $"which does not divide its {f.ExpertIntermediate} columns; raise expert parallel");
                }

                break;
        }
    }

    private static void Divides(int parts, int whole, string axis, string what, List<string> faults)
    {
        if (whole % parts != 0)
            faults.Add($"{axis} parallel {parts} does not divide the {whole} {what}");
    }
}
