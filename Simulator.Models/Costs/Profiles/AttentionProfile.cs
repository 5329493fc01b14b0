using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>Attention of prefill and decode rows.</summary>
public sealed record AttentionProfile
{
    /// <summary>Share of peak arithmetic in 16 bits, in (0, 1].</summary>
    public double ComputeEfficiency { get; init; } = 1;

    /// <summary>Share of peak bandwidth, in (0, 1].</summary>
    public double MemoryEfficiency { get; init; } = 1;

    /// <summary>Fixed time, seconds.</summary>
    public double KernelSeconds { get; init; }

    /// <summary>Time of prefill rows, by their query tokens.</summary>
    /// <param name="shape">The attention of one layer.</param>
    /// <param name="device">The device.</param>
    public AttentionTime Prefill(in AttentionShape shape, Device device) => Flat(device);

    /// <summary>Time of decode rows, by their number.</summary>
    /// <param name="shape">The attention of one layer.</param>
    /// <param name="device">The device.</param>
    public AttentionTime Decode(in AttentionShape shape, Device device) => Flat(device);

    private AttentionTime Flat(Device device) => new()
    {
        FixedSeconds = RowCurve.Constant(KernelSeconds),
        SecondsPerByte = 1 / (device.MemoryBytesPerSecond * MemoryEfficiency),
        SecondsPerFlop = 1 / (device.PeakFlopsPerSecond(NumberFormat.Bf16) * ComputeEfficiency),
        EffectiveRows = RowCurve.Proportional,
    };
}
