using MathNet.Numerics.Distributions;
using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Workloads.Lengths;

public class LengthDistributionTests
{
    private const int Many = 200_000;

    [Test]
    public void Next_Fixed_IsTheLength() => Assert.That(Draw(new FixedLength(7)), Is.All.EqualTo(7));

    [Test]
    public void Next_Uniform_GivesEachLengthAlike()
    {
        int[] counts = [.. Draw(new UniformLength(3, 12)).CountBy(n => n).OrderBy(c => c.Key).Select(c => c.Value)];

        Assert.That(counts, Has.Length.EqualTo(10));
        Assert.That(counts, Is.All.EqualTo(Many / 10).Within(4).Percent);
    }

    [Test]
    public void Next_Zipf_HasItsProbabilities()
    {
        var counts = Draw(new ZipfLength(1.1, 1023)).CountBy(n => n).ToDictionary();
        var oracle = new Zipf(1.1, 1023);

        Assert.That(counts.Keys.Max(), Is.LessThanOrEqualTo(1023));
        foreach (int n in new[] { 1, 2, 3, 10, 50 })
        {
            double expected = Many * oracle.Probability(n);
            Assert.That(counts[n], Is.EqualTo(expected).Within(4 * Math.Sqrt(expected)));
        }
    }

    [Test]
    public void Next_LogNormalOfMean_HasItsMoments()
    {
        double[] drawn = [.. Draw(LogNormalLength.OfMean(1000, 1.2)).Select(n => (double)n)];
        double mean = drawn.Average();

        Assert.That(mean, Is.EqualTo(1000).Within(1.5).Percent);
        Assert.That(Math.Sqrt(drawn.Average(n => (n - mean) * (n - mean))) / mean, Is.EqualTo(1.2).Within(5).Percent);
    }

    [Test]
    public void Next_LogNormal_StaysBetweenOneAndItsLimit()
    {
        int[] drawn = Draw(new LogNormalLength(2, 4, 500));

        Assert.That(drawn.Min(), Is.EqualTo(1));
        Assert.That(drawn.Max(), Is.EqualTo(500));
        Assert.That(drawn.Order().ElementAt(Many / 2), Is.EqualTo((int)Math.Round(Math.Exp(2))).Within(1));
    }

    [Test]
    public void Next_Geometric_HasItsProbabilities()
    {
        int[] drawn = [.. Draw(new GeometricLength(2.9))];
        var oracle = new Geometric(1 / 2.9);

        foreach (int n in new[] { 1, 2, 3, 10 })
        {
            double expected = Many * oracle.Probability(n);
            Assert.That(drawn.Count(x => x == n), Is.EqualTo(expected).Within(4 * Math.Sqrt(expected)));
        }
        Assert.That(Draw(new GeometricLength(2.9, max: 3)).Max(), Is.EqualTo(3));
        Assert.That(Draw(new GeometricLength(1)), Is.All.EqualTo(1));
    }

    [Test]
    public void Next_QuantileTable_IsLinearBetweenItsPoints()
    {
        int[] drawn = [.. Draw(new QuantileLength(new(0, 100), new(0.5, 200), new(0.9, 1000), new(1, 1000))).Order()];

        Assert.That(drawn[0], Is.EqualTo(100));
        Assert.That(drawn[Many / 4], Is.EqualTo(150).Within(1));
        Assert.That(drawn[Many / 2], Is.EqualTo(200).Within(5));
        Assert.That(drawn[Many * 7 / 10], Is.EqualTo(600).Within(10));
        Assert.That(drawn[^1], Is.EqualTo(1000));
    }

    [TestCase(0, 10)]
    [TestCase(0.2, 10)]
    [TestCase(0.6, 25)]
    [TestCase(0.8, 30)]
    [TestCase(1, 30)]
    public void At_TableWithoutEnds_HoldsItsEndPoints(double probability, double tokens) =>
        Assert.That(new QuantileLength(new(0.2, 10), new(0.4, 20), new(0.8, 30)).At(probability), Is.EqualTo(tokens).Within(1e-9));

    [Test]
    public void Next_Empirical_KeepsPairsTogetherAndLeavesFailuresOut()
    {
        Request Make(int prompt, int output) => new() { Id = 0, Arrival = SimTime.Zero, PromptTokens = prompt, OutputTokens = output };
        var lengths = new EmpiricalLengths([Make(10, 1), Make(20, 2), Make(30, 3), Make(40, 0)]);
        RandomStream random = Stream();

        RequestLength[] drawn = [.. Enumerable.Range(0, 30_000).Select(_ => lengths.Next(random))];

        Assert.That(drawn.All(l => l.PromptTokens == 10 * l.OutputTokens));
        Assert.That(drawn.CountBy(l => l.OutputTokens).Select(c => c.Value), Is.All.EqualTo(10_000).Within(4).Percent);
        Assert.That(Draw(lengths.Prompts).Distinct(), Is.EquivalentTo(new[] { 10, 20, 30 }));
        Assert.That(Draw(lengths.Outputs).Distinct(), Is.EquivalentTo(new[] { 1, 2, 3 }));
        Assert.Throws<ArgumentException>(() => new EmpiricalLengths([Make(40, 0)]));
    }

    [Test]
    public void Next_Independent_DrawsBoth() =>
        Assert.That(IndependentLengths.Fixed(5, 6).Next(Stream()), Is.EqualTo(new RequestLength(5, 6)));

    [Test]
    public void Quantile_Histogram_IsTheNearestRank()
    {
        var histogram = new LengthHistogram();
        foreach (int n in new[] { 15, 20, 35, 40, 50 }) histogram.Add(n);

        Assert.That(new[] { 0, 0.05, 0.3, 0.4, 0.5, 1 }.Select(histogram.Quantile), Is.EqualTo(new[] { 15, 15, 20, 20, 35, 50 }), "the example of the nearest-rank method");
        Assert.That((histogram.Count, histogram.Total), Is.EqualTo((5, 160)));
    }

    [Test]
    public void Constructors_ParametersOutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new GeometricLength(0.9));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new GeometricLength(double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new GeometricLength(2, max: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedLength(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UniformLength(-1, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UniformLength(6, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UniformLength(0, int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ZipfLength(0, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ZipfLength(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogNormalLength(double.NaN, 1, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogNormalLength(1, -1, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogNormalLength(1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LogNormalLength.OfMean(0, 1));
        Assert.Throws<ArgumentException>(() => new QuantileLength());
        Assert.Throws<ArgumentException>(() => new QuantileLength(new LengthQuantile(1.5, 1)));
        Assert.Throws<ArgumentException>(() => new QuantileLength(new LengthQuantile(0.5, -1)));
        Assert.Throws<ArgumentException>(() => new QuantileLength(new(0.5, 1), new(0.5, 2)));
        Assert.Throws<ArgumentException>(() => new QuantileLength(new(0.5, 2), new(0.6, 1)));
    }

    private static RandomStream Stream() => new RandomStreams(17).Stream("lengths");

    private static int[] Draw(ILengthDistribution lengths)
    {
        RandomStream random = Stream();
        return [.. Enumerable.Range(0, Many).Select(_ => lengths.Next(random))];
    }
}
