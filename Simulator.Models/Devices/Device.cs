namespace Simulator.Models.Devices;

/// <summary>An accelerator as its data sheet gives it. Rates are dense (no structured sparsity) and decimal (10⁹, 10¹²).</summary>
public sealed record Device
{
    /// <summary>Lower-case id, such as <c>h100-sxm</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Peak dense rate with 16-bit floats, FLOP/s.</summary>
    public required double Bf16FlopsPerSecond { get; init; }

    /// <summary>Peak dense rate with 8-bit floats, FLOP/s; 0 when the device has none (16-bit is used then).</summary>
    public double Fp8FlopsPerSecond { get; init; }

    /// <summary>Peak dense rate with 8-bit integers, op/s; 0 when the device has none.</summary>
    public double Int8OpsPerSecond { get; init; }

    /// <summary>Peak dense rate with 4-bit floats, FLOP/s; 0 when the device has none.</summary>
    public double Fp4FlopsPerSecond { get; init; }

    /// <summary>Device memory, bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Peak memory bandwidth, bytes/s.</summary>
    public required double MemoryBytesPerSecond { get; init; }

    /// <summary>
    /// Whether check bits of error correction are kept among the data, a sixteenth of the memory and of its traffic: GDDR6 does where it has any. HBM and
    /// GDDR7 have room of their own for them. <see cref="MemoryBytes"/> is what is left; bandwidth is that of the data sheet.
    /// </summary>
    public bool InlineErrorCorrection { get; init; }

    /// <summary>Last-level cache on the chip, bytes; 0 when it is not known. Only calibration uses it: what fits in it is read faster than from memory.</summary>
    public long CacheBytes { get; init; }

    /// <summary>Bandwidth to a device of the same node, bytes/s in one direction.</summary>
    public required double PeerBytesPerSecond { get; init; }

    /// <summary>Bandwidth to a device of another node, bytes/s in one direction.</summary>
    public required double NetworkBytesPerSecond { get; init; }

    /// <summary>Bandwidth to host memory, bytes/s in one direction.</summary>
    public required double HostBytesPerSecond { get; init; }

    /// <summary>Devices that share the fast links of one node.</summary>
    public required int DevicesPerNode { get; init; }

    /// <summary>Power when idle, watts.</summary>
    public required double IdleWatts { get; init; }

    /// <summary>Power at full load (board or TDP), watts.</summary>
    public required double FullWatts { get; init; }

    /// <summary>Power above idle of arithmetic at its peak, as a share of <see cref="FullWatts"/> above idle: 1, and less at a lower clock.</summary>
    public double ArithmeticPowerShare { get; init; } = 1;

    /// <summary>Power above idle of memory traffic at its peak, as a share of <see cref="FullWatts"/> above idle: 1, and less at a lower clock.</summary>
    public double MemoryPowerShare { get; init; } = 1;

    /// <summary>The device at its rated clock when this one has a lower, <see cref="DeviceClock.AtClock"/>; null when it is rated as it is.</summary>
    public Device? Rated { get; init; }

    /// <summary>Rent of one device, US dollars per hour.</summary>
    public required double UsdPerHour { get; init; }

    /// <summary>Where each figure comes from.</summary>
    public required string Source { get; init; }

    /// <summary>Peak rate of a matrix product whose inputs have the format, FLOP/s: the 16-bit rate where the device lacks it.</summary>
    /// <param name="format">Format that the arithmetic runs in.</param>
    public double PeakFlopsPerSecond(NumberFormat format) => format switch
    {
        NumberFormat.Fp32 => Bf16FlopsPerSecond / 2,
        NumberFormat.Fp8 when Fp8FlopsPerSecond > 0 => Fp8FlopsPerSecond,
        NumberFormat.Int8 when Int8OpsPerSecond > 0 => Int8OpsPerSecond,
        NumberFormat.Fp4 when Fp4FlopsPerSecond > 0 => Fp4FlopsPerSecond,
        _ => Bf16FlopsPerSecond,
    };
}
