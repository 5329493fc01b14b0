using Simulator.Core.Time;

namespace Simulator.Tests.Core.Time;

public class SimTimeTests
{
    [Test]
    public void Arithmetic_OfInstantsAndSpans_IsThatOfIntegers()
    {
        SimTime time = SimTime.Zero + 1.5.Seconds();
        Assert.That(time, Is.EqualTo(SimTime.FromSeconds(1.5)));
        Assert.That((time - 500.Milliseconds()).ToSeconds(), Is.EqualTo(1));
        Assert.That(time - SimTime.FromNanoseconds(1), Is.EqualTo(SimDuration.FromNanoseconds(1_499_999_999)));
    }

    [Test]
    public void Arithmetic_BeyondTheRange_Throws()
    {
        SimDuration one = SimDuration.FromNanoseconds(1);
        SimTime first = SimTime.FromNanoseconds(long.MinValue);
        Assert.That(() => SimTime.MaxValue + one, Throws.TypeOf<OverflowException>());
        Assert.That(() => first - one, Throws.TypeOf<OverflowException>());
        Assert.That(() => SimTime.MaxValue - first, Throws.TypeOf<OverflowException>());
        Assert.That(() => SimTime.FromSeconds(double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Comparison_OfEarlierAndLater_FollowsNanoseconds()
    {
        SimTime earlier = SimTime.FromSeconds(1);
        SimTime later = SimTime.FromNanoseconds(1_000_000_001);
        Assert.That(earlier < later && earlier <= later && later > earlier && later >= earlier, Is.True);
        Assert.That(earlier > later || earlier >= later || later < earlier || later <= earlier, Is.False);
        Assert.That(earlier.CompareTo(later), Is.Negative);
    }

    [Test]
    public void Resolution_AfterTwoCenturies_IsStillOneNanosecond()
    {
        SimTime late = SimTime.Zero + 24.Hours() * 365 * 200;
        Assert.That((late + SimDuration.FromNanoseconds(1) - late).Nanoseconds, Is.EqualTo(1));
    }
}
