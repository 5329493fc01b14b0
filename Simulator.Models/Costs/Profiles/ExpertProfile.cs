using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>Routed experts.</summary>
public sealed record ExpertProfile
{
    /// <summary>Share of peak arithmetic, in (0, 1].</summary>
    public double ComputeEfficiency { get; init; } = 1;

    /// <summary>Share of peak bandwidth, in (0, 1].</summary>
    public double MemoryEfficiency { get; init; } = 1;

    /// <summary>Fixed time, seconds.</summary>
    public double KernelSeconds { get; init; }

    /// <summary>Time of the experts of one layer, by tokens of the whole batch.</summary>
    /// <param name="shape">The experts.</param>
    /// <param name="device">The device.</param>
    public ExpertTime Time(in ExpertShape shape, Device device) => new()
    {
        FixedSeconds = KernelSeconds,
        SecondsPerByte = 1 / (device.MemoryBytesPerSecond * MemoryEfficiency),
        SecondsPerFlop = 1 / (device.PeakFlopsPerSecond(shape.Activations) * ComputeEfficiency),
        EffectiveTokens = RowCurve.Proportional,
    };
}
