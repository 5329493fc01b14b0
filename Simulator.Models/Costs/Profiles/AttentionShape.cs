using Simulator.Models.Architectures;
using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>The attention of one layer, as one device has it.</summary>
/// <param name="Attention">What the model says.</param>
/// <param name="Devices">Tensor-parallel devices that split the heads.</param>
/// <param name="Cache">Format of cached keys and values.</param>
public readonly record struct AttentionShape(AttentionSpec Attention, int Devices, NumberFormat Cache)
{
    private const double WideBytes = 2;

    /// <summary>Operations that a prefill counts per query-key pair.</summary>
    public double PrefillFlopsPerPair { get; init; }

    /// <summary>Bytes that a prefill counts per cached or new token.</summary>
    public double PrefillBytesPerContextToken { get; init; }

    /// <summary>Operations that a decode row counts per token of its context.</summary>
    public double DecodeFlopsPerContextToken { get; init; }

    /// <summary>Bytes that a decode row counts per token of its context.</summary>
    public double DecodeBytesPerContextToken { get; init; }

    /// <summary>Bytes of queries and outputs per query token.</summary>
    public double QueryBytesPerToken { get; init; }

    /// <summary>Linear attention: operations per query token; 0 otherwise.</summary>
    public double StateFlopsPerToken { get; init; }

    /// <summary>Linear attention: bytes of state per sequence; 0 otherwise.</summary>
    public double StateBytesPerSequence { get; init; }

    /// <summary>Query heads of one device; value heads in linear attention.</summary>
    public double Heads => Attention switch
    {
        GroupedQueryAttention grouped => (double)grouped.QueryHeads / Devices,
        LatentAttention latent => (double)latent.Heads / Devices,
        LinearAttention linear => (double)linear.ValueHeads / Devices,
        _ => 0,
    };

    /// <summary>Key heads of one device that tiles are made of: those of grouped-query attention, and one latent vector for all heads.</summary>
    public double KeyHeads => Attention is GroupedQueryAttention grouped
        ? (double)grouped.KvElementsPerTokenOn(Devices) / (2 * grouped.HeadDim)
        : 1;

    /// <summary>The operations and bytes of the attention of one layer.</summary>
    /// <remarks>
    /// Latent attention: prefill expands the latent to heads, that of cached tokens too; decode works on the latent itself (matrix absorption).
    /// Linear attention, a gated delta rule: per value head, decay, read with the key, rank-one update and read with the query of a key × value state.
    /// </remarks>
    /// <param name="attention">What the model says.</param>
    /// <param name="devices">Tensor-parallel devices that split the heads.</param>
    /// <param name="cache">Format of cached keys and values.</param>
    /// <exception cref="ArgumentException">The attention is of an unknown kind.</exception>
    public static AttentionShape Of(AttentionSpec attention, int devices, NumberFormat cache)
    {
        double format = cache.BytesPerElement(), share = 1.0 / devices;
        switch (attention)
        {
            case GroupedQueryAttention grouped:
                double queries = (double)grouped.QueryHeads / devices * grouped.HeadDim;
                double keys = grouped.KvElementsPerTokenOn(devices) * format;
                return new(attention, devices, cache)
                {
                    PrefillFlopsPerPair = 4 * queries,
                    DecodeFlopsPerContextToken = 4 * queries,
                    PrefillBytesPerContextToken = keys,
                    DecodeBytesPerContextToken = keys,
                    QueryBytesPerToken = 2 * queries * WideBytes,
                };
            case LatentAttention latent:
                double heads = (double)latent.Heads / devices;
                double expanded = latent.NopeHeadDim + latent.RopeHeadDim + latent.ValueHeadDim;
                double vector = latent.KvRank + latent.RopeHeadDim;
                return new(attention, devices, cache)
                {
                    PrefillFlopsPerPair = 2 * heads * expanded,
                    PrefillBytesPerContextToken = heads * expanded * WideBytes,
                    DecodeFlopsPerContextToken = 2 * heads * (vector + latent.KvRank),
                    DecodeBytesPerContextToken = vector * format,
                    QueryBytesPerToken = heads * (vector + latent.KvRank) * WideBytes,
                };
            case LinearAttention linear:
                double values = linear.ValueHeads * linear.ValueHeadDim * share;
                return new(attention, devices, cache)
                {
                    QueryBytesPerToken = (2 * linear.KeyHeads * linear.KeyHeadDim * share + 2 * values) * WideBytes,
                    StateFlopsPerToken = 7 * values * linear.KeyHeadDim,
                    StateBytesPerSequence = 2 * linear.StateBytesPerSequence * share,
                };
            default:
                throw new ArgumentException($"Attention of an unknown kind, {attention?.GetType().Name}.", nameof(attention));
        }
    }
}
