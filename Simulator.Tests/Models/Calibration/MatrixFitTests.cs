using System.Globalization;
using System.Text;
using Simulator.Models.Calibration;
using Simulator.Models.Costs.Profiles;
using Simulator.Tests.Cli;
using Simulator.Tests.Models.Costs.Profiles;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Calibration;

[TestFixture]
public sealed class MatrixFitTests
{
    private static readonly int[] Rows = [1, 2, 4, 8, 16, 32, 64, 96, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768];

    [Test]
    public void Fit_TableOfAKnownProfile_FindsItAgain()
    {
        using var files = new TemporaryFiles();
        files.Write("gemm_vllm_1.0.csv", Table("bfloat16", MatrixProfileTests.Kernels(MatrixFormat.Bf16, (row, n, k) => 1.2 + 0.3 * n + 0.2 * k)));
        Residual residual = Calibrator.Fit(files.Folder, DeviceCatalogue.H100Sxm, EngineKernels.Vllm).Residuals.Single();
        Assert.That((residual.Operator, residual.LeftOut), Is.EqualTo(("gemm Bf16", 0)));
        Assert.That(residual.OutOfSampleP90, Is.LessThanOrEqualTo(4));
    }

    [Test]
    public void Fit_RowsFasterThanThePeak_AreLeftOut()
    {
        using var files = new TemporaryFiles();
        files.Write("gemm_vllm_1.0.csv", Table("bfloat16", MatrixProfileTests.Kernels(MatrixFormat.Bf16, (_, _, _) => 2)) + "bfloat16,8192,8192,8192,0.5\n");
        Assert.That(Calibrator.Fit(files.Folder, DeviceCatalogue.H100Sxm, EngineKernels.Vllm).Residuals.Single().LeftOut, Is.EqualTo(1));
    }

    [Test]
    public void Fit_FormatTimedWithLaunches_TakesTheTableOfAnotherEngine()
    {
        using var files = new TemporaryFiles();
        MatrixKernels kernels = MatrixProfileTests.Kernels(MatrixFormat.Fp8Block, (_, _, _) => 1.5);
        files.Write("gemm_vllm_1.0.csv", Table("fp8_block", kernels with { KernelSeconds = 1e-3 }));
        files.Write("gemm_sglang_1.0.csv", Table("fp8_block", kernels));
        CostProfile profile = Calibrator.Fit(files.Folder, DeviceCatalogue.H100Sxm, EngineKernels.Vllm);
        Assert.That(profile.Matrix.Kernels.Single().KernelSeconds, Is.LessThan(1e-5));
        Assert.That(profile.Provenance, Has.Some.StartsWith("gemm_sglang_1.0.csv"));
    }

    [TestCase("fp7,1,1,1,1", "gemm_vllm_1.0.csv:2: gemm_dtype 'fp7' is no known format. Give bfloat16")]
    [TestCase("bfloat16,0,1,1,1", "gemm_vllm_1.0.csv:2: m '0' is zero. Give at least 1.")]
    [TestCase("bfloat16,x,1,1,1", "gemm_vllm_1.0.csv:2: m 'x' is no whole number. Give a whole number of at least 0.")]
    [TestCase("bfloat16,1,1,1,0", "gemm_vllm_1.0.csv:2: latency '0' is no time. Give milliseconds above 0")]
    [TestCase("bfloat16,1,1,1,abc", "gemm_vllm_1.0.csv:2: latency 'abc' is no number. Give a finite number.")]
    public void Fit_FaultyRow_SaysWhereAndWhatToDo(string row, string message)
    {
        using var files = new TemporaryFiles();
        files.Write("gemm_vllm_1.0.csv", $"gemm_dtype,m,n,k,latency\n{row}\n");
        Assert.That(
            Assert.Throws<OpTableException>(() => Calibrator.Fit(files.Folder, DeviceCatalogue.H100Sxm, EngineKernels.Vllm))!.Message, Does.Contain(message));
    }

    [Test]
    public void Fit_FaultyTables_SayWhatToDo()
    {
        using var files = new TemporaryFiles();
        files.Write("gemm_vllm_1.0.csv", "gemm_dtype,m,n,latency\n");
        Assert.Multiple(() =>
        {
            Assert.That(Message(files.Folder, EngineKernels.Vllm), Does.Contain("gemm_vllm_1.0.csv:1: there is no column k"));
            Assert.That(Message(files.Folder, EngineKernels.Sglang), Does.Contain("there is no table of matrix products, gemm_sglang_VERSION.csv.gz"));
            Assert.That(Message(files["absent"], EngineKernels.Vllm), Does.Contain("the folder does not exist"));
        });

        static string Message(string folder, EngineKernels engine) =>
            Assert.Throws<OpTableException>(() => Calibrator.Fit(folder, DeviceCatalogue.H100Sxm, engine))!.Message;
    }

    [Test]
    public void Find_SeveralVersions_IsTheNewest()
    {
        using var files = new TemporaryFiles();
        foreach (string version in new[] { "0.9.0", "0.24.0", "0.24.0.post1", "0.5.14" }) files.Write($"gemm_vllm_{version}.csv", "");
        files.Write("gemm_vllm_extra_1.0.csv", "");
        Assert.That(Path.GetFileName(new OpTableFolder(files.Folder, DeviceCatalogue.H100Sxm).Find("gemm", "vllm")!.Path), Is.EqualTo("gemm_vllm_0.24.0.post1.csv"));
    }

    [TestCase("h100-sxm", EngineKernels.Vllm, 6, 18)]
    [TestCase("h100-sxm", EngineKernels.TensorRtLlm, 6, 18)]
    [TestCase("a100-80", EngineKernels.Vllm, 6, 18)]
    [TestCase("h200", EngineKernels.Vllm, 6, 18)]
    public void Fit_MeasuredTables_MeetsTheTargetOnShapesThatItHasNotSeen(string device, EngineKernels engine, double median, double p90)
    {
        Fitted<MatrixProfile> fitted = MatrixFit.Fit(
            new OpTableFolder(SharedData.Path("data/op_tables"), DeviceCatalogue.Find(device)), engine, DeviceCatalogue.Find(device))!;
        foreach (Residual residual in fitted.Residuals.Where(residual => residual.Operator is "gemm Bf16" or "gemm Fp8"))
        {
            Assert.That(residual.OutOfSampleMedian, Is.LessThanOrEqualTo(median), residual.ToString());
            Assert.That(residual.OutOfSampleP90, Is.LessThanOrEqualTo(p90), residual.ToString());
        }
    }

    [Test]
    public void Fit_MeasuredTables_GivesTheShippedProfile()
    {
        CostProfile fitted = Calibrator.Fit(SharedData.Path("data/op_tables"), DeviceCatalogue.A100Sxm80, EngineKernels.Vllm);
        CostProfile shipped = CostProfiles.Of(DeviceCatalogue.A100Sxm80, EngineKernels.Vllm) with { Host = null };
        Assert.That(CostProfileFile.Write(fitted), Is.EqualTo(CostProfileFile.Write(shipped)));
    }

    // Times of 12 matrices as the kernels give them.
    private static string Table(string type, MatrixKernels kernels)
    {
        var text = new StringBuilder("gemm_dtype,m,n,k,latency\n");
        foreach (int n in new[] { 1024, 2048, 3072, 4096 })
        {
            foreach (int k in new[] { 1024, 4096, 8192 })
            {
                MatrixShape shape = MatrixFormats.Shape(kernels.Format, n, k);
                MatrixTime time = kernels.Time(shape, DeviceCatalogue.H100Sxm);
                foreach (int rows in Rows)
                    text.Append(CultureInfo.InvariantCulture, $"{type},{rows},{n},{k},{1e3 * MatrixProfileTests.Seconds(time, shape, rows):R}\n");
            }
        }
        return text.ToString();
    }
}
