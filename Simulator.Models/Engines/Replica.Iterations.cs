using Simulator.Core.Events;
using Simulator.Core.Time;
using Simulator.Models.Batching;
using Simulator.Models.Costs;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Engines;

/// <content>The iterations of a replica: put together, run, counted and completed.</content>
internal abstract partial class Replica
{
    private void Compose()
    {
        while (FreeSlot() is { } slot)
        {
            if (_slots.Length > 1) Gather(slot);
            bool lingers = slot.Lingering.Count > 0;
            if (Waiting.Count + slot.Running.Count + Swapped.Count + slot.Lingering.Count > 0 && TryStart(slot)) continue;
            if (lingers) continue;
            if (_reception.Incoming.Count == 0 || IsBusy) return;
            _reception.LookWhenIdle(_enqueue);
        }
    }

    private bool IsBusy
    {
        get
        {
            foreach (BatchSlot slot in _slots)
                if (slot.IsBusy) return true;
            return false;
        }
    }

    /// <summary>The free slot with the most sequences, so that those that stay together need not move; one with lingering sequences first.</summary>
    private BatchSlot? FreeSlot()
    {
        BatchSlot? free = null;
        foreach (BatchSlot slot in _slots)
            if (!slot.IsBusy && (free is null || Claim(slot) > Claim(free))) free = slot;
        return free;
    }

    private static long Claim(BatchSlot slot) => slot.Running.Count + (slot.Lingering.Count > 0 ? 1L << 32 : 0);

    // All running sequences that are not in flight may be in the next batch, whichever batch they were in before.
    private void Gather(BatchSlot slot)
    {
        foreach (BatchSlot other in _slots)
        {
            if (other == slot || (other.IsBusy ? other.Idle : other.Running.Count) == 0) continue;
            for (Sequence? sequence = other.Running.First; sequence is not null;)
            {
                Sequence? next = sequence.Next;
                if (!other.IsBusy || sequence.State == SequenceState.Held
                    || (sequence.State == SequenceState.Prefilling && sequence.ScheduledTokens == 0))
                {
                    Move(sequence, slot);
                }
                sequence = next;
            }
        }
    }

    private void Move(Sequence sequence, BatchSlot slot)
    {
        BatchSlot from = sequence.Slot;
        if (sequence.State == SequenceState.Decoding) RemoveDecode(sequence);
        else if (sequence.State == SequenceState.Held) from.Held.Remove(sequence);
        from.Running.Remove(sequence);
        slot.Running.Insert(sequence, ByAdmission);
        sequence.Slot = slot;
        if (sequence.State != SequenceState.Prefilling)
        {
            Rejoin(slot, sequence);
            return;
        }
        from.Prefilling.Remove(sequence);
        int place = slot.Prefilling.Count;
        while (place > 0 && slot.Prefilling[place - 1].Order > sequence.Order) place--;
        slot.Prefilling.Insert(place, sequence);
    }

    private bool TryStart(BatchSlot slot)
    {
        _composer.Begin(slot);
        BatchDecision decision = _scheduler.Compose(_composer);
        if (decision.StableIterations == 0)
        {
            if (_composer.ScheduledDecodes + _composer.ScheduledPrefills > 0)
                throw new InvalidOperationException($"{_scheduler.GetType().Name} scheduled sequences and then decided to wait.");
            if (decision.AskAgainAfter is { } delay) SetTimer(delay);
            if (slot.WastedRows == 0)
            {
                // No iteration follows that those which are over would run in: they give back what they hold, and the scheduler is asked again.
                EndLingering(slot, ran: false);
                return false;
            }
            decision = BatchDecision.RunOnce;
        }
        else if (_composer.ScheduledDecodes + _composer.ScheduledPrefills == 0)
        {
            throw new InvalidOperationException($"{_scheduler.GetType().Name} decided to run an empty batch.");
        }
        Start(slot, decision);
        return true;
    }

    private void SetTimer(SimDuration delay)
    {
        _simulation.Cancel(_timer);
        _timer = _simulation.Schedule(_simulation.Now + delay, this, (int)Signal.Timer, 0, EventPriority.Decision);
    }

    private void Start(BatchSlot slot, BatchDecision decision)
    {
        HoldUnscheduledDecodes(slot);
        slot.IsBusy = true;
        slot.Planned = 1;
        if (_copies is not null && StartCopies(slot, _copies))
            slot.Decision = decision;
        else
            Begin(slot, decision);
    }

    /// <returns>False when nothing has to be copied.</returns>
    private bool StartCopies(BatchSlot slot, HostCopies copies)
    {
        (long outs, long ins) = Memory.TakeCopies();
        if (_options.SwapsTakeTime)
        {
            outs += slot.SwapOuts;
            ins += slot.SwapIns;
        }
        (slot.SwapOuts, slot.SwapIns) = (0, 0);
        slot.CopiesInFlight = (outs > 0 ? 1 : 0) + (ins > 0 ? 1 : 0);
        if (outs > 0) copies.ToHost.Start(_simulation, outs * copies.BytesPerBlock, copies.Calls(outs), this, (int)Signal.Copied, slot.Index);
        if (ins > 0) copies.FromHost.Start(_simulation, ins * copies.BytesPerBlock, copies.Calls(ins), this, (int)Signal.Copied, slot.Index);
        return slot.CopiesInFlight > 0;
    }

    private void Copied(BatchSlot slot)
    {
        if (--slot.CopiesInFlight > 0) return;
        Memory.EndCopies();
        Begin(slot, slot.Decision);
    }

    private void Begin(BatchSlot slot, BatchDecision decision)
    {
        slot.Start = _simulation.Now;
        slot.StartFraction = _endAt == _simulation.Now ? _endFraction : 0;
        slot.HasWaited = slot.DecodeRows > 0 && slot.LastToken != _simulation.Now;
        slot.ArrivalsMatter = decision.ArrivalsMatter || _options.QueueOrder == QueueOrder.Priority;
        slot.Costs = CostOf(slot, MostIterations(slot, decision));
        slot.FirstTime = slot.Costs.First.Time;
        slot.Planned = IterationsInRange(slot.Costs);
        if (_stages is not null)
        {
            StageTimes(slot, slot.FirstTime, _stages.Times);
            slot.FirstTime = _stages.Pass(Math.BigMul(slot.Start.Nanoseconds, IterationCost.TimeUnitsPerNanosecond) + slot.StartFraction);
        }
        slot.Done = ScheduleDone(slot);
    }

    private EventHandle ScheduleDone(BatchSlot slot) =>
        _simulation.Schedule(slot.End(slot.Planned), this, (int)Signal.BatchDone, slot.Index, EventPriority.Completion);

    private int MostIterations(BatchSlot slot, BatchDecision decision)
    {
        bool single = slot.PrefillRows.Count > 0 || slot.Held.Count > 0 || slot.Rejoined.Count > 0 || slot.HasWaited
            || slot.Lingering.Count > 0 || _slots.Length > 1 || !_options.FastForward
            || (decision.ArrivalsMatter && Waiting.Count > 0);
        if (single) return 1;
        long toFinish = slot.Finishing.First.FinishIteration - slot.Iteration;
        int most = (int)Math.Min(Math.Min(toFinish, decision.StableIterations), Longest);
        if (slot.ArrivalsMatter && _reception.Incoming.Count > 0) most = Math.Min(most, _reception.SeenNext);
        // The first iteration has its blocks already.
        return slot.IterationsWithin(Math.Max(0, Memory.AvailableToStretch - decision.SpareBlocks), most);
    }

    // The sums over a stretch are kept in 64 bits. The bound is rough, and far from what real iterations need.
    private static int IterationsInRange(in CostProgression costs)
    {
        if (costs.Iterations == 1) return 1;
        double last = Greatest(costs.First) + Greatest(costs.Increment) * (costs.Iterations - 1.0);
        return last * costs.Iterations < 4e18 ? costs.Iterations : Math.Max(1, (int)(4e18 / last));
    }

    private static double Greatest(in IterationCost cost) =>
        Math.Max(Math.Max(cost.Time, Math.Max(cost.Flops, cost.MemoryBytes)), Math.Max(cost.LinkBytes, cost.Nanojoules));

    private void Complete(BatchSlot slot)
    {
        int ran = slot.Planned;
        long started = Record(slot, ran);
        if (!Memory.TryTake(started))
            throw new InvalidOperationException("A stretch ran out of blocks that it had counted on.");
        _endAt = _simulation.Now;
        _endFraction = slot.EndTime(ran) % IterationCost.TimeUnitsPerNanosecond;
        slot.IsBusy = false;
        AdvanceCost(slot, ran);
        if (slot.DecodesRun)
        {
            slot.Iteration += ran;
            foreach (Sequence sequence in slot.Rejoined) sequence.HasRejoined = false;
            slot.Rejoined.Clear();
        }
        if (slot.DecodesRun || slot.Decodes == 0) slot.LastToken = _simulation.Now;
        EndLingering(slot, slot.DecodesRun);
        slot.DecodesRun = true;
        CompletePrefills(slot);
        EndFinishedDecodes(slot, before: long.MaxValue);
        foreach (Sequence sequence in slot.Held) Rejoin(slot, sequence);
        slot.Held.Clear();
        if (slot.HasAbandoned) EndAbandoned(slot);
        if (slot.HasYielding) PreemptYielding(slot);
        _reception.Ran(slot, ran, _enqueue);
    }

    // In running order, since ends free blocks and the order of the free queue decides what is evicted first.
    private void EndFinishedDecodes(BatchSlot slot, long before)
    {
        while (slot.Decodes > 0 && slot.Finishing.First is { } sequence
            && sequence.FinishIteration <= slot.Iteration && sequence.Order < before)
        {
            RemoveDecode(sequence);
            End(sequence, sequence.Abandoned ? RequestOutcome.TimedOut : RequestOutcome.Completed);
        }
    }

    private void CompletePrefills(BatchSlot slot)
    {
        foreach (Sequence sequence in slot.PrefillRows)
        {
            EndFinishedDecodes(slot, sequence.Order);
            PendingTokens -= sequence.ScheduledTokens;
            sequence.Computed += sequence.ScheduledTokens;
            sequence.ScheduledTokens = 0;
            Memory.OnComputed(sequence);
            if (sequence.Computed < sequence.KnownTokens) continue;
            slot.Prefilling.Remove(sequence);
            if (sequence.Generated == 0) sequence.FirstToken = _simulation.Now + _options.ResponseOverhead;
            else if (slot.Stream is null) AddGap(sequence);
            sequence.Generated++;
            slot.Stream?.Tell(sequence, ExactNow);
            sequence.LastToken = _simulation.Now;
            Statistics.GeneratedTokens++;
            if (sequence.Generated == sequence.OutputTokens)
                End(sequence, sequence.Abandoned ? RequestOutcome.TimedOut : RequestOutcome.Completed);
            else if (slot.LastToken == _simulation.Now)
                AddDecode(slot, sequence);
            else
                Rejoin(slot, sequence);
        }
        slot.PrefillRows.Clear();
    }

    /// <returns>Blocks that the iterations after the first started, and which are still to be taken.</returns>
    private long Record(BatchSlot slot, int ran)
    {
        long started = slot.BlocksStarted(1, ran - 1);
        Statistics.Add(slot, ran, Memory.Used, started);
        _operators?.Add(ShapeOf(slot), slot, ran);
        if (slot.DecodesRun) AddGaps(slot, ran);
        if (_observer is not null) ShowIterations(slot, ran);
        if (_rowObserver is not null) ShowRows(slot, ran);
        return started;
    }

    private void AddGaps(BatchSlot slot, int ran)
    {
        if (slot.Stream is { } stream)
        {
            stream.Record(slot, ran);
            return;
        }
        foreach (Sequence sequence in slot.Rejoined)
        {
            AddGap(sequence);
            slot.CountInGroup(sequence, -1);
        }
        int[] decodes = slot.DecodesByGroup;
        for (int group = 0; group < decodes.Length; group++)
        {
            if (decodes[group] == 0) continue;
            if (slot.HasWaited) _groups[group].Itl.Add((slot.End(1) - slot.LastToken).Nanoseconds, decodes[group]);
            else _groups[group].Itl.AddArithmetic(slot.FirstTime, slot.Costs.Increment.Time, ran, decodes[group], 16);
        }
        foreach (Sequence sequence in slot.Rejoined) slot.CountInGroup(sequence, 1);
    }

    private void ShowIterations(BatchSlot slot, int ran)
    {
        int prefillTokens = 0;
        foreach (Sequence sequence in slot.PrefillRows) prefillTokens += sequence.ScheduledTokens;
        long used = Memory.Used;
        SimTime start = slot.Start;
        for (int k = 1; k <= ran; k++)
        {
            SimTime end = slot.End(k);
            _observer!.OnIteration(new IterationRecord(
                Index, slot.Index, start, end, slot.DecodeRows, slot.PrefillRows.Count, prefillTokens, used));
            used += slot.BlocksStarted(k, 1);
            start = end;
        }
    }

    private void ShowRows(BatchSlot slot, int ran)
    {
        SimTime start = slot.Start;
        for (int k = 1; k <= ran; k++)
        {
            SimTime end = slot.End(k);
            for (Sequence? sequence = slot.Running.First; sequence is not null; sequence = sequence.Next)
            {
                bool decodes = sequence.State == SequenceState.Decoding && slot.DecodesRun;
                if (!decodes && sequence.ScheduledTokens == 0) continue;
                _rowObserver!.OnRow(new RowRecord(
                    Index, slot.Index, start, end, sequence.Request.Id, decodes ? RowKind.Decode : RowKind.Prefill,
                    decodes ? 1 : sequence.ScheduledTokens, decodes ? sequence.ComputedNow + k - 1 : sequence.Computed));
            }
            start = end;
        }
    }

    /// <summary>The present in cost time units, when an iteration ends now.</summary>
    private Int128 ExactNow => Math.BigMul(_simulation.Now.Nanoseconds, IterationCost.TimeUnitsPerNanosecond) + _endFraction;

    private void AddGap(Sequence sequence)
    {
        if (sequence.Group >= 0) _groups[sequence.Group].Itl.Add((_simulation.Now - sequence.LastToken).Nanoseconds, 1);
    }

    private void AddDecode(BatchSlot slot, Sequence sequence)
    {
        slot.AddDecode(sequence);
        AddDecodeCost(slot, sequence.Computed, sequence.Rank);
    }

    /// <summary>Adds a decode row whose last token came at another time than that of the others.</summary>
    private void Rejoin(BatchSlot slot, Sequence sequence)
    {
        AddDecode(slot, sequence);
        sequence.HasRejoined = true;
        slot.Rejoined.Add(sequence);
    }

    private void RemoveDecode(Sequence sequence)
    {
        BatchSlot slot = sequence.Slot;
        slot.RemoveDecode(sequence);
        RemoveDecodeCost(slot, sequence.Computed, sequence.Rank);
        if (sequence.HasRejoined) slot.Rejoined.Remove(sequence);
        else sequence.LastToken = slot.LastToken;
        sequence.HasRejoined = false;
    }

    // An iteration of prefill rows alone leaves the decodes as they are, whatever their number.
    private void HoldUnscheduledDecodes(BatchSlot slot)
    {
        if (_composer.ScheduledDecodes == slot.Decodes) return;
        if (_composer.ScheduledDecodes == 0 && slot.WastedRows == 0 && _slots.Length == 1)
        {
            slot.DecodesRun = false;
            return;
        }
        for (Sequence? sequence = slot.Running.First; sequence is not null; sequence = sequence.Next)
        {
            if (sequence.State != SequenceState.Decoding || sequence.ScheduledIn == _composer.Composition) continue;
            RemoveDecode(sequence);
            sequence.State = SequenceState.Held;
            slot.Held.Add(sequence);
        }
    }
}
