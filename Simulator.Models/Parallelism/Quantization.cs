using Simulator.Models.Devices;

namespace Simulator.Models.Parallelism;

/// <summary>Number formats of a deployed model; each is set on its own.</summary>
/// <param name="Weights">Format of the weight matrices. Embedding, head, routers and norms stay 16-bit.</param>
/// <param name="Activations">Format that matrix products run in: the device's rate for it is the peak.</param>
/// <param name="KvCache">Format of cached keys and values.</param>
public readonly record struct Quantization(NumberFormat Weights, NumberFormat Activations, NumberFormat KvCache)
{
    /// <summary>16-bit everywhere.</summary>
    public static Quantization Bf16 => new(NumberFormat.Bf16, NumberFormat.Bf16, NumberFormat.Bf16);

    /// <summary>
    /// Format of the routed experts where it is another than <see cref="Weights"/> (gpt-oss: 4-bit experts, 16-bit attention); null for
    /// the same.
    /// </summary>
    public NumberFormat? ExpertWeights { get; init; }

    /// <summary>Weights that share a scale factor in a 4-bit format; 0 for the format's usual group (16 in FP4, 128 in INT4).</summary>
    public int WeightGroup { get; init; }

    /// <summary>
    /// Whether 8-bit weights have a scale per block of 128 × 128, and the rows they are multiplied with one per 128 numbers (DeepSeek-V3), which
    /// other kernels run than those with a scale per matrix, channel or token.
    /// </summary>
    public bool BlockScaled { get; init; }

    /// <summary>Bytes of one weight of attention, dense feed-forward and shared experts, scales included.</summary>
    public double WeightBytes => Bytes(Weights);

    /// <summary>Bytes of one weight of the routed experts, scales included.</summary>
    public double ExpertWeightBytes => Bytes(ExpertWeights ?? Weights);

    private double Bytes(NumberFormat format) => WeightGroup > 0 ? format.BytesPerElement(WeightGroup) : format.BytesPerElement();
}
