using Simulator.Models.Architectures;
using Simulator.Models.Parallelism;

namespace Simulator.Planning.Apex;

/// <summary>A transformer as APEX plans it: equal blocks, each a chain of cells, the first of them attention.</summary>
/// <remarks>Embedding and output head cost no time and no memory there.</remarks>
/// <param name="Name">Name for people.</param>
/// <param name="Blocks">Equal blocks, at least 1.</param>
/// <param name="Cells">The cells of a block; the first is its only attention.</param>
public sealed record ApexModel(string Name, int Blocks, IReadOnlyList<ApexCell> Cells)
{
    /// <summary>The attention of a block.</summary>
    public ApexAttention Attention => (ApexAttention)Cells[0];

    /// <summary>Width of the residual stream.</summary>
    public int HiddenSize => Attention.HiddenSize;

    /// <summary>The cells that a model really has: attention, and a gated feed-forward network or experts.</summary>
    /// <param name="architecture">A model whose layers are all alike and use grouped-query attention.</param>
    /// <exception cref="PlanException">Layers differ, or a block is of a kind that APEX's grammar lacks.</exception>
    public static ApexModel Of(ModelArchitecture architecture)
    {
        LayerSpec layer = architecture.Layers[0];
        if (architecture.Layers.Any(other => other != layer))
            throw new PlanException(architecture.Id, ["its layers differ, and plans of equal stages need equal layers"]);
        if (layer.Attention is not GroupedQueryAttention attention)
            throw new PlanException(architecture.Id, ["its attention is not grouped-query attention, the only kind that plans can split by heads"]);
        return new(architecture.Name, architecture.Layers.Count,
        [
            new ApexAttention(architecture.HiddenSize, attention.QueryHeads, attention.KvHeads) { HeadSize = attention.HeadDim },
            layer.FeedForward switch
            {
                DenseFeedForward dense =>
                    new ApexFeedForward(architecture.HiddenSize, dense.Intermediate, dense.Gated ? ApexFeedForwardKind.SwiGlu : ApexFeedForwardKind.Mlp),
                MixtureOfExperts { SharedIntermediate: 0 } experts => new ApexFeedForward(
                    architecture.HiddenSize, experts.ExpertIntermediate, ApexFeedForwardKind.SwiGlu, experts.Experts, experts.ActiveExperts),
                _ => throw new PlanException(architecture.Id, ["its feed-forward network is neither dense nor a mixture without shared experts"]),
            },
        ]);
    }
}
