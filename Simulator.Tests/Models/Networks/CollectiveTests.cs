using System.Globalization;
using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using Simulator.Models.Networks;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Networks;

public class CollectiveTests
{
    private static readonly Fabric Plain = new(new Link(100e9, 5e-6, 1e-6), new Link(10e9, 20e-6, 4e-6), DevicesPerNode: 8);

    [Test]
    public void AllReduceSeconds_OneNode_IsTheRingFormula() =>
        Assert.That(Collective.AllReduceSeconds(1e9, 4, Plain), Is.EqualTo(5e-6 + 6 * 1e-6 + 2 * 3 / 4.0 * 1e9 / 100e9).Within(1e-12));

    [Test]
    public void AllGatherSeconds_OneNode_IsHalfTheRing()
    {
        Assert.That(Collective.AllGatherSeconds(1e9, 4, Plain), Is.EqualTo(5e-6 + 3 * 1e-6 + 3 / 4.0 * 1e9 / 100e9).Within(1e-12));
        Assert.That(Collective.ReduceScatterSeconds(1e9, 4, Plain), Is.EqualTo(Collective.AllGatherSeconds(1e9, 4, Plain)));
    }

    [Test]
    public void AllReduceSeconds_TwoNodes_AddsAnAllReduceBetweenThemOfEachDevicesShare()
    {
        double inside = 5e-6 + 14 * 1e-6 + 2 * 7 / 8.0 * 1e9 / 100e9;
        double between = 20e-6 + 2 * 4e-6 + 2 * 1 / 2.0 * (1e9 / 8) / 10e9;
        Assert.That(Collective.AllReduceSeconds(1e9, 16, Plain), Is.EqualTo(inside + between).Within(1e-12));
    }

    [Test]
    public void AllToAllSeconds_OneNode_SendsAllButTheOwnShare() =>
        Assert.That(Collective.AllToAllSeconds(1e9, 8, Plain), Is.EqualTo(5e-6 + 7 * 1e-6 + 7 / 8.0 * 1e9 / 100e9).Within(1e-12));

    [Test]
    public void AllToAllSeconds_TwoNodes_IsBoundByTheNetwork() =>
        Assert.That(Collective.AllToAllSeconds(1e9, 16, Plain), Is.EqualTo(20e-6 + 4e-6 + 7e-6 + 0.5e9 / 10e9).Within(1e-12));

    [Test]
    public void SendSeconds_Message_IsLatencyAndBytes() =>
        Assert.That(Collective.SendSeconds(1e6, Plain.Node), Is.EqualTo(6e-6 + 1e-5).Within(1e-15));

    [TestCase(8, 100e9)]
    [TestCase(9, 10e9)]
    public void LinkAmong_Devices_ChoosesTheNodeWhileTheyFit(int devices, double bandwidth) =>
        Assert.That(Collective.LinkAmong(devices, Plain).BytesPerSecond, Is.EqualTo(bandwidth));

    [Test]
    public void LinkBytes_Devices_CountsWhatIsSent()
    {
        Assert.That(Collective.AllReduceLinkBytes(10, 4), Is.EqualTo(60));
        Assert.That(Collective.AllGatherLinkBytes(10, 4), Is.EqualTo(30));
        Assert.That(Collective.AllToAllLinkBytes(10, 4), Is.EqualTo(30));
        Assert.That(Collective.AllReduceLinkBytes(10, 1) + Collective.AllGatherLinkBytes(10, 1), Is.Zero);
    }

    [Test]
    public void Of_DeviceWithoutLinksOfItsOwn_SharesTheHost()
    {
        Assert.That(Fabric.Of(DeviceCatalogue.L40S).SharedNodeLink, Is.EqualTo(1));
        Assert.That(Fabric.Of(DeviceCatalogue.H100Sxm).SharedNodeLink, Is.Zero);
        Assert.That(Fabric.Of(DeviceCatalogue.GB200).DevicesPerNode, Is.EqualTo(72));
    }

    [SeededProperty]
    public Property AllSeconds_AnySizeAndDevices_AreFiniteAndGrowWithBytes() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonNegativeInt>(), Gen.Choose(1, 300).ToArbitrary(), Gen.Elements([.. DeviceCatalogue.All]).ToArbitrary(),
        (size, devices, device) =>
        {
            Fabric fabric = Fabric.Of(device);
            double less = size.Item, more = less * 2 + 1;
            Func<double, double>[] times =
            [
                b => Collective.AllReduceSeconds(b, devices, fabric), b => Collective.AllGatherSeconds(b, devices, fabric),
                b => Collective.AllToAllSeconds(b, devices, fabric),
            ];
            return times.All(t => devices == 1
                ? t(more) == 0
                : double.IsFinite(t(more)) && t(less) > 0 && t(more) > t(less))
                && Collective.AllReduceSeconds(less, devices, fabric) >= Collective.AllGatherSeconds(less, devices, fabric);
        });

    // All-reduce of 8 KiB among 8 devices under CUDA graphs, microseconds (AIConfigurator's tables).
    [TestCase("a100-80", 6.5)]
    [TestCase("h100-sxm", 5.3)]
    [TestCase("b200", 8.1)]
    public void AllReduceSeconds_SmallMessage_IsNearTheMeasured(string device, double microseconds)
    {
        double seconds = Collective.AllReduceSeconds(8192, 8, Fabric.Of(DeviceCatalogue.Find(device)));
        Assert.That(seconds * 1e6, Is.EqualTo(microseconds).Within(30).Percent);
    }

    [TestCase("a100_sxm/custom_allreduce_vllm_0.14.0", "a100-80", 15)]
    [TestCase("h100_sxm/custom_allreduce_vllm_0.24.0", "h100-sxm", 15)]
    [TestCase("h200_sxm/custom_allreduce_vllm_0.24.0", "h200", 15)]
    [TestCase("b200_sxm/custom_allreduce_vllm_0.24.0", "b200", 35)]
    [TestCase("l40s/custom_allreduce_sglang_0.5.14", "l40s", 15)]
    public void AllReduceSeconds_MeasuredTable_HasItsMedianErrorBelow(string table, string device, double percent)
    {
        Fabric fabric = Fabric.Of(DeviceCatalogue.Find(device));
        double[] errors =
        [
            .. Rows($"data/op_tables/{table}.csv.gz", "kernel_source", "num_gpus", "message_size", "latency")
                .Where(r => r[0].EndsWith("_graph", StringComparison.Ordinal))
                .Select(r => (Devices: (int)Number(r[1]), Bytes: 2 * Number(r[2]), Seconds: Number(r[3]) / 1000))
                .Where(r => r.Bytes is >= 2048 and <= 128 << 20)
                .Select(r => 100 * Math.Abs(Collective.AllReduceSeconds(r.Bytes, r.Devices, fabric) / r.Seconds - 1))
                .Order(),
        ];
        TestContext.Out.WriteLine($"{table}: {errors.Length} sizes, median {errors[errors.Length / 2]:0.0} %, worst {errors[^1]:0} %");
        Assert.That(errors, Has.Length.GreaterThan(40));
        Assert.That(errors[errors.Length / 2], Is.LessThan(percent));
        Assert.That(errors[^1], Is.LessThan(160));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Rows(string relative, params string[] columns)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(SharedData.Path(relative)), CompressionMode.Decompress));
        string[] header = reader.ReadLine()!.Split(',');
        int[] at = [.. columns.Select(c => Array.IndexOf(header, c))];
        while (reader.ReadLine() is { } line)
        {
            string[] cells = line.Split(',');
            yield return [.. at.Select(i => cells[i])];
        }
    }
}
