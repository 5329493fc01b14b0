using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Arrivals;

namespace Simulator.Tests.Workloads.Arrivals;

/// <summary>Rates, burstiness and order, against closed forms.</summary>
public class ArrivalProcessTests
{
    private const int Many = 400_000;

    private static readonly double[] Hours = [.. Enumerable.Range(0, 24).Select(h => h is >= 3 and < 6 ? 0 : 1.0 + h)];

    private static IEnumerable<TestCaseData> Processes()
    {
        yield return new TestCaseData(new ConstantArrivals(4), 4.0, 0.0).SetName("{m}(constant)");
        yield return new TestCaseData(new PoissonArrivals(4), 4.0, 1.0).SetName("{m}(poisson)");
        yield return new TestCaseData(new GammaArrivals(4, 0.5), 4.0, 0.5).SetName("{m}(gamma 0.5)");
        yield return new TestCaseData(new GammaArrivals(4, 3), 4.0, 3.0).SetName("{m}(gamma 3)");
        yield return new TestCaseData(new WeibullArrivals(4, 0.5), 4.0, 0.5).SetName("{m}(weibull 0.5)");
        yield return new TestCaseData(new WeibullArrivals(4, 1), 4.0, 1.0).SetName("{m}(weibull 1)");
        yield return new TestCaseData(new WeibullArrivals(4, 2.5), 4.0, 2.5).SetName("{m}(weibull 2.5)");
        yield return new TestCaseData(WeibullArrivals.OfShape(4, 0.5), 4.0, Math.Sqrt(5)).SetName("{m}(weibull of shape 0.5, CV² = 5)");
        yield return new TestCaseData(WeibullArrivals.OfShape(4, 1), 4.0, 1.0).SetName("{m}(weibull of shape 1)");
    }

    [TestCaseSource(nameof(Processes))]
    public void Arrivals_RenewalProcess_HasItsRateAndVariation(IArrivalProcess process, double rate, double cv)
    {
        double[] gaps = Gaps(process, Many);
        double mean = gaps.Average();

        Assert.That(process.Rate, Is.EqualTo(rate));
        Assert.That(1 / mean, Is.EqualTo(rate).Within(2).Percent);
        Assert.That(Math.Sqrt(gaps.Average(g => (g - mean) * (g - mean))) / mean, Is.EqualTo(cv).Within(Math.Max(1e-6, 0.03 * cv)));
    }

    [Test]
    public void Arrivals_OnOff_HasTheRateAndDispersionOfATwoStateProcess()
    {
        var process = new OnOffArrivals(onRate: 20, meanOn: 2.Seconds(), meanOff: 6.Seconds(), offRate: 1);
        const double LeaveOn = 1 / 2.0, LeaveOff = 1 / 6.0, Rate = ((20 * 2) + (1 * 6)) / 8.0, Window = 400;
        const double Dispersion = 1 + (2 * 19 * 19 * LeaveOn * LeaveOff / ((LeaveOn + LeaveOff) * (LeaveOn + LeaveOff) * ((20 * LeaveOff) + (1 * LeaveOn))));
        double[] counts = Counts(process, Window, windows: 4000);
        double mean = counts.Average();

        Assert.That(process.Rate, Is.EqualTo(Rate));
        Assert.That(mean / Window, Is.EqualTo(Rate).Within(1).Percent);
        Assert.That(counts.Average(c => (c - mean) * (c - mean)) / mean, Is.EqualTo(Dispersion).Within(6).Percent);
    }

    [Test]
    public void Arrivals_OnOffWithoutBackground_IsSilentBetweenBursts()
    {
        double[] gaps = Gaps(new OnOffArrivals(onRate: 100, meanOn: 1.Seconds(), meanOff: 1000.Seconds()), 20_000);

        Assert.That(gaps.Count(g => g > 10) * 100.0, Is.EqualTo(20_000).Within(20).Percent, "a burst has 100 arrivals in the mean");
    }

    [Test]
    public void Arrivals_Diurnal_FollowTheHours()
    {
        var process = new DiurnalArrivals(new PoissonArrivals(2), Hours);
        var counts = new double[24];
        int days = 0;
        foreach (SimTime arrival in process.Arrivals(Stream()))
        {
            long hour = (long)(arrival.ToSeconds() / 3600);
            if (hour >= 24 * 20) break;
            counts[hour % 24]++;
            days = (int)(hour / 24) + 1;
        }

        Assert.That(days, Is.EqualTo(20));
        Assert.That(process.Rate, Is.EqualTo(2));
        Assert.That(counts.Sum() / (20 * 86_400), Is.EqualTo(2).Within(0.5).Percent);
        for (int hour = 0; hour < 24; hour++)
        {
            double expected = counts.Sum() * Hours[hour] / Hours.Sum();
            Assert.That(counts[hour], Is.EqualTo(expected).Within(5 * Math.Sqrt(expected)), $"hour {hour}");
        }
    }

    [Test]
    public void Arrivals_DiurnalOfConstant_KeepsItsRegularity()
    {
        var process = new DiurnalArrivals(new ConstantArrivals(1), [.. Enumerable.Repeat(1.0, 12), .. Enumerable.Repeat(3.0, 12)]);
        SimTime[] arrivals = [.. process.Arrivals(Stream()).Take(86_400)];

        Assert.That((arrivals[1] - arrivals[0]).ToSeconds(), Is.EqualTo(2).Within(1e-6));
        Assert.That((arrivals[^1] - arrivals[^2]).ToSeconds(), Is.EqualTo(2.0 / 3).Within(1e-6));
        Assert.That(arrivals[^1].ToSeconds(), Is.EqualTo(86_400).Within(1e-3));
    }

    private static IEnumerable<TestCaseData> All() =>
        [.. Processes(), new TestCaseData(new OnOffArrivals(9, 1.Seconds(), 2.Seconds()), 0.0, 0.0), new TestCaseData(new DiurnalArrivals(new GammaArrivals(1, 4), Hours), 0.0, 0.0)];

    [TestCaseSource(nameof(All))]
    public void Arrivals_AnyProcess_AreInOrderAndRepeatable(IArrivalProcess process, double rate, double cv)
    {
        SimTime[] arrivals = [.. process.Arrivals(Stream()).Take(5000)];

        Assert.That(arrivals.Select(a => a.Nanoseconds), Is.Ordered);
        Assert.That(arrivals[0].Nanoseconds, Is.GreaterThanOrEqualTo(0));
        Assert.That(process.Arrivals(Stream()).Take(5000), Is.EqualTo(arrivals));
    }

    [Test]
    public void Constructors_ParametersOutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantArrivals(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PoissonArrivals(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GammaArrivals(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GammaArrivals(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeibullArrivals(1, 0.001));
        Assert.Throws<ArgumentOutOfRangeException>(() => WeibullArrivals.OfShape(1, 0.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnOffArrivals(1, SimDuration.Zero, 1.Seconds()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnOffArrivals(1, 1.Seconds(), 1.Seconds(), -1));
        Assert.Throws<ArgumentException>(() => new DiurnalArrivals(new PoissonArrivals(1), new double[23]));
        Assert.Throws<ArgumentException>(() => new DiurnalArrivals(new PoissonArrivals(1), new double[24]));
        Assert.Throws<ArgumentException>(() => new DiurnalArrivals(new PoissonArrivals(1), [.. Enumerable.Repeat(-1.0, 24)]));
    }

    private static RandomStream Stream() => new RandomStreams(99).Stream("test");

    private static double[] Gaps(IArrivalProcess process, int count)
    {
        SimTime[] arrivals = [SimTime.Zero, .. process.Arrivals(Stream()).Take(count)];
        return [.. arrivals.Zip(arrivals.Skip(1), (a, b) => (b - a).ToSeconds())];
    }

    private static double[] Counts(OnOffArrivals process, double window, int windows)
    {
        var counts = new double[windows];
        foreach (SimTime arrival in process.Arrivals(Stream()))
        {
            int index = (int)(arrival.ToSeconds() / window);
            if (index >= windows) return counts;
            counts[index]++;
        }
        return counts;
    }
}
