using Simulator.Core.Time;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Engines;

/// <summary>How single requests end: 1 ms a prefill token, 10 ms an iteration with decodes, blocks of 4 tokens.</summary>
public sealed class RequestEndTests
{
    private static readonly VllmV1Options Options = new() { TokenBudget = 64, MaxSequences = 8 };

    private static RequestRecord One(Request request, PoolSpec? pool = null) => Record(pool ?? Pool(Options), [request]).Seen.Requests.Single();

    [TestCase(1, 1, 1.0)]
    [TestCase(5, 1, 5.0)]
    [TestCase(5, 2, 15.0)]
    [TestCase(5, 100, 995.0)]
    public void Submit_OneRequest_TakesItsPrefillAndItsDecodes(int prompt, int output, double end)
    {
        RequestRecord record = One(Request(0, 0, prompt, output));
        Assert.That((record.Outcome, record.GeneratedTokens, record.FirstToken.Ms(), record.End.Ms()),
            Is.EqualTo((RequestOutcome.Completed, output, (double?)prompt, end)));
        Assert.That(record.Tpot?.ToMilliseconds(), Is.EqualTo(output > 1 ? 10.0 : (double?)null));
    }

    [Test]
    public void Submit_NoOutput_FailsWithoutLoad()
    {
        (RunResult run, Recorder seen) = Record(Pool(Options), [Request(0, 0, 5, 0), Request(1, 3, 0, 0)]);
        Assert.That(run.Requests, Is.EqualTo(new RequestCounts(2, 0, 0, 0, Failed: 2, 0)));
        Assert.That(seen.Requests.Select(r => (r.End.Ms(), r.FirstScheduled, r.Replica)), Is.EqualTo(new[]
        {
            (0.0, (SimTime?)null, -1), (3, null, -1),
        }));
        Assert.That(run.Iterations, Is.Zero);
    }

    [TestCase(6, 4, 4, false)]
    [TestCase(6, 20, 4, true)]
    [TestCase(9, 20, 1, true)]
    public void Submit_OutputBeyondContextWindow_IsCutThere(int prompt, int output, int generated, bool truncated)
    {
        PoolSpec pool = Pool(VllmV1(Options) with { ContextWindow = 10 });
        RequestRecord record = One(Request(0, 0, prompt, output), pool);
        Assert.That((record.Outcome, record.GeneratedTokens, record.Truncated), Is.EqualTo((RequestOutcome.Completed, generated, truncated)));
        Assert.That(Run(pool, [Request(0, 0, prompt, output)]).Tokens.TruncatedRequests, Is.EqualTo(truncated ? 1 : 0));
    }

    [TestCase(0, 5, RejectionReason.EmptyPrompt)]
    [TestCase(40, 5, RejectionReason.ContextWindow)]
    [TestCase(41, 5, RejectionReason.ContextWindow)]
    [TestCase(8, 6, RejectionReason.KvMemory)]
    [TestCase(13, 1, RejectionReason.KvMemory)]
    [TestCase(8, 5, RejectionReason.None)]
    [TestCase(12, 1, RejectionReason.None)]
    public void Submit_CanNeverFit_IsRejectedWithTheReason(int prompt, int output, RejectionReason reason)
    {
        // 3 blocks of 4 tokens; the last token that is generated needs no place.
        RequestRecord record = One(Request(0, 0, prompt, output), Pool(VllmV1(Options) with { ContextWindow = 40 }, blocks: 3));
        Assert.That(record.Rejection, Is.EqualTo(reason));
        Assert.That(record.Outcome, Is.EqualTo(reason == RejectionReason.None ? RequestOutcome.Completed : RequestOutcome.Rejected));
    }

    [Test]
    public void Submit_QueueIsFull_IsRejectedAndLaterOnesGoOn()
    {
        PoolSpec pool = Pool(VllmV1(Options with { MaxSequences = 1 }) with { QueueLimit = 2 });
        (RunResult run, Recorder seen) = Record(pool, [
            Request(0, 0, 10, 1), Request(1, 1, 1, 1), Request(2, 2, 1, 1), Request(3, 3, 1, 1), Request(4, 10, 1, 1), Request(5, 11, 1, 1),
        ]);
        Assert.That(
            seen.Requests.Where(r => r.Rejection == RejectionReason.QueueFull).Select(r => (r.Request.Id, r.Replica)),
            Is.EqualTo(new[] { (3L, 0) }), "at 10 ms request 1 has left the queue");
        Assert.That(run.Rejections, Is.EqualTo(new RejectionCounts(QueueFull: 1, 0, 0, 0, 0)));
        Assert.That(run.Replicas[0].Requests, Is.EqualTo(new RequestCounts(6, 5, 1, 0, 0, 0)));
    }

    [Test]
    public void Submit_SeveralAtOneInstant_CountTogetherForTheQueueLimit()
    {
        RunResult run = Run(Pool(VllmV1(Options) with { QueueLimit = 2 }), [.. Enumerable.Range(0, 5).Select(i => Request(i, 0, 1, 1))]);
        Assert.That(run.Requests, Is.EqualTo(new RequestCounts(5, 2, 3, 0, 0, 0)));
    }

    [Test]
    public void Timeout_InTheQueue_EndsAtTheDeadline()
    {
        PoolSpec pool = Pool(Options with { MaxSequences = 1 });
        (_, Recorder seen) = Record(pool, [
            Request(0, 0, 10, 2), Request(1, 0, 5, 1) with { QueueTimeout = 7.Milliseconds() },
            Request(2, 0, 5, 1) with { Timeout = 9.Milliseconds() }, Request(3, 0, 5, 1) with { CancelAfter = 8.Milliseconds() },
            Request(4, 0, 5, 1) with { QueueTimeout = 20.Milliseconds() },
        ]);
        Assert.That(seen.Requests[1..4].Select(r => (r.Outcome, r.End.Ms(), r.Queued.ToMilliseconds(), r.FirstScheduled)), Is.EqualTo(new[]
        {
            (RequestOutcome.TimedOut, 7.0, 7.0, (SimTime?)null),
            (RequestOutcome.TimedOut, 9, 9, null),
            (RequestOutcome.TimedOut, 8, 8, null),
        }));
        Assert.That((seen.Requests[4].Outcome, seen.Requests[4].FirstScheduled.Ms()), Is.EqualTo((RequestOutcome.Completed, (double?)20)),
            "scheduled at the very deadline");
    }

    // Tokens come at 4, 14, 24, 34 … ms.
    [TestCase(2, 4.0, 1)]
    [TestCase(4, 14.0, 2)]
    [TestCase(15, 24.0, 3)]
    [TestCase(24, 34.0, 4)]
    public void Timeout_WhileRunning_EndsWithTheIterationInProgress(int milliseconds, double end, int tokens)
    {
        RequestRecord record = One(Request(0, 0, 4, 9) with { Timeout = milliseconds.Milliseconds() });
        Assert.That((record.Outcome, record.End.Ms(), record.GeneratedTokens), Is.EqualTo((RequestOutcome.TimedOut, end, tokens)));
    }

    [Test]
    public void Timeout_AtTheVeryEnd_IsMet()
    {
        RequestRecord record = One(Request(0, 0, 4, 3) with { Timeout = 24.Milliseconds() });
        Assert.That((record.Outcome, record.End.Ms()), Is.EqualTo((RequestOutcome.Completed, 24.0)));
    }

    [Test]
    public void Timeout_AmidTheLastIteration_TimedOutWithAllTokens()
    {
        RequestRecord record = One(Request(0, 0, 4, 3) with { CancelAfter = 23.Milliseconds() });
        Assert.That((record.Outcome, record.End.Ms(), record.GeneratedTokens), Is.EqualTo((RequestOutcome.TimedOut, 24.0, 3)));
    }

    [Test]
    public void Timeout_OfOneToken_TimedOutWithAllTokens()
    {
        RequestRecord record = One(Request(0, 0, 4, 1) with { Timeout = 3.Milliseconds() });
        Assert.That((record.Outcome, record.GeneratedTokens), Is.EqualTo((RequestOutcome.TimedOut, 1)));
    }

    [Test]
    public void Timeout_OfZero_IsAdmittedAndAbandoned()
    {
        RequestRecord record = One(Request(0, 0, 4, 9) with { Timeout = SimDuration.Zero, QueueTimeout = SimDuration.Zero });
        Assert.That((record.Outcome, record.FirstScheduled.Ms(), record.End.Ms()), Is.EqualTo((RequestOutcome.TimedOut, (double?)0, 4.0)));
    }

    [Test]
    public void Timeout_BeyondTheEndOfTime_NeverComes()
    {
        RequestRecord record = One(Request(0, 5, 4, 3) with
        {
            Timeout = SimDuration.MaxValue, QueueTimeout = SimDuration.MaxValue, CancelAfter = SimDuration.MaxValue,
        });
        Assert.That(record.Outcome, Is.EqualTo(RequestOutcome.Completed));
    }

    [Test]
    public void Timeout_AfterPreemption_LeavesTheQueue()
    {
        // As in the scheduler's timeline of a preemption: request 1 waits from 56 to 86 ms.
        PoolSpec pool = Pool(VllmV1(Options) with { PrefixCaching = false }, blocks: 6);
        (RunResult run, Recorder seen) = Record(pool, [
            Request(0, 0, 8, 8), Request(1, 0, 8, 8) with { Timeout = 60.Milliseconds(), QueueTimeout = 50.Milliseconds() },
        ]);
        RequestRecord preempted = seen.Requests[1];
        Assert.That((preempted.Outcome, preempted.End.Ms(), preempted.GeneratedTokens, preempted.Preemptions),
            Is.EqualTo((RequestOutcome.TimedOut, 60.0, 5, 1)));
        Assert.That(preempted.Queued, Is.EqualTo(4.Milliseconds()));
        Assert.That(run.Replicas[0].PrefillTokens, Is.EqualTo(16), "it is never computed again");
    }

    [TestCase(1, true)]
    [TestCase(1, false)]
    [TestCase(3, true)]
    public void Run_CostsNothing_AllEndsAtTheirArrival(int stages, bool fastForward)
    {
        PoolSpec pool = Pool(VllmV1(Options) with { FastForward = fastForward }, blocks: 40) with
        {
            CostModel = new AffineCosts(), Plan = new ParallelPlan(Pipeline: stages),
        };
        (RunResult run, Recorder seen) = Record(pool, Enumerable.Range(0, 30).Select(i => Request(i, i / 3, 1 + i, 1 + 2 * i)));
        Assert.That(run.Requests.Completed, Is.EqualTo(30));
        Assert.That(seen.Requests.Select(record => record.E2e), Is.All.EqualTo(SimDuration.Zero));
        Assert.That((run.Itl.Max, run.Engine.Mfu), Is.EqualTo((0.0, (double?)null)));
    }

    [Test]
    public void Stretch_BeyondTheLongestPlan_SameBytesWithoutFastForward()
    {
        PoolSpec pool = Pool(Options) with { CostModel = Fractions, Model = TestPools.Model with { ContextWindow = 20_000 } };
        Request[] requests = [Request(0, 0, 100, 9500), Request(1, 0, 70, 12000)];
        RunOptions options = new() { SampleEvery = 900.Milliseconds() };
        (RunResult on, Recorder seenOn) = Record(pool, requests, options);
        (RunResult off, Recorder seenOff) = Record(pool with { Engine = pool.Engine with { FastForward = false } }, requests, options);
        Assert.That(RunResultJson.Write(on), Is.EqualTo(RunResultJson.Write(off)));
        Assert.That(seenOn.Iterations, Is.EqualTo(seenOff.Iterations));
        Assert.That(seenOn.Samples, Is.EqualTo(seenOff.Samples));
    }

    [Test]
    public void Stretch_OfSlowIterations_StaysInRange()
    {
        // 40 s an iteration: 4096 of them are more than 64 bits of time units hold.
        PoolSpec pool = Pool(Options) with { CostModel = new AffineCosts { DecodeIteration = 40, PrefillToken = 1 } };
        pool = pool with { Model = TestPools.Model with { ContextWindow = 10_000 } };
        Request[] requests = [Request(0, 0, 1, 9000)];
        RunResult run = Run(pool, requests);
        Assert.That(run.E2e.Max, Is.EqualTo(1 + 8999 * 40.0));
        Assert.That(run.Itl.Mean, Is.EqualTo(40));
        Assert.That(
            RunResultJson.Write(run),
            Is.EqualTo(RunResultJson.Write(Run(pool with { Engine = pool.Engine with { FastForward = false } }, requests))));
    }

    [Test]
    public void Run_OverYears_KeepsNanoseconds()
    {
        Request late = Request(1, 0, 1, 2) with { Arrival = SimTime.Zero + 2_000_000.Hours() };
        (RunResult run, Recorder seen) = Record(Pool(Options), [Request(0, 0, 1, 2), late]);
        Assert.That(seen.Requests[1].E2e, Is.EqualTo(seen.Requests[0].E2e));
        Assert.That(run.SimulatedSeconds, Is.EqualTo(2_000_000 * 3600.0 + 0.011));
    }
}
