using Simulator.Core.Time;
using Simulator.Tests.Workloads.Traces;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Generators;

public class SyntheticTraceTests
{
    private static readonly RequestClass[] Mix =
    [
        new("chat", IndependentLengths.Fixed(100, 10)) { Share = 3, Model = "small" },
        new("batch", IndependentLengths.Fixed(900, 90)) { Share = 1, Model = "large", Priority = 5 },
    ];

    [Test]
    public void Of_Mix_HasItsShares()
    {
        Request[] requests = [.. SyntheticTrace.Of(new PoissonArrivals(2), Mix, seed: 1).Take(40_000)];
        Request[] batch = [.. requests.Where(r => r.Class == "batch")];

        Assert.That(batch.Length / 40_000.0, Is.EqualTo(0.25).Within(3).Percent);
        Assert.That(batch.Select(r => (r.Model, r.Priority, r.PromptTokens, r.OutputTokens)).Distinct(), Is.EqualTo(new[] { ("large", 5, 900, 90) }));
        Assert.That(39_999 / requests[^1].Arrival.ToSeconds(), Is.EqualTo(2).Within(2).Percent);
    }

    [Test]
    public void Of_SameSeed_GivesTheSameTraceAndAnotherSeedAnother()
    {
        string[] Show(ulong seed) => TraceText.Show(SyntheticTrace.Of(new GammaArrivals(2, 2), Mix, seed).Take(100));

        Assert.That(Show(1), Is.EqualTo(Show(1)));
        Assert.That(Show(1), Is.Not.EqualTo(Show(2)));
    }

    [Test]
    public void Of_OtherLengths_LeaveTheArrivals()
    {
        IEnumerable<SimTime> Arrivals(IRequestLengths lengths) => SyntheticTrace.Of(new PoissonArrivals(2), lengths, seed: 1).Take(100).Select(r => r.Arrival);

        Assert.That(
            Arrivals(new IndependentLengths(new ZipfLength(1.1, 50), new UniformLength(1, 9))),
            Is.EqualTo(Arrivals(IndependentLengths.Fixed(1, 1))),
            "arrivals have a stream of their own");
    }

    [Test]
    public void Of_Window_EndsTheTrace() =>
        Assert.That(SyntheticTrace.Of(new ConstantArrivals(10), IndependentLengths.Fixed(1, 1), seed: 1).Window(SimDuration.Zero, 5.Seconds()).Count(), Is.EqualTo(50));

    [Test]
    public void Of_NoKindsOrShares_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => SyntheticTrace.Of(new PoissonArrivals(1), [], seed: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SyntheticTrace.Of(new PoissonArrivals(1), [Mix[0] with { Share = 0 }], seed: 1));
    }

    [Test]
    public void WithArrivals_LengthsAlone_GetAProcess()
    {
        Trace trace = TraceText.Read("num_prefill_tokens,num_decode_tokens\n1,1\n2,1\n3,1\n").WithArrivals(new ConstantArrivals(2), seed: 1);

        Assert.That(trace.Select(r => (r.Arrival.ToSeconds(), r.PromptTokens)), Is.EqualTo(new[] { (0.0, 1), (0.5, 2), (1.0, 3) }));
    }
}
