using Simulator.Models.Calibration;
using Simulator.Models.Costs.Profiles;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Calibration;

[TestFixture]
public sealed class ExpertFitTests
{
    private const string Header = "kernel_source,moe_dtype,num_tokens,hidden_size,inter_size,topk,num_experts,moe_tp_size,moe_ep_size,distribution,latency";

    [Test]
    public void Fit_Hopper_PredictsModelsThatItHasNotSeen()
    {
        var folder = new OpTableFolder(SharedData.Path("data/op_tables"), DeviceCatalogue.H100Sxm);
        Fitted<ExpertProfile> fit = ExpertFit.Fit(folder, EngineKernels.Vllm, DeviceCatalogue.H100Sxm)!;
        Dictionary<string, Residual> residuals = fit.Residuals.ToDictionary(residual => residual.Operator);
        using (Assert.EnterMultipleScope())
        {
            foreach (string name in (string[])["moe bfloat16", "moe fp8_block split", "moe fp8_block spread"])
            {
                Assert.That(residuals[name].OutOfSampleMedian, Is.LessThan(6), name);
                Assert.That(residuals[name].OutOfSampleP90, Is.LessThan(18), name);
            }
            Assert.That(residuals["moe fp8"].OutOfSampleMedian, Is.LessThan(8));
            Assert.That(residuals["moe w4a16_mxfp4"].OutOfSampleMedian, Is.LessThan(10));
            IReadOnlyList<ExpertKernel> kernels = fit.Section.Kernels!;
            Assert.That(kernels.Select(kernel => (kernel.Format, kernel.Spread)), Is.Unique);
            Assert.That(kernels, Has.All.Matches<ExpertKernel>(static kernel => kernel is not null &&
                kernel.MemoryEfficiency is > 0 and <= 1 && kernel.ComputeEfficiency is > 0 and <= 1 && kernel.Overlap >= 1));
        }
    }

    [Test]
    public void Fit_TimesOfAKernel_GivesItsTimesBack()
    {
        var kernel = new ExpertKernel
        {
            Name = "own", Format = "fp8_block", FixedSeconds = 20e-6, SecondsPerExpert = 100e-9, SortSeconds = 5e-6, SecondsPerDepth = 3e-9,
            MemoryEfficiency = 0.8, NarrowMemoryWidth = 40, ComputeEfficiency = 0.5, NarrowComputeWidth = 100, TileRows = 20,
            HottestShare = 0.02, HiddenPasses = 4, InnerPasses = 5, RemoteShare = 0.5, Overlap = 1.5,
        };
        var loads = new ExpertLoads();
        List<string> lines = [Header];
        foreach ((int hidden, int inner, int active, int experts) in ((int, int, int, int)[])[(4096, 1536, 8, 128), (7168, 2048, 8, 256), (6144, 16384, 2, 8)])
        {
            foreach ((int split, int spread) in ((int, int)[])[(1, 1), (4, 1), (8, 1), (1, 4), (1, 8), (2, 2)])
            {
                for (int tokens = 1; tokens <= 16384; tokens *= 2)
                {
                    double width = inner / split;
                    var slice = new ExpertSlice(hidden, width, 3 * hidden * width, (double)experts / spread, 1 / 3.35e12, 1 / 1.979e15);
                    ExpertLoad load = loads.Of(tokens, experts, active, spread, "balanced");
                    double milliseconds = 1e3 * (kernel.Fixed(slice) + kernel.Seconds(slice, load));
                    lines.Add(FormattableString.Invariant($"own,fp8_block,{tokens},{hidden},{inner},{active},{experts},{split},{spread},balanced,{milliseconds:R}"));
                }
            }
        }
        Residual residual = Fit(lines).Residuals.Single();
        Assert.That((residual.P90, residual.OutOfSampleP90), Is.LessThan((2.0, 4.0)));
    }

    [TestCase("k,bfloat16,8,4096,1536,8,128,1,1,uniform,0.1", "moe_vllm_1.0.0.csv:2: distribution 'uniform' is no routing")]
    [TestCase("k,fp6,8,4096,1536,8,128,1,1,balanced,0.1", "moe_vllm_1.0.0.csv:2: moe_dtype 'fp6' is no number format of experts")]
    [TestCase("k,bfloat16,8,4096,1536,9,8,1,1,balanced,0.1", "moe_vllm_1.0.0.csv:2: topk '9' is more than there are experts")]
    [TestCase("k,bfloat16,8,4096,1536,8,128,1,256,balanced,0.1", "moe_vllm_1.0.0.csv:2: moe_ep_size '256' is more than there are experts")]
    [TestCase("k,bfloat16,0,4096,1536,8,128,1,1,balanced,0.1", "moe_vllm_1.0.0.csv:2: num_tokens '0' is zero")]
    public void Fit_BadRow_SaysWhereAndWhy(string row, string message) =>
        Assert.That(() => Fit([Header, row]), Throws.TypeOf<OpTableException>().With.Message.Contains(message));

    private static Fitted<ExpertProfile> Fit(IEnumerable<string> lines)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("simulator-moe-");
        try
        {
            File.WriteAllLines(Path.Combine(folder.FullName, "moe_vllm_1.0.0.csv"), lines);
            return ExpertFit.Fit(new OpTableFolder(folder.FullName, DeviceCatalogue.H100Sxm), EngineKernels.Vllm, DeviceCatalogue.H100Sxm)!;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
