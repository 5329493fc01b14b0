using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>Matrix products.</summary>
public sealed record MatrixProfile
{
    /// <summary>Share of peak arithmetic, in (0, 1].</summary>
    public double ComputeEfficiency { get; init; } = 1;

    /// <summary>Share of peak bandwidth, in (0, 1].</summary>
    public double MemoryEfficiency { get; init; } = 1;

    /// <summary>Fixed time, seconds.</summary>
    public double KernelSeconds { get; init; }

    /// <summary>Time of a product by rows.</summary>
    /// <param name="shape">The matrix.</param>
    /// <param name="device">The device.</param>
    public MatrixTime Time(in MatrixShape shape, Device device) => new()
    {
        FixedSeconds = KernelSeconds,
        SecondsPerByte = 1 / (device.MemoryBytesPerSecond * MemoryEfficiency),
        SecondsPerFlop = 1 / (device.PeakFlopsPerSecond(shape.Activations) * ComputeEfficiency),
        EffectiveRows = RowCurve.Proportional,
    };
}
