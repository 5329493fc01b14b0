using Simulator.Models.Architectures;
using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>The routed experts of one layer, as one device has them.</summary>
/// <param name="Model">What the model says.</param>
/// <param name="Hidden">Width of the hidden state.</param>
/// <param name="Tensor">Devices that split every expert.</param>
/// <param name="Expert">Devices, or groups of them, that whole experts are spread over.</param>
/// <param name="Weights">Format of the weights.</param>
/// <param name="Activations">Format that the products run in: the device's rate for it is the peak.</param>
public readonly record struct ExpertShape(
    MixtureOfExperts Model, double Hidden, int Tensor, int Expert, NumberFormat Weights, NumberFormat Activations)
{
    /// <summary>Bytes of one expert's slice.</summary>
    public double ExpertBytes { get; init; }

    /// <summary>Operations counted per token of the whole batch.</summary>
    public double FlopsPerToken { get; init; }

    /// <summary>Bytes of activations counted per token of the whole batch.</summary>
    public double BytesPerToken { get; init; }
}
