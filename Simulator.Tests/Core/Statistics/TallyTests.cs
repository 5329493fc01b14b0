using MathNet.Numerics.Statistics;
using Simulator.Core.Randomness;
using Simulator.Core.Statistics;

namespace Simulator.Tests.Core.Statistics;

public class TallyTests
{
    [Test]
    public void Tally_ManyValues_AgreesWithTheDefinitions()
    {
        RandomStream random = new RandomStreams(3).Stream("tally");
        double[] values = [.. Enumerable.Range(0, 10_000).Select(_ => 1e6 + random.NextNormal())];
        Tally tally = Of(values);
        (double mean, double variance) = values.MeanVariance();
        Assert.That(tally.Count, Is.EqualTo(values.Length));
        Assert.That(tally.Mean, Is.EqualTo(mean).Within(1e-9));
        Assert.That(tally.Variance, Is.EqualTo(variance).Within(1e-9));
        Assert.That(tally.StandardDeviation, Is.EqualTo(Math.Sqrt(variance)).Within(1e-9));
        Assert.That((tally.Min, tally.Max), Is.EqualTo((values.Min(), values.Max())));
    }

    [SeededProperty]
    public void Add_WithWeights_IsAsAddingThatOften(short[] values)
    {
        var weighted = new Tally();
        var repeated = new Tally();
        foreach (short value in values)
        {
            int weight = value & 3;
            weighted.Add(value, weight);
            for (int i = 0; i < weight; i++) repeated.Add(value);
        }
        AssertSame(weighted, repeated);
    }

    [SeededProperty]
    public void Merge_OfParts_IsAsAddingAll(short[] first, short[] second)
    {
        Tally merged = Of([.. first.Select(v => (double)v)]);
        merged.Merge(Of([.. second.Select(v => (double)v)]));
        AssertSame(merged, Of([.. first.Concat(second).Select(v => (double)v)]));
    }

    [Test]
    public void Tally_TooFewValues_HasNullFigures()
    {
        var tally = new Tally();
        Assert.That((tally.Mean, tally.Variance, tally.StandardDeviation, tally.Min, tally.Max, tally.Confidence()), Is.EqualTo(
            ((double?)null, (double?)null, (double?)null, (double?)null, (double?)null, (ConfidenceInterval?)null)));
        tally.Add(5, 0);
        Assert.That(tally.Count, Is.Zero);
        tally.Add(5);
        Assert.That((tally.Mean, tally.Variance, tally.Confidence()), Is.EqualTo(((double?)5, (double?)null, (ConfidenceInterval?)null)));
    }

    [Test]
    public void Tally_WrongArguments_AreRefused()
    {
        var tally = new Tally();
        Assert.That(() => tally.Add(double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => tally.Add(double.PositiveInfinity), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => tally.Add(1, -1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => tally.Merge(null!), Throws.ArgumentNullException);
        Assert.That(() => tally.Confidence(1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => tally.Confidence(0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    // Table of critical values of Student's t, as printed in any textbook (three decimals).
    [TestCase(1, 0.975, 12.706)]
    [TestCase(1, 0.995, 63.657)]
    [TestCase(2, 0.95, 2.920)]
    [TestCase(5, 0.975, 2.571)]
    [TestCase(9, 0.975, 2.262)]
    [TestCase(29, 0.975, 2.045)]
    [TestCase(120, 0.995, 2.617)]
    public void StudentT_TableValues_AreMet(int freedom, double probability, double expected) =>
        Assert.That(StudentT.Quantile(probability, freedom), Is.EqualTo(expected).Within(0.0005));

    [Test]
    public void StudentT_Quantiles_AgreeWithAnIndependentLibrary(
        [Values(1, 2, 3, 7, 30, 999)] int freedom, [Values(0.5, 0.51, 0.6, 0.9, 0.975, 0.9995)] double probability)
    {
        double expected = MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, freedom, probability);
        Assert.That(StudentT.Quantile(probability, freedom), Is.EqualTo(expected).Within(1e-8 * Math.Max(1, expected)));
    }

    [Test]
    public void Confidence_OfNormalSamples_CoversTheMeanAsOftenAsItSays()
    {
        const int Trials = 4000;
        RandomStream random = new RandomStreams(3).Stream("coverage");
        int covered = 0;
        for (int trial = 0; trial < Trials; trial++)
        {
            var tally = new Tally();
            for (int i = 0; i < 5; i++) tally.Add(10 + 3 * random.NextNormal());
            if (tally.Confidence(0.9)!.Value.Contains(10)) covered++;
        }
        Assert.That(covered / (double)Trials, Is.EqualTo(0.9).Within(4 * Math.Sqrt(0.09 / Trials)));
    }

    [Test]
    public void Confidence_OfThreeValues_IsMeanAndStudentsHalfWidth()
    {
        ConfidenceInterval interval = Of(1, 2, 3).Confidence()!.Value;
        Assert.That(interval.Mean, Is.EqualTo(2));
        Assert.That(interval.HalfWidth, Is.EqualTo(4.302652729749464 / Math.Sqrt(3)).Within(1e-9));
        Assert.That(interval.Level, Is.EqualTo(0.95));
        Assert.That(interval.Lower + interval.Upper, Is.EqualTo(4));
        Assert.That(interval.Contains(interval.Upper) && !interval.Contains(5), Is.True);
    }

    private static Tally Of(params double[] values)
    {
        var tally = new Tally();
        foreach (double value in values) tally.Add(value);
        return tally;
    }

    private static void AssertSame(Tally actual, Tally expected)
    {
        Assert.That((actual.Count, actual.Min, actual.Max), Is.EqualTo((expected.Count, expected.Min, expected.Max)));
        AssertClose(actual.Mean, expected.Mean);
        AssertClose(actual.Variance, expected.Variance);
    }

    private static void AssertClose(double? actual, double? expected)
    {
        Assert.That(actual.HasValue, Is.EqualTo(expected.HasValue));
        if (expected is { } value) Assert.That(actual!.Value, Is.EqualTo(value).Within(1e-9 * (1 + Math.Abs(value))));
    }
}
