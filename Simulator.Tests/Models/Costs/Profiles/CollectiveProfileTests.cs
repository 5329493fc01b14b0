using Simulator.Models.Costs.Profiles;
using Simulator.Models.Networks;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Costs.Profiles;

[TestFixture]
public sealed class CollectiveProfileTests
{
    private static readonly Fabric Links = Fabric.Of(DeviceCatalogue.H100Sxm);

    private static readonly CollectiveProfile Measured = new()
    {
        AllReduces =
        [
            new() { Devices = 2, Bytes = [1024, 65536, 4194304], Seconds = [4e-6, 5e-6, 20e-6] },
            new() { Devices = 4, Bytes = [1024, 65536, 4194304], Seconds = [5e-6, 6e-6, 30e-6] },
            new() { Devices = 8, Bytes = [1024, 65536, 4194304], Seconds = [6e-6, 8e-6, 32e-6] },
        ],
    };

    [TestCase(2, 0.0, 4e-6)]
    [TestCase(2, 8.0, 5e-6)]
    [TestCase(4, 512.0, 30e-6)]
    [TestCase(8, 1024.0, 56.4e-6)]
    [TestCase(3, 8.0, 5.5e-6)]
    public void AllReduce_InsideANode_IsAsMeasured(int devices, double rows, double seconds) =>
        Assert.That(Seconds(Measured.AllReduce(8192, devices, Links), rows), Is.EqualTo(seconds).Within(0.5).Percent);

    [TestCase(16)]
    [TestCase(32)]
    public void AllReduce_OverNodes_AddsWhatTheFormulaGivesForTheNetwork(int devices)
    {
        const double bytes = 8192.0 * 512;
        double more = Collective.AllReduceSeconds(bytes, devices, Links) - Collective.AllReduceSeconds(bytes, 8, Links);
        Assert.That(Seconds(Measured.AllReduce(8192, devices, Links), 512), Is.EqualTo(32e-6 + more).Within(0.5).Percent);
    }

    [Test]
    public void AllReduce_OneDeviceOfEachNode_IsTheFormula()
    {
        Fabric apart = Links with { DevicesPerNode = 1 };
        Assert.That(Seconds(Measured.AllReduce(8192, 2, apart), 100), Is.EqualTo(Collective.AllReduceSeconds(819200, 2, apart)).Within(1e-9));
    }

    [Test]
    public void AllGather_NotMeasured_IsTheFormula() =>
        Assert.That(Seconds(Measured.AllGather(8192, 8, Links), 100), Is.EqualTo(Collective.AllGatherSeconds(819200, 8, Links)).Within(1e-9));

    [Test]
    public void AllReduce_FlatCurve_HasNoSlope()
    {
        var flat = new CollectiveProfile { AllReduces = [new() { Devices = 2, Bytes = [1024, 2048], Seconds = [4e-6, 4e-6] }] };
        Assert.That(Seconds(flat.AllReduce(8192, 2, Links), 4096), Is.EqualTo(4e-6).Within(1e-12));
    }

    [SeededProperty]
    public void AllReduce_MoreRows_NeverTakesLess(FsCheck.PositiveInt width, FsCheck.PositiveInt group)
    {
        CollectiveTime time = Measured.AllReduce(2 * (1 + width.Get % 20000), 2 + group.Get % 63, Links);
        double before = 0;
        for (double rows = 0; rows < 50_000; rows = Math.Floor(rows * 1.4) + 1)
        {
            double seconds = Seconds(time, rows);
            Assert.That(seconds, Is.GreaterThanOrEqualTo(before));
            before = seconds;
        }
    }

    [Test]
    public void On_AnotherDevice_ScalesWithItsLinks()
    {
        CollectiveProfile faster = Measured.On(DeviceCatalogue.H100Sxm, DeviceCatalogue.H100Sxm with { PeerBytesPerSecond = 2 * DeviceCatalogue.H100Sxm.PeerBytesPerSecond });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(faster.AllReduces![0].Seconds, Is.EqualTo((double[])[4e-6, 4.5e-6, 12e-6]).Within(1e-12));
            Assert.That(Measured.On(DeviceCatalogue.H100Sxm, DeviceCatalogue.H200), Is.SameAs(Measured));
            Assert.That(Measured.On(DeviceCatalogue.H100Sxm, DeviceCatalogue.L40S).AllReduces, Is.Null);
        }
    }

    private static double Seconds(CollectiveTime time, double rows) => time.FixedSeconds + time.SecondsPerRow * time.EffectiveRows.At(rows);
}
