using FsCheck;
using Simulator.Core.Time;
using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Results;
using Simulator.Models.Results.Accuracy;
using Simulator.Workloads.Requests;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Results.Accuracy;

public sealed class AccuracyBandsTests
{
    private static readonly RunConditions Here = new("h100-sxm", "vllm", ModelKind.Dense, LoadRegion.BatchUpTo16);

    [Test]
    public void Of_ElevenErrors_HasTheirTenthFiftiethAndNinetiethPercentile()
    {
        // −5 to +5 percent: the percentiles fall on the second, the sixth and the tenth.
        AccuracyBands bands = AccuracyBands.Of(Errors(Here, AccuracyFigure.Tpot, [.. Enumerable.Range(-5, 11).Reverse().Select(error => (double)error)]));
        Assert.That(bands.Bands.Select(band => band.Scope), Is.EqualTo(Enum.GetValues<BandScope>()));
        foreach (AccuracyBand band in bands.Bands)
            Assert.That((band.Figure, band.Points, band.LowPercent, band.MedianPercent, band.HighPercent), Is.EqualTo((AccuracyFigure.Tpot, 11, -4.0, 0.0, 4.0)));
    }

    [Test]
    public void Find_TooFewPoints_TakesTheNextBroaderScope()
    {
        AccuracyBands bands = AccuracyBands.Of(
        [
            .. Errors(Here, AccuracyFigure.Ttft, 1, AccuracyBands.LeastPoints),
            .. Errors(Here with { Load = LoadRegion.Batch16To64 }, AccuracyFigure.Ttft, 2, AccuracyBands.LeastPoints - 1),
            .. Errors(Here with { Device = "l40s" }, AccuracyFigure.Ttft, 3, AccuracyBands.LeastPoints - 1),
            .. Errors(Here with { Engine = "sglang" }, AccuracyFigure.Ttft, 4, AccuracyBands.LeastPoints - 1),
        ]);
        Assert.That(Found(Here), Is.EqualTo((BandScope.SameConditions, 8)));
        Assert.That(Found(Here with { Load = LoadRegion.Batch16To64 }), Is.EqualTo((BandScope.SameDeviceAndEngine, 15)), "seven are too few");
        Assert.That(Found(Here with { Model = ModelKind.MixtureOfExperts }), Is.EqualTo((BandScope.SameDeviceAndEngine, 15)), "none of such models");
        Assert.That(Found(Here with { Device = "l40s" }), Is.EqualTo((BandScope.SameEngine, 22)));
        Assert.That(Found(Here with { Device = "mi300x" }), Is.EqualTo((BandScope.SameEngine, 22)), "a device that was never measured");
        Assert.That(Found(Here with { Engine = "sglang" }), Is.EqualTo((BandScope.All, 29)));
        Assert.That(Found(Here with { Engine = "trtllm" }), Is.EqualTo((BandScope.All, 29)));
        Assert.That(bands.Find(Here, AccuracyFigure.E2e), Is.Null, "of E2E nothing was measured");

        (BandScope, int) Found(RunConditions conditions) => bands.Find(conditions, AccuracyFigure.Ttft) is { } band ? (band.Scope, band.Points) : default;
    }

    [SeededProperty]
    public void Of_AnyErrors_DoesNotDependOnTheirOrderAndIsOrdered(NonEmptyArray<int> drawn)
    {
        RunConditions[] conditions = [Here, Here with { Load = LoadRegion.BatchAbove64 }, Here with { Device = "l40s" }, Here with { Engine = "sglang" }];
        MeasuredError[] errors = [.. drawn.Get.SelectMany(error => Enumerable.Range(0, 3).Select(i =>
            new MeasuredError(conditions[((error + i) & 0x7fffffff) % conditions.Length], AccuracyFigure.Ttft, error % 100 / 3.0)))];
        AccuracyBands bands = AccuracyBands.Of(errors);
        Assert.That(AccuracyBands.Of(errors.Reverse()).ToJson(), Is.EqualTo(bands.ToJson()));
        foreach (AccuracyBand band in bands.Bands)
        {
            Assert.That(band.LowPercent, Is.LessThanOrEqualTo(band.MedianPercent));
            Assert.That(band.MedianPercent, Is.LessThanOrEqualTo(band.HighPercent));
            Assert.That(band.Points, Is.AtLeast(AccuracyBands.LeastPoints));
        }
        Assert.That(bands.Find(Here, AccuracyFigure.Ttft)?.Points ?? 0, Is.EqualTo(Nearest(errors)));
    }

    [Test]
    public void ToJson_Bands_ReadsBackTheSame()
    {
        AccuracyBands bands = AccuracyBands.Of(Errors(Here, AccuracyFigure.Throughput, 1.25, 9)) with { Provenance = ["closed_loop: 9 runs"] };
        string json = bands.ToJson();
        AccuracyBands read = AccuracyBands.Read(json);
        Assert.That(read.Bands, Is.EqualTo(bands.Bands));
        Assert.That(read.Provenance, Is.EqualTo(bands.Provenance));
        Assert.That(read.ToJson(), Is.EqualTo(json));
        Assert.That(json.Split('\n')[3], Is.EqualTo(
            """    {"device":"h100-sxm","engine":"vllm","model":"dense","load":"batchUpTo16","figure":"throughput","points":9,"lowPercent":1.2,"medianPercent":1.2,"highPercent":1.2},"""));
    }

    [TestCase("{")]
    [TestCase("null")]
    [TestCase("""{"bands": null}""")]
    [TestCase("""{"bands": [], "other": 1}""")]
    [TestCase("""{"bands": [{"figure": "speed", "points": 9, "lowPercent": 1, "medianPercent": 1, "highPercent": 1}]}""")]
    public void Read_NoBands_SaysHowToWriteThem(string json) =>
        Assert.That(() => AccuracyBands.Read(json), Throws.TypeOf<InvalidDataException>().With.Message.EndsWith("Write the bands anew with: simulator validate --bands."));

    /// <summary>Whatever runs on a profile has a band for every figure.</summary>
    [Test]
    public void Shipped_AnyConditions_HasABandForEveryFigure()
    {
        AccuracyBands shipped = AccuracyBands.Shipped;
        Assert.That(shipped.Provenance, Has.Some.StartsWith("closed_loop: "));
        foreach (AccuracyFigure figure in Enum.GetValues<AccuracyFigure>())
        {
            AccuracyBand? unknown = shipped.Find(new("none", "none", ModelKind.Dense, LoadRegion.BatchUpTo16), figure);
            Assert.That(unknown?.Scope, Is.EqualTo(BandScope.All), $"{figure}");
            Assert.That(unknown!.LowPercent, Is.LessThan(unknown.HighPercent));
        }
        Assert.That(shipped.Find(Here, AccuracyFigure.Tpot)!.Scope, Is.EqualTo(BandScope.SameConditions));
        Assert.That(shipped.Bands.Select(band => band.Points), Has.All.AtLeast(AccuracyBands.LeastPoints));
        Assert.That(shipped.Bands.Where(band => band.Device is not null).Select(band => DeviceCatalogue.TryFind(band.Device!, out _)), Has.All.True);
    }

    [Test]
    public void Of_Run_BandsOfTheLoadOfEachPool()
    {
        PoolSpec calibrated = new("a", ModelArchitectures.Llama3_1_8B, DeviceCatalogue.H100Sxm) { Serves = ["a"] };
        ClusterSpec cluster = new()
        {
            Pools =
            [
                calibrated,
                calibrated with { Name = "b", Serves = ["b"], CostModel = new AffineCosts { PrefillIteration = 1e-3, PrefillToken = 1e-6, DecodeIteration = 1e-2 } },
                calibrated with { Name = "c", Serves = ["c"], Roofline = RooflineOptions.Default },
                calibrated with { Name = "d", Serves = ["d"], Roofline = RooflineOptions.Of(CostProfiles.Of(DeviceCatalogue.H100Sxm, EngineKernels.Vllm) with { Provenance = ["mine"] }) },
                calibrated with { Name = "e", Serves = ["e"] },
            ],
        };
        RunResult run = ServingSimulation.Run(cluster, [.. Enumerable.Range(0, 80).Select(i => new Request
        {
            Id = i, Arrival = default, PromptTokens = 100, OutputTokens = 50, Model = "abcd"[i % 4].ToString(),
        })]);
        IReadOnlyList<PoolAccuracy> accuracy = AccuracyBands.Of(Errors(Here with { Load = LoadRegion.Batch16To64 }, AccuracyFigure.E2e, 7, 10)).Of(cluster, run);

        Assert.That(accuracy.Select(pool => (pool.Pool, pool.NoBand)), Is.EqualTo((IEnumerable<(string, string?)>)
        [
            ("a", null), ("b", "costs are not calibrated"), ("c", "costs are not calibrated"), ("d", "costs are not calibrated"), ("e", "nothing ran"),
        ]));
        Assert.That(accuracy[0].Conditions, Is.EqualTo(Here with { Load = LoadRegion.Batch16To64 }), "twenty sequences at once");
        Assert.That(accuracy[0].Figures, Is.EqualTo([new FigureAccuracy(AccuracyFigure.E2e, 7, 7, 7, 10, BandScope.SameConditions)]));
        Assert.That(accuracy[0].Figures[0].Extrapolates, Is.False);
        Assert.That(accuracy.Skip(1).SelectMany(pool => pool.Figures), Is.Empty);
    }

    [TestCase(0, 1)]
    [TestCase(0.25, 0.75)]
    [TestCase(1, null)]
    [TestCase(2, null)]
    public void Of_RequestOverhead_TellsWhatIsLeftOutOfThatOfTheServers(double share, double? left)
    {
        PoolSpec pool = new("a", ModelArchitectures.Llama3_1_8B, DeviceCatalogue.H100Sxm);
        double servers = pool.Roofline.Profile!.Host!.RequestSeconds;
        pool = pool with { Engine = pool.Engine with { RequestOverhead = SimDuration.FromSeconds(share * servers) } };
        ClusterSpec cluster = new() { Pools = [pool] };
        RunResult run = ServingSimulation.Run(cluster, [new Request { Id = 0, Arrival = default, PromptTokens = 10, OutputTokens = 3 }]);
        Assert.That(AccuracyBands.Shipped.Of(cluster, run).Single().LeftOutSeconds, left is { } of ? Is.EqualTo(of * servers).Within(1e-8) : Is.Null);
    }

    [TestCase(1, LoadRegion.BatchUpTo16)]
    [TestCase(16, LoadRegion.BatchUpTo16)]
    [TestCase(16.1, LoadRegion.Batch16To64)]
    [TestCase(64, LoadRegion.Batch16To64)]
    [TestCase(64.1, LoadRegion.BatchAbove64)]
    public void RegionOf_MeanBatch_HasItsUpperBound(double meanBatch, LoadRegion region) => Assert.That(RunConditions.RegionOf(meanBatch), Is.EqualTo(region));

    [Test]
    public void Conditions_MixtureOfExperts_IsToldFromDense()
    {
        PoolSpec pool = new("moe", ModelArchitectures.Mixtral_8x7B, DeviceCatalogue.B200);
        RunResult run = ServingSimulation.Run(new ClusterSpec { Pools = [pool] }, [new Request { Id = 0, Arrival = default, PromptTokens = 10, OutputTokens = 3 }]);
        Assert.That(RunConditions.Of(pool, run), Is.EqualTo(new RunConditions("b200", "vllm", ModelKind.MixtureOfExperts, LoadRegion.BatchUpTo16)));
    }

    private static int Nearest(MeasuredError[] errors)
    {
        int[] counts =
        [
            errors.Count(error => error.Conditions == Here),
            errors.Count(error => (error.Conditions.Device, error.Conditions.Engine) == (Here.Device, Here.Engine)),
            errors.Count(error => error.Conditions.Engine == Here.Engine),
            errors.Length,
        ];
        return counts.FirstOrDefault(count => count >= AccuracyBands.LeastPoints);
    }

    private static IEnumerable<MeasuredError> Errors(RunConditions conditions, AccuracyFigure figure, double percent, int count) =>
        Errors(conditions, figure, [.. Enumerable.Repeat(percent, count)]);

    private static IEnumerable<MeasuredError> Errors(RunConditions conditions, AccuracyFigure figure, double[] percents) =>
        percents.Select(percent => new MeasuredError(conditions, figure, percent));
}
