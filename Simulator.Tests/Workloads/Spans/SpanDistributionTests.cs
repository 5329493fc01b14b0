using MathNet.Numerics;
using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Spans;

namespace Simulator.Tests.Workloads.Spans;

public class SpanDistributionTests
{
    [Test]
    public void Next_LogNormalOfQuantiles_HasThem()
    {
        double[] spans = Draw(LogNormalSpan.OfQuantiles(116.Seconds(), 1372.Seconds()));

        Assert.That(spans[spans.Length / 2], Is.EqualTo(116).Within(2).Percent);
        Assert.That(spans[spans.Length * 9 / 10], Is.EqualTo(1372).Within(3).Percent);
    }

    [Test]
    public void Next_LogNormalOfBurstGpt_HasItsThinkGaps()
    {
        double[] spans = Draw(new LogNormalSpan(4.75, 1.93));

        Assert.That(spans[spans.Length / 2], Is.EqualTo(116).Within(3).Percent);
        Assert.That(spans[spans.Length * 9 / 10], Is.EqualTo(1372).Within(4).Percent);
    }

    [Test]
    public void Next_Fixed_IsTheSpan() => Assert.That(Draw(new FixedSpan(3.Seconds())), Is.All.EqualTo(3));

    [TestCase(0.02)]
    [TestCase(0.3)]
    [TestCase(1)]
    [TestCase(2.2360679774997896)]
    [TestCase(13.2)]
    [TestCase(100)]
    public void ShapeOf_AnyVariation_HasTheVariationOfTheDistribution(double cv)
    {
        double shape = WeibullMoments.ShapeOf(cv);
        double first = SpecialFunctions.Gamma(1 + (1 / shape));
        Assert.That(Math.Sqrt((SpecialFunctions.Gamma(1 + (2 / shape)) / (first * first)) - 1), Is.EqualTo(cv).Within(1e-4).Percent);
        Assert.That(WeibullMoments.ScaleOf(7, shape) * first, Is.EqualTo(7).Within(1e-9).Percent);
    }

    [Test]
    public void ToSpan_ExtremeDraw_StaysWithinTheClock() => Assert.That(Seconds.ToSpan(double.PositiveInfinity).ToSeconds(), Is.EqualTo(Seconds.Longest));

    [Test]
    public void Constructors_ParametersOutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedSpan(SimDuration.FromSeconds(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialSpan(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GammaSpan(1, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeibullSpan(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WeibullSpan.OfShape(1, 1000));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogNormalSpan(double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogNormalSpan(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LogNormalSpan.OfQuantiles(SimDuration.Zero, 1.Seconds()));
        Assert.Throws<ArgumentOutOfRangeException>(() => LogNormalSpan.OfQuantiles(2.Seconds(), 1.Seconds()));
    }

    private static double[] Draw(ISpanDistribution spans)
    {
        RandomStream random = new RandomStreams(5).Stream("spans");
        double[] drawn = [.. Enumerable.Range(0, 100_001).Select(_ => spans.Next(random).ToSeconds())];
        Array.Sort(drawn);
        return drawn;
    }
}
