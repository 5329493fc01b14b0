using Simulator.Core.Statistics;

namespace Simulator.Tests.Core.Queueing;

/// <summary>Mean of a correlated sequence with a confidence interval: the means of long batches are nearly independent.</summary>
internal sealed class BatchMeans(int skip, int batchSize)
{
    private readonly Tally _means = new();
    private Tally _batch = new();
    private int _seen;

    public void Add(double value)
    {
        if (++_seen <= skip) return;
        _batch.Add(value);
        if (_batch.Count < batchSize) return;
        _means.Add(_batch.Mean!.Value);
        _batch = new Tally();
    }

    /// <summary>The 99.9 % interval holds the expected value, and is narrow enough to mean something.</summary>
    public void AssertMean(double expected, double precision, string what)
    {
        ConfidenceInterval interval = _means.Confidence(0.999)!.Value;
        Assert.That(_means.Count, Is.GreaterThanOrEqualTo(20), what);
        Assert.That(interval.HalfWidth, Is.LessThanOrEqualTo(precision * expected), $"{what}: {interval}");
        Assert.That(interval.Contains(expected), Is.True, $"{what}: {interval}, expected {expected}");
    }
}
