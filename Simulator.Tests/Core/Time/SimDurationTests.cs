using Simulator.Core.Time;

namespace Simulator.Tests.Core.Time;

public class SimDurationTests
{
    [TestCase(0.5, 0)] // halves go to the even neighbour
    [TestCase(1.5, 2)]
    [TestCase(2.5, 2)]
    [TestCase(-0.5, 0)]
    [TestCase(-1.5, -2)]
    [TestCase(0.49, 0)]
    [TestCase(0.51, 1)]
    public void FromMicroseconds_FractionsOfANanosecond_RoundHalfToEven(double nanoseconds, long expected) =>
        Assert.That(SimDuration.FromMicroseconds(nanoseconds / 1000).Nanoseconds, Is.EqualTo(expected));

    [Test]
    public void FromSeconds_TenthsAndMillions_AreExact()
    {
        Assert.That(SimDuration.FromSeconds(0.1).Nanoseconds, Is.EqualTo(100_000_000));
        Assert.That(SimDuration.FromSeconds(1e6 + 0.25).Nanoseconds, Is.EqualTo(1_000_000_250_000_000));
        Assert.That(SimDuration.FromMilliseconds(-3.5).Nanoseconds, Is.EqualTo(-3_500_000));
    }

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(double.NegativeInfinity)]
    [TestCase(9.3e9)]
    [TestCase(-9.3e9)]
    [TestCase(9223372036.854775808)]
    public void FromSeconds_NotANumberOrBeyondTheRange_Throws(double seconds) =>
        Assert.That(() => SimDuration.FromSeconds(seconds), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Arithmetic_BeyondTheRange_Throws()
    {
        SimDuration one = SimDuration.FromNanoseconds(1);
        SimDuration least = SimDuration.FromNanoseconds(long.MinValue);
        Assert.That(() => SimDuration.MaxValue + one, Throws.TypeOf<OverflowException>());
        Assert.That(() => least - one, Throws.TypeOf<OverflowException>());
        Assert.That(() => SimDuration.MaxValue * 2, Throws.TypeOf<OverflowException>());
        Assert.That(() => SimDuration.FromTimeSpan(TimeSpan.MaxValue), Throws.TypeOf<OverflowException>());
    }

    [Test]
    public void Arithmetic_WithinTheRange_IsThatOfIntegers()
    {
        SimDuration span = 3.Seconds() + 250.Milliseconds() - 50.Microseconds();
        Assert.That(span.Nanoseconds, Is.EqualTo(3_249_950_000));
        Assert.That((span * -2).Nanoseconds, Is.EqualTo(-6_499_900_000));
    }

    [Test]
    public void Comparison_OfShorterAndLonger_FollowsNanoseconds()
    {
        SimDuration shorter = 1.Seconds();
        SimDuration longer = 1.0000001.Seconds();
        Assert.That(shorter < longer && shorter <= longer && longer > shorter && longer >= shorter, Is.True);
        Assert.That(shorter > longer || shorter >= longer || longer < shorter || longer <= shorter, Is.False);
        Assert.That(shorter.CompareTo(longer), Is.Negative);
        Assert.That(1000.Milliseconds(), Is.EqualTo(shorter));
    }

    [Test]
    public void TimeSpan_ThereAndBack_CutsToHundredNanoseconds()
    {
        Assert.That(SimDuration.FromTimeSpan(TimeSpan.FromMilliseconds(1.5)).Nanoseconds, Is.EqualTo(1_500_000));
        Assert.That(SimDuration.FromNanoseconds(299).ToTimeSpan().Ticks, Is.EqualTo(2));
    }

    [Test]
    public void Conversions_ToSecondsAndMilliseconds_InvertTheFactories()
    {
        Assert.That(SimDuration.FromSeconds(12.5).ToSeconds(), Is.EqualTo(12.5));
        Assert.That(SimDuration.FromMilliseconds(12.5).ToMilliseconds(), Is.EqualTo(12.5));
        Assert.That(SimDuration.Zero.ToSeconds(), Is.Zero);
    }

    [Test]
    public void Units_InProse_AreTheFactories()
    {
        Assert.That(2.Hours(), Is.EqualTo(120.Minutes()));
        Assert.That(1.Minutes(), Is.EqualTo(60.Seconds()));
        Assert.That(0.5.Seconds(), Is.EqualTo(500.Milliseconds()));
        Assert.That(0.5.Milliseconds(), Is.EqualTo(500.Microseconds()));
    }

    [TestCase(1_500_000_000, "1.5 s")]
    [TestCase(1, "0.000000001 s")]
    [TestCase(-2_000_000_000, "-2 s")]
    [TestCase(0, "0 s")]
    public void ToString_Nanoseconds_AreShownAsSeconds(long nanoseconds, string expected)
    {
        Assert.That(SimDuration.FromNanoseconds(nanoseconds).ToString(), Is.EqualTo(expected));
        Assert.That(SimTime.FromNanoseconds(nanoseconds).ToString(), Is.EqualTo(expected));
    }
}
