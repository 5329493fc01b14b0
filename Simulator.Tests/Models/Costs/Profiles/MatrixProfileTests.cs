using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Costs.Profiles;

[TestFixture]
public sealed class MatrixProfileTests
{
    private static readonly Device H100 = DeviceCatalogue.H100Sxm;

    [Test]
    public void Time_AtKnots_IsTheSlowdownOfTheGrid()
    {
        MatrixKernels kernels = Kernels(MatrixFormat.Bf16, (row, n, k) => 1.1 + (0.05 * row) + (0.2 * n) + (0.3 * k));
        for (int n = 0; n < 2; n++)
        {
            for (int k = 0; k < 2; k++)
            {
                MatrixShape shape = MatrixShape.Wide(kernels.Outputs[n], kernels.Inputs[k]);
                MatrixTime time = kernels.Time(shape, H100);
                for (int knot = 0; knot < RowCurve.Knots; knot++)
                {
                    double rows = RowCurve.RowsAt(knot);
                    double expected = (1.1 + 0.05 * knot + 0.2 * n + 0.3 * k) * (kernels.KernelSeconds + Peak(shape, rows));
                    Assert.That(Seconds(time, shape, rows), Is.EqualTo(expected).Within(1e-9).Percent, $"{rows} rows, {shape}");
                }
            }
        }
    }

    [Test]
    public void Time_OffTheGrid_IsThatOfTheEdge_AndInTheMiddleTheGeometricMean()
    {
        MatrixKernels kernels = Kernels(MatrixFormat.Bf16, (_, n, _) => n == 0 ? 2 : 8);
        Assert.That(Slowdown(100_000), Is.EqualTo(8).Within(1e-6));
        Assert.That(Slowdown(10), Is.EqualTo(2).Within(1e-6));
        Assert.That(Slowdown(2048), Is.EqualTo(4).Within(1e-6));

        double Slowdown(double outputs)
        {
            MatrixShape shape = MatrixShape.Wide(outputs, 1024);
            return Seconds(kernels.Time(shape, H100), shape, 256) / (kernels.KernelSeconds + Peak(shape, 256));
        }
    }

    [Test]
    public void Time_SlowdownBelowOne_StaysAtThePeak()
    {
        MatrixShape shape = MatrixShape.Wide(1024, 1024);
        MatrixTime time = Kernels(MatrixFormat.Bf16, (_, _, _) => 0.01).Time(shape, H100);
        foreach (double rows in new[] { 1, 100, 5000, 100_000 })
            Assert.That(Seconds(time, shape, rows), Is.GreaterThanOrEqualTo(Peak(shape, rows) * (1 - 1e-12)));
    }

    [TestCase(NumberFormat.Fp8, NumberFormat.Fp8, MatrixFormat.Fp8)]
    [TestCase(NumberFormat.Fp4, NumberFormat.Fp4, MatrixFormat.Nvfp4)]
    [TestCase(NumberFormat.Int4, NumberFormat.Bf16, MatrixFormat.Int4WeightOnly)]
    [TestCase(NumberFormat.Int8, NumberFormat.Bf16, MatrixFormat.Int8WeightOnly)]
    [TestCase(NumberFormat.Int8, NumberFormat.Int8, MatrixFormat.Int8)]
    [TestCase(NumberFormat.Fp8, NumberFormat.Bf16, MatrixFormat.Bf16)]
    public void Of_Formats_AreThoseThatAreMeasured(NumberFormat weights, NumberFormat activations, MatrixFormat expected) =>
        Assert.That(MatrixFormats.Of(new(1024, 1024, weights, activations, 1)), Is.EqualTo(expected));

    [Test]
    public void Time_FormatWithoutKernels_TakesTheMostSimilar()
    {
        var profile = new MatrixProfile { Kernels = [Kernels(MatrixFormat.Bf16, (_, _, _) => 2), Kernels(MatrixFormat.Fp8Block, (_, _, _) => 3)] };
        MatrixShape eight = MatrixFormats.Shape(MatrixFormat.Fp8, 1024, 1024), four = MatrixFormats.Shape(MatrixFormat.Int4WeightOnly, 1024, 1024);
        Assert.That(profile.Time(eight, H100).EffectiveRows, Is.EqualTo(profile.Kernels[1].Time(eight, H100).EffectiveRows));
        Assert.That(profile.Time(four, H100).EffectiveRows, Is.EqualTo(profile.Kernels[0].Time(four, H100).EffectiveRows));
    }

    [Test]
    public void File_OfAnyShippedProfile_ReadsBackTheSame()
    {
        foreach ((Device device, EngineKernels engine) in CostProfiles.Measured)
        {
            string text = CostProfileFile.Write(CostProfiles.Of(device, engine));
            Assert.That(CostProfileFile.Write(CostProfileFile.Read(text, "again")), Is.EqualTo(text));
        }
    }

    [TestCase("{", "p.json:1: ")]
    [TestCase("null", "p.json: the file holds no profile")]
    [TestCase("{\n \"speed\": 3 }", "p.json:2: ")]
    [TestCase("[]", "p.json:1: ")]
    public void File_Unsound_SaysWhereAndWhatToDo(string text, string where) => Assert.That(
        Assert.Throws<InvalidDataException>(() => CostProfileFile.Read(text, "p.json"))!.Message, Does.StartWith(where).And.EndWith("simulator calibrate."));

    [Test]
    public void File_NumbersOutOfRange_SaysWhich()
    {
        CostProfile profile = CostProfile.Flat(RooflineOptions.Default, "h100-sxm") with
        {
            Matrix = new() { Kernels = [Kernels(MatrixFormat.Bf16, (_, _, _) => 1) with { KernelSeconds = 2, Outputs = [5, 5] }] },
            Elementwise = new() { MemoryEfficiency = 1.5 },
            Host = new() { IterationSeconds = -1, SequenceSeconds = 0, LaunchSeconds = 0 },
        };
        string message = Assert.Throws<InvalidDataException>(() => CostProfileFile.Read(CostProfileFile.Write(profile), "p.json"))!.Message;
        Assert.That(message, Does.Contain("kernelSeconds of Bf16 is 2").And.Contain("outputs of Bf16").And.Contain("elementwise: ").And.Contain("host: "));
        Assert.That(Assert.Throws<InvalidDataException>(() => CostProfileFile.Open("no/such.json"))!.Message, Does.Contain("no/such.json").And.Contain("cannot be read"));
    }

    internal static MatrixKernels Kernels(MatrixFormat format, Func<int, int, int, double> slowdown) => new()
    {
        Format = format,
        KernelSeconds = 3e-6,
        Outputs = [1024, 4096],
        Inputs = [1024, 8192],
        Slowdown = [.. Enumerable.Range(0, RowCurve.Knots).Select(row => (double[])[slowdown(row, 0, 0), slowdown(row, 0, 1), slowdown(row, 1, 0), slowdown(row, 1, 1)])],
    };

    internal static double Seconds(MatrixTime time, MatrixShape shape, double rows) => time.FixedSeconds + Math.Max(
        (shape.MatrixBytes + rows * shape.BytesPerRow) * time.SecondsPerByte, time.EffectiveRows.At(rows) * shape.FlopsPerRow * time.SecondsPerFlop);

    internal static double Peak(MatrixShape shape, double rows) => Math.Max(
        (shape.MatrixBytes + rows * shape.BytesPerRow) / H100.MemoryBytesPerSecond, rows * shape.FlopsPerRow / H100.PeakFlopsPerSecond(shape.Activations));
}
