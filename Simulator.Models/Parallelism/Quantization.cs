using Simulator.Models.Devices;

namespace Simulator.Models.Parallelism;

/// <summary>Number formats of a deployed model; each is set on its own.</summary>
/// <param name="Weights">Format of the weight matrices. Embedding and head stay 16-bit.</param>
/// <param name="Activations">Format that matrix products run in: the device's rate for it is the peak.</param>
/// <param name="KvCache">Format of cached keys and values.</param>
public readonly record struct Quantization(NumberFormat Weights, NumberFormat Activations, NumberFormat KvCache)
{
    /// <summary>16-bit everywhere.</summary>
    public static Quantization Bf16 => new(NumberFormat.Bf16, NumberFormat.Bf16, NumberFormat.Bf16);
}
