using Simulator.Models.Costs;

namespace Simulator.Tests.Models.Costs;

[TestFixture]
public sealed class HostOverheadTests
{
    [Test]
    public void Total_Default_IsOneMillisecondAndFourMicroseconds()
    {
        HostPart total = new HostOverhead().Total;
        Assert.That(total.PerIteration, Is.EqualTo(1e-3).Within(1e-15));
        Assert.That(total.PerSequence, Is.EqualTo(4e-6).Within(1e-18));
        Assert.That(total.Seconds(100), Is.EqualTo(1.4e-3).Within(1e-12));
        Assert.That(HostOverhead.None.Total, Is.EqualTo(default(HostPart)));
    }

    [Test]
    public void WithTotal_KeepsTheShares()
    {
        HostOverhead uneven = HostOverhead.None with { Schedule = new(3e-3, 0), Sample = new(1e-3, 0), Overlapped = true };
        HostOverhead scaled = uneven.WithTotal(8e-3, 4e-6);
        Assert.That(scaled.Schedule.PerIteration, Is.EqualTo(6e-3).Within(1e-12));
        Assert.That(scaled.Sample.PerIteration, Is.EqualTo(2e-3).Within(1e-12));
        Assert.That(scaled.Prepare, Is.EqualTo(new HostPart(0, 1e-6)));
        Assert.That(scaled.Overlapped, Is.True);
        Assert.That(scaled.Total.PerIteration, Is.EqualTo(8e-3).Within(1e-12));
    }

    [Test]
    public void Validate_PartsOutOfRange_NamesEach()
    {
        var host = new HostOverhead { Prepare = new(-1, 0), Detokenize = new(0, double.NaN) };
        Assert.That(new RooflineOptions { Host = host }.Validate(), Is.EqualTo(new[]
        {
            "Host.Prepare is -1 s per iteration; it must be from 0 to 10 s.", "Host.Detokenize is NaN s per sequence; it must be from 0 to 10 s.",
        }));
        Assert.That(new RooflineOptions { ExpertImbalance = 0.5 }.Validate(), Has.Some.Contains("ExpertImbalance is 0.5; it must be from 1"));
        Assert.That(new RooflineOptions { Sampling = (TokenSampling)9 }.Validate(), Has.Some.Contains("Sampling is 9; it must be one of Greedy, TopP"));
    }
}
