using Simulator.Models.Architectures;
using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>The attention of one layer, as one device has it.</summary>
/// <param name="Attention">What the model says.</param>
/// <param name="Devices">Tensor-parallel devices that split the heads.</param>
/// <param name="Cache">Format of cached keys and values.</param>
public readonly record struct AttentionShape(AttentionSpec Attention, int Devices, NumberFormat Cache)
{
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
}
