using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>A fixed matrix that rows are multiplied by, as one device has it.</summary>
/// <param name="Outputs">Columns of the result (n), above 0.</param>
/// <param name="Inputs">Columns of the rows (k), above 0.</param>
/// <param name="Weights">Format of the matrix.</param>
/// <param name="Activations">Format that the product runs in: the device's rate for it is the peak.</param>
/// <param name="WeightBytes">Bytes of one weight, scales included.</param>
public readonly record struct MatrixShape(double Outputs, double Inputs, NumberFormat Weights, NumberFormat Activations, double WeightBytes)
{
    private const double WideBytes = 2;

    /// <summary>Whether 8-bit weights have a scale per block of 128 × 128, and rows one per 128 inputs.</summary>
    public bool BlockScaled { get; init; }

    /// <summary>Operations per row.</summary>
    public double FlopsPerRow => 2 * Inputs * Outputs;

    /// <summary>Bytes of the matrix.</summary>
    public double MatrixBytes => Inputs * Outputs * WeightBytes;

    /// <summary>Bytes read and written per row: inputs in the format of the product, outputs in 16 bits.</summary>
    public double BytesPerRow => Inputs * Activations.BytesPerElement() + Outputs * WideBytes;

    /// <summary>A 16-bit matrix.</summary>
    /// <param name="outputs">Columns of the result.</param>
    /// <param name="inputs">Columns of the rows.</param>
    public static MatrixShape Wide(double outputs, double inputs) => new(outputs, inputs, NumberFormat.Bf16, NumberFormat.Bf16, WideBytes);
}
