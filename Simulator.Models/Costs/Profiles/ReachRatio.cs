using Simulator.Models.Devices;

namespace Simulator.Models.Costs.Profiles;

/// <summary>How much larger shares of its data sheet's rates one device reaches than another with the same kernels.</summary>
/// <remarks>
/// <para>
/// Arithmetic: tensor cores that are all at work draw more than the board may, and the clock settles where the power is used up. Power goes by the
/// clock at the lowest voltage and by its third power where voltage rises with the clock; by its square in between. So the share of the peak goes by the
/// square root of the watts that there are for an operation of the peak: an RTX 4090 has 2.8 times those of an L40S, whose chip it shares, and holds
/// its clock. Among devices with 8-bit floats alone, which are all of one class of silicon process (TSMC's 4N, 4NP and N5): an operation takes
/// other energy on those before them.
/// </para>
/// <para>Memory: check bits that are kept among the data (<see cref="Device.InlineErrorCorrection"/>) take a sixteenth of the traffic.</para>
/// </remarks>
/// <param name="Arithmetic">The ratio of the shares of peak arithmetic, above 0.</param>
/// <param name="Memory">The ratio of the shares of peak bandwidth, above 0.</param>
internal readonly record struct ReachRatio(double Arithmetic, double Memory)
{
    private const double InlineData = 15.0 / 16;

    /// <summary>What a device reaches in relation to one that was measured.</summary>
    public static ReachRatio Of(Device measured, Device device)
    {
        bool comparable = measured.Fp8FlopsPerSecond > 0 && device.Fp8FlopsPerSecond > 0;
        double arithmetic = comparable ? Math.Sqrt(WattsPerFlop(device) / WattsPerFlop(measured)) : 1;
        // At a lower clock the same chip wins back what its power withheld, and no more.
        if (device.Rated == measured)
            arithmetic = Math.Min(arithmetic, 1 / DeviceClock.SustainedShare);
        return new(arithmetic, DataShare(device) / DataShare(measured));
    }

    /// <summary>A share of peak arithmetic as the other device reaches it, at most 1.</summary>
    public double OfArithmetic(double share) => Math.Min(1, share * Arithmetic);

    /// <summary>A share of peak bandwidth as the other device reaches it, at most 1.</summary>
    public double OfMemory(double share) => Math.Min(1, share * Memory);

    private static double WattsPerFlop(Device device) => device.FullWatts / device.Bf16FlopsPerSecond;

    private static double DataShare(Device device) => device.InlineErrorCorrection ? InlineData : 1;
}
