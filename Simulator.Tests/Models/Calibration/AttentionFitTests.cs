using Simulator.Models.Architectures;
using Simulator.Models.Calibration;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Calibration;

[TestFixture]
public sealed class AttentionFitTests
{
    // A fit takes seconds: one for all the tests of Hopper.
    private static readonly Lazy<Fitted<AttentionProfile>> Hopper = new(static () => Fit("h100-sxm", EngineKernels.Vllm));

    [TestCase("h100-sxm", EngineKernels.Vllm)]
    [TestCase("a100-80", EngineKernels.Sglang)]
    public void Fit_OfMeasuredTables_PredictsShapesThatItHasNotSeen(string device, EngineKernels engine)
    {
        Fitted<AttentionProfile> fitted = device == "h100-sxm" ? Hopper.Value : Fit(device, engine);

        Residual prefill = fitted.Residuals.Single(residual => residual.Operator == "context_attention Bf16");
        Residual decode = fitted.Residuals.Single(residual => residual.Operator == "generation_attention Bf16");
        Assert.Multiple(() =>
        {
            Assert.That(prefill.OutOfSampleMedian, Is.LessThanOrEqualTo(6));
            Assert.That(prefill.OutOfSampleP90, Is.LessThanOrEqualTo(18));
            // A100 takes half as long again from two sequences on, which the form does not tell apart.
            Assert.That(decode.OutOfSampleMedian, Is.LessThanOrEqualTo(6.5));
            Assert.That(decode.OutOfSampleP90, Is.LessThanOrEqualTo(device == "h100-sxm" ? 18 : 25));
            Assert.That(prefill.Rows, Is.GreaterThan(4000));
            Assert.That(decode.Rows, Is.GreaterThan(4000));
            Assert.That(fitted.Section.Validate(), Is.Empty);
            Assert.That(fitted.Files.Select(file => file.Path), Has.All.Contains("_"));
        });
    }

    [Test]
    public void Fit_OfMeasuredTables_PredictsLatentAndLinearAttentionToo()
    {
        Fitted<AttentionProfile> fitted = Hopper.Value;

        Assert.Multiple(() =>
        {
            foreach (string op in (string[])["generation_mla Bf16", "gdn context Bf16", "gdn generation Bf16"])
            {
                Residual residual = fitted.Residuals.Single(residual => residual.Operator == op);
                Assert.That(residual.OutOfSampleMedian, Is.LessThanOrEqualTo(6), op);
                Assert.That(residual.OutOfSampleP90, Is.LessThanOrEqualTo(18), op);
            }
            // The table of latent prefill is of the path on the latent, so plain attention stands for the expanded one.
            Assert.That(fitted.Section.LatentPrefillKernels, Is.Empty);
            Assert.That(fitted.Section.LinearKernel, Is.Not.Null);
        });
        var deepSeek = new LatentAttention(128, 1536, 512, 128, 64, 128);
        PrefillTime prefill = fitted.Section.Prefill(AttentionShape.Of(deepSeek, 8, NumberFormat.Bf16), DeviceCatalogue.H100Sxm);
        Assert.That(1 / (prefill.SecondsPerFlop * DeviceCatalogue.H100Sxm.Bf16FlopsPerSecond), Is.InRange(0.5, 0.9));
    }

    [Test]
    public void Fit_Twice_GivesTheSameBytes()
    {
        CostProfile Profile() => CostProfile.Flat(Simulator.Models.Costs.RooflineOptions.Default, "a100-80") with { Attention = Fit("a100-80", EngineKernels.Vllm).Section };

        string first = CostProfileFile.Write(Profile());
        Assert.That(CostProfileFile.Write(Profile()), Is.EqualTo(first));
        Assert.That(CostProfileFile.Write(CostProfileFile.Read(first, "profile")), Is.EqualTo(first));
    }

    [Test]
    public void Fit_OfTimesThatFollowTheForm_FindsItsParameters()
    {
        Device device = DeviceCatalogue.H100Sxm;
        DecodeKernel truth = new()
        {
            HeadDim = 128, Cache = NumberFormat.Bf16, Sharing = HeadSharing.Grouped, FixedSeconds = 9e-6, HiddenSeconds = 2e-6, TileSeconds = 2.7e-8, HeadSeconds = 2.4e-10,
            MemoryEfficiency = 0.93, ComputeEfficiency = 1, RampSeconds = 7e-6, RampBytes = 2.5e7, WalkSeconds = 1.5e-6, WalkSecondsPerKey = 4e-9,
        };
        List<string> lines = ["kernel_source,batch_size,isl,num_heads,num_key_value_heads,head_dim,attn_dtype,kv_cache_dtype,step,window_size,latency"];
        List<string> prefills = [.. lines];
        foreach ((int heads, int keys) in ((int, int)[])[(8, 2), (16, 4), (32, 8), (64, 8), (40, 8), (12, 4)])
        {
            var shape = AttentionShape.Of(new GroupedQueryAttention(heads, keys, 128), 1, NumberFormat.Bf16);
            DecodeTime time = truth.Compile(shape, device);
            for (int rows = 1; rows <= 1024; rows *= 2)
            {
                for (int context = 15; context < 100_000; context = 2 * context + 1)
                {
                    (double flops, double bytes) = new AttentionSample(shape, rows, 1, context, "", 1).DecodeWork();
                    double seconds = time.FixedSeconds + DecodeTime.Norm(time.LatencySeconds(rows), time.ReadingSeconds(flops, bytes, rows * (context + 1.0)));
                    lines.Add(FormattableString.Invariant($"kernel,{rows},1,{heads},{keys},128,bfloat16,bfloat16,{context},0,{seconds * 1e3:R}"));
                    prefills.Add(FormattableString.Invariant($"kernel,{rows},{context + 1},{heads},{keys},128,bfloat16,bfloat16,0,0,{1e3 * (rows * (context + 1.0) * (context + 1.0) * heads * 1e-12 + 1e-5):R}"));
                }
            }
        }
        string folder = Directory.CreateTempSubdirectory("attention").FullName;
        try
        {
            File.WriteAllLines(Path.Combine(folder, "generation_attention_vllm_1.0.csv"), lines);
            File.WriteAllLines(Path.Combine(folder, "context_attention_vllm_1.0.csv"), prefills);
            DecodeKernel found = AttentionFit.Fit(new OpTableFolder(folder, device), EngineKernels.Vllm, device)!.Section.DecodeKernels.Single();
            Assert.Multiple(() =>
            {
                Assert.That(found.MemoryEfficiency, Is.EqualTo(truth.MemoryEfficiency).Within(1).Percent);
                Assert.That(found.FixedSeconds + found.HiddenSeconds, Is.EqualTo(1.1e-5).Within(2).Percent);
                Assert.That(found.RampSeconds + found.WalkSeconds, Is.EqualTo(8.5e-6).Within(5).Percent);
                Assert.That(found.TileSeconds + 8 * found.HeadSeconds, Is.EqualTo(2.7e-8 + 8 * 2.4e-10).Within(3).Percent);
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Fit_WithoutTables_IsNull()
    {
        string folder = Directory.CreateTempSubdirectory("attention").FullName;
        try
        {
            Assert.That(AttentionFit.Fit(new OpTableFolder(folder, DeviceCatalogue.L40S), EngineKernels.Vllm, DeviceCatalogue.L40S), Is.Null);
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    private static Fitted<AttentionProfile> Fit(string device, EngineKernels engine)
    {
        Device found = DeviceCatalogue.All.Single(own => own.Id == device);
        return AttentionFit.Fit(new OpTableFolder(SharedData.Path("data/op_tables"), found), engine, found)!;
    }
}
