using Simulator.Models.Architectures;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration;

/// <summary>One measured attention kernel: rows of equal length.</summary>
/// <param name="Shape">What was attended.</param>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Tokens">Query tokens of each row; 1 in decode.</param>
/// <param name="Context">Cached tokens of each row.</param>
/// <param name="Kernel">Name of the kernel that ran.</param>
/// <param name="Seconds">The time that it took.</param>
internal readonly record struct AttentionSample(AttentionShape Shape, int Rows, int Tokens, int Context, string Kernel, double Seconds)
{
    /// <summary>Tokens that a query can look back on; 0 for all of them.</summary>
    public int Window => Shape.Attention is GroupedQueryAttention { Window: int window } ? window : 0;

    /// <summary>Query tokens of the batch.</summary>
    public double Queries => (double)Rows * Tokens;

    /// <summary>Keys that decode rows look back on, their own with them.</summary>
    public double Keys => (double)Rows * ((Window == 0 ? Context : Math.Min(Context, Window)) + 1);

    /// <summary>Query-key pairs of a prefill under its mask.</summary>
    public double Pairs
    {
        get
        {
            double ramp = Window == 0 ? Tokens : Math.Clamp(Window - Context, 0, Tokens);
            return Rows * (ramp * Context + ramp * (ramp + 1) / 2 + (Tokens - ramp) * Window);
        }
    }

    /// <summary>Operations and bytes of a prefill.</summary>
    public (double Flops, double Bytes) PrefillWork()
    {
        double keys = (double)Rows * ((Window == 0 ? Context : Math.Min(Context, Window)) + Tokens);
        return (Pairs * Shape.PrefillFlopsPerPair + Queries * Shape.StateFlopsPerToken,
            keys * Shape.PrefillBytesPerContextToken + Queries * Shape.QueryBytesPerToken + Rows * Shape.StateBytesPerSequence);
    }

    /// <summary>Operations and bytes of a decode.</summary>
    public (double Flops, double Bytes) DecodeWork() =>
        (Keys * Shape.DecodeFlopsPerContextToken + Rows * Shape.StateFlopsPerToken,
        Keys * Shape.DecodeBytesPerContextToken + Rows * (Shape.QueryBytesPerToken + Shape.StateBytesPerSequence));

    /// <summary>Whether the time is below what the device needs at its peak.</summary>
    /// <param name="work">Operations and bytes.</param>
    /// <param name="device">The device.</param>
    public bool IsFasterThanPeak((double Flops, double Bytes) work, Device device) =>
        Seconds < Math.Max(work.Flops / device.Bf16FlopsPerSecond, work.Bytes / device.MemoryBytesPerSecond);

    /// <summary>
    /// Whether what a decode reads fits the cache of the chip, where repeated measurement finds it and an engine does not, and takes a good part of the time.
    /// </summary>
    /// <param name="work">Operations and bytes.</param>
    /// <param name="device">The device.</param>
    public bool IsCached((double Flops, double Bytes) work, Device device) =>
        work.Bytes <= CacheMargin * device.CacheBytes && work.Bytes / device.MemoryBytesPerSecond > CachePart * Seconds;

    private const double CacheMargin = 1.2;
    private const double CachePart = 0.15;
}
