using FsCheck;
using Simulator.Models.Architectures;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Costs.Profiles;

[TestFixture]
public sealed class CostProfilesTests
{
    [Test]
    public void Of_AnyDeviceAndEngine_IsMeasuredOrSaysWhatItIsDerivedFrom()
    {
        foreach (Device device in DeviceCatalogue.All)
        {
            foreach (EngineKernels engine in Enum.GetValues<EngineKernels>())
            {
                CostProfile profile = CostProfiles.Of(device, engine);
                bool derived = profile.Provenance[0].StartsWith("derived: ", StringComparison.Ordinal);
                Assert.That(profile.Validate(), Is.Empty);
                Assert.That((profile.Device, profile.Engine), Is.EqualTo((device.Id, engine.Id())));
                Assert.That(derived, Is.Not.EqualTo(CostProfiles.Measured.Contains((device, engine))), $"{device.Id} {engine}");
                Assert.That(CostProfiles.Of(device, engine), Is.SameAs(profile));
            }
        }
        Assert.That(CostProfiles.Measured, Has.Count.EqualTo(12));
    }

    [TestCase("gb200", EngineKernels.Vllm, "b200 under vllm")]
    [TestCase("rtx-4090", EngineKernels.Vllm, "l40s under vllm")]
    [TestCase("mi300x", EngineKernels.Sglang, "h200 under sglang")]
    [TestCase("a10", EngineKernels.TensorRtLlm, "a100-80 under trtllm")]
    [TestCase("h200", EngineKernels.TensorRtLlm, "h100-sxm under trtllm")]
    [TestCase("b200", EngineKernels.TensorRtLlm, "b200 under vllm (attention, experts) and sglang (matrix products, collectives)")]
    [TestCase("gb300", EngineKernels.TensorRtLlm, "b200 under vllm (attention, experts) and sglang (matrix products, collectives), 1.12 times in arithmetic")]
    public void Of_DeviceWithoutTables_TakesTheNearestFamily(string device, EngineKernels engine, string source) =>
        Assert.That(CostProfiles.Of(DeviceCatalogue.Find(device), engine).Provenance[0], Does.StartWith("derived: ").And.Contain(source));

    [Test]
    public void Of_TensorRtLlmWithoutTables_TakesTheNearestEngineClassByClass()
    {
        CostProfile derived = CostProfiles.Of(DeviceCatalogue.B200, EngineKernels.TensorRtLlm);
        CostProfile vllm = CostProfiles.Of(DeviceCatalogue.B200, EngineKernels.Vllm), sglang = CostProfiles.Of(DeviceCatalogue.B200, EngineKernels.Sglang);
        Assert.That(derived.Matrix.Kernels.Select(kernels => kernels.Slowdown), Is.EqualTo(sglang.Matrix.Kernels.Select(kernels => kernels.Slowdown)));
        Assert.That(derived.Collectives.AllReduces!.SelectMany(curve => curve.Seconds), Is.EqualTo(sglang.Collectives.AllReduces!.SelectMany(curve => curve.Seconds)));
        Assert.That(derived.Attention.DecodeKernels, Is.EqualTo(vllm.Attention.DecodeKernels));
        Assert.That(derived.Experts.Kernels, Is.EqualTo(vllm.Experts.Kernels));
        Assert.That(derived.Host!.LaunchSeconds, Is.EqualTo(CostProfiles.Of(DeviceCatalogue.H100Sxm, EngineKernels.TensorRtLlm).Host!.LaunchSeconds));
    }

    // Of public measurements of Llama-3.1-8B's products on both cards (LLMServingSim, vLLM 0.19; its four matrices, one layer): 2,048 rows at 0.998 of the data sheet's rate
    // on the RTX 4090 and 0.79 on the RTX PRO 6000, one row at 0.93 and 0.92 of the bandwidth.
    [TestCase("rtx-4090", 0.998, 0.93)]
    [TestCase("rtx-pro-6000", 0.79, 0.92)]
    public void Of_CardsOfOtherPower_ReachWhatWasMeasuredOnThem(string name, double ofRate, double ofBandwidth)
    {
        Device device = DeviceCatalogue.Find(name);
        MatrixProfile matrix = CostProfiles.Of(device, EngineKernels.Vllm).Matrix;
        MatrixShape[] layer = [MatrixShape.Wide(6144, 4096), MatrixShape.Wide(4096, 4096), MatrixShape.Wide(28672, 4096), MatrixShape.Wide(4096, 14336)];
        double compute = layer.Sum(shape => 2048 * shape.FlopsPerRow) / device.Bf16FlopsPerSecond, memory = layer.Sum(shape => shape.MatrixBytes) / device.MemoryBytesPerSecond;
        Assert.That(compute / layer.Sum(shape => Seconds(shape, 2048)), Is.EqualTo(ofRate).Within(7).Percent);
        Assert.That(memory / layer.Sum(shape => Seconds(shape, 1)), Is.EqualTo(ofBandwidth).Within(7).Percent);

        double Seconds(MatrixShape shape, double rows)
        {
            MatrixTime time = matrix.Time(shape, device);
            return time.FixedSeconds + Math.Max(
                (shape.MatrixBytes + rows * shape.BytesPerRow) * time.SecondsPerByte, time.EffectiveRows.At(RowPlace.Of(rows)) * shape.FlopsPerRow * time.SecondsPerFlop);
        }
    }

    [Test]
    public void Of_DeviceWithMorePower_IsFasterAtArithmeticAlone_AndWithoutInlineCheckBitsAtReading()
    {
        Device l40s = DeviceCatalogue.L40S, strong = l40s with { Id = "strong", FullWatts = 2 * l40s.FullWatts }, plain = l40s with { Id = "plain", InlineErrorCorrection = false };
        Assert.That(Seconds(strong, Prefill) / Seconds(l40s, Prefill), Is.InRange(0.70, 0.80));
        Assert.That(Seconds(strong, Decode), Is.EqualTo(Seconds(l40s, Decode)).Within(1e-9).Percent);
        Assert.That(Seconds(plain, Decode) / Seconds(l40s, Decode), Is.InRange(0.93, 0.96));
        Assert.That(Seconds(plain, Prefill) / Seconds(l40s, Prefill), Is.InRange(0.98, 1));

        static double Seconds(Device device, IterationShape shape) => Roofline.Evaluate(
            shape, RooflineCompiler.Compile(TestModels.Llama8B, ParallelPlan.Single, Quantization.Bf16, device, Options(device, EngineKernels.Vllm))).DeviceSeconds;
    }

    [Test]
    public void Of_DeviceOfAnotherProcess_TakesTheSharesAsTheyAre()
    {
        Device a40 = DeviceCatalogue.A40;
        CostProfile derived = CostProfiles.Of(a40, EngineKernels.Vllm), a100 = CostProfiles.Of(DeviceCatalogue.A100Sxm80, EngineKernels.Vllm);
        Assert.That(derived.Attention.PrefillKernels.Select(kernel => kernel.ComputeEfficiency), Is.EqualTo(a100.Attention.PrefillKernels.Select(kernel => kernel.ComputeEfficiency)));
        Assert.That(derived.Elementwise.MemoryEfficiency, Is.EqualTo(a100.Elementwise.MemoryEfficiency * 15 / 16).Within(1e-9));
    }

    [Test]
    public void Of_FasterMemory_IsFaster()
    {
        double h100 = Decode(DeviceCatalogue.H100Sxm), derived = Decode(DeviceCatalogue.H100Sxm with { Id = "own", MemoryBytesPerSecond = 3900e9 });
        Assert.That(derived, Is.InRange(h100 * 3350 / 3900, h100 * 0.95));

        static double Decode(Device device) => Roofline.Evaluate(
            new IterationShape { DecodeRows = 1, EmittedTokens = 1 },
            RooflineCompiler.Compile(TestModels.Llama70B, new(Tensor: 4), Quantization.Bf16, device, Options(device, EngineKernels.Vllm))).DeviceSeconds;
    }

    [SeededProperty(MaxTest = 400)]
    [Category("Invariant9")]
    public void Invariant9_AnyModelAndDevice_TakesNoLessThanThePeak(DoNotSize<int> seed)
    {
        var pick = new TestModels.Picker(seed.Item);
        (RooflineParameters p, string what) = Pick(pick);
        var floor = new Floor();
        Roofline.Visit(Shape(pick.Between(0, 600), pick.Between(0, 9000), pick.From(0, 1, 100, 8192, 20_000), pick), p, ref floor);
        Assert.That(floor.Faults, Is.Empty, what);
    }

    [SeededProperty(MaxTest = 400)]
    [Category("Invariant9")]
    public void Invariant9_AnyModelAndDevice_MoreRowsTakeNoLess(DoNotSize<int> seed)
    {
        var pick = new TestModels.Picker(seed.Item);
        (RooflineParameters p, string what) = Pick(pick);
        int context = pick.Between(0, 9000), rows = pick.Between(1, 1000), more = rows + pick.Between(1, 100);
        int tokens = pick.Between(1, 20_000), longer = tokens + pick.Between(1, 2000);
        Assert.That(Seconds(Shape(more, context, 0, null)), Is.GreaterThanOrEqualTo(Seconds(Shape(rows, context, 0, null)) * (1 - 1e-12)), $"{what}, {rows} to {more} decode rows after {context}");
        Assert.That(Seconds(Shape(0, 0, longer, null)), Is.GreaterThanOrEqualTo(Seconds(Shape(0, 0, tokens, null)) * (1 - 1e-12)), $"{what}, {tokens} to {longer} prefill tokens");

        double Seconds(IterationShape shape) => Roofline.Evaluate(shape, p).DeviceSeconds;
    }

    private static readonly IterationShape Prefill = Shape(0, 0, 4096, null), Decode = Shape(8, 1000, 0, null);

    private static RooflineOptions Options(Device device, EngineKernels engine) => RooflineOptions.Of(CostProfiles.Of(device, engine));

    private static (RooflineParameters Parameters, string What) Pick(TestModels.Picker pick)
    {
        ModelArchitecture model = ModelArchitectures.All[pick.Between(0, ModelArchitectures.All.Count - 1)];
        Device device = DeviceCatalogue.All[pick.Between(0, DeviceCatalogue.All.Count - 1)];
        EngineKernels engine = pick.From(Enum.GetValues<EngineKernels>());
        ParallelPlan plan = new(pick.From(1, 2, 4, 8));
        if (plan.Validate(model).Count > 0)
            plan = ParallelPlan.Single;
        NumberFormat format = pick.From(NumberFormat.Bf16, NumberFormat.Fp8, NumberFormat.Fp4, NumberFormat.Int8);
        var formats = new Quantization(pick.From(format, NumberFormat.Int4), format, pick.From(NumberFormat.Bf16, NumberFormat.Fp8));
        return (RooflineCompiler.Compile(model, plan, formats, device, Options(device, engine)), $"{model.Id} on {device.Id} under {engine}, {formats}, tensor {plan.Tensor}");
    }

    private static IterationShape Shape(int decodes, int context, int tokens, TestModels.Picker? pick)
    {
        if (decodes == 0 && tokens == 0)
            decodes = 1;
        long cached = pick?.Between(0, 5000) ?? 0;
        bool prefill = tokens > 0;
        return new()
        {
            DecodeRows = decodes,
            DecodeContext = (long)decodes * context,
            DecodeWindowContext = (long)decodes * Math.Min(context, 128),
            EmittedTokens = decodes,
            PrefillRows = prefill ? 1 : 0,
            PrefillTokens = tokens,
            PrefillContext = prefill ? cached : 0,
            PrefillPairs = prefill ? tokens * cached + tokens * (tokens + 1L) / 2 : 0,
            PrefillWindowPairs = prefill ? tokens * 128L : 0,
            Launch = LaunchMode.FullGraph,
        };
    }

    private readonly struct Floor() : IOperatorSink
    {
        public List<string> Faults { get; } = [];

        public void Add(in OperatorCost cost)
        {
            if (!(double.IsFinite(cost.Seconds) && cost.Seconds >= cost.PeakSeconds * (1 - 1e-9)))
                Faults.Add($"{cost.Operator} takes {cost.Seconds} s, at the peak {cost.PeakSeconds} s");
        }
    }
}
