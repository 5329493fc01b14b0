using Simulator.Models.Calibration;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Calibration;

[TestFixture]
public sealed class CollectiveFitTests
{
    private static readonly (Device, EngineKernels)[] Measured =
    [
        (DeviceCatalogue.A100Sxm80, EngineKernels.Vllm), (DeviceCatalogue.H100Sxm, EngineKernels.Vllm), (DeviceCatalogue.H100Sxm, EngineKernels.Sglang),
        (DeviceCatalogue.H100Sxm, EngineKernels.TensorRtLlm), (DeviceCatalogue.H200, EngineKernels.Vllm), (DeviceCatalogue.B200, EngineKernels.Vllm),
        (DeviceCatalogue.L40S, EngineKernels.Vllm), (DeviceCatalogue.L40S, EngineKernels.Sglang),
    ];

    [TestCaseSource(nameof(Measured))]
    public void Fit_MeasuredCollectives_PredictsTheSizesBetween((Device Device, EngineKernels Engine) from)
    {
        Fitted<CollectiveProfile> fit = CollectiveFit.Fit(new OpTableFolder(SharedData.Path("data/op_tables"), from.Device), from.Engine)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fit.Residuals.Select(residual => residual.Operator), Is.EqualTo((string[])["all_reduce", "all_gather", "alltoall"]));
            Assert.That(fit.Residuals, Has.All.Property(nameof(Residual.OutOfSampleMedian)).LessThan(6));
            foreach (CollectiveCurve curve in fit.Section.AllReduces!.Concat(fit.Section.AllGathers!).Concat(fit.Section.AllToAlls!))
            {
                Assert.That(curve.Bytes, Is.Ordered);
                Assert.That(curve.Seconds, Is.Ordered);
            }
        }
    }

    [Test]
    public void Fit_EngineWithoutItsOwnAllReduce_TakesThatOfTheLibrary()
    {
        var folder = new OpTableFolder(SharedData.Path("data/op_tables"), DeviceCatalogue.L40S);
        Assert.That(CollectiveFit.Fit(folder, EngineKernels.Vllm)!.Files.Select(file => Path.GetFileName(file.Path)), Is.EqualTo((string[])["nccl_nccl_2.27.3.csv.gz"]));
    }

    [Test]
    public void Fit_SlowRun_IsDropped()
    {
        List<string> lines = ["op_name,kernel_source,nccl_dtype,num_gpus,message_size,latency"];
        for (int i = 0; i < 9; i++)
            lines.Add(FormattableString.Invariant($"all_reduce,NCCL,half,2,{128 << i},{(i == 2 ? 5 : 0.01 + 0.001 * i)}"));
        lines.Add("all_reduce,NCCL,int8,2,128,9");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("simulator-nccl-");
        try
        {
            File.WriteAllLines(Path.Combine(folder.FullName, "nccl_nccl_2.0.0.csv"), lines);
            CollectiveCurve curve = CollectiveFit.Fit(new OpTableFolder(folder.FullName, DeviceCatalogue.L40S), EngineKernels.Vllm)!.Section.AllReduces!.Single();
            Assert.That(curve.Bytes, Is.EqualTo((double[])[256, 1024, 4096, 16384, 65536]));
            Assert.That(curve.Seconds, Is.EqualTo((double[])[10e-6, 14e-6, 14e-6, 16e-6, 18e-6]).Within(1e-9));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
