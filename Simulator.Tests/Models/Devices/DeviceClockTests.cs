using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;
using Simulator.Tests.Models.Costs;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Devices;

public sealed class DeviceClockTests
{
    private const double Apex = 810.0 / 1830;

    private static readonly IterationShape Prefill = new() { PrefillRows = 1, PrefillTokens = 8192, PrefillPairs = 8192L * 8193 / 2, EmittedTokens = 1 };
    private static readonly IterationShape Decode = new() { DecodeRows = 1, DecodeContext = 1000, EmittedTokens = 1 };

    [Test]
    public void AtClock_OfOne_IsTheDeviceItself() => Assert.That(DeviceCatalogue.H100Sxm.AtClock(1), Is.SameAs(DeviceCatalogue.H100Sxm));

    [TestCase(0)]
    [TestCase(-0.5)]
    [TestCase(1.01)]
    [TestCase(double.NaN)]
    public void AtClock_OutOfRange_IsRefused(double clock) => Assert.That(() => DeviceCatalogue.H100Sxm.AtClock(clock), Throws.ArgumentException);

    [Test]
    public void AtClock_Twice_IsRefused() => Assert.That(() => DeviceCatalogue.H100Sxm.AtClock(0.5).AtClock(0.5), Throws.ArgumentException);

    [Test]
    public void AtClock_Lower_KeepsMemoryLinksAndBoard()
    {
        Device h100 = DeviceCatalogue.H100Sxm, slow = h100.AtClock(0.5);
        Assert.That((slow.Bf16FlopsPerSecond, slow.Fp8FlopsPerSecond), Is.EqualTo((h100.Bf16FlopsPerSecond / 2, h100.Fp8FlopsPerSecond / 2)));
        Assert.That((slow.MemoryBytesPerSecond, slow.PeerBytesPerSecond, slow.IdleWatts, slow.FullWatts), Is.EqualTo((h100.MemoryBytesPerSecond, h100.PeerBytesPerSecond, h100.IdleWatts, h100.FullWatts)));
        Assert.That((slow.Id, slow.Rated), Is.EqualTo(("h100-sxm@0.5", h100)));
    }

    // APEX's tables of H100 at 810 and 1,980 MHz: a prefill takes 789 ms and 1,486 ms.
    [Test]
    public void AtClock_OfApex_SlowsArithmeticAsMeasuredAndDecodingHardly()
    {
        Device h100 = DeviceCatalogue.H100Sxm, slow = h100.AtClock(Apex);
        Assert.That(Of(slow, Prefill).DeviceSeconds / Of(h100, Prefill).DeviceSeconds, Is.EqualTo(1486.0 / 789).Within(5).Percent);
        Assert.That(Of(slow, Decode).DeviceSeconds / Of(h100, Decode).DeviceSeconds, Is.InRange(1, 1.03));
    }

    // Decoding on H200 takes up to 32 % less energy at locked clocks (arXiv 2605.11999).
    [Test]
    public void AtClock_Lower_TakesLessEnergyForTheSameWork()
    {
        double decode = Saved(Decode), prefill = Saved(Prefill);
        Assert.That(decode, Is.InRange(0.25, 0.36));
        Assert.That(prefill, Is.InRange(0.20, 0.40));

        static double Saved(IterationShape shape) => 1 - Of(DeviceCatalogue.H200.AtClock(Apex), shape).Joules / Of(DeviceCatalogue.H200, shape).Joules;
    }

    [Test]
    public void AtClock_EveryDevice_IsNeverFasterNorHungrierThanTheRatedOne()
    {
        foreach (Device device in DeviceCatalogue.All.Where(device => device.MemoryBytes > 20L << 30))
        {
            IterationEstimate before = default;
            foreach (double clock in (double[])[0.2, 0.4, 0.6, 0.8, 0.9, 1])
            {
                IterationEstimate prefill = Of(device.AtClock(clock), Prefill);
                if (before.Seconds > 0)
                {
                    Assert.That(prefill.DeviceSeconds, Is.LessThanOrEqualTo(before.DeviceSeconds * (1 + 1e-9)), $"{device.Id} at {clock}");
                    Assert.That(prefill.Joules / prefill.Seconds, Is.GreaterThanOrEqualTo(before.Joules / before.Seconds), $"{device.Id} at {clock}: power");
                }
                before = prefill;
            }
        }
    }

    private static IterationEstimate Of(Device device, IterationShape shape) => Roofline.Evaluate(
        shape, RooflineCompiler.Compile(TestModels.Llama8B, ParallelPlan.Single, Quantization.Bf16, device, RooflineOptions.Of(CostProfiles.Of(device, EngineKernels.Vllm))));
}
