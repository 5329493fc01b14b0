using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Batching;

/// <summary>Timelines worked out by hand: 1 ms a prefill token, 10 ms an iteration with decodes, both when mixed.</summary>
public sealed class VllmV1PriorityAndAsyncTests
{
    private static readonly VllmV1Options Small = new() { TokenBudget = 64, MaxSequences = 8 };

    private static (double Start, double End, int Decodes, int Prefills, int Tokens)[] Iterations(Recorder seen) =>
        [.. seen.Iterations.Select(i => (i.Start.Ms(), i.End.Ms(), i.DecodeRows, i.PrefillRows, i.PrefillTokens))];

    [TestCase(VllmV1Policy.FirstComeFirstServed, 22.0, 25.0, 29.0)]
    [TestCase(VllmV1Policy.Priority, 28.0, 22.0, 26.0)]
    public void Compose_OnePlace_NextIsByPolicy(VllmV1Policy policy, double first, double second, double third)
    {
        (_, Recorder seen) = Record(Pool(Small with { MaxSequences = 1, Policy = policy }),
        [
            Request(9, 0, 22, 1), // runs to 22 ms
            Request(0, 1, 3, 1) with { Priority = 2 }, Request(1, 2, 4, 1) with { Priority = 1 }, Request(2, 3, 2, 1) with { Priority = 1 },
        ]);
        Assert.That(seen.Requests.Take(3).Select(r => r.FirstScheduled.Ms()), Is.EqualTo(new double?[] { first, second, third }));
    }

    /// <summary>Two prompts of two blocks each and five blocks: the ninth token of the one finds a block, that of the other does not.</summary>
    [TestCase(VllmV1Policy.FirstComeFirstServed, 1)]
    [TestCase(VllmV1Policy.Priority, 0)]
    public void Compose_BlocksShort_VictimIsByPolicy(VllmV1Policy policy, int victim)
    {
        PoolSpec pool = Pool(VllmV1(Small with { Policy = policy }) with { PrefixCaching = false }, blocks: 5);
        (RunResult run, Recorder seen) = Record(pool, [Request(0, 0, 8, 4) with { Priority = 5 }, Request(1, 0, 8, 4) with { Priority = 1 }]);

        Assert.That(seen.Requests.Select(r => r.Preemptions), Is.EqualTo(victim == 0 ? new[] { 1, 0 } : [0, 1]));
        Assert.That(run.Engine.Preemptions, Is.EqualTo(1));
    }

    [Test]
    public void Async_ArrivalAmidAnIteration_IsSeenOneIterationLater()
    {
        (_, Recorder plain) = Record(Pool(Small), [Request(0, 0, 5, 5), Request(1, 7, 3, 1)]);
        (_, Recorder ahead) = Record(Pool(Small with { AsyncScheduling = true }), [Request(0, 0, 5, 5) with { MaxOutputTokens = 5 }, Request(1, 7, 3, 1) with { MaxOutputTokens = 1 }]);
        Assert.That(plain.Requests[1].FirstScheduled.Ms(), Is.EqualTo(15));
        Assert.That(ahead.Requests[1].FirstScheduled.Ms(), Is.EqualTo(25));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Async_ArrivalWithTheStartOfAnIteration_IsSeenAfterTheNext(bool fastForward)
    {
        PoolSpec pool = Pool(VllmV1(Small with { AsyncScheduling = true }) with { FastForward = fastForward });
        (_, Recorder seen) = Record(pool, [Request(0, 0, 5, 9) with { MaxOutputTokens = 9 }, Request(1, 15, 3, 1) with { MaxOutputTokens = 1 }]);
        Assert.That(seen.Requests[1].FirstScheduled.Ms(), Is.EqualTo(35));
    }

    [TestCase(null, 3, 1)]
    [TestCase(3, 3, 1)]
    [TestCase(2, 2, 0)]
    public void Async_EndThatIsNotForeseen_WastesARow(int? allowed, int iterations, int wasted)
    {
        (RunResult run, Recorder seen) = Record(Pool(Small with { AsyncScheduling = true }), [Request(0, 0, 5, 2) with { MaxOutputTokens = allowed }]);
        Assert.That(seen.Requests[0].End.Ms(), Is.EqualTo(15), "the client has its tokens at once");
        Assert.That(run.Iterations, Is.EqualTo(iterations));
        if (wasted > 0) Assert.That(Iterations(seen)[^1], Is.EqualTo((15.0, 25.0, 0, 0, 0)));
    }

    [Test]
    public void Async_PlaceAndBlocksOfOneThatEnded_AreFreeOneIterationLater()
    {
        VllmV1Options options = Small with { AsyncScheduling = true, MaxSequences = 2 };
        (_, Recorder seen) = Record(Pool(options),
        [
            Request(0, 0, 4, 2) with { MaxOutputTokens = 2 }, Request(1, 0, 4, 6) with { MaxOutputTokens = 6 }, Request(2, 0, 4, 1) with { MaxOutputTokens = 1 },
        ]);
        // Request 0 ends at 18 ms; the iteration that starts then was put together before.
        Assert.That(seen.Requests[0].End.Ms(), Is.EqualTo(18));
        Assert.That(seen.Requests[2].FirstScheduled.Ms(), Is.EqualTo(28));
        Assert.That(seen.Iterations[2].KvBlocksUsed, Is.EqualTo(4), "two of request 0, two of request 1");
    }

    [Test]
    public void Async_NothingElseRuns_WhatEndedGivesWayAtOnce()
    {
        (_, Recorder seen) = Record(Pool(Small with { AsyncScheduling = true, MaxSequences = 1 }),
            [Request(0, 0, 4, 2) with { MaxOutputTokens = 2 }, Request(1, 0, 3, 1) with { MaxOutputTokens = 1 }]);
        Assert.That(seen.Requests.Select(r => r.End.Ms()), Is.EqualTo(new[] { 14.0, 17 }));
    }

    [Test]
    public void For_DeviceAndUsage_AsTheEngineChooses()
    {
        (int, int) Of(VllmV1Options options) => (options.TokenBudget, options.MaxSequences);
        Assert.That(Of(VllmV1Options.For(DeviceCatalogue.H100Sxm)), Is.EqualTo((8192, 1024)));
        Assert.That(Of(VllmV1Options.For(DeviceCatalogue.H100Sxm, VllmV1Usage.Offline)), Is.EqualTo((16384, 1024)));
        Assert.That(Of(VllmV1Options.For(TestPools.Device)), Is.EqualTo((2048, 256)));
        Assert.That(Of(VllmV1Options.For(TestPools.Device, VllmV1Usage.Offline)), Is.EqualTo((8192, 256)));
        Assert.That(Of(VllmV1Options.For(TestPools.Device with { Id = "a100-80", MemoryBytes = 80L << 30 })), Is.EqualTo((2048, 256)));
        Assert.That(Of(VllmV1Options.For(TestPools.Device with { MemoryBytes = 70L << 30 })), Is.EqualTo((8192, 1024)));
    }

    [Test]
    public void Validate_UnknownPolicy_IsNamed() =>
        Assert.That((Small with { Policy = (VllmV1Policy)7 }).Validate(100), Is.EqualTo(new[] { "Policy is 7; it must be FirstComeFirstServed or Priority." }));

    /// <summary>Requests of one instant and one priority must have an order, or each takes the other's blocks with nothing gained.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void Preempt_EqualPrioritiesOfOneInstant_AllComplete(bool async)
    {
        VllmV1Options options = new() { TokenBudget = 64, MaxSequences = 2, LongPrefillThreshold = 6, Policy = VllmV1Policy.Priority, AsyncScheduling = async };
        Request[] requests = [Request(0, 0, 20, 30), Request(1, 9, 28, 15), Request(2, 9, 31, 30), Request(3, 9, 32, 24), Request(4, 60, 19, 15)];
        PoolSpec pool = Pool(VllmV1(options) with { PrefixCaching = false }, blocks: 18);
        Assert.That(Record(pool, requests).Run.Requests.Completed, Is.EqualTo(5));
    }
}
