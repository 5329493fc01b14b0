using FsCheck;
using Simulator.Models.Architectures;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Costs.Profiles;

[TestFixture]
public sealed class ExpertProfileTests
{
    private static readonly ExpertKernel Kernel = new()
    {
        Name = "triton", Format = "bfloat16", FixedSeconds = 16e-6, SecondsPerExpert = 20e-9, SortSeconds = 18e-6, SecondsPerDepth = 3.9e-9,
        MemoryEfficiency = 0.92, NarrowMemoryWidth = 18, ComputeEfficiency = 0.79, NarrowComputeWidth = 164, TileRows = 4,
        HottestShare = 0.02, HiddenPasses = 2, InnerPasses = 9.6, RemoteShare = 1, Overlap = 1.2,
    };

    private static readonly ExpertProfile Measured = new()
    {
        Kernels =
        [
            Kernel, Kernel with { Name = "block", Format = "fp8_block", Spread = false },
            Kernel with { Name = "cutlass", Format = "fp8_block", Spread = true, FixedSeconds = 5e-6 },
            Kernel with { Name = "marlin", Format = "w4a16_mxfp4", FixedSeconds = 7e-6 },
        ],
    };

    [SeededProperty(MaxTest = 300)]
    [Category("Invariant9")]
    public void Time_AnyShape_IsNotBelowTheFloorAndNeverFalls(PositiveInt seed)
    {
        ExpertShape shape = Shape(seed.Get, out Device device);
        ExpertTime time = Measured.Time(shape, device);
        double flop = 1 / device.PeakFlopsPerSecond(shape.Activations), before = 0;
        Assert.That(time.SecondsPerByte, Is.GreaterThanOrEqualTo(1 / device.MemoryBytesPerSecond));
        for (double tokens = 1; tokens < 100_000; tokens = Math.Floor(tokens * 1.3) + 1)
        {
            double seconds = time.FixedSeconds + shape.FlopsPerToken * time.SecondsPerFlop * time.EffectiveTokens.At(tokens);
            Assert.That(seconds, Is.GreaterThanOrEqualTo(tokens * shape.FlopsPerToken * flop));
            Assert.That(seconds, Is.GreaterThanOrEqualTo(before));
            before = seconds;
        }
    }

    [Test]
    public void Time_FewTokens_ReadsTheExpertsThatTheyTouch()
    {
        ExpertShape shape = Of(new MixtureOfExperts(128, 8, 1536), 4096, 1, 1, NumberFormat.Bf16, NumberFormat.Bf16);
        ExpertTime time = Measured.Time(shape, DeviceCatalogue.H100Sxm);
        double one = Seconds(1), four = Seconds(4), many = Seconds(256);
        using (Assert.EnterMultipleScope())
        {
            // 8, about 28 and about 128 experts of 37.7 MB.
            Assert.That(one, Is.InRange(8 * shape.ExpertBytes / 3.35e12, 150e-6));
            Assert.That(four / one, Is.InRange(2.2, 3.6));
            Assert.That(many, Is.InRange(120 * shape.ExpertBytes / 3.35e12, 1.3 * 128 * shape.ExpertBytes / 3.35e12));
        }

        double Seconds(double tokens) => time.FixedSeconds + shape.FlopsPerToken * time.SecondsPerFlop * time.EffectiveTokens.At(tokens);
    }

    [TestCase(NumberFormat.Bf16, NumberFormat.Bf16, 1, 16e-6)]
    [TestCase(NumberFormat.Fp8, NumberFormat.Fp8, 8, 5e-6)]
    [TestCase(NumberFormat.Fp8, NumberFormat.Fp8, 1, 16e-6)]
    [TestCase(NumberFormat.Fp4, NumberFormat.Fp4, 1, 7e-6)]
    [TestCase(NumberFormat.Int4, NumberFormat.Bf16, 1, 7e-6)]
    public void Time_Format_TakesItsKernelOrTheNearest(NumberFormat weights, NumberFormat activations, int spread, double fixedSeconds)
    {
        var moe = new MixtureOfExperts(128, 8, 1536);
        ExpertTime time = Measured.Time(Of(moe, 4096, 1, spread, weights, activations), DeviceCatalogue.H100Sxm);
        Assert.That(time.FixedSeconds, Is.EqualTo(fixedSeconds + 20e-9 * 128 / spread).Within(1e-12));
    }

    [Test]
    public void Time_UnevenRouting_TouchesFewerExpertsAndWaitsForTheHottest()
    {
        ExpertShape shape = Of(new MixtureOfExperts(256, 8, 2048), 7168, 8, 1, NumberFormat.Fp8, NumberFormat.Fp8);
        ExpertTime even = (Measured with { RoutingSkew = 0 }).Time(shape, DeviceCatalogue.H100Sxm), uneven = (Measured with { RoutingSkew = 1 }).Time(shape, DeviceCatalogue.H100Sxm);
        Assert.That(uneven.EffectiveTokens.At(32), Is.LessThan(even.EffectiveTokens.At(32)));
        Assert.That(uneven.EffectiveTokens.At(16384), Is.GreaterThan(even.EffectiveTokens.At(16384)));
    }

    [TestCase(128, 8, 0.0, 16)]
    [TestCase(256, 8, 0.0, 1000)]
    [TestCase(16, 16, 0.0, 1)]
    public void Touched_EqualPopularity_FollowsTheClosedForm(int experts, int active, double skew, int tokens) => Assert.That(
        new ExpertRouting(experts, active, skew).Touched(tokens), Is.EqualTo(experts * (1 - Math.Pow(1 - (double)active / experts, tokens))).Within(1e-9));

    [SeededProperty]
    public void Touched_OneToken_IsItsExperts(PositiveInt size, PositiveInt part, PositiveInt steep)
    {
        int experts = 1 + size.Get % 512, active = 1 + part.Get % experts;
        var routing = new ExpertRouting(experts, active, steep.Get % 20 / 10.0);
        Assert.That(routing.Touched(1), Is.EqualTo(active).Within(1e-6));
        Assert.That(routing.Touched(1e9), Is.LessThanOrEqualTo(experts));
        Assert.That(routing.Busiest(1, 1).Hottest, Is.InRange((double)active / experts - 1e-12, 1));
    }

    [TestCase(4)]
    [TestCase(64)]
    [TestCase(512)]
    public void Busiest_EightDevices_IsWhatDrawsGive(int tokens)
    {
        const int experts = 128, active = 8, devices = 8, local = experts / devices, draws = 60;
        const double skew = 0.5;
        var random = new Simulator.Core.Randomness.RandomStream(5);
        double[] weights = [.. Enumerable.Range(1, experts).Select(rank => Math.Pow(rank, -skew))];
        double touched = 0, pairs = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            // Experts on random devices; a token takes those with the greatest keys (Efraimidis and Spirakis 2006).
            int[] places = [.. Enumerable.Range(0, experts).OrderBy(_ => random.NextDouble())];
            var counts = new int[experts];
            for (int token = 0; token < tokens; token++)
            {
                foreach (int expert in Enumerable.Range(0, experts).OrderByDescending(expert => Math.Log(random.NextDouble()) / weights[expert]).Take(active))
                    counts[places[expert]]++;
            }
            int[][] own = [.. counts.Chunk(local)];
            touched += own.Max(chunk => chunk.Count(count => count > 0));
            pairs += own.Max(chunk => chunk.Sum());
        }
        ExpertLoad load = new ExpertRouting(experts, active, skew).Busiest(tokens, devices);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(load.Experts, Is.EqualTo(touched / draws).Within(10).Percent);
            Assert.That(load.Pairs, Is.EqualTo(pairs / draws).Within(10).Percent);
            Assert.That(load.RoutedPairs, Is.EqualTo(tokens * active));
        }
    }

    [Test]
    public void Read_WrittenProfile_IsTheSame()
    {
        CostProfile profile = CostProfile.Flat(Simulator.Models.Costs.RooflineOptions.Default, "h100-sxm") with
        {
            Experts = Measured,
            Collectives = new() { AllReduces = [new() { Devices = 2, Bytes = [1024, 65536], Seconds = [4e-6, 5e-6] }] },
        };
        string text = CostProfileFile.Write(profile);
        CostProfile read = CostProfileFile.Read(text, "own.json");
        Assert.That(CostProfileFile.Write(read), Is.EqualTo(text));
        Assert.That(read.Experts.Kernels, Is.EqualTo(Measured.Kernels));
    }

    [Test]
    public void Validate_UnsoundSections_NamesEveryFault()
    {
        ExpertProfile experts = Measured with { RoutingSkew = 3, Kernels = [Kernel with { MemoryEfficiency = 1.2, Overlap = 0 }] };
        var collectives = new CollectiveProfile
        {
            AllReduces = [new() { Devices = 4, Bytes = [2048, 1024], Seconds = [1, 2] }, new() { Devices = 1, Bytes = [1024], Seconds = [1, 2] }],
            AllGathers = [new() { Devices = 2, Bytes = [1024, 2048], Seconds = [2, 1] }],
        };
        CostProfile profile = CostProfile.Flat(Simulator.Models.Costs.RooflineOptions.Default, "h100-sxm") with { Experts = experts, Collectives = collectives };
        Assert.That(profile.Validate(), Is.EqualTo((string[])
        [
            "experts: routingSkew is 3; it must be from 0 to 2.",
            "experts: memoryEfficiency of bfloat16 is 1.2; it must be from 0.001 to 1.",
            "experts: overlap of bfloat16 is 0; it must be from 1 to 100.",
            "collectives: bytes must be finite, above 0 and ascending.",
            "collectives: devices is 1; it must be at least 2.",
            "collectives: 1 sizes have 2 times; give two or more sizes, and a time for each.",
            "collectives: the curves of an operation must be in the order of their devices, one for each number.",
            "collectives: seconds must be finite, at least 0, and may not fall.",
        ]));
    }

    private static ExpertShape Shape(int seed, out Device device)
    {
        device = DeviceCatalogue.All[seed % DeviceCatalogue.All.Count];
        (int experts, int active) = (((int, int)[])[(8, 2), (16, 1), (128, 8), (256, 8), (512, 10)])[seed / 7 % 5];
        int hidden = 1024 * (1 + seed / 3 % 8), inner = 256 * (1 + seed / 11 % 24), tensor = 1 << (seed / 5 % 4), spread = 1 << (seed / 13 % 4);
        (NumberFormat weights, NumberFormat activations) = (((NumberFormat, NumberFormat)[])
            [(NumberFormat.Bf16, NumberFormat.Bf16), (NumberFormat.Fp8, NumberFormat.Fp8), (NumberFormat.Fp4, NumberFormat.Fp4), (NumberFormat.Fp4, NumberFormat.Bf16)])[seed / 17 % 4];
        return Of(new MixtureOfExperts(experts, active, inner), hidden, tensor, spread, weights, activations);
    }

    private static ExpertShape Of(MixtureOfExperts moe, double hidden, int tensor, int spread, NumberFormat weights, NumberFormat activations)
    {
        double elements = 3 * hidden * moe.ExpertIntermediate / tensor;
        return new(moe, hidden, tensor, spread, weights, activations)
        {
            ExpertBytes = elements * weights.BytesPerElement(),
            FlopsPerToken = 2 * elements * moe.ActiveExperts / spread,
        };
    }
}
