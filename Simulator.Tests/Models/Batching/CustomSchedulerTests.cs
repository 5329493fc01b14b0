using Simulator.Core.Time;
using Simulator.Models.Batching;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching;

/// <summary>Schedulers that use the verbs in other ways than vLLM v1 does: 1 ms a prefill token, 10 ms an iteration with decodes.</summary>
public sealed class CustomSchedulerTests
{
    private static PoolSpec PoolOf(IBatchScheduler scheduler, long? blocks = null) => Pool(Custom(_ => scheduler), blocks);

    private static (double Start, double End, int Decodes, int Prefills)[] Iterations(Recorder seen) =>
        [.. seen.Iterations.Select(i => (i.Start.Ms(), i.End.Ms(), i.DecodeRows, i.PrefillRows))];

    [Test]
    public void ShortestPromptFirst_LongAndShortWait_ShortStartsFirst()
    {
        ShortestPromptFirst scheduler = new(maxSequences: 1, mostOutput: 4);
        (_, Recorder seen) = Record(PoolOf(scheduler), [Request(0, 0, 5, 2), Request(1, 1, 9, 1), Request(2, 2, 3, 1)]);

        Assert.That(seen.Requests.Select(r => (r.FirstScheduled.Ms(), r.End.Ms())), Is.EqualTo(new[]
        {
            ((double?)0, 15.0),
            (18, 27),
            (15, 18),
        }));
    }

    [Test]
    public void ShortestPromptFirst_TinyMemory_ReservesEnoughToNeverPreempt()
    {
        Request[] requests = [.. Enumerable.Range(0, 60).Select(i => Request(i, i, 1 + i * 7 % 20, 1 + i % 9))];
        (RunResult run, Recorder seen) = Record(Pool(Custom(_ => new ShortestPromptFirst(8, mostOutput: 9)), blocks: 15), requests);

        Assert.That(run.Requests.Completed, Is.EqualTo(60));
        Assert.That(run.Engine.Preemptions, Is.Zero);
        Assert.That(seen.Iterations.Max(i => i.KvBlocksUsed), Is.AtMost(15));
        Assert.That(seen.Requests.Sum(r => r.GeneratedTokens), Is.EqualTo(requests.Sum(r => r.OutputTokens)));
    }

    [Test]
    public void TryDecode_OneSequenceAtATime_GapsOfTheHeldSpanSeveralIterations()
    {
        (RunResult run, Recorder seen) = Record(PoolOf(new TakingTurns(1)), [Request(0, 0, 2, 3), Request(1, 0, 2, 3)]);

        Assert.That(Iterations(seen), Is.EqualTo(new[]
        {
            (0.0, 4.0, 0, 2),
            (4, 14, 1, 0), // request 0: gap 10
            (14, 24, 1, 0), // request 1: gap 20
            (24, 34, 1, 0), // request 0: gap 20
            (34, 44, 1, 0), // request 1: gap 20
        }));
        Assert.That(seen.Requests.Select(r => r.End.Ms()), Is.EqualTo(new[] { 34.0, 44 }));
        Assert.That((run.Itl.Count, run.Itl.Mean, run.Itl.Max), Is.EqualTo((4, 0.0175, 0.02)));
        Assert.That(run.Itl.P50, Is.EqualTo(0.02).Within(0.05).Percent);
        Assert.That(run.Engine.MeanBatchSize, Is.EqualTo(6.0 / 5), "held sequences are no rows");
    }

    [Test]
    public void TryDecode_HeldForThreeIterations_GapIsCountedOnceForItsClass()
    {
        // Request 1 decodes in every fourth iteration only.
        Improvised scheduler = new((batch, call) =>
        {
            while (batch.TryFirstWaiting(out SequenceView head)) batch.TryAdmit(head, default, head.KnownTokens);
            for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
                if (view.IsDecoding && (view.Id == 0 || call % 4 == 0)) batch.TryDecode(view);
            return BatchDecision.RunOnce;
        });
        (RunResult run, _) = Record(
            PoolOf(scheduler), [Request(0, 0, 1, 9) with { Class = "steady" }, Request(1, 0, 1, 3) with { Class = "held" }]);

        ClassSummary held = run.Classes.Single(group => group.Class == "held");
        ClassSummary steady = run.Classes.Single(group => group.Class == "steady");
        Assert.That((held.Itl.Count, held.Itl.Mean, held.Itl.Max), Is.EqualTo((2, 0.04, 0.04)));
        Assert.That((steady.Itl.Count, steady.Itl.Mean, steady.Itl.Max), Is.EqualTo((8, 0.01, 0.01)));
        Assert.That(held.Tpot.Mean, Is.EqualTo(0.04));
    }

    [Test]
    public void Preempt_SequenceThatWasHeld_GapSpansHoldAndRecompute()
    {
        // 0: prefill both. 1: decode request 0 alone. 2: preempt request 1, decode 0. 3: admit it again, decode 0. Then both.
        Improvised scheduler = new((batch, call) =>
        {
            if (call == 2 && batch.TryLastRunning(out SequenceView last)) Assert.That(batch.Preempt(last));
            for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
                if (view.IsDecoding && (view.Id == 0 || call > 2)) batch.TryDecode(view);
            while (call != 2 && batch.TryFirstWaiting(out SequenceView head)) batch.TryAdmit(head, default, head.KnownTokens);
            return BatchDecision.RunOnce;
        });
        (RunResult run, Recorder seen) = Record(
            PoolOf(scheduler), [Request(0, 0, 2, 8), Request(1, 0, 2, 3) with { Class = "preempted" }]);

        Assert.That(Iterations(seen)[..5], Is.EqualTo(new[]
        {
            (0.0, 4.0, 0, 2), (4, 14, 1, 0), (14, 24, 1, 0), (24, 24 + 10 + 3, 1, 1), (37, 47, 2, 0),
        }));
        ClassSummary preempted = run.Classes.Single(group => group.Class == "preempted");
        Assert.That((preempted.Itl.Count, preempted.Itl.Max, preempted.Itl.Mean), Is.EqualTo((2, 0.033, 0.0215)));
        Assert.That(seen.Requests[1].Queued, Is.EqualTo(10.Milliseconds()));
    }

    [Test]
    public void Wait_UntilEnoughRequests_StartsThemTogether()
    {
        (RunResult run, Recorder seen) = Record(PoolOf(new WaitsForABatch(2)), [Request(0, 0, 2, 2), Request(1, 30, 3, 2), Request(2, 31, 1, 1)]);

        Assert.That(Iterations(seen), Is.EqualTo(new[] { (30.0, 35.0, 0, 2), (35, 45, 2, 0) }));
        Assert.That(run.Requests, Is.EqualTo(new RequestCounts(3, 2, 0, 0, 0, InFlight: 1)), "nobody comes to go with the third");
    }

    [Test]
    public void Wait_WaitingRequestLeaves_SchedulerIsAskedAgain()
    {
        // It runs the head as soon as the queue gets shorter.
        int longest = 0;
        Improvised scheduler = new((batch, _) =>
        {
            longest = Math.Max(longest, batch.WaitingCount);
            if (batch.RunningCount == 0 && batch.WaitingCount == longest) return BatchDecision.Wait;
            if (batch.TryFirstWaiting(out SequenceView head)) batch.TryAdmit(head, default, head.KnownTokens);
            return batch.ScheduledPrefills > 0 ? BatchDecision.RunOnce : BatchDecision.Wait;
        });
        (_, Recorder seen) = Record(PoolOf(scheduler), [Request(0, 0, 2, 1) with { CancelAfter = 20.Milliseconds() }, Request(1, 5, 3, 1)]);

        Assert.That((seen.Requests[0].Outcome, seen.Requests[0].End.Ms()), Is.EqualTo((RequestOutcome.TimedOut, 20.0)));
        Assert.That(seen.Requests[1].FirstScheduled.Ms(), Is.EqualTo(20));
    }

    [Test]
    public void Wait_RunningRequestIsAbandoned_EndsAtOnceAndSchedulerIsAskedAgain()
    {
        // After its prefill, request 0 is never decoded; while it runs nothing else may.
        Improvised scheduler = new((batch, _) =>
        {
            if (batch.RunningCount > 0 || !batch.TryFirstWaiting(out SequenceView head)) return BatchDecision.Wait;
            return batch.TryAdmit(head, default, head.KnownTokens) ? BatchDecision.RunOnce : BatchDecision.Wait;
        });
        (_, Recorder seen) = Record(PoolOf(scheduler), [Request(0, 0, 2, 5) with { Timeout = 50.Milliseconds() }, Request(1, 10, 3, 1)]);

        Assert.That((seen.Requests[0].End.Ms(), seen.Requests[0].GeneratedTokens), Is.EqualTo((50.0, 1)));
        Assert.That((seen.Requests[1].FirstScheduled.Ms(), seen.Requests[1].End.Ms()), Is.EqualTo(((double?)50, 53.0)));
    }

    [Test]
    public void Wait_DecodesForDays_GapIsExact()
    {
        // Decodes run only in company; the company comes 60 hours later.
        Improvised scheduler = new((batch, _) =>
        {
            if (batch.RunningCount + batch.WaitingCount > 1 && batch.DecodeCount > 0) batch.TryDecodeAll();
            while (batch.TryFirstWaiting(out SequenceView head)) batch.TryAdmit(head, default, head.KnownTokens);
            return batch.ScheduledDecodes + batch.ScheduledPrefills > 0 ? BatchDecision.RunOnce : BatchDecision.Wait;
        });
        (RunResult run, _) = Record(PoolOf(scheduler), [Request(0, 0, 1, 2), Request(1, 0, 1, 1) with { Arrival = SimTime.Zero + 60.Hours() }]);

        Assert.That(run.Requests.Completed, Is.EqualTo(2));
        Assert.That(run.Itl.Max, Is.EqualTo(60 * 3600 - 0.001 + 0.011));
    }

    [TestCase(false, 44.0)]
    [TestCase(true, 14.0)]
    public void RunFor_ArrivalAmidTheStretch_CutsItOnlyIfArrivalsMatter(bool arrivalsMatter, double secondScheduled)
    {
        Improvised scheduler = new((batch, _) =>
        {
            bool prefills = batch.TryFirstWaiting(out SequenceView head) && batch.TryAdmit(head, default, head.KnownTokens);
            if (batch.DecodeCount > 0) batch.TryDecodeAll();
            return prefills ? BatchDecision.RunOnce : BatchDecision.RunFor(4, arrivalsMatter);
        });
        (RunResult run, Recorder seen) = Record(PoolOf(scheduler), [Request(0, 0, 4, 20), Request(1, 7, 1, 1)]);

        Assert.That(seen.Requests[1].FirstScheduled.Ms(), Is.EqualTo(secondScheduled));
        Assert.That(run.Requests.Completed, Is.EqualTo(2));
    }

    [Test]
    public void RunFor_NoIterations_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BatchDecision.RunFor(0, true));

    [Test]
    public void Views_OfEverySequence_TellItsState()
    {
        List<string> seen = [];
        Improvised scheduler = new((batch, call) =>
        {
            Assert.That((batch.ContextWindow, batch.BlockTokens), Is.EqualTo((TestPools.Model.ContextWindow, 4)));
            for (bool more = batch.TryFirstWaiting(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
                seen.Add($"{call} waiting {view.Id} {view.Class} {view.Priority} {view.Arrival} {view.KnownTokens}+{view.PendingTokens}");
            for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
                seen.Add($"{call} running {view.Id} {view.ComputedTokens} of {view.PromptTokens}+{view.GeneratedTokens} {view.IsDecoding} {view.Preemptions}");
            if (batch.TryFirstRunning(out SequenceView first)) _ = first.IsDecoding ? batch.TryDecode(first) : batch.TryPrefill(first, 2);
            else if (batch.TryFirstWaiting(out SequenceView head)) batch.TryAdmit(head, default, 3);
            Assert.That(batch.TryLastRunning(out SequenceView last) && batch.IsScheduled(last) && last.Id == 7);
            return BatchDecision.RunOnce;
        });
        Record(PoolOf(scheduler), [Request(7, 3, 5, 2) with { Class = "chat", Priority = -2 }]);

        Assert.That(seen, Is.EqualTo(new[]
        {
            "0 waiting 7 chat -2 0.003 s 5+5", "1 running 7 3 of 5+0 False 0", "2 running 7 5 of 5+1 True 0",
        }));
    }
}
