using Simulator.Models.Architectures;

namespace Simulator.Models.Parallelism;

/// <summary>How one replica is spread over devices.</summary>
/// <remarks>
/// Tensor parallelism splits heads and inner widths (Megatron-LM, arXiv 1909.08053); KV heads are replicated where there are
/// fewer than devices. Experts take Tensor × Data devices in any case: <paramref name="Expert"/> groups of whole experts, each expert
/// split over the Tensor × Data / Expert devices of its group.
/// <para>
/// Context parallelism is vLLM's prefill context parallelism: it adds devices, each with a copy of the weights of its rank. The tokens
/// of a prefill are split between them evenly (in two chunks each, from both ends, so that the causal mask is shared evenly too), and the
/// keys and values of a layer are gathered before its attention (Llama 3, arXiv 2407.21783, 3.3.2). The KV cache is split along the
/// sequence. Decode rows run on every one of the devices: each attends to its share of the cache, and the partial outputs are added up
/// (context parallelism for inference, arXiv 2411.01783).
/// </para>
/// <para>
/// Megatron's sequence parallelism (arXiv 2205.05198) needs no setting: it puts a reduce-scatter and an all-gather where an all-reduce
/// was, and a ring all-reduce is just these two; the same bytes take the same steps.
/// </para>
/// <para>
/// <see cref="FeedForward"/> splits the feed-forward of a layer in another way than its attention, as the cells of APEX are
/// (arXiv 2411.17651): the Tensor × Data devices of a stage then hold Tensor × Data / FeedForward copies of it, over FeedForward devices each.
/// </para>
/// </remarks>
/// <param name="Tensor">Devices that split every matrix of a layer, at least 1.</param>
/// <param name="Pipeline">Stages of consecutive layers, at least 1; as many micro-batches are in flight.</param>
/// <param name="Data">Attention data-parallel ranks: each has its own KV cache and a copy of the attention weights, at least 1.</param>
/// <param name="Expert">Devices over which whole experts are spread, at least 1; divides Tensor × Data, and <see cref="FeedForward"/> where it is given.</param>
/// <param name="Context">Devices that split the tokens of a prefill and the KV cache along the sequence, at least 1.</param>
public readonly record struct ParallelPlan(int Tensor = 1, int Pipeline = 1, int Data = 1, int Expert = 1, int Context = 1)
{
    /// <summary>A single device.</summary>
    public static ParallelPlan Single => new(1, 1, 1, 1);

    /// <summary>Layers of each stage; none for equal stages.</summary>
    public StageLayers StageLayers { get; init; }

    /// <summary>
    /// Devices that hold one copy of the feed-forward of a layer: dense matrices and shared experts are split over them, routed experts spread over
    /// <see cref="Expert"/> groups of them and split within. Divides Tensor × Data, and is a divisor or a multiple of Tensor. A copy of several
    /// ranks' devices takes the tokens of these ranks together; one of fewer devices than a rank has takes a share of its tokens.
    /// </summary>
    /// <value>
    /// 0: as engines do it. Dense matrices and shared experts are split over the Tensor devices of each rank, routed experts take all Tensor × Data.
    /// </value>
    public int FeedForward { get; init; }

    /// <summary>Devices that split a dense feed-forward or a shared expert.</summary>
    internal int DenseDevices => FeedForward > 0 ? FeedForward : Tensor;

    /// <summary>Devices that hold one copy of the routed experts of a layer.</summary>
    internal int ExpertDevices => FeedForward > 0 ? FeedForward : Tensor * Data;

    /// <summary>Devices of one replica: Tensor × Pipeline × Data × Context. Experts live on the same devices.</summary>
    public int Devices => Tensor * Pipeline * Data * Context;

    /// <summary>
    /// Layers of a stage: those of <see cref="StageLayers"/>; else stages are equal, and layers left over go one each to the stages
    /// before the last, from the back (as in vLLM).
    /// </summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="stage">Stage, from 0.</param>
    public int LayersOfStage(int layers, int stage)
    {
        if (StageLayers.Count > 0)
            return StageLayers[stage];
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
        foreach ((string name, int value) in new[] { ("tensor", Tensor), ("pipeline", Pipeline), ("data", Data), ("expert", Expert), ("context", Context) })
        {
            if (value < 1)
                faults.Add($"{name} parallel is {value}; it must be at least 1");
        }

        if (faults.Count > 0)
            return faults;
        if (Pipeline > model.Layers.Count)
            faults.Add($"pipeline parallel {Pipeline} exceeds the {model.Layers.Count} layers of {model.Id}; it must be from 1 to {model.Layers.Count}");
        ValidateStages(model, faults);
        ParallelPlan cells = ValidateCopies(faults) ? this : this with { FeedForward = 0 };
        bool wholeExperts = cells.ExpertDevices % Expert == 0;
        if (!wholeExperts)
            faults.Add($"expert parallel {Expert} does not divide {cells.ExpertGroup} = {cells.ExpertDevices}{Nearest(Expert, cells.ExpertDevices)}");
        if (Expert > 1 && !model.Layers.Any(l => l.FeedForward is MixtureOfExperts))
            faults.Add($"expert parallel {Expert} is given, but {model.Id} has no experts; it must be 1");
        if (Context > 1 && model.Layers.Any(l => l.Attention is LinearAttention))
            faults.Add($"context parallel {Context} cannot split the linear attention of {model.Id}, whose state passes from token to token; it must be 1");
        foreach (AttentionSpec attention in model.Layers.Select(l => l.Attention).Distinct())
            ValidateAttention(attention, faults);
        foreach (FeedForwardSpec feedForward in model.Layers.Select(l => l.FeedForward).Distinct())
            cells.ValidateFeedForward(feedForward, wholeExperts, faults);
        return [.. faults.Distinct()];
    }

    /// <summary>
    /// This plan with <see cref="FeedForward"/> 0 when that is the same for every layer of a model: with one rank, or where there are only dense
    /// layers, for Tensor; where every layer has routed experts and no shared one, for Tensor × Data.
    /// </summary>
    internal ParallelPlan Simplified(ModelArchitecture model)
    {
        if (FeedForward == 0)
            return this;
        ParallelPlan standard = this with { FeedForward = 0 };
        foreach (LayerSpec layer in model.Layers)
        {
            bool dense = layer.FeedForward is not MixtureOfExperts { SharedIntermediate: 0 }, routed = layer.FeedForward is MixtureOfExperts;
            if ((dense && DenseDevices != standard.DenseDevices) || (routed && ExpertDevices != standard.ExpertDevices))
                return this;
        }
        return standard;
    }

    private string ExpertGroup => FeedForward > 0 ? "feed-forward parallel" : "tensor x data";

    /// <summary>Whether the devices of a stage make whole copies of the feed-forward, each of whole ranks or within one.</summary>
    private bool ValidateCopies(List<string> faults)
    {
        if (FeedForward == 0)
            return true;
        int before = faults.Count;
        if (FeedForward < 0)
            faults.Add($"feed-forward parallel is {FeedForward}; it must be at least 1, or 0 for the split that engines take");
        else if (Tensor * Data % FeedForward != 0)
            faults.Add($"feed-forward parallel {FeedForward} does not divide tensor x data = {Tensor * Data}{Nearest(FeedForward, Tensor * Data)}");
        else if (FeedForward % Tensor != 0 && Tensor % FeedForward != 0)
            faults.Add($"feed-forward parallel {FeedForward} neither divides tensor parallel {Tensor} nor is a multiple of it; {Tensor} and {Tensor * Data} do");
        if (Context > 1)
            faults.Add($"feed-forward parallel {FeedForward} cannot be combined with context parallel {Context}; leave one of the two out");
        return faults.Count == before;
    }

    private void ValidateStages(ModelArchitecture model, List<string> faults)
    {
        if (StageLayers.Count == 0)
            return;
        if (StageLayers.Count != Pipeline)
            faults.Add($"layers are given for {StageLayers.Count} stages ({StageLayers}), but pipeline parallel is {Pipeline}; give one number for each stage");
        if (StageLayers.Any(layers => layers < 1))
            faults.Add($"a stage has fewer than 1 layer ({StageLayers}); every stage must have at least 1");
        else if (StageLayers.Sum(layers => (long)layers) != model.Layers.Count)
            faults.Add($"the stages hold {StageLayers.Sum(layers => (long)layers)} layers ({StageLayers}); they must add up to the {model.Layers.Count} of {model.Id}");
    }

    private void ValidateAttention(AttentionSpec attention, List<string> faults)
    {
        switch (attention)
        {
            case GroupedQueryAttention a:
                Divides(Tensor, a.QueryHeads, "tensor", "attention heads", faults);
                if (a.KvHeads % Tensor != 0 && Tensor % a.KvHeads != 0)
                    faults.Add($"tensor parallel {Tensor} neither divides the {a.KvHeads} KV heads nor is a multiple of them; divisors and multiples of {a.KvHeads} do");
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
        string axis = FeedForward > 0 ? "feed-forward" : "tensor";
        switch (feedForward)
        {
            case DenseFeedForward f:
                Divides(DenseDevices, f.Intermediate, axis, "columns of the feed-forward", faults);
                break;
            case MixtureOfExperts f:
                Divides(Expert, f.Experts, "expert", "experts", faults);
                if (f.SharedIntermediate > 0)
                    Divides(DenseDevices, f.SharedIntermediate, axis, "columns of the shared expert", faults);
                if (wholeExperts && f.ExpertIntermediate % (ExpertDevices / Expert) != 0)
                {
                    faults.Add($"each expert is split over {ExpertGroup} / expert = {ExpertDevices / Expert} devices, " +
                        $"which does not divide its {f.ExpertIntermediate} columns; raise expert parallel");
                }

                break;
        }
    }

    private static void Divides(int parts, int whole, string axis, string what, List<string> faults)
    {
        if (whole % parts != 0)
            faults.Add($"{axis} parallel {parts} does not divide the {whole} {what}{Nearest(parts, whole)}");
    }

    /// <summary>The nearest degrees that would do: the divisors of the whole next below and above.</summary>
    private static string Nearest(int parts, int whole)
    {
        if (parts > whole)
            return $"; at most {whole} does";
        int below = parts, above = parts;
        while (whole % below != 0) below--;
        while (whole % above != 0) above++;
        return $"; {below} and {above} do";
    }
}
