using Simulator.Core.Randomness;
using Simulator.Core.Statistics;

namespace Simulator.Tests.Core.Statistics;

public class QuantileSketchTests
{
    private const double RelativeError = 1.0 / 2048;

    [TestCase("exponential")]
    [TestCase("log-normal")]
    [TestCase("gamma")]
    [TestCase("few values")]
    [TestCase("all octaves")]
    public void Quantile_OfManyValues_IsWithinTheStatedErrorOfTheExactOne(string distribution)
    {
        RandomStream random = new RandomStreams(9).Stream(distribution);
        Func<long> draw = distribution switch
        {
            "exponential" => () => (long)random.NextExponential(1e7),
            "log-normal" => () => (long)random.NextLogNormal(18, 3),
            "gamma" => () => (long)random.NextGamma(0.1, 1e9),
            "few values" => () => 5000 + 777 * random.NextInt32(4),
            _ => () => (long)(random.NextUInt64() >> (1 + random.NextInt32(63))),
        };
        long[] values = [.. Enumerable.Range(0, 20_001).Select(_ => draw())];
        QuantileSketch sketch = Of(values);
        Array.Sort(values);
        for (int permille = 0; permille <= 1000; permille++)
        {
            int rank = Math.Max(1, (permille * values.Length + 999) / 1000);
            double exact = values[rank - 1];
            double reported = sketch.Quantile(permille / 1000.0)!.Value;
            Assert.That(Math.Abs(reported - exact), Is.LessThanOrEqualTo(exact < 2048 ? 0 : RelativeError * exact), $"at {permille} ‰");
        }
        Assert.That((sketch.Count, sketch.Min, sketch.Max), Is.EqualTo((values.LongLength, values[0], values[^1])));
        Assert.That(sketch.Sum, Is.EqualTo(values.Aggregate(Int128.Zero, (sum, value) => sum + value)));
        Assert.That(sketch.Mean!.Value, Is.EqualTo(values.Average(v => (double)v)).Within(1e-12 * sketch.Mean.Value));
    }

    [Test]
    public void Quantile_OfAHundredValues_IsTheNearestRank()
    {
        QuantileSketch sketch = Of([.. Enumerable.Range(1, 100).Select(i => (long)i)]);
        for (int percent = 1; percent <= 100; percent++) Assert.That(sketch.Quantile(percent / 100.0), Is.EqualTo(percent));
        Assert.That(sketch.Quantile(0), Is.EqualTo(1));
        Assert.That(sketch.Quantile(0.991), Is.EqualTo(100));
        Assert.That(sketch.Quantile(1e-300), Is.EqualTo(1));
        Assert.That(sketch.Quantile(0.9999999999999999), Is.EqualTo(100));
    }

    [SeededProperty(MaxTest = 200)]
    public void Quantiles_OfAnyValues_AreThoseOneByOne(long[] values, byte[] shares)
    {
        QuantileSketch sketch = Of([.. values.Select(value => value & long.MaxValue)]);
        double[] ascending = [.. shares.Select(share => share / 255.0).Order()];
        Assert.That(sketch.Quantiles(ascending).Select(value => (long?)value), Is.EqualTo(values.Length == 0 ? [] : ascending.Select(sketch.Quantile)));
    }

    [Test]
    public void Quantiles_NotAscendingOrNotShares_AreRefused()
    {
        Assert.That(() => Of(1).Quantiles(0.5, 0.4), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Of(1).Quantiles(0.5, 1.1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Of(1).Quantiles(double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Quantile_OfOneValue_IsThatValue([Values(0, 1, 2047, 2048, 123_456_789, long.MaxValue)] long value)
    {
        QuantileSketch sketch = Of(value);
        Assert.That(new[] { sketch.Quantile(0), sketch.Quantile(0.5), sketch.Quantile(1) }, Is.All.EqualTo(value));
    }

    [Test]
    public void Sketch_WithoutValues_HasNullFigures()
    {
        var sketch = new QuantileSketch();
        sketch.Add(5, 0);
        sketch.AddArithmetic(5, 1, 0);
        sketch.AddArithmetic(5, 1, 3, 0);
        Assert.That(new[] { sketch.Quantile(0.5), sketch.Min, sketch.Max }, Is.All.Null);
        Assert.That(sketch.Mean, Is.Null);
        Assert.That((sketch.Count, sketch.Sum), Is.EqualTo((0L, Int128.Zero)));
        Assert.That(sketch.Buckets, Is.Empty);
    }

    [Test]
    public void Buckets_OverTheWholeRange_MeetAndAreNarrow()
    {
        QuantileSketch sketch = new();
        RandomStream random = new RandomStreams(9).Stream("buckets");
        for (int i = 0; i < 10_000; i++)
        {
            long value = (long)(random.NextUInt64() >> (1 + random.NextInt32(63)));
            sketch = Of(value);
            (long lower, long upper, long count) = sketch.Buckets.Single();
            Assert.That(count, Is.EqualTo(1));
            Assert.That(value, Is.InRange(lower, upper));
            Assert.That(upper - lower, Is.LessThanOrEqualTo(value / 1024));
            if (upper < long.MaxValue) Assert.That(Of(upper + 1).Buckets.Single().Lower, Is.EqualTo(upper + 1));
        }
    }

    [SeededProperty(MaxTest = 300)]
    public void AddArithmetic_AnyProgression_IsAsAddingOneByOne(ulong seed)
    {
        RandomStream random = new(seed);
        for (int i = 0; i < 10; i++)
        {
            int shift = random.NextInt32(3) == 0 ? 0 : random.NextInt32(63);
            long count = random.NextInt32(400);
            long first = (long)(random.NextUInt64() >> (2 + random.NextInt32(62)));
            long step = count == 0 ? 0 : (long)(random.NextUInt64() >> (1 + random.NextInt32(63))) / 2 / count;
            long weight = random.NextInt32(4);
            AssertSameAsOneByOne(first, step, count, weight, shift);
        }
    }

    [TestCase(0, 0, 10, 1, 0)]
    [TestCase(7, 0, 1_000, 3, 2)]
    [TestCase(0, 1, 5_000, 1, 0)]
    [TestCase(0, 1, 70_000, 2, 4)]
    [TestCase(1_310_720_000, 77_777, 3_000, 64, 16)]
    [TestCase(long.MaxValue, 0, 3, 1, 0)]
    [TestCase(long.MaxValue, 0, 3, 1, 62)]
    [TestCase(0, long.MaxValue, 2, 1, 0)]
    [TestCase(1, 1L << 61, 4, 1, 61)]
    [TestCase((1L << 62) - 5, 1, 10, 1, 0)]
    public void AddArithmetic_EdgesOfTheRange_IsAsAddingOneByOne(long first, long step, long count, long weight, int shift) =>
        AssertSameAsOneByOne(first, step, count, weight, shift);

    [Test]
    public void AddArithmetic_ABillionValues_AreCountedAndSummedExactly()
    {
        // Values 0 … 10^9 − 1: the sum and the quantiles are known.
        var sketch = new QuantileSketch();
        sketch.AddArithmetic(0, 1, 1_000_000_000);
        Assert.That(sketch.Sum, Is.EqualTo((Int128)1_000_000_000 * 999_999_999 / 2));
        Assert.That(sketch.Quantile(0.75)!.Value, Is.EqualTo(749_999_999).Within(100 * RelativeError).Percent);
        Assert.That(sketch.Buckets.Sum(bucket => bucket.Count), Is.EqualTo(1_000_000_000));

        // The same halved: every value twice.
        var halved = new QuantileSketch();
        halved.AddArithmetic(0, 1, 1_000_000_000, 1, shift: 1);
        Assert.That(halved.Sum, Is.EqualTo((Int128)500_000_000 * 499_999_999));
    }

    [Test]
    public void AddArithmetic_SumsBeyond64Bits_AreExact()
    {
        // Σ ⌊j·(2^61 + 1)/2^10⌋ needs more than 64 bits on the way; the reference adds up big integers.
        var sketch = new QuantileSketch();
        sketch.AddArithmetic(123, (1L << 50) + 1, 4000, 5, shift: 10);
        Int128 expected = 0;
        for (long j = 0; j < 4000; j++) expected += (123 + j * ((1L << 50) + 1)) >> 10;
        Assert.That(sketch.Sum, Is.EqualTo(5 * expected));
    }

    [SeededProperty]
    public void Merge_OfParts_IsAsAddingAllInAnyOrder(uint[] first, uint[] second)
    {
        QuantileSketch merged = Of([.. first.Select(v => (long)v * v)]);
        merged.Merge(Of([.. second.Select(v => (long)v * v)]));
        AssertSame(merged, Of([.. second.Concat(first).Reverse().Select(v => (long)v * v)]));
    }

    [Test]
    public void Sketch_WrongArguments_AreRefusedAndLeaveItAsItWas()
    {
        QuantileSketch sketch = Of(1, 2, 3);
        Action[] outOfRange =
        [
            () => sketch.Add(-1), () => sketch.Add(1, -1), () => sketch.Quantile(-0.1), () => sketch.Quantile(1.1),
            () => sketch.Quantile(double.NaN), () => sketch.AddArithmetic(-1, 0, 1), () => sketch.AddArithmetic(0, -1, 1),
            () => sketch.AddArithmetic(0, 0, -1), () => sketch.AddArithmetic(0, 0, 1, -1),
            () => sketch.AddArithmetic(0, 0, 1, 1, -1), () => sketch.AddArithmetic(0, 0, 1, 1, 63),
        ];
        foreach (Action call in outOfRange) Assert.That(call, Throws.TypeOf<ArgumentOutOfRangeException>());
        Action[] overflowing =
        [
            () => sketch.Add(1, long.MaxValue), () => sketch.AddArithmetic(1, long.MaxValue, 3),
            () => sketch.AddArithmetic(0, 0, long.MaxValue, 2), () => sketch.AddArithmetic(0, 0, long.MaxValue),
            () => sketch.Merge(Heavy()),
        ];
        foreach (Action call in overflowing) Assert.That(call, Throws.TypeOf<OverflowException>());
        Assert.That(() => sketch.Merge(null!), Throws.ArgumentNullException);
        AssertSame(sketch, Of(1, 2, 3));

        static QuantileSketch Heavy()
        {
            var heavy = new QuantileSketch();
            heavy.Add(1, long.MaxValue);
            return heavy;
        }
    }

    [Test]
    public void Add_OnceItsOctavesAreThere_AllocatesNothing()
    {
        QuantileSketch sketch = Of(1_000_000, 1_100_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            sketch.Add(1_000_000 + i);
            sketch.AddArithmetic(1_000_000L << 16, 1 << 16, 1000, 32, 16);
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static QuantileSketch Of(params long[] values)
    {
        var sketch = new QuantileSketch();
        foreach (long value in values) sketch.Add(value);
        return sketch;
    }

    private static void AssertSameAsOneByOne(long first, long step, long count, long weight, int shift)
    {
        var whole = new QuantileSketch();
        whole.AddArithmetic(first, step, count, weight, shift);
        var single = new QuantileSketch();
        for (long j = 0; j < count; j++) single.Add((first + j * step) >> shift, weight);
        AssertSame(whole, single);
    }

    private static void AssertSame(QuantileSketch actual, QuantileSketch expected)
    {
        Assert.That((actual.Count, actual.Sum), Is.EqualTo((expected.Count, expected.Sum)));
        Assert.That((actual.Min, actual.Max), Is.EqualTo((expected.Min, expected.Max)));
        Assert.That(actual.Buckets.SequenceEqual(expected.Buckets), Is.True);
    }
}
