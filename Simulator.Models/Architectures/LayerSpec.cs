namespace Simulator.Models.Architectures;

/// <summary>One decoder layer: an attention block, then a feed-forward block.</summary>
public sealed record LayerSpec(AttentionSpec Attention, FeedForwardSpec FeedForward)
{
    /// <summary>Weights of the layer: both blocks and the two norms before them.</summary>
    /// <remarks>Biases, and norms inside a block, are left out: together they stay below 0.2 % of any model.</remarks>
    /// <param name="hiddenSize">Width of the residual stream.</param>
    public long ParameterCount(int hiddenSize) =>
        Attention.ParameterCount(hiddenSize) + FeedForward.ParameterCount(hiddenSize) + 2L * hiddenSize;
}
