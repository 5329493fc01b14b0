using Simulator.Models.Batching;
using Simulator.Models.Parallelism;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching;

/// <summary>A scheduler that breaks the rules ends the run with a message that names the rule.</summary>
public sealed class BatchComposerMisuseTests
{
    // Request 0 decodes and request 1 prefills (4 of 9 tokens) when the second composition begins; request 2 waits.
    private static readonly Request[] Requests = [Request(0, 0, 3, 9), Request(1, 0, 9, 9), Request(2, 1, 8, 1)];

    private static Exception FaultOf(Func<BatchComposer, BatchDecision> secondComposition) => Assert.Catch(() =>
        Run(Pool(Custom(_ => new Improvised((batch, call) =>
        {
            if (call > 0) return secondComposition(batch);
            batch.TryFirstWaiting(out SequenceView first);
            BatchComposer.TryNext(first, out SequenceView second);
            batch.TryAdmit(first, default, 3);
            batch.TryAdmit(second, default, 4);
            return BatchDecision.RunOnce;
        }))), Requests))!;

    private static InvalidOperationException Invalid(Action<BatchComposer, SequenceView, SequenceView, SequenceView> misuse)
    {
        Exception fault = FaultOf(batch =>
        {
            batch.TryFirstRunning(out SequenceView decoding);
            batch.TryFirstWaiting(out SequenceView waiting);
            misuse(batch, decoding, batch.Prefilling(0), waiting);
            return BatchDecision.RunOnce;
        });
        Assert.That(fault, Is.TypeOf<InvalidOperationException>());
        return (InvalidOperationException)fault;
    }

    [Test]
    public void TryDecode_Twice_Throws() => Assert.That(
        Invalid((batch, decoding, _, _) => _ = batch.TryDecode(decoding) && batch.TryDecode(decoding)).Message,
        Is.EqualTo("Request 0 cannot be scheduled so: it is scheduled already."));

    [Test]
    public void TryDecode_AfterTryDecodeAll_Throws() => Assert.That(
        Invalid((batch, decoding, _, _) => _ = batch.TryDecodeAll() && batch.TryDecode(decoding)).Message, Does.Contain("scheduled already"));

    [Test]
    public void TryDecodeAll_AfterTryDecode_Throws() => Assert.That(
        Invalid((batch, decoding, _, _) => _ = batch.TryDecode(decoding) && batch.TryDecodeAll()).Message, Does.Contain("all at once or one by one"));

    [Test]
    public void TryDecode_PrefillingSequence_Throws() => Assert.That(
        Invalid((batch, _, prefilling, _) => batch.TryDecode(prefilling)).Message,
        Is.EqualTo("Request 1 cannot be scheduled so: it is Prefilling, not Decoding."));

    [Test]
    public void TryPrefill_DecodingSequence_Throws() => Assert.That(
        Invalid((batch, decoding, _, _) => batch.TryPrefill(decoding, 1)).Message, Does.Contain("it is Decoding, not Prefilling"));

    [Test]
    public void TryPrefill_Twice_Throws() => Assert.That(
        Invalid((batch, _, prefilling, _) => _ = batch.TryPrefill(prefilling, 1) && batch.TryPrefill(prefilling, 1)).Message,
        Does.Contain("scheduled already"));

    [Test]
    public void TryAdmit_RunningSequence_Throws() => Assert.That(
        Invalid((batch, decoding, _, _) => batch.TryAdmit(decoding, default, 1)).Message, Does.Contain("it is Decoding, not Waiting"));

    [Test]
    public void Preempt_WaitingSequence_Throws() => Assert.That(
        Invalid((batch, _, _, waiting) => batch.Preempt(waiting)).Message, Is.EqualTo("Request 2 does not run, so it cannot be preempted."));

    [Test]
    public void View_OfNothing_Throws() => Assert.That(
        Invalid((_, decoding, prefilling, _) =>
        {
            Assert.That(BatchComposer.TryNext(prefilling, out SequenceView none), Is.False);
            _ = none.Id;
        }).Message,
        Does.Contain("shows no sequence"));

    [TestCase(4, 0)]
    [TestCase(3, 0)]
    [TestCase(400, 2)]
    public void TryAdmit_MadeUpPrefixHit_Throws(int tokens, int idle) => Assert.That(
        FaultOf(batch =>
        {
            batch.TryFirstWaiting(out SequenceView waiting);
            batch.TryAdmit(waiting, new PrefixHit(tokens, idle), 1);
            return BatchDecision.RunOnce;
        }),
        tokens < 8 ? Is.TypeOf<InvalidOperationException>().With.Message.Contains("is not what is cached for request 2 now")
            : Is.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void TryAdmit_PrefixEvictedSinceItWasFound_Throws()
    {
        // Request 0 leaves a block of shared content behind; request 1 takes all blocks after request 2's prefix was found in it.
        Request[] requests =
        [
            Request(0, 0, 4, 1) with { Content = [new(5, 4)] }, Request(1, 1, 16, 1), Request(2, 1, 8, 1) with { Content = [new(5, 4), new(6, 4)] },
        ];
        Improvised scheduler = new((batch, call) =>
        {
            batch.TryFirstWaiting(out SequenceView head);
            if (call > 0 && BatchComposer.TryNext(head, out SequenceView second))
            {
                PrefixHit hit = batch.FindPrefix(second);
                Assert.That(hit, Is.EqualTo(new PrefixHit(4, 1)));
                batch.TryAdmit(head, default, 13);
                batch.Preempt(head);
                batch.TryAdmit(second, hit, 4);
            }
            batch.TryAdmit(head, default, 4);
            return BatchDecision.RunOnce;
        });
        Assert.That(
            () => Run(Pool(Custom(_ => scheduler), blocks: 4), requests),
            Throws.InvalidOperationException.With.Message.Contains("find its prefix just before it is admitted"));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(6)]
    public void TryPrefill_TokensOutOfRange_Throws(int tokens) => Assert.That(
        FaultOf(batch => batch.TryPrefill(batch.Prefilling(0), tokens) ? BatchDecision.RunOnce : BatchDecision.Wait),
        Is.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("1 to 5 tokens"));

    [Test]
    public void TryAdmit_TokensOutOfRange_Throws() => Assert.That(
        FaultOf(batch => batch.TryFirstWaiting(out SequenceView head) && batch.TryAdmit(head, default, 9) ? BatchDecision.RunOnce : BatchDecision.Wait),
        Is.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("1 to 8 tokens"));

    [Test]
    public void Compose_RunsWhatIsEmpty_Throws() => Assert.That(
        FaultOf(_ => BatchDecision.RunOnce), Is.TypeOf<InvalidOperationException>().With.Message.EqualTo("Improvised decided to run an empty batch."));

    [Test]
    public void Compose_SchedulesAndWaits_Throws() => Assert.That(
        FaultOf(batch =>
        {
            batch.TryDecodeAll();
            return BatchDecision.Wait;
        }),
        Is.TypeOf<InvalidOperationException>().With.Message.EqualTo("Improvised scheduled sequences and then decided to wait."));

    [Test]
    public void TryPrefill_SequenceOfAnotherSlot_Throws()
    {
        SequenceView mine = default;
        Improvised scheduler = new((batch, call) =>
        {
            if (call == 1 && !batch.IsScheduled(mine)) batch.TryPrefill(mine, 1);
            batch.TryFirstWaiting(out SequenceView head);
            batch.TryAdmit(head, default, 1);
            if (call == 0) mine = head;
            return BatchDecision.RunOnce;
        });
        Assert.That(
            () => Run(Pool(Custom(_ => scheduler)) with { Plan = new ParallelPlan(Pipeline: 2) }, Requests),
            Throws.InvalidOperationException.With.Message.EqualTo("Request 0 cannot be scheduled so: it runs in another batch slot."));
    }
}
