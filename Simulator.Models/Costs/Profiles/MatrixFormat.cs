using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>Number formats of a matrix product that engines have kernels of their own for.</summary>
public enum MatrixFormat
{
    /// <summary>16-bit floats.</summary>
    Bf16,

    /// <summary>8-bit floats with a scale per matrix, channel or token.</summary>
    Fp8,

    /// <summary>8-bit floats with a scale per block of 128 × 128 weights and per 128 inputs of a row (DeepSeek-V3).</summary>
    Fp8Block,

    /// <summary>4-bit floats with an 8-bit scale per 16 numbers.</summary>
    Nvfp4,

    /// <summary>8-bit integers.</summary>
    Int8,

    /// <summary>8-bit integer weights, turned to 16-bit floats in the kernel.</summary>
    Int8WeightOnly,

    /// <summary>4-bit integer weights, turned to 16-bit floats in the kernel.</summary>
    Int4WeightOnly,
}

/// <summary>Formats of matrix products.</summary>
public static class MatrixFormats
{
    /// <summary>The kernels that a matrix is multiplied with.</summary>
    /// <param name="shape">The matrix.</param>
    public static MatrixFormat Of(in MatrixShape shape) => (shape.Weights, shape.Activations) switch
    {
        (NumberFormat.Fp8, NumberFormat.Fp8) => shape.BlockScaled ? MatrixFormat.Fp8Block : MatrixFormat.Fp8,
        (NumberFormat.Fp4, NumberFormat.Fp4) => MatrixFormat.Nvfp4,
        (NumberFormat.Int8, NumberFormat.Int8) => MatrixFormat.Int8,
        (NumberFormat.Int8, _) => MatrixFormat.Int8WeightOnly,
        (NumberFormat.Int4, _) => MatrixFormat.Int4WeightOnly,
        _ => MatrixFormat.Bf16,
    };

    /// <summary>A matrix of the format, as the kernels are measured with it.</summary>
    /// <param name="format">The format.</param>
    /// <param name="outputs">Columns of the result.</param>
    /// <param name="inputs">Columns of the rows.</param>
    public static MatrixShape Shape(MatrixFormat format, double outputs, double inputs)
    {
        (NumberFormat weights, NumberFormat activations) = format switch
        {
            MatrixFormat.Fp8 or MatrixFormat.Fp8Block => (NumberFormat.Fp8, NumberFormat.Fp8),
            MatrixFormat.Nvfp4 => (NumberFormat.Fp4, NumberFormat.Fp4),
            MatrixFormat.Int8 => (NumberFormat.Int8, NumberFormat.Int8),
            MatrixFormat.Int8WeightOnly => (NumberFormat.Int8, NumberFormat.Bf16),
            MatrixFormat.Int4WeightOnly => (NumberFormat.Int4, NumberFormat.Bf16),
            _ => (NumberFormat.Bf16, NumberFormat.Bf16),
        };
        return new(outputs, inputs, weights, activations, weights.BytesPerElement()) { BlockScaled = format == MatrixFormat.Fp8Block };
    }
}
