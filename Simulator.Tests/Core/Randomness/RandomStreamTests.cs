using Simulator.Core.Randomness;

namespace Simulator.Tests.Core.Randomness;

public class RandomStreamTests
{
    [Test]
    public void NextUInt64_FromTheStateOneTwoThreeFour_GivesThePublishedSequence()
    {
        // First outputs of the reference implementation of xoshiro256** from the state {1, 2, 3, 4}.
        ulong[] expected =
        [
            11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600, 16172922978634559625,
            8476171486693032832, 10595114339597558777, 2904607092377533576,
        ];
        var random = new RandomStream(1, 2, 3, 4);
        Assert.That(expected.Select(_ => random.NextUInt64()), Is.EqualTo(expected));
    }

    [Test]
    public void SplitMix64_FromAKnownSeed_GivesThePublishedSequence()
    {
        ulong[] expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        ulong state = 1234567;
        Assert.That(expected.Select(_ => StableHash.SplitMix64(ref state)), Is.EqualTo(expected));
    }

    [Test]
    public void Stream_SameSeedAndName_GivesTheSameNumbers()
    {
        RandomStream first = new RandomStreams(42).Stream("arrivals");
        RandomStream second = new RandomStreams(42).Stream("arrivals");
        for (int i = 0; i < 100; i++) Assert.That(second.NextUInt64(), Is.EqualTo(first.NextUInt64()));
    }

    [Test]
    public void Stream_OtherSeedOrName_GivesOtherNumbers()
    {
        ulong[] starts =
        [
            new RandomStreams(42).Stream("arrivals").NextUInt64(), new RandomStreams(43).Stream("arrivals").NextUInt64(),
            new RandomStreams(42).Stream("arrival").NextUInt64(), new RandomStreams(42).Stream("").NextUInt64(),
            new RandomStreams(42).Stream("arrivals").Substream("arrivals").NextUInt64(),
            new RandomStreams(42).Stream("arrivals").Substream(0).NextUInt64(),
            new RandomStreams(42).Stream("arrivals").Substream(1).NextUInt64(),
            new RandomStreams(42).Stream("arrivals").Substream(-1).NextUInt64(),
        ];
        Assert.That(starts, Is.Unique);
    }

    [Test]
    public void Substream_AfterDraws_IsTheSameAsBefore()
    {
        RandomStream parent = new RandomStreams(42).Stream("clients");
        ulong before = parent.Substream(7).NextUInt64();
        parent.NextUInt64();
        Assert.That(parent.Substream(7).NextUInt64(), Is.EqualTo(before));
    }

    [Test]
    public void Stream_FixedSeed_GivesFixedNumbers()
    {
        // Recorded runs depend on these; they must never change.
        RandomStream random = new RandomStreams(42).Stream("arrivals");
        ulong[] drawn = [random.NextUInt64(), random.NextUInt64(), random.NextUInt64()];
        Assert.That(drawn, Is.EqualTo(new ulong[] { 14189857151782599084, 5082841101231970043, 16647774772432446332 }));
    }

    [Test]
    public void Seed_OfTheRun_IsKept() => Assert.That(new RandomStreams(7).Seed, Is.EqualTo(7));

    [Test]
    public void NextDouble_ManyDraws_AreUniform()
    {
        RandomStream random = new RandomStreams(1).Stream("uniform");
        var bins = new long[64];
        for (int i = 0; i < 256_000; i++) bins[(int)(random.NextDouble() * 64)]++;
        AssertChiSquare(bins, Enumerable.Repeat(4000.0, 64));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(7)]
    [TestCase(100)]
    public void NextInt32_SmallRanges_AreUniform(int range)
    {
        RandomStream random = new RandomStreams(1).Stream("integers");
        var bins = new long[range];
        for (int i = 0; i < 10_000 * range; i++) bins[random.NextInt32(range)]++;
        AssertChiSquare(bins, Enumerable.Repeat(10_000.0, range));
    }

    [Test]
    public void NextInt32_RangeOfThreeQuartersOfTwoToThe31_IsNotBiased()
    {
        // Without rejection, one third of the values would come up twice as often as the others.
        const int Range = 3 << 29;
        RandomStream random = new RandomStreams(1).Stream("bias");
        var bins = new long[3];
        for (int i = 0; i < 90_000; i++) bins[random.NextInt32(Range) % 3]++;
        AssertChiSquare(bins, Enumerable.Repeat(30_000.0, 3));
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void NextInt32_EmptyRange_Throws(int range) =>
        Assert.That(() => new RandomStream(1).NextInt32(range), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Names_Null_Throw()
    {
        Assert.That(() => new RandomStreams(1).Stream(null!), Throws.ArgumentNullException);
        Assert.That(() => new RandomStream(1).Substream(null!), Throws.ArgumentNullException);
    }

    /// <summary>Pearson's statistic stays below its mean + 4 standard deviations (seeds are fixed).</summary>
    internal static void AssertChiSquare(IReadOnlyList<long> observed, IEnumerable<double> expected)
    {
        double statistic = observed.Zip(expected, (o, e) => (o - e) * (o - e) / e).Sum();
        int freedom = observed.Count - 1;
        Assert.That(statistic, Is.LessThanOrEqualTo(freedom + 4 * Math.Sqrt(2.0 * freedom)));
    }
}
