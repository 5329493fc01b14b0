using Simulator.Core.Statistics;
using Simulator.Core.Time;

namespace Simulator.Tests.Core.Statistics;

public class TimeWeightedTests
{
    [Test]
    public void Average_OfASteppedSignal_IsItsAreaOverTime()
    {
        var signal = new TimeWeighted(At(10), 2);
        signal.Set(At(15), 4);
        signal.Add(At(20), -5);
        Assert.That(signal.Value, Is.EqualTo(-1));
        Assert.That(signal.Average(At(30)), Is.EqualTo((2 * 5 + 4 * 5 - 1 * 10) / 20.0));
        Assert.That((signal.Min, signal.Max), Is.EqualTo((-1.0, 4.0)));
        Assert.That(signal.Average(At(20)), Is.EqualTo(3), "looking does not change it");
    }

    [Test]
    public void Average_WithFractions_CountsThem()
    {
        var signal = new TimeWeighted();
        signal.Set(At(0), -1.25);
        signal.Set(At(4), 0.75);
        Assert.That(signal.Average(At(8)), Is.EqualTo(-0.25));
    }

    [Test]
    public void Average_BeforeTimeHasPassed_IsTheValue()
    {
        var signal = new TimeWeighted(At(3), 7);
        Assert.That(signal.Average(At(3)), Is.EqualTo(7));
    }

    [Test]
    public void Set_TwiceAtOneInstant_CountsForTheExtremesOnly()
    {
        var signal = new TimeWeighted();
        signal.Set(At(1), 100);
        signal.Set(At(1), 1);
        Assert.That(signal.Average(At(2)), Is.EqualTo(0.5));
        Assert.That(signal.Max, Is.EqualTo(100));
    }

    [Test]
    public void Average_OfWholeNumbersWhoseAreasCancel_IsExact()
    {
        // 2⁴⁰ for half a year, 1 for one nanosecond, −2⁴⁰ for half a year: a sum of doubles would lose the 1.
        SimDuration halfYear = 24.Hours() * 182;
        SimTime now = SimTime.Zero;
        var signal = new TimeWeighted(now, 1L << 40);
        signal.Set(now += halfYear, 1);
        signal.Set(now += SimDuration.FromNanoseconds(1), -(1L << 40));
        now += halfYear;
        Assert.That(signal.Average(now), Is.EqualTo(1.0 / (now - SimTime.Zero).Nanoseconds));
    }

    [Test]
    public void Reset_AfterAWarmUp_ForgetsWhatWas()
    {
        var signal = new TimeWeighted(At(0), 50);
        signal.Set(At(10), 2.5);
        signal.Reset(At(12));
        Assert.That((signal.Min, signal.Max, signal.Value), Is.EqualTo((2.5, 2.5, 2.5)));
        signal.Set(At(14), 5);
        Assert.That(signal.Average(At(18)), Is.EqualTo((2.5 * 2 + 5 * 4) / 6).Within(1e-15));
    }

    [Test]
    public void TimeWeighted_WrongArguments_AreRefused()
    {
        var signal = new TimeWeighted(At(5));
        Assert.That(() => signal.Set(At(4), 1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("goes back"));
        Assert.That(() => signal.Average(At(4)), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => signal.Reset(At(4)), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => signal.Set(At(6), double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => signal.Set(At(6), 1e19), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new TimeWeighted(default, double.PositiveInfinity), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static SimTime At(double seconds) => SimTime.FromSeconds(seconds);
}
