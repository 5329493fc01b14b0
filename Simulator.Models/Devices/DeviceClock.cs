using System.Globalization;

namespace Simulator.Models.Devices;

/// <summary>Devices at a lower clock than the one that their data sheets give rates for.</summary>
/// <remarks>
/// <para>
/// Arithmetic goes by the clock. Memory and links have clocks of their own and keep their bandwidth; fixed times of kernels stay too. Large matrix products do not run
/// at the rated clock, since they would draw more than the board may: H100 holds about 1.5 of its 1.83 GHz then, <see cref="SustainedShare"/> of it, so that at 810 MHz a prefill takes 1.88 times as
/// long (789 ms and 1,486 ms in APEX, arXiv 2411.17651) and not 2.26 times. A lower clock gives that share back, by the square root as
/// <see cref="Costs.Profiles.CostProfiles"/> has it for devices with more watts for an operation.
/// </para>
/// <para>
/// Power above idle goes by C·V²·f. Voltage rises with the clock at high clocks and has a floor at low ones, so that power goes by the clock's third power there and by
/// its first here: the square lies between and is taken throughout, so that an operation takes energy by the clock. Of what streaming from memory draws, 55 % belongs to memory and
/// its interface and stays: at low clocks decoding then takes a third less energy, as was measured on H200 (up to 32 %, arXiv 2605.11999).
/// </para>
/// </remarks>
public static class DeviceClock
{
    /// <summary>Clock that large matrix products have when the device is left to itself, as a share of the rated one.</summary>
    internal const double SustainedShare = 5.0 / 6;

    private const double MemoryOwnPower = 0.55;

    /// <summary>A device at another clock; the device itself at its rated one.</summary>
    /// <param name="device">The device, at its rated clock.</param>
    /// <param name="clock">The clock as a share of the rated one, above 0 and at most 1. H100 is rated at 1,830 MHz: 132 SMs of 4,096 FLOP a cycle are 989.4 TFLOP/s then.</param>
    /// <exception cref="ArgumentException">The share is out of range, or the device has another clock already.</exception>
    public static Device AtClock(this Device device, double clock)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (!(clock > 0 && clock <= 1))
            throw new ArgumentException($"A clock of {clock.ToString(CultureInfo.InvariantCulture)} times the rated one; it must be above 0 and at most 1.", nameof(clock));
        if (device.Rated is not null)
            throw new ArgumentException($"{device.Id} has another clock already.", nameof(device));
        if (clock == 1)
            return device;
        double square = clock * clock;
        return device with
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{device.Id}@{clock}"),
            Name = string.Create(CultureInfo.InvariantCulture, $"{device.Name} at {100 * clock:0.##} % of its clock"),
            Bf16FlopsPerSecond = clock * device.Bf16FlopsPerSecond,
            Fp8FlopsPerSecond = clock * device.Fp8FlopsPerSecond,
            Int8OpsPerSecond = clock * device.Int8OpsPerSecond,
            Fp4FlopsPerSecond = clock * device.Fp4FlopsPerSecond,
            ArithmeticPowerShare = clock * Math.Min(1, clock / SustainedShare),
            MemoryPowerShare = MemoryOwnPower + (1 - MemoryOwnPower) * square,
            Rated = device,
        };
    }
}
