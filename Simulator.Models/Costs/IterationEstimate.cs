namespace Simulator.Models.Costs;

/// <summary>What one iteration takes, as the smooth model gives it. Blittable.</summary>
public struct IterationEstimate
{
    /// <summary>Time of the whole pass, over all pipeline stages, host included, seconds.</summary>
    public double Seconds;

    /// <summary>Time for which the pass holds the slowest pipeline stage, seconds; micro-batches in flight follow each other at this distance. Host included.</summary>
    public double StageSeconds;

    /// <summary>Host time around the pass, seconds; a part of <see cref="Seconds"/> unless it is overlapped.</summary>
    public double HostSeconds;

    /// <summary>Time of the kernels and collectives, seconds.</summary>
    public double DeviceSeconds;

    /// <summary>Host time of the launches that no graph saves, seconds; the device is not done earlier.</summary>
    public double LaunchSeconds;

    /// <summary>Floating-point operations, all devices.</summary>
    public double Flops;

    /// <summary>Bytes to and from device memory, all devices.</summary>
    public double MemoryBytes;

    /// <summary>Bytes sent over links, all devices.</summary>
    public double LinkBytes;

    /// <summary>Energy of the devices that run the pass, joules; see <see cref="Roofline"/>.</summary>
    public double Joules;
}
