using Simulator.Models.Devices;

namespace Simulator.Models.Architectures;

/// <summary>Attention block of a layer.</summary>
public abstract record AttentionSpec
{
    /// <summary>Numbers that the KV cache keeps of each token.</summary>
    public abstract long KvElementsPerToken { get; }

    /// <summary>State of fixed size that each sequence holds beside the KV cache, bytes.</summary>
    public virtual long StateBytesPerSequence => 0;

    /// <summary>Weights of the projections.</summary>
    /// <param name="hiddenSize">Width of the residual stream.</param>
    public abstract long ParameterCount(int hiddenSize);

    /// <summary>Weights that one device of a tensor-parallel group holds.</summary>
    /// <param name="hiddenSize">Width of the residual stream.</param>
    /// <param name="tensor">Devices of the group, at least 1.</param>
    public abstract long ParameterCountOn(int hiddenSize, int tensor);

    /// <summary>Numbers that one device of a tensor-parallel group keeps of each token.</summary>
    /// <param name="tensor">Devices of the group, at least 1.</param>
    public abstract long KvElementsPerTokenOn(int tensor);

    /// <summary>Bytes that the KV cache keeps of each token, all devices together when nothing is replicated.</summary>
    /// <remarks>A sliding window does not lessen it: it bounds how many tokens are kept, not the bytes of each.</remarks>
    /// <param name="format">Format of the cache.</param>
    public double KvBytesPerToken(NumberFormat format) => KvElementsPerToken * format.BytesPerElement();
}

/// <summary>Grouped-query attention (multi-head when the head counts are equal, multi-query when there is one KV head).</summary>
/// <param name="QueryHeads">Query heads.</param>
/// <param name="KvHeads">Key and value heads; divides the query heads.</param>
/// <param name="HeadDim">Width of a head.</param>
/// <param name="Window">Tokens that a query can look back on; null for all of them.</param>
/// <param name="OutputGate">True when a gate as wide as the queries multiplies the output (Qwen3.5).</param>
public sealed record GroupedQueryAttention(int QueryHeads, int KvHeads, int HeadDim, int? Window = null, bool OutputGate = false)
    : AttentionSpec
{
    /// <inheritdoc/>
    public override long KvElementsPerToken => 2L * KvHeads * HeadDim;

    /// <inheritdoc/>
    public override long ParameterCount(int hiddenSize) =>
        (long)hiddenSize * HeadDim * (QueryHeads * (OutputGate ? 3L : 2L) + 2L * KvHeads);

    /// <summary>Weights that one device holds: query and output heads are split, KV heads split or replicated.</summary>
    /// <param name="hiddenSize">Width of the residual stream.</param>
    /// <param name="tensor">Devices of the group, at least 1.</param>
    public override long ParameterCountOn(int hiddenSize, int tensor) =>
        (long)hiddenSize * HeadDim * ((QueryHeads + tensor - 1) / tensor * (OutputGate ? 3L : 2L) + 2L * ((KvHeads + tensor - 1) / tensor));

    /// <summary>
    /// Numbers that one device keeps of each token: KV heads are split, and replicated when there are fewer than devices.
    /// </summary>
    /// <param name="tensor">Devices of the group, at least 1.</param>
    public override long KvElementsPerTokenOn(int tensor) => 2L * HeadDim * ((KvHeads + tensor - 1) / tensor);
}

/// <summary>Multi-head latent attention (DeepSeek-V2/V3): one compressed KV vector a token, shared by all heads.</summary>
/// <remarks>
/// Also stands for DeepSeek sparse attention (DeepSeek-V3.2, GLM-5), which adds an indexer: its weights (about 0.1 % of the
/// model), its 128 bytes of cache a token and layer, and its choice of at most 2,048 tokens to look at are not modelled.
/// </remarks>
/// <param name="Heads">Query heads.</param>
/// <param name="QueryRank">Width of the compressed query; 0 when queries are not compressed.</param>
/// <param name="KvRank">Width of the compressed key-value vector.</param>
/// <param name="NopeHeadDim">Width of the part of a key without rotary positions.</param>
/// <param name="RopeHeadDim">Width of the rotary part, shared by all heads.</param>
/// <param name="ValueHeadDim">Width of a value head.</param>
public sealed record LatentAttention(int Heads, int QueryRank, int KvRank, int NopeHeadDim, int RopeHeadDim, int ValueHeadDim)
    : AttentionSpec
{
    /// <inheritdoc/>
    public override long KvElementsPerToken => KvRank + RopeHeadDim;

    /// <inheritdoc/>
    public override long ParameterCount(int hiddenSize) => ParameterCountOn(hiddenSize, 1);

    /// <summary>Weights that one device holds: heads are split, the projections down to the compressed vectors are replicated.</summary>
    /// <param name="hiddenSize">Width of the residual stream.</param>
    /// <param name="tensor">Devices of the group, at least 1.</param>
    public override long ParameterCountOn(int hiddenSize, int tensor)
    {
        long heads = (Heads + tensor - 1) / tensor;
        long queryWidth = heads * (NopeHeadDim + RopeHeadDim);
        long query = QueryRank > 0 ? QueryRank * (hiddenSize + queryWidth) : hiddenSize * queryWidth;
        long down = (long)hiddenSize * (KvRank + RopeHeadDim);
        long up = KvRank * heads * (NopeHeadDim + ValueHeadDim);
        return query + down + up + heads * ValueHeadDim * hiddenSize;
    }

    /// <summary>Numbers that one device keeps of each token: all of them, since every head needs the whole vector.</summary>
    /// <param name="tensor">Devices of the group, at least 1.</param>
    public override long KvElementsPerTokenOn(int tensor) => KvElementsPerToken;
}

/// <summary>Linear attention with a state of fixed size per sequence (gated delta rule), so no KV cache that grows.</summary>
/// <param name="KeyHeads">Key heads, and as many query heads.</param>
/// <param name="ValueHeads">Value heads.</param>
/// <param name="KeyHeadDim">Width of a key head.</param>
/// <param name="ValueHeadDim">Width of a value head.</param>
/// <param name="ConvolutionWidth">Taps of the short convolution before it.</param>
public sealed record LinearAttention(int KeyHeads, int ValueHeads, int KeyHeadDim, int ValueHeadDim, int ConvolutionWidth)
    : AttentionSpec
{
    /// <inheritdoc/>
    public override long KvElementsPerToken => 0;

    /// <summary>
    /// State of each sequence, bytes: a 32-bit matrix for each value head, and the last 16-bit inputs of the convolution.
    /// </summary>
    public override long StateBytesPerSequence =>
        4L * ValueHeads * KeyHeadDim * ValueHeadDim + 2L * (ConvolutionWidth - 1) * ConvolvedWidth;

    private long ConvolvedWidth => 2L * KeyHeads * KeyHeadDim + (long)ValueHeads * ValueHeadDim;

    /// <inheritdoc/>
    public override long ParameterCount(int hiddenSize)
    {
        long valueWidth = (long)ValueHeads * ValueHeadDim;
        long inputs = hiddenSize * (ConvolvedWidth + valueWidth + 2L * ValueHeads); // queries, keys, values; output gate; decay and rate
        return inputs + ConvolutionWidth * ConvolvedWidth + valueWidth * hiddenSize;
    }

    /// <inheritdoc/>
    public override long ParameterCountOn(int hiddenSize, int tensor) => (ParameterCount(hiddenSize) + tensor - 1) / tensor;

    /// <inheritdoc/>
    public override long KvElementsPerTokenOn(int tensor) => 0;
}
