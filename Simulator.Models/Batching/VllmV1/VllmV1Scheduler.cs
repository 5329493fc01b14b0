namespace Simulator.Models.Batching.VllmV1;

/// <summary>The scheduler of vLLM v1 (version 0.11), first come first served or by priority.</summary>
/// <remarks>
/// <para>Mirrors <c>vllm/v1/core/sched/scheduler.py</c>. There are no phases: a sequence has known tokens of which some are
/// computed. Running sequences are served in running order, each with as much of the token budget as it can use; then
/// waiting ones are admitted in order, with their cached prefix for free, until the head does not fit. When blocks are
/// short, the last running sequence is preempted (its blocks freed, its tokens to be recomputed), and after a preemption
/// nothing is admitted in that iteration.</para>
/// <para>By priority, the queue is in that order and the victim is the running sequence with the highest value, of those the one
/// that arrived last (of one instant, the one with the highest id: without an order among them they would take each other's blocks for ever); what it was given in this iteration goes back to the budget (as of version
/// 0.14; 0.11 kept it). In a pipeline a victim that is in flight goes when its iteration ends.</para>
/// <para>Async scheduling is the engine's: see <see cref="Simulator.Models.Engines.EngineOptions.AsyncScheduling"/>. It mirrors <c>async_scheduler.py</c>, which
/// knows in advance which sequences end by their allowed length and schedules those no more.</para>
/// <para>Most iterations need none of the walk over the sequences: all decodes take one token each, and what is left of the
/// budget goes to the prefilling ones, as the walk would give it, whenever those stand behind or there is enough for all.</para>
/// </remarks>
public sealed class VllmV1Scheduler : IBatchScheduler
{
    private readonly VllmV1Options _options;

    /// <summary>Creates the scheduler of one replica.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="contextWindow">Longest prompt and output together, in tokens.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists every fault.</exception>
    public VllmV1Scheduler(VllmV1Options options, int contextWindow)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> faults = options.Validate(contextWindow);
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        _options = options;
    }

    /// <inheritdoc/>
    public BatchDecision Compose(BatchComposer batch)
    {
        int budget = _options.TokenBudget;
        bool awaits = false;
        bool preempted = !TryScheduleRunningTogether(batch, ref budget) && ScheduleRunningInOrder(batch, ref budget, out awaits);
        bool blocked = preempted || Admit(batch, ref budget);
        if (batch.ScheduledDecodes + batch.ScheduledPrefills == 0)
        {
            // By priority, the first in line may be the victim: the engine runs nothing then, and looks again at once.
            bool othersRun = preempted && !awaits && _options.Policy == VllmV1Policy.Priority && batch.DecodeCount + batch.PrefillingCount > 0;
            return othersRun ? Compose(batch) : BatchDecision.Wait;
        }
        if (preempted || batch.ScheduledPrefills > 0 || !batch.AllDecodesScheduled) return BatchDecision.RunOnce;
        bool hasRoom = budget > 0 && batch.RunningCount < _options.MaxSequences;
        // By priority, one that comes may go before the one that was refused: the engine asks again at every arrival to such a queue.
        return BatchDecision.RunWhileStable(arrivalsMatter: !blocked && hasRoom);
    }

    private bool TryScheduleRunningTogether(BatchComposer batch, ref int budget)
    {
        long wanted = 0;
        for (int i = 0; i < batch.PrefillingCount; i++) wanted += Chunk(batch.Prefilling(i).PendingTokens);
        int decodes = batch.DecodeCount;
        if (decodes > budget) return false;
        if (!batch.DecodesComeFirst)
        {
            long mostBlocks = decodes + wanted / batch.BlockTokens + 2 * batch.PrefillingCount;
            if (decodes + wanted > budget || mostBlocks > batch.BlocksAvailable) return false;
        }
        if (decodes > 0)
        {
            if (!batch.TryDecodeAll()) return false;
            budget -= decodes;
        }
        return batch.PrefillingCount == 0 || TryPrefillRunning(batch, ref budget);
    }

    // The walk takes over from the sequence that found no blocks; those before it keep theirs, as in the walk itself.
    private bool TryPrefillRunning(BatchComposer batch, ref int budget)
    {
        for (int i = 0; i < batch.PrefillingCount && budget > 0; i++)
        {
            SequenceView view = batch.Prefilling(i);
            int tokens = Math.Min(Chunk(view.PendingTokens), budget);
            if (!batch.TryPrefill(view, tokens)) return false;
            budget -= tokens;
        }
        return true;
    }

    /// <param name="batch">The batch.</param>
    /// <param name="budget">Tokens that are left.</param>
    /// <param name="awaits">True when the victim is in flight, and its blocks come when its iteration ends.</param>
    /// <returns>True when a sequence was preempted.</returns>
    private bool ScheduleRunningInOrder(BatchComposer batch, ref int budget, out bool awaits)
    {
        bool preempted = awaits = false;
        for (bool more = batch.TryFirstRunning(out SequenceView view); more && budget > 0; more = BatchComposer.TryNext(view, out view))
        {
            if (batch.IsScheduled(view)) continue;
            int tokens = view.IsDecoding ? 1 : Math.Min(Chunk(view.PendingTokens), budget);
            while (!TrySchedule(batch, view, tokens))
            {
                SequenceView victim = Victim(batch);
                int refund = _options.Policy == VllmV1Policy.Priority ? batch.ScheduledTokens(victim) : 0;
                preempted = true;
                awaits = !batch.Preempt(victim);
                if (awaits || victim.Id == view.Id) return true;
                budget += refund;
            }
            budget -= tokens;
        }
        return preempted;
    }

    private SequenceView Victim(BatchComposer batch)
    {
        if (_options.Policy == VllmV1Policy.FirstComeFirstServed)
        {
            batch.TryLastRunning(out SequenceView last);
            return last;
        }
        SequenceView victim = default;
        bool found = false;
        for (int slot = 0; slot < batch.Slots; slot++)
        {
            for (bool more = batch.TryFirstRunningOf(slot, out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
            {
                if (found && (view.Priority, view.Arrival, view.Id).CompareTo((victim.Priority, victim.Arrival, victim.Id)) < 0) continue;
                victim = view;
                found = true;
            }
        }
        return victim;
    }

    /// <returns>True when a waiting sequence is left that could not be admitted.</returns>
    private bool Admit(BatchComposer batch, ref int budget)
    {
        while (batch.TryFirstWaiting(out SequenceView head))
        {
            if (budget == 0 || batch.RunningCount >= _options.MaxSequences) return true;
            PrefixHit hit = batch.FindPrefix(head);
            int tokens = Chunk(head.KnownTokens - hit.Tokens);
            if (tokens > budget)
            {
                if (!_options.ChunkedPrefill) return true;
                tokens = budget;
            }
            if (!batch.TryAdmit(head, hit, tokens)) return true;
            budget -= tokens;
        }
        return false;
    }

    private static bool TrySchedule(BatchComposer batch, SequenceView view, int tokens) =>
        view.IsDecoding ? batch.TryDecode(view) : batch.TryPrefill(view, tokens);

    private int Chunk(int tokens) =>
        _options.LongPrefillThreshold > 0 ? Math.Min(tokens, _options.LongPrefillThreshold) : tokens;
}
