using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>Matrix products: measured by format and shape, or of constant efficiency.</summary>
public sealed record MatrixProfile
{
    /// <summary>Share of peak arithmetic without measured kernels, in (0, 1].</summary>
    public double ComputeEfficiency { get; init; } = 1;

    /// <summary>Share of peak bandwidth without measured kernels, in (0, 1].</summary>
    public double MemoryEfficiency { get; init; } = 1;

    /// <summary>Fixed time without measured kernels, seconds.</summary>
    public double KernelSeconds { get; init; }

    /// <summary>Measured kernels, one entry a format; empty for constant efficiency.</summary>
    public IReadOnlyList<MatrixKernels> Kernels { get; init; } = [];

    /// <summary>Time of a product by rows.</summary>
    /// <remarks>A format that was not measured reaches what the most similar one does: of 8-bit floats the other scaling, else 16 bits.</remarks>
    /// <param name="shape">The matrix.</param>
    /// <param name="device">The device.</param>
    public MatrixTime Time(in MatrixShape shape, Device device)
    {
        MatrixFormat format = MatrixFormats.Of(shape);
        MatrixKernels? kernels = Find(format) ?? format switch
        {
            MatrixFormat.Fp8Block or MatrixFormat.Int8 => Find(MatrixFormat.Fp8),
            MatrixFormat.Fp8 => Find(MatrixFormat.Fp8Block),
            _ => null,
        };
        kernels ??= Find(MatrixFormat.Bf16);
        if (kernels is not null)
            return kernels.Time(shape, device);
        return new()
        {
            FixedSeconds = KernelSeconds,
            SecondsPerByte = 1 / (device.MemoryBytesPerSecond * MemoryEfficiency),
            SecondsPerFlop = 1 / (device.PeakFlopsPerSecond(shape.Activations) * ComputeEfficiency),
            EffectiveRows = RowCurve.Proportional,
        };
    }

    /// <summary>What another device is taken to reach.</summary>
    internal MatrixProfile On(Device measured, ReachRatio reach) => this with { Kernels = [.. Kernels.Select(kernels => kernels.On(measured, reach))] };

    internal IEnumerable<string> Validate()
    {
        if (!(ComputeEfficiency is > 0 and <= 1 && MemoryEfficiency is > 0 and <= 1 && KernelSeconds is >= 0 and <= 1))
            yield return "matrix: efficiencies must be above 0 and at most 1, and kernelSeconds from 0 to 1.";
        foreach (string fault in Kernels.SelectMany(kernels => kernels.Validate()))
            yield return $"matrix: {fault}";
    }

    private MatrixKernels? Find(MatrixFormat format)
    {
        foreach (MatrixKernels kernels in Kernels)
        {
            if (kernels.Format == format) return kernels;
        }
        return null;
    }
}
