using Simulator.Models.Devices;

namespace Simulator.Planning.Apex;

/// <summary>Formats of a run: 32-, 16- or 8-bit floats.</summary>
/// <param name="Weights">Format of the weights: their bytes.</param>
/// <param name="KvCache">Format of the KV cache: its bytes.</param>
/// <param name="Activations">Format of the activations: what collectives move.</param>
public sealed record ApexFormats(NumberFormat Weights, NumberFormat KvCache, NumberFormat Activations)
{
    /// <summary>16 bits for everything.</summary>
    public static ApexFormats Half { get; } = new(NumberFormat.Bf16, NumberFormat.Bf16, NumberFormat.Bf16);

    /// <summary>What operators compute in: the widest of the three, into which the others are unpacked.</summary>
    public NumberFormat Compute =>
        Has(NumberFormat.Fp32) ? NumberFormat.Fp32 : Has(NumberFormat.Bf16) ? NumberFormat.Bf16 : NumberFormat.Fp8;

    /// <summary>Bytes of one number, whole as APEX counts them.</summary>
    internal static long Bytes(NumberFormat format) => format switch
    {
        NumberFormat.Fp32 => 4,
        NumberFormat.Bf16 => 2,
        NumberFormat.Fp8 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "APEX knows 32-, 16- and 8-bit floats."),
    };

    private bool Has(NumberFormat format) => Weights == format || KvCache == format || Activations == format;
}
