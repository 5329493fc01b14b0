using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using Simulator.Core.Randomness;

namespace Simulator.Tests.Core.Randomness;

/// <summary>Each variate against the distribution function of an independent library: 50 equally likely cells.</summary>
public class VariateTests
{
    private const int Cells = 50;
    private const int PerCell = 2000;

    [TestCase(1.0)]
    [TestCase(0.025)]
    public void NextExponential_ManyDraws_FollowTheDistribution(double mean) =>
        AssertContinuous(r => r.NextExponential(mean), new Exponential(1 / mean).CumulativeDistribution);

    [Test]
    public void NextNormal_ManyDraws_FollowTheDistribution() =>
        AssertContinuous(r => r.NextNormal(), new Normal(0, 1).CumulativeDistribution);

    [TestCase(0, 1)]
    [TestCase(5.5, 0.3)]
    public void NextLogNormal_ManyDraws_FollowTheDistribution(double mu, double sigma) =>
        AssertContinuous(r => r.NextLogNormal(mu, sigma), new LogNormal(mu, sigma).CumulativeDistribution);

    [TestCase(0.25, 1)]
    [TestCase(0.5, 4)]
    [TestCase(1, 2)]
    [TestCase(7.5, 0.1)]
    public void NextGamma_ManyDraws_FollowTheDistribution(double shape, double scale) =>
        AssertContinuous(r => r.NextGamma(shape, scale), new Gamma(shape, 1 / scale).CumulativeDistribution);

    [Test]
    public void NextGamma_VerySmallShape_HasItsMomentsAndItsPowerTail()
    {
        const int Draws = 200_000;
        const double Shape = 0.05;
        RandomStream random = new RandomStreams(20).Stream("variates");
        double[] drawn = [.. Enumerable.Range(0, Draws).Select(_ => random.NextGamma(Shape, 1))];
        Assert.That(drawn.Average(), Is.EqualTo(Shape).Within(4 * Math.Sqrt(Shape / Draws)));

        // Near zero P(X ≤ x) = x^shape / Γ(shape + 1).
        double expected = Math.Pow(1e-20, Shape) / Math.Exp(SpecialFunctions.GammaLn(Shape + 1));
        Assert.That(drawn.Count(x => x <= 1e-20) / (double)Draws, Is.EqualTo(expected).Within(4 * Math.Sqrt(expected / Draws)));
    }

    [TestCase(0.4, 1)]
    [TestCase(1.5, 3)]
    public void NextWeibull_ManyDraws_FollowTheDistribution(double shape, double scale) =>
        AssertContinuous(r => r.NextWeibull(shape, scale), new Weibull(shape, scale).CumulativeDistribution);

    [TestCase(1.25)]
    [TestCase(4.0)]
    [TestCase(20.0)]
    public void NextGeometric_ManyDraws_FollowTheDistribution(double mean) =>
        AssertDiscrete(r => r.NextGeometric(mean), k => new Geometric(1 / mean).Probability(k), 20);

    [TestCase(0.5, 100)]
    [TestCase(1.0, 1000)]
    [TestCase(1.1, 20)]
    [TestCase(2.5, 50)]
    public void NextZipf_ManyDraws_FollowTheDistribution(double exponent, int max) =>
        AssertDiscrete(r => r.NextZipf(exponent, max), k => new Zipf(exponent, max).Probability(k), 20);

    [Test]
    public void NextZipf_ManyDraws_StayInRange()
    {
        RandomStream random = new RandomStreams(1).Stream("zipf");
        for (int i = 0; i < 100_000; i++) Assert.That(random.NextZipf(0.01, 3), Is.InRange(1, 3));
        Assert.That(random.NextZipf(1.2, 1), Is.EqualTo(1));
    }

    [Test]
    public void NextGeometric_MeanOne_IsAlwaysOne()
    {
        RandomStream random = new(1);
        Assert.That(Enumerable.Range(0, 100).Select(_ => random.NextGeometric(1)), Is.All.EqualTo(1));
    }

    [Test]
    public void NextGeometric_HugeMean_SaturatesInsteadOfWrapping()
    {
        RandomStream random = new(1);
        Assert.That(Enumerable.Range(0, 1000).Select(_ => random.NextGeometric(1e300)), Is.All.EqualTo(long.MaxValue));
    }

    [Test]
    public void Variates_ParametersOutOfRange_Throw()
    {
        RandomStream random = new(1);
        Action[] wrong =
        [
            () => random.NextExponential(0), () => random.NextExponential(double.NaN),
            () => random.NextExponential(double.PositiveInfinity), () => random.NextLogNormal(double.NaN, 1),
            () => random.NextLogNormal(0, -1), () => random.NextLogNormal(0, double.PositiveInfinity),
            () => random.NextGamma(0, 1), () => random.NextGamma(1, -1), () => random.NextWeibull(0, 1),
            () => random.NextWeibull(1, 0), () => random.NextGeometric(0.5), () => random.NextGeometric(double.NaN),
            () => random.NextZipf(0, 1), () => random.NextZipf(1, 0),
        ];
        foreach (Action call in wrong) Assert.That(call, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static void AssertContinuous(Func<RandomStream, double> draw, Func<double, double> distribution)
    {
        RandomStream random = new RandomStreams(20).Stream("variates");
        var observed = new long[Cells];
        for (int i = 0; i < Cells * PerCell; i++)
            observed[Math.Min(Cells - 1, (int)(distribution(draw(random)) * Cells))]++;
        RandomStreamTests.AssertChiSquare(observed, Enumerable.Repeat((double)PerCell, Cells));
    }

    /// <summary>Cells 1, 2, …, last − 1, and one for all that is larger.</summary>
    private static void AssertDiscrete(Func<RandomStream, long> draw, Func<int, double> probability, int last)
    {
        RandomStream random = new RandomStreams(20).Stream("variates");
        const int Draws = Cells * PerCell;
        var observed = new long[last];
        for (int i = 0; i < Draws; i++) observed[Math.Min(last, draw(random)) - 1]++;
        double[] expected = [.. Enumerable.Range(1, last - 1).Select(k => Draws * probability(k))];
        int cells = expected.TakeWhile(e => e >= 10).Count();
        long[] kept = [.. observed.Take(cells), observed.Skip(cells).Sum()];
        RandomStreamTests.AssertChiSquare(kept, [.. expected.Take(cells), Draws - expected.Take(cells).Sum()]);
    }
}
