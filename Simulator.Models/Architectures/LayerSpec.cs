namespace Simulator.Models.Architectures;

/// <summary>One decoder layer: an attention block, then a feed-forward block.</summary>
public sealed record LayerSpec(AttentionSpec Attention, FeedForwardSpec FeedForward);

/// <summary>Attention block of a layer.</summary>
public abstract record AttentionSpec;

/// <summary>Grouped-query attention (multi-head when the head counts are equal, multi-query when there is one KV head).</summary>
/// <param name="QueryHeads">Query heads.</param>
/// <param name="KvHeads">Key and value heads; divides the query heads.</param>
/// <param name="HeadDim">Width of a head.</param>
/// <param name="Window">Tokens that a query can look back on; null for all of them.</param>
public sealed record GroupedQueryAttention(int QueryHeads, int KvHeads, int HeadDim, int? Window = null) : AttentionSpec;

/// <summary>Multi-head latent attention (DeepSeek-V2/V3): one compressed KV vector a token, shared by all heads.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="QueryRank">Width of the compressed query; 0 when queries are not compressed.</param>
/// <param name="KvRank">Width of the compressed key-value vector.</param>
/// <param name="NopeHeadDim">Width of the part of a key without rotary positions.</param>
/// <param name="RopeHeadDim">Width of the rotary part, shared by all heads.</param>
/// <param name="ValueHeadDim">Width of a value head.</param>
public sealed record LatentAttention(int Heads, int QueryRank, int KvRank, int NopeHeadDim, int RopeHeadDim, int ValueHeadDim)
    : AttentionSpec;

/// <summary>Linear attention with a state of fixed size per sequence (gated delta rule), so no KV cache that grows.</summary>
/// <param name="KeyHeads">Key heads.</param>
/// <param name="ValueHeads">Value heads.</param>
/// <param name="KeyHeadDim">Width of a key head.</param>
/// <param name="ValueHeadDim">Width of a value head.</param>
/// <param name="ConvolutionWidth">Taps of the short convolution before it.</param>
public sealed record LinearAttention(int KeyHeads, int ValueHeads, int KeyHeadDim, int ValueHeadDim, int ConvolutionWidth)
    : AttentionSpec;

/// <summary>Feed-forward block of a layer.</summary>
public abstract record FeedForwardSpec;

/// <summary>A dense feed-forward network.</summary>
/// <param name="Intermediate">Inner width.</param>
/// <param name="Gated">True for SwiGLU and the like (three matrices), false for a plain pair.</param>
public sealed record DenseFeedForward(int Intermediate, bool Gated = true) : FeedForwardSpec;

/// <summary>A mixture of gated experts.</summary>
/// <param name="Experts">Routed experts.</param>
/// <param name="ActiveExperts">Experts that each token uses.</param>
/// <param name="ExpertIntermediate">Inner width of one expert.</param>
/// <param name="SharedIntermediate">Inner width of the shared expert that every token uses; 0 for none.</param>
public sealed record MixtureOfExperts(int Experts, int ActiveExperts, int ExpertIntermediate, int SharedIntermediate = 0)
    : FeedForwardSpec;
