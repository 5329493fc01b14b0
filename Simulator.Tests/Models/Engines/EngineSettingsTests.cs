using Simulator.Core.Time;
using Simulator.Models.Batching;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Caching;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Tests.Models.Batching;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Engines;

/// <summary>What the settings of an engine do: 1 ms a prefill token, 10 ms an iteration with decodes, blocks of 4 tokens.</summary>
public sealed class EngineSettingsTests
{
    private static readonly EngineOptions Engine = VllmV1(new VllmV1Options { TokenBudget = 64, MaxSequences = 8 });

    private static EngineOptions Improvise(Func<BatchComposer, int, BatchDecision> compose) => Custom(_ => new Improvised(compose));

    // Iterations of request 0 end at 4, 14, 24, 34, 44 ms and so on.
    [TestCase(false, 1, 15, 24.0)]
    [TestCase(true, 1, 15, 34.0)]
    [TestCase(true, 1, 14, 34.0)]
    [TestCase(true, 1, 13, 24.0)]
    [TestCase(false, 4, 5, 34.0)]
    [TestCase(false, 4, 35, 74.0)]
    [TestCase(true, 4, 25, 74.0)]
    [TestCase(true, 2, 25, 54.0)]
    public void Submit_AmidAStretch_IsSeenWhenTheEngineLooks(bool async, int interval, int arrival, double scheduled)
    {
        PoolSpec pool = Pool(Engine with { AsyncScheduling = async, ReceiveInterval = interval });
        foreach (bool fastForward in new[] { true, false })
        {
            PoolSpec run = pool with { Engine = pool.Engine with { FastForward = fastForward } };
            Recorder seen = Record(run, [Request(0, 0, 4, 12), Request(1, arrival, 4, 1)]).Seen;
            Assert.That(seen.Requests[1].FirstScheduled.Ms(), Is.EqualTo(scheduled));
        }
    }

    [TestCase(null, 3, 24.0)]
    [TestCase(3, 3, 24.0)]
    [TestCase(2, 2, 15.0)]
    public void AsyncScheduling_UnforeseenEnd_WastesAnIteration(int? allowed, int iterations, double next)
    {
        PoolSpec pool = Pool(Engine with { AsyncScheduling = true });
        Request first = Request(0, 0, 4, 2) with { MaxOutputTokens = allowed };
        (RunResult alone, Recorder seen) = Record(pool, [first]);
        Assert.That(alone.Iterations, Is.EqualTo(iterations));
        Assert.That(seen.Requests.Single().End.Ms(), Is.EqualTo(14), "the client does not wait for it");
        Assert.That(alone.Replicas.Single().OutputTokens, Is.EqualTo(2), "its token is thrown away");
        Assert.That(Record(pool, [first, Request(1, 15, 4, 1)]).Seen.Requests[1].FirstScheduled.Ms(), Is.EqualTo(next));
    }

    [TestCase(false, 14.0)]
    [TestCase(true, 24.0)]
    public void AsyncScheduling_BlocksOfAnEnd_AreFreeOneIterationLater(bool async, double scheduled)
    {
        PoolSpec pool = Pool(Engine with { AsyncScheduling = async, PrefixCaching = false }, blocks: 4);
        Request[] requests = [Request(0, 0, 4, 2) with { MaxOutputTokens = 2 }, Request(1, 0, 1, 9), Request(2, 5, 5, 1)];
        // The first iteration takes 5 ms; request 0 ends at 15 ms, request 1 goes on; request 2 needs 2 of the 4 blocks.
        Assert.That(Record(pool, requests).Seen.Requests[2].FirstScheduled.Ms(), Is.EqualTo(scheduled + 1));
    }

    [Test]
    public void Overheads_DelayTheQueueAndTheClient()
    {
        PoolSpec pool = Pool(Engine with { RequestOverhead = 3.Milliseconds(), ResponseOverhead = 2.Milliseconds() });
        (RunResult run, Recorder seen) = Record(pool, [Request(0, 0, 4, 2)]);
        RequestRecord record = seen.Requests.Single();
        Assert.That((record.FirstScheduled.Ms(), record.FirstToken.Ms(), record.End.Ms()), Is.EqualTo((3.0, 9.0, 19.0)));
        Assert.That(record.Queued, Is.EqualTo(3.Milliseconds()));
        Assert.That(run.Itl.Max, Is.EqualTo(0.010));
    }

    [Test]
    public void Overheads_GivingUpOnTheWay_EndsThere()
    {
        PoolSpec pool = Pool(Engine with { RequestOverhead = 30.Milliseconds() });
        (RunResult run, Recorder seen) = Record(pool, [Request(0, 0, 4, 2) with { CancelAfter = 20.Milliseconds() }, Request(1, 0, 4, 1)]);
        Assert.That(run.Requests, Is.EqualTo(new RequestCounts(2, 1, 0, TimedOut: 1, 0, 0)));
        Assert.That((seen.Requests[0].End.Ms(), seen.Requests[0].Queued, seen.Requests[0].FirstScheduled), Is.EqualTo((20.0, 20.Milliseconds(), (SimTime?)null)));
        Assert.That(seen.Requests[1].End.Ms(), Is.EqualTo(34));
    }

    [Test]
    public void QueueLimit_CountsRequestsOnTheWayAndInTheInbox()
    {
        foreach (EngineOptions engine in new[] { Engine with { RequestOverhead = 1.Milliseconds() }, Engine with { ReceiveInterval = 8 } })
        {
            RunResult run = Run(Pool(engine with { QueueLimit = 1 }), [Request(0, 0, 40, 1), Request(1, 5, 1, 1), Request(2, 5, 1, 1)]);
            Assert.That(run.Rejections.QueueFull, Is.EqualTo(1));
        }
    }

    [Test]
    public void Role_Prefill_EndsWithTheFirstToken()
    {
        RequestRecord record = Record(Pool(Engine with { Role = EngineRole.Prefill }), [Request(0, 0, 4, 5)]).Seen.Requests.Single();
        Assert.That((record.Outcome, record.GeneratedTokens, record.Truncated, record.End.Ms()), Is.EqualTo((RequestOutcome.Completed, 1, false, 4.0)));
    }

    [TestCase(3, 20.0, 2)]
    [TestCase(1, 0.0, 0)]
    public void Role_Decode_BeginsAfterTheFirstToken(int output, double end, int iterations)
    {
        EngineOptions engine = Improvise((batch, _) =>
        {
            while (batch.TryFirstWaiting(out SequenceView head) && batch.TryAdmitComputed(head)) Assert.That(head.GeneratedTokens, Is.EqualTo(1));
            return batch.DecodeCount > 0 && batch.TryDecodeAll() ? BatchDecision.RunWhileStable(arrivalsMatter: true) : BatchDecision.Wait;
        });
        (RunResult run, Recorder seen) = Record(Pool(engine with { Role = EngineRole.Decode }), [Request(0, 0, 4, output)]);
        RequestRecord record = seen.Requests.Single();
        Assert.That((record.FirstToken.Ms(), record.End.Ms(), record.GeneratedTokens, run.Iterations), Is.EqualTo((0.0, end, output, (long)iterations)));
        Assert.That(seen.Iterations.Select(i => i.KvBlocksUsed), Is.EqualTo(Enumerable.Repeat(2L, iterations)), "prompt, and one block for what follows");
    }

    [Test]
    public void ReleasesTogether_BlocksComeBackWhenTheLastHasEnded()
    {
        EngineOptions engine = Custom(_ => new WaitsForABatch(2)) with { ReleasesTogether = true, PrefixCaching = false };
        Recorder seen = Record(Pool(engine, blocks: 6), [Request(0, 0, 4, 1), Request(1, 0, 4, 5), Request(2, 0, 4, 1), Request(3, 0, 4, 1)]).Seen;
        Assert.That(seen.Iterations.Select(i => i.KvBlocksUsed), Is.EqualTo(new[] { 2L, 3, 3, 3, 3, 2 }));
        Assert.That(seen.Requests.Select(r => r.FirstScheduled.Ms()), Is.EqualTo(new[] { 0.0, 0, 48, 48 }));
    }

    [TestCase(QueueOrder.Arrival, 1, 2, 3)]
    [TestCase(QueueOrder.Priority, 3, 1, 2)]
    public void QueueOrder_Priority_LowerValuesGoFirstThenArrival(QueueOrder order, params int[] expected)
    {
        PoolSpec pool = Pool(VllmV1(new VllmV1Options { TokenBudget = 64, MaxSequences = 1 }) with { QueueOrder = order });
        Request[] requests =
        [
            Request(0, 0, 9, 1), Request(1, 1, 9, 1) with { Priority = 2 }, Request(2, 2, 9, 1) with { Priority = 2 },
            Request(3, 3, 9, 1) with { Priority = 1 },
        ];
        Recorder seen = Record(pool, requests).Seen;
        Assert.That(seen.Requests.Skip(1).OrderBy(r => r.FirstScheduled!.Value.Nanoseconds).Select(r => (int)r.Request.Id), Is.EqualTo(expected));
    }

    [Test]
    public void WaitFor_NothingHappens_AsksAgainAfterTheTime()
    {
        List<double> asked = [];
        EngineOptions engine = Improvise((batch, call) =>
        {
            asked.Add(batch.Now.Ms());
            if (call < 2) return BatchDecision.WaitFor(5.Milliseconds());
            if (batch.TryFirstWaiting(out SequenceView head)) batch.TryAdmit(head, default, head.KnownTokens);
            return batch.ScheduledPrefills > 0 ? BatchDecision.RunOnce : BatchDecision.Wait;
        });
        Recorder seen = Record(Pool(engine), [Request(0, 0, 4, 1), Request(1, 3, 4, 1)]).Seen;
        Assert.That(asked, Is.EqualTo(new[] { 0.0, 3, 8, 12 }), "an arrival comes before, and the wait begins anew");
        Assert.That(seen.Iterations[0].Start.Ms(), Is.EqualTo(8));
    }

    [Test]
    public void PrefillOnly_DecodesStandStill_AndTheirGapIsLonger()
    {
        // Request 0 decodes; while request 1 prefills for 6 ms from 14 ms on, it stands still.
        EngineOptions engine = Improvise((batch, _) =>
        {
            if (batch.TryFirstWaiting(out SequenceView head))
            {
                batch.TryAdmit(head, default, head.KnownTokens);
                return BatchDecision.RunOnce;
            }
            return batch.DecodeCount > 0 && batch.TryDecodeAll() ? BatchDecision.RunWhileStable(arrivalsMatter: true) : BatchDecision.Wait;
        });
        (RunResult run, Recorder seen) = Record(Pool(engine), [Request(0, 0, 4, 3), Request(1, 5, 6, 3)]);
        Assert.That(seen.Iterations.Select(i => (i.End.Ms(), i.DecodeRows, i.PrefillRows)), Is.EqualTo(new[]
        {
            (4.0, 0, 1), (14, 1, 0), (20, 0, 1), (30, 2, 0), (40, 1, 0),
        }));
        Assert.That(seen.Requests.Select(r => r.End.Ms()), Is.EqualTo(new[] { 30.0, 40 }));
        Assert.That((run.Itl.Count, run.Itl.Max), Is.EqualTo((4L, (double?)0.016)), "10 and 16 ms, 10 and 10 ms");
        Assert.That(run.Itl.Mean, Is.EqualTo(0.0115).Within(1e-9));
    }

    [Test]
    public void Reserve_WholeLength_TakesNothingLater()
    {
        EngineOptions engine = Improvise((batch, _) =>
        {
            if (batch.TryFirstWaiting(out SequenceView head)) batch.TryAdmit(head, default, head.KnownTokens, reserve: head.PromptTokens + head.AllowedTokens);
            if (batch.ScheduledPrefills > 0) return BatchDecision.RunOnce;
            return batch.DecodeCount > 0 && batch.TryDecodeAll() ? BatchDecision.RunWhileStable(arrivalsMatter: false) : BatchDecision.Wait;
        });
        Request request = Request(0, 0, 4, 9) with { MaxOutputTokens = 16 };
        Recorder seen = Record(Pool(engine, blocks: 5), [request]).Seen;
        Assert.That(seen.Iterations.Select(i => i.KvBlocksUsed), Is.EqualTo(Enumerable.Repeat(5L, 9)));
    }

    [Test]
    public void Reserve_BetweenKnownAndAll_IsRefused()
    {
        EngineOptions engine = Improvise((batch, _) =>
        {
            if (batch.TryFirstWaiting(out SequenceView head)) batch.TryAdmit(head, default, head.KnownTokens, reserve: 10);
            return BatchDecision.RunOnce;
        });
        Assert.That(() => Run(Pool(engine), [Request(0, 0, 4, 9) with { MaxOutputTokens = 16 }]),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("up to the 4 known tokens, or for all 20"));
    }

    /// <summary>Copies of a block of 4 tokens: 8 calls of 10 µs (4 layers, keys and values), and 16 KiB at 7.8 GB/s.</summary>
    private static long CopyNanoseconds(int blocks, int sharing = 1) => blocks * 80_000 + (long)Math.Ceiling(blocks * sharing * 16384 / 7.8);

    [TestCase(1)]
    [TestCase(2)]
    public void Swap_OutAndIn_IterationsWaitForTheCopies(int devicesPerLink)
    {
        EngineOptions engine = Improvise((batch, call) =>
        {
            while (batch.TryFirstWaiting(out SequenceView head) && batch.TryAdmit(head, default, head.KnownTokens)) { }
            if (batch.ScheduledPrefills > 0) return BatchDecision.RunOnce;
            if (call == 1)
            {
                batch.TryLastInSlot(out SequenceView last);
                Assert.That(batch.TrySwapOut(last));
                Assert.That((batch.SwappedCount, batch.RunningCount), Is.EqualTo((1, 1)));
            }
            else if (batch.TryFirstSwapped(out SequenceView swapped))
            {
                Assert.That(batch.TrySwapIn(swapped));
            }
            return batch.DecodeCount > 0 && batch.TryDecodeAll() ? BatchDecision.RunOnce : BatchDecision.Wait;
        });
        PoolSpec pool = Pool(engine with { SwapBlocks = 2, PrefixCaching = false }) with { Plan = new(Tensor: 2), DevicesPerHostLink = devicesPerLink };
        (RunResult run, Recorder seen) = Record(pool, [Request(0, 0, 4, 3), Request(1, 0, 8, 3)]);
        // Half of each block is on either device.
        long copy = 2 * 80_000 + (long)Math.Ceiling(2 * devicesPerLink * 8192 / 7.8);
        Assert.That(seen.Iterations.Select(i => i.Start.Nanoseconds), Is.EqualTo(new[]
        {
            0, 12_000_000 + copy, 22_000_000 + 2 * copy, 32_000_000 + 2 * copy,
        }));
        Assert.That(seen.Requests.Select(r => (r.Preemptions, r.GeneratedTokens)), Is.EqualTo(new[] { (0, 3), (1, 3) }));
        Assert.That(seen.Requests[1].Queued.Nanoseconds, Is.EqualTo(10_000_000 + copy));
        Assert.That(run.Itl.Max * 1e9, Is.EqualTo(20_000_000 + 2 * copy).Within(1));
    }

    [Test]
    public void Swap_NoHostMemory_IsRefused()
    {
        bool? swapped = null;
        EngineOptions engine = Improvise((batch, call) =>
        {
            while (batch.TryFirstWaiting(out SequenceView head) && batch.TryAdmit(head, default, head.KnownTokens)) { }
            if (call == 1 && batch.TryLastInSlot(out SequenceView last)) swapped = batch.TrySwapOut(last);
            return batch.ScheduledPrefills > 0 || (batch.DecodeCount > 0 && batch.TryDecodeAll()) ? BatchDecision.RunOnce : BatchDecision.Wait;
        });
        RunResult run = Run(Pool(engine with { SwapBlocks = 1 }), [Request(0, 0, 8, 3)]);
        Assert.That((swapped, run.Requests.Completed), Is.EqualTo(((bool?)false, 1L)));
    }

    [TestCase(0, HostWritePolicy.WriteBack, 0)]
    [TestCase(8, HostWritePolicy.WriteBack, 8)]
    [TestCase(8, HostWritePolicy.WriteThrough, 8)]
    [TestCase(1, HostWritePolicy.WriteBack, 0)]
    [TestCase(1, HostWritePolicy.WriteThrough, 4)]
    public void HostCache_EvictedPrefix_ComesBackOverTheLink(int hostBlocks, HostWritePolicy policy, int hit)
    {
        PoolSpec pool = Pool(Engine with { HostCacheBlocks = hostBlocks, HostWritePolicy = policy }, blocks: 4);
        Request Of(int id, int at, int prompt, long key) => Request(id, at, prompt, 1) with { Content = [new(key, prompt)] };
        Recorder seen = Record(pool, [Of(0, 0, 9, 1), Request(1, 20, 16, 1), Of(2, 60, 9, 1)]).Seen;
        // Request 1 has unknown content and takes all 4 blocks: both blocks of request 0 go. With room for one, write-back keeps the first
        // that is evicted, the tail, which is no prefix; write-through has kept the first that was full, and has no room for the second.
        Assert.That(seen.Requests[2].PrefixHitTokens, Is.EqualTo(hit));
        Assert.That(seen.Iterations[2].Start.Nanoseconds - 60_000_000, Is.EqualTo(hit == 0 ? 0 : CopyNanoseconds(hit / 4)));
        long written = policy == HostWritePolicy.WriteBack && hostBlocks > 0 ? CopyNanoseconds(Math.Min(2, hostBlocks)) : 0;
        Assert.That(seen.Iterations[1].Start.Nanoseconds - 20_000_000, Is.EqualTo(written), "written before it is overwritten");
    }

    [Test]
    public void Rank_NewSequence_GoesWhereFewestRun()
    {
        List<(long, int)> ranks = [];
        EngineOptions engine = Improvise((batch, _) =>
        {
            while (batch.TryFirstWaiting(out SequenceView head) && batch.TryAdmit(head, default, head.KnownTokens)) ranks.Add((head.Id, head.Rank));
            return batch.ScheduledPrefills > 0 || (batch.DecodeCount > 0 && batch.TryDecodeAll()) ? BatchDecision.RunOnce : BatchDecision.Wait;
        });
        PoolSpec pool = Pool(engine) with { Plan = new ParallelPlan(Data: 2) };
        Run(pool, [Request(0, 0, 4, 9), Request(1, 0, 4, 1), Request(2, 0, 4, 9), Request(3, 20, 4, 1)]);
        Assert.That(ranks, Is.EqualTo(new[] { (0L, 0), (1, 1), (2, 0), (3, 1) }));
    }

    [Test]
    public void Validate_EachFault_IsNamedWithItsRange()
    {
        EngineOptions engine = Engine with
        {
            TokenBudget = 0, MaxSequences = 0, BlockTokens = 0, ReservedBlocks = -1, ContextWindow = 1, QueueLimit = -1, ReceiveInterval = 0,
            SwapBlocks = -1, HostCacheBlocks = -1, RequestOverhead = SimDuration.FromNanoseconds(-1), ResponseOverhead = SimDuration.FromNanoseconds(-1),
            ReleasesTogether = true, AsyncScheduling = true,
        };
        Assert.That(engine.Validate(), Has.Count.EqualTo(13));
        Assert.That(engine.Validate(), Has.Some.Contains("the receive interval is 0 iterations; it must be at least 1."));
        Assert.That(Engine.Validate(), Is.Empty);
        Assert.That((Engine with { HostCacheBlocks = 5, PrefixIndex = PrefixIndex.RadixTree }).Validate().Single(), Does.Contain("block hashes"));
        ClusterSpec cluster = new() { Pools = [Pool(Engine) with { DevicesPerHostLink = 0 }] };
        Assert.That(cluster.Validate().Single(), Does.Contain("0 devices share a link to the host; it needs at least 1."));
    }
}
