namespace Simulator.Models.Costs;

/// <summary>What one iteration of a replica takes. Integers, so that sums do not depend on their order.</summary>
/// <param name="Time">Duration in units of 2⁻¹⁶ ns (<see cref="TimeUnitsPerNanosecond"/>); up to 39 hours.</param>
/// <param name="Flops">Floating-point operations on all devices of the replica.</param>
/// <param name="MemoryBytes">Bytes moved to and from device memory, all devices.</param>
/// <param name="LinkBytes">Bytes sent over links between devices, all devices.</param>
/// <param name="Nanojoules">Energy of all devices, 10⁻⁹ J.</param>
public readonly record struct IterationCost(long Time, long Flops, long MemoryBytes, long LinkBytes, long Nanojoules)
{
    /// <summary>Units of <see cref="Time"/> in one nanosecond.</summary>
    public const long TimeUnitsPerNanosecond = 1 << 16;

    /// <summary>Component-wise sum.</summary>
    public static IterationCost operator +(IterationCost a, IterationCost b) => new(
        a.Time + b.Time, a.Flops + b.Flops, a.MemoryBytes + b.MemoryBytes, a.LinkBytes + b.LinkBytes, a.Nanojoules + b.Nanojoules);

    /// <summary>Component-wise multiple.</summary>
    public static IterationCost operator *(IterationCost a, long n) => new(
        a.Time * n, a.Flops * n, a.MemoryBytes * n, a.LinkBytes * n, a.Nanojoules * n);
}
