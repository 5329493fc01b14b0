using Simulator.Models.Parallelism;

namespace Simulator.Models.Architectures;

/// <summary>What a Hugging Face configuration says.</summary>
/// <param name="Architecture">The shape of the model.</param>
/// <param name="Quantization">Formats that the checkpoint is stored and meant to run in; 16-bit where it says nothing.</param>
public sealed record HuggingFaceModel(ModelArchitecture Architecture, Quantization Quantization);
