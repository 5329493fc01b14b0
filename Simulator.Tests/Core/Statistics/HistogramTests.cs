using Simulator.Core.Statistics;

namespace Simulator.Tests.Core.Statistics;

public class HistogramTests
{
    [Test]
    public void Add_ValuesAtAndBetweenEdges_FallIntoTheRightBins()
    {
        var histogram = new Histogram(0, 1, 2.5);
        double[] values = [-1, double.NegativeInfinity, 0, 0.5, 1, 2, 2.4999, 2.5, 3, double.PositiveInfinity];
        foreach (double value in values) histogram.Add(value);
        histogram.Add(1.5, 10);
        histogram.Add(1.5, 0);
        Assert.That(histogram.Counts.ToArray(), Is.EqualTo(new long[] { 2, 13 }));
        Assert.That((histogram.Below, histogram.Above, histogram.Count), Is.EqualTo((2L, 3L, 20L)));
        Assert.That(histogram.Edges.ToArray(), Is.EqualTo(new[] { 0, 1, 2.5 }));
    }

    [Test]
    public void Merge_OfEqualEdges_AddsTheCounts()
    {
        var histogram = new Histogram(0, 1, 2);
        histogram.Add(0.5);
        var other = new Histogram(0, 1, 2);
        other.Add(0.6, 3);
        other.Add(9);
        histogram.Merge(other);
        Assert.That(histogram.Counts.ToArray(), Is.EqualTo(new long[] { 4, 0 }));
        Assert.That((histogram.Above, histogram.Count), Is.EqualTo((1L, 5L)));
        Assert.That(() => histogram.Merge(new Histogram(0, 1)), Throws.ArgumentException);
        Assert.That(() => histogram.Merge(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void Histogram_WrongArguments_AreRefused()
    {
        Assert.That(() => new Histogram(1), Throws.ArgumentException);
        Assert.That(() => new Histogram(1, 1), Throws.ArgumentException.With.Message.Contains("number 2"));
        Assert.That(() => new Histogram(2, 1), Throws.ArgumentException);
        Assert.That(() => new Histogram(1, double.NaN), Throws.ArgumentException);
        Assert.That(() => new Histogram(1, 2).Add(double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Histogram(1, 2).Add(1, -1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
