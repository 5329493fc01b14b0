namespace Simulator.Models.Architectures;

/// <summary>Feed-forward block of a layer.</summary>
public abstract record FeedForwardSpec
{
    /// <summary>Weights of the block, all experts included.</summary>
    /// <param name="hiddenSize">Width of the residual stream.</param>
    public abstract long ParameterCount(int hiddenSize);

    /// <summary>Weights that one token is multiplied with.</summary>
    /// <param name="hiddenSize">Width of the residual stream.</param>
    public abstract long ActiveParameterCount(int hiddenSize);
}

/// <summary>A dense feed-forward network.</summary>
/// <param name="Intermediate">Inner width.</param>
/// <param name="Gated">True for SwiGLU and the like (three matrices), false for a plain pair.</param>
public sealed record DenseFeedForward(int Intermediate, bool Gated = true) : FeedForwardSpec
{
    /// <inheritdoc/>
    public override long ParameterCount(int hiddenSize) => (Gated ? 3L : 2L) * hiddenSize * Intermediate;

    /// <inheritdoc/>
    public override long ActiveParameterCount(int hiddenSize) => ParameterCount(hiddenSize);
}

/// <summary>A mixture of gated experts.</summary>
/// <param name="Experts">Routed experts.</param>
/// <param name="ActiveExperts">Experts that each token uses.</param>
/// <param name="ExpertIntermediate">Inner width of one expert.</param>
/// <param name="SharedIntermediate">Inner width of the shared expert that every token uses; 0 for none.</param>
public sealed record MixtureOfExperts(int Experts, int ActiveExperts, int ExpertIntermediate, int SharedIntermediate = 0)
    : FeedForwardSpec
{
    /// <summary>Weights of one routed expert.</summary>
    /// <param name="hiddenSize">Width of the residual stream.</param>
    public long ExpertParameterCount(int hiddenSize) => 3L * hiddenSize * ExpertIntermediate;

    /// <summary>Weights of the shared expert.</summary>
    /// <param name="hiddenSize">Width of the residual stream.</param>
    public long SharedParameterCount(int hiddenSize) => 3L * hiddenSize * SharedIntermediate;

    /// <summary>Weights of the router.</summary>
    /// <param name="hiddenSize">Width of the residual stream.</param>
    public long RouterParameterCount(int hiddenSize) => (long)hiddenSize * Experts;

    /// <inheritdoc/>
    public override long ParameterCount(int hiddenSize) => Experts * ExpertParameterCount(hiddenSize) + Common(hiddenSize);

    /// <inheritdoc/>
    public override long ActiveParameterCount(int hiddenSize) => ActiveExperts * ExpertParameterCount(hiddenSize) + Common(hiddenSize);

    private long Common(int hiddenSize) => SharedParameterCount(hiddenSize) + RouterParameterCount(hiddenSize);
}
