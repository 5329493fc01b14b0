using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Models.Batching;

namespace Simulator.Tests.Models.Batching;

/// <summary>Admits the shortest waiting prompt first, whole prompts only, and never preempts: it admits what must fit to the end.</summary>
/// <remarks>Public API only, as a user would write it.</remarks>
internal sealed class ShortestPromptFirst(int maxSequences, int mostOutput) : IBatchScheduler
{
    private readonly List<SequenceView> _waiting = [];

    public BatchDecision Compose(BatchComposer batch)
    {
        if (batch.DecodeCount > 0 && !batch.TryDecodeAll()) throw new InvalidOperationException("Decodes have their blocks reserved.");
        _waiting.Clear();
        for (bool more = batch.TryFirstWaiting(out SequenceView view); more; more = BatchComposer.TryNext(view, out view)) _waiting.Add(view);
        _waiting.Sort((a, b) => (a.PromptTokens, a.Id).CompareTo((b.PromptTokens, b.Id)));
        long reserved = 0;
        for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
            reserved += Blocks(batch, view.PromptTokens + mostOutput) - Blocks(batch, view.ComputedTokens);
        foreach (SequenceView view in _waiting)
        {
            long needed = Blocks(batch, view.PromptTokens + mostOutput);
            if (batch.RunningCount >= maxSequences || reserved + needed > batch.BlocksAvailable) break;
            if (!batch.TryAdmit(view, default, view.KnownTokens)) break;
            reserved += needed - Blocks(batch, view.KnownTokens);
        }
        return batch.ScheduledDecodes + batch.ScheduledPrefills > 0 ? BatchDecision.RunOnce : BatchDecision.Wait;
    }

    private static long Blocks(BatchComposer batch, int tokens) => (tokens + batch.BlockTokens - 1) / batch.BlockTokens;
}

/// <summary>Decodes at most so many sequences in an iteration, taking turns, one by one; the others are held.</summary>
internal sealed class TakingTurns(int most) : IBatchScheduler
{
    private readonly List<SequenceView> _decoding = [];
    private int _turn;

    public BatchDecision Compose(BatchComposer batch)
    {
        _decoding.Clear();
        for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view)) _decoding.Add(view);
        int rows = Math.Min(most, _decoding.Count);
        bool preempted = false;
        for (int i = 0; i < rows; i++) preempted |= !Decode(batch, _decoding[(_turn + i) % _decoding.Count]);
        // The oldest gets on at last, so that the run ends.
        if (rows > 0 && batch.ScheduledDecodes == 0) preempted |= !Decode(batch, _decoding[0]);
        _turn = (_turn + most) % Math.Max(1, _decoding.Count);
        while ((!preempted || batch.ScheduledDecodes == 0) && batch.TryFirstWaiting(out SequenceView head))
        {
            PrefixHit hit = batch.FindPrefix(head);
            if (!batch.TryAdmit(head, hit, head.KnownTokens - hit.Tokens)) break;
        }
        return batch.ScheduledDecodes + batch.ScheduledPrefills > 0 ? BatchDecision.RunOnce : BatchDecision.Wait;
    }

    /// <returns>False when a sequence had to be preempted.</returns>
    private static bool Decode(BatchComposer batch, SequenceView view)
    {
        bool preempted = false;
        while (view.IsDecoding && !batch.TryDecode(view))
        {
            preempted = true;
            if (!batch.TryLastRunning(out SequenceView victim) || !batch.Preempt(victim)) break;
        }
        return !preempted;
    }
}

/// <summary>Any legal thing at all, at random: every verb in every state.</summary>
internal sealed class AnythingGoes(RandomStream random) : IBatchScheduler
{
    private readonly List<SequenceView> _views = [];

    public BatchDecision Compose(BatchComposer batch)
    {
        if (batch.TryFirstSwapped(out SequenceView swapped) && random.NextInt32(2) == 0) batch.TrySwapIn(swapped);
        bool prefillsOnly = random.NextInt32(4) == 0;
        long spare = random.NextInt32(3);
        bool all = batch.DecodeCount > 0 && !prefillsOnly && random.NextInt32(2) == 0 && batch.TryDecodeAll(spare);
        _views.Clear();
        for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view)) _views.Add(view);
        foreach (SequenceView view in _views)
        {
            if (random.NextInt32(4) == 0 || batch.IsScheduled(view) || (prefillsOnly && view.IsDecoding)) continue;
            if (view.IsDecoding) batch.TryDecode(view);
            else batch.TryPrefill(view, 1 + random.NextInt32(view.PendingTokens));
        }
        if (random.NextInt32(8) == 0 && batch.TryLastRunning(out SequenceView last)) batch.Preempt(last, toFront: random.NextInt32(2) == 0);
        if (random.NextInt32(6) == 0 && batch.TryLastInSlot(out last) && last.IsDecoding) batch.TrySwapOut(last);
        _views.Clear();
        for (bool more = batch.TryFirstWaiting(out SequenceView view); more; more = BatchComposer.TryNext(view, out view)) _views.Add(view);
        foreach (SequenceView view in _views)
        {
            if (random.NextInt32(3) == 0) continue;
            PrefixHit hit = random.NextInt32(2) == 0 ? batch.FindPrefix(view) : default;
            int reserve = random.NextInt32(3) switch { 0 => view.KnownTokens, 1 => view.PromptTokens + view.AllowedTokens, _ => 0 };
            batch.TryAdmit(view, hit, 1 + random.NextInt32(view.KnownTokens - hit.Tokens), reserve);
        }
        if (batch.ScheduledDecodes + batch.ScheduledPrefills == 0 && (batch.SwappedCount > 0 || random.NextInt32(4) == 0))
            return BatchDecision.WaitFor(SimDuration.FromNanoseconds(1 + random.NextInt32(5_000_000)));
        if (batch.ScheduledDecodes + batch.ScheduledPrefills == 0 && !ForceSomething(batch)) return BatchDecision.Wait;
        return all && batch.AllDecodesScheduled && batch.ScheduledPrefills == 0 && random.NextInt32(2) == 0
            ? BatchDecision.RunFor(1 + random.NextInt32(5), arrivalsMatter: random.NextInt32(2) == 0, spare)
            : BatchDecision.RunOnce;
    }

    // The oldest gets on, whatever that costs the others, so that the run ends.
    private bool ForceSomething(BatchComposer batch)
    {
        while (true)
        {
            if (!batch.AllDecodesScheduled && batch.TryFirstSwapped(out SequenceView swapped) && batch.TrySwapIn(swapped)) return batch.TryDecode(swapped);
            if (batch.TryFirstRunning(out SequenceView first))
            {
                if (first.IsDecoding ? batch.TryDecode(first) : batch.TryPrefill(first, 1)) return true;
            }
            else if (batch.TryFirstWaiting(out SequenceView head) && batch.TryAdmit(head, default, 1))
            {
                return true;
            }
            if (!batch.TryLastRunning(out SequenceView victim) || !batch.Preempt(victim)) return false;
        }
    }
}

/// <summary>Starts when so many requests wait, then runs what it has to the end before it starts again: static batching.</summary>
internal sealed class WaitsForABatch(int size) : IBatchScheduler
{
    public BatchDecision Compose(BatchComposer batch)
    {
        if (batch.RunningCount == 0)
        {
            if (batch.WaitingCount < size) return BatchDecision.Wait;
            for (int i = 0; i < size && batch.TryFirstWaiting(out SequenceView head); i++) batch.TryAdmit(head, default, head.KnownTokens);
            return BatchDecision.RunOnce;
        }
        return batch.TryDecodeAll() ? BatchDecision.RunWhileStable(arrivalsMatter: false) : throw new InvalidOperationException("No blocks.");
    }
}

/// <summary>A scheduler written on the spot: it is called with the number of the composition, from 0.</summary>
internal sealed class Improvised(Func<BatchComposer, int, BatchDecision> compose) : IBatchScheduler
{
    private int _calls;

    public BatchDecision Compose(BatchComposer batch) => compose(batch, _calls++);
}
