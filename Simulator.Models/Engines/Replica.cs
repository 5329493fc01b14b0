using Simulator.Core;
using Simulator.Core.Events;
using Simulator.Core.Time;
using Simulator.Models.Batching;
using Simulator.Models.Caching;
using Simulator.Models.Costs;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Engines;

/// <summary>An engine instance: its queue, its KV memory, its batch slots and the iterations that run in them.</summary>
/// <remarks>
/// <para>A slot that is free asks the scheduler for a batch, runs it for one iteration or, when decodes only and stable, for a
/// stretch of them planned as one event, and asks again. A stretch is cut at the next iteration boundary when an arrival or
/// a cancellation could change what runs; its cost, its blocks and its statistics have closed forms that equal the sums
/// of the single iterations.</para>
/// <para>The cost model is behind <see cref="Replica{TCost}"/>, which is generic over its accumulator.</para>
/// </remarks>
internal abstract class Replica : IEventHandler
{
    /// <summary>Most iterations of a stretch.</summary>
    private const int Longest = 4096;

    private static readonly Comparison<BatchSlot> OldestFirst = static (a, b) =>
        (a.Running.First?.Order ?? long.MaxValue, a.Index).CompareTo((b.Running.First?.Order ?? long.MaxValue, b.Index));

    private readonly Simulation _simulation;
    private readonly IReplicaOwner _owner;
    private readonly EngineOptions _options;
    private readonly IBatchScheduler _scheduler;
    private readonly BatchComposer _composer;
    private readonly BatchSlot[] _slots;
    private readonly BatchSlot[] _composeOrder;
    private readonly SimTime[] _stageFreeAt;
    private readonly List<GroupStatistics> _groups;
    private readonly IRunObserver? _observer;
    private readonly List<Sequence> _sequences = [];
    private readonly Stack<Sequence> _recycled = [];
    private long _admissions;
    private bool _wakeScheduled;

    protected Replica(ReplicaSetup setup, Simulation simulation, IReplicaOwner owner)
    {
        Index = setup.Index;
        _simulation = simulation;
        _owner = owner;
        _options = setup.Options;
        _groups = setup.Groups;
        _observer = setup.Observer is { WantsIterations: true } ? setup.Observer : null;
        ContextWindow = setup.ContextWindow;
        Blocks = new KvBlockPool(setup.KvBlocks);
        Holdings = new SequenceBlocks(Blocks, _options.BlockTokens, _options.PrefixCaching);
        _slots = new BatchSlot[setup.Slots];
        for (int i = 0; i < _slots.Length; i++) _slots[i] = new BatchSlot(i, _options.BlockTokens);
        _composeOrder = [.. _slots];
        _stageFreeAt = new SimTime[setup.Slots];
        _scheduler = setup.Options.Scheduler(new SchedulerContext(ContextWindow, _options.BlockTokens, setup.Random));
        _composer = new BatchComposer(this);
    }

    private enum Signal
    {
        BatchDone,
        Wake,
        Timeout,
    }

    public int Index { get; }

    public int BlockTokens => _options.BlockTokens;

    public int ContextWindow { get; }

    public KvBlockPool Blocks { get; }

    /// <summary>What the sequences hold of <see cref="Blocks"/>.</summary>
    public SequenceBlocks Holdings { get; }

    public SequenceList Waiting { get; } = new();

    public int RunningCount { get; private set; }

    /// <summary>The running sequence that was admitted last.</summary>
    public Sequence? LastRunning
    {
        get
        {
            Sequence? last = null;
            foreach (BatchSlot slot in _slots)
                if (slot.Running.Last is { } candidate && !(candidate.Order < last?.Order)) last = candidate;
            return last;
        }
    }

    /// <summary>Prompt tokens (and tokens to recompute) of waiting and prefilling sequences that are not computed yet.</summary>
    public long PendingTokens { get; private set; }

    public ReplicaStatistics Statistics { get; } = new();

    /// <summary>Blocks in use at the current instant, also amid a stretch.</summary>
    public long BlocksUsed
    {
        get
        {
            long used = Blocks.Used;
            foreach (BatchSlot slot in _slots)
            {
                if (!slot.IsBusy || slot.Planned == 1) continue;
                int begun = Math.Min(slot.EndedBy(_simulation.Now) + 1, slot.Planned);
                used += slot.BlocksStarted(1, begun - 1);
            }
            return used;
        }
    }

    /// <summary>Tokens generated up to the current instant, also amid a stretch.</summary>
    public long GeneratedTokens
    {
        get
        {
            long tokens = Statistics.GeneratedTokens;
            foreach (BatchSlot slot in _slots)
                if (slot.IsBusy && slot.Planned > 1) tokens += (long)slot.EndedBy(_simulation.Now) * slot.Decodes;
            return tokens;
        }
    }

    /// <summary>Takes a request that the router sent here.</summary>
    /// <param name="request">The request; not a failure.</param>
    /// <param name="group">Its statistics group, or −1.</param>
    /// <returns>Why it is refused, or <see cref="RejectionReason.None"/>.</returns>
    public RejectionReason Submit(Request request, int group)
    {
        if (request.PromptTokens == 0) return RejectionReason.EmptyPrompt;
        if (request.PromptTokens >= ContextWindow) return RejectionReason.ContextWindow;
        int output = Math.Min(request.OutputTokens, ContextWindow - request.PromptTokens);
        if (Holdings.For(request.PromptTokens + output - 1) > Blocks.Total) return RejectionReason.KvMemory;
        if (Waiting.Count >= _options.QueueLimit) return RejectionReason.QueueFull;

        Sequence sequence = Rent();
        sequence.Reset(request, output, group, _simulation.Now);
        SetTimeouts(sequence);
        Waiting.Append(sequence);
        PendingTokens += request.PromptTokens;
        Statistics.PeakWaiting = Math.Max(Statistics.PeakWaiting, Waiting.Count);
        OnQueueChanged(isArrival: true);
        return RejectionReason.None;
    }

    /// <summary>Counts the iterations of stretches in progress, when the run stops before they are complete.</summary>
    /// <param name="end">The instant at which the run stops; what would end then has not ended.</param>
    public void StopAt(SimTime end)
    {
        foreach (BatchSlot slot in _slots)
        {
            if (!slot.IsBusy || slot.Planned == 1) continue;
            int ran = slot.EndedBy(end - SimDuration.FromNanoseconds(1));
            if (ran > 0) Record(slot, ran);
        }
    }

    public void Handle(Simulation simulation, int kind, long argument)
    {
        switch ((Signal)kind)
        {
            case Signal.BatchDone:
                Complete(_slots[argument]);
                Compose();
                break;
            case Signal.Wake:
                _wakeScheduled = false;
                Compose();
                break;
            default:
                Abandon(_sequences[(int)argument]);
                break;
        }
    }

    /// <summary>Moves a waiting sequence to a slot, with its cached prefix.</summary>
    /// <returns>False when the prefix is not cached; the run cannot go on then.</returns>
    public bool TryAdmit(Sequence sequence, BatchSlot slot, PrefixHit hit)
    {
        if (!Holdings.TryHold(sequence, hit)) return false;
        Waiting.Remove(sequence);
        sequence.State = SequenceState.Prefilling;
        sequence.Slot = slot;
        sequence.Order = _admissions++;
        sequence.Computed = hit.Tokens;
        sequence.Queued += _simulation.Now - sequence.QueuedSince;
        if (!sequence.WasScheduled)
        {
            sequence.WasScheduled = true;
            sequence.FirstScheduled = _simulation.Now;
            sequence.PrefixHitTokens = hit.Tokens;
            _simulation.Cancel(sequence.QueueTimeout);
        }
        slot.Running.Append(sequence);
        slot.Prefilling.Add(sequence);
        RunningCount++;
        PendingTokens -= hit.Tokens;
        return true;
    }

    public void Preempt(Sequence sequence, bool decodeScheduled)
    {
        BatchSlot slot = sequence.Slot;
        int held = sequence.ComputedNow + (decodeScheduled ? 1 : sequence.ScheduledTokens);
        if (sequence.State == SequenceState.Decoding)
        {
            RemoveDecode(sequence);
        }
        else
        {
            PendingTokens -= sequence.KnownTokens - sequence.Computed;
            if (sequence.ScheduledTokens > 0) slot.PrefillRows.Remove(sequence);
            slot.Prefilling.Remove(sequence);
        }
        Holdings.ReleaseToReturn(sequence, held);
        slot.Running.Remove(sequence);
        RunningCount--;
        sequence.State = SequenceState.Waiting;
        sequence.Yields = false;
        sequence.Computed = sequence.ScheduledTokens = 0;
        sequence.QueuedSince = _simulation.Now;
        sequence.Preemptions++;
        Statistics.Preemptions++;
        Waiting.Prepend(sequence);
        Statistics.PeakWaiting = Math.Max(Statistics.PeakWaiting, Waiting.Count);
        PendingTokens += sequence.KnownTokens;
    }

    /// <summary>Adds a decode row to the cost of a slot.</summary>
    protected abstract void AddDecodeCost(BatchSlot slot, int contextTokens);

    /// <summary>Removes a decode row from the cost of a slot.</summary>
    protected abstract void RemoveDecodeCost(BatchSlot slot, int contextTokens);

    /// <summary>Costs of the next iterations of a slot.</summary>
    protected abstract CostProgression CostOf(BatchSlot slot, int most);

    /// <summary>Moves the cost of a slot past iterations that ran.</summary>
    protected abstract void AdvanceCost(BatchSlot slot, int iterations);

    private void Compose()
    {
        if (_slots.Length > 1) Array.Sort(_composeOrder, OldestFirst);
        foreach (BatchSlot slot in _composeOrder)
        {
            if (slot.IsBusy || (Waiting.Count == 0 && slot.Running.Count == 0)) continue;
            _composer.Begin(slot);
            BatchDecision decision = _scheduler.Compose(_composer);
            if (decision.StableIterations > 0)
                Start(slot, decision);
            else if (_composer.ScheduledDecodes + _composer.ScheduledPrefills > 0)
                throw new InvalidOperationException($"{_scheduler.GetType().Name} scheduled sequences and then decided to wait.");
        }
    }

    private void Start(BatchSlot slot, BatchDecision decision)
    {
        HoldUnscheduledDecodes(slot);
        if (slot.Decodes == 0 && slot.PrefillRows.Count == 0)
            throw new InvalidOperationException($"{_scheduler.GetType().Name} decided to run an empty batch.");
        bool back = slot.LastEnd == _simulation.Now;
        slot.Start = _simulation.Now;
        slot.HasWaited = !back && slot.Decodes > 0;
        if (!back) slot.StartFraction = 0;
        slot.ArrivalsMatter = decision.ArrivalsMatter;
        slot.Costs = CostOf(slot, MostIterations(slot, decision));
        slot.FirstTime = slot.Costs.First.Time;
        slot.Planned = IterationsInRange(slot.Costs);
        if (_slots.Length > 1) PassStages(slot);
        slot.IsBusy = true;
        slot.Done = ScheduleDone(slot);
    }

    private EventHandle ScheduleDone(BatchSlot slot) =>
        _simulation.Schedule(slot.End(slot.Planned), this, (int)Signal.BatchDone, slot.Index, EventPriority.Completion);

    private int MostIterations(BatchSlot slot, BatchDecision decision)
    {
        bool single = slot.PrefillRows.Count > 0 || slot.Held.Count > 0 || slot.Rejoined.Count > 0 || slot.HasWaited
            || _slots.Length > 1 || !_options.FastForward
            || (decision.ArrivalsMatter && Waiting.Count > 0);
        if (single) return 1;
        long toFinish = slot.Finishing.First.FinishIteration - slot.Iteration;
        int most = (int)Math.Min(Math.Min(toFinish, decision.StableIterations), Longest);
        return slot.IterationsWithin(Blocks.Available, most);
    }

    // The sums over a stretch are kept in 64 bits. The bound is rough, and far from what real iterations need.
    private static int IterationsInRange(in CostProgression costs)
    {
        double last = Greatest(costs.First) + Greatest(costs.Increment) * (costs.Iterations - 1.0);
        return last * costs.Iterations < 4e18 ? costs.Iterations : Math.Max(1, (int)(4e18 / last));
    }

    private static double Greatest(in IterationCost cost) =>
        Math.Max(Math.Max(cost.Time, Math.Max(cost.Flops, cost.MemoryBytes)), Math.Max(cost.LinkBytes, cost.Nanojoules));

    // A batch enters a stage when it has left the one before and the stage is free: pipeline bubbles come from that alone.
    private void PassStages(BatchSlot slot)
    {
        long stageNanoseconds = slot.FirstTime / IterationCost.TimeUnitsPerNanosecond / _stageFreeAt.Length;
        SimTime at = slot.Start;
        for (int stage = 0; stage < _stageFreeAt.Length; stage++)
        {
            if (_stageFreeAt[stage] > at) at = _stageFreeAt[stage];
            at += SimDuration.FromNanoseconds(stageNanoseconds);
            _stageFreeAt[stage] = at;
        }
        slot.FirstTime = (at - slot.Start).Nanoseconds * IterationCost.TimeUnitsPerNanosecond;
    }

    private void Complete(BatchSlot slot)
    {
        int ran = slot.Planned;
        long started = Record(slot, ran);
        if (!Blocks.TryTake(started))
            throw new InvalidOperationException("A stretch ran out of blocks that it had counted on.");
        slot.Iteration += ran;
        AdvanceCost(slot, ran);
        slot.IsBusy = false;
        slot.LastEnd = _simulation.Now;
        slot.StartFraction = slot.EndTime(ran) % IterationCost.TimeUnitsPerNanosecond;
        foreach (Sequence sequence in slot.Rejoined) sequence.HasRejoined = false;
        slot.Rejoined.Clear();
        CompletePrefills(slot);
        EndFinishedDecodes(slot, before: long.MaxValue);
        RejoinHeld(slot);
        if (slot.HasAbandoned) EndAbandoned(slot);
        if (slot.HasYielding) PreemptYielding(slot);
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
            if (sequence.Computed < sequence.KnownTokens) continue;
            slot.Prefilling.Remove(sequence);
            if (sequence.Generated == 0) sequence.FirstToken = _simulation.Now;
            else AddGap(sequence);
            sequence.Generated++;
            sequence.LastToken = _simulation.Now;
            Statistics.GeneratedTokens++;
            if (sequence.Generated == sequence.OutputTokens)
                End(sequence, sequence.Abandoned ? RequestOutcome.TimedOut : RequestOutcome.Completed);
            else
                AddDecode(slot, sequence);
        }
        slot.PrefillRows.Clear();
    }

    /// <returns>Blocks that the iterations after the first started, and which are still to be taken.</returns>
    private long Record(BatchSlot slot, int ran)
    {
        long started = slot.BlocksStarted(1, ran - 1);
        Statistics.Add(slot, ran, Blocks.Used, started);
        foreach (Sequence sequence in slot.Rejoined)
        {
            if (!sequence.HasRejoined) continue;
            AddGap(sequence);
            slot.CountInGroup(sequence, -1);
        }
        int[] decodes = slot.DecodesByGroup;
        for (int group = 0; group < decodes.Length; group++)
        {
            if (decodes[group] == 0) continue;
            if (slot.HasWaited) _groups[group].Itl.Add((slot.End(1) - slot.LastEnd).Nanoseconds, decodes[group]);
            else _groups[group].Itl.AddArithmetic(slot.FirstTime, slot.Costs.Increment.Time, ran, decodes[group], 16);
        }
        foreach (Sequence sequence in slot.Rejoined)
            if (sequence.HasRejoined) slot.CountInGroup(sequence, 1);
        if (_observer is not null) ShowIterations(slot, ran);
        return started;
    }

    private void ShowIterations(BatchSlot slot, int ran)
    {
        int prefillTokens = 0;
        foreach (Sequence sequence in slot.PrefillRows) prefillTokens += sequence.ScheduledTokens;
        long used = Blocks.Used;
        SimTime start = slot.Start;
        for (int k = 1; k <= ran; k++)
        {
            SimTime end = slot.End(k);
            _observer!.OnIteration(new IterationRecord(
                Index, slot.Index, start, end, slot.Decodes, slot.PrefillRows.Count, prefillTokens, used));
            used += slot.BlocksStarted(k, 1);
            start = end;
        }
    }

    private void AddGap(Sequence sequence)
    {
        if (sequence.Group >= 0) _groups[sequence.Group].Itl.Add((_simulation.Now - sequence.LastToken).Nanoseconds, 1);
    }

    private void AddDecode(BatchSlot slot, Sequence sequence)
    {
        slot.AddDecode(sequence);
        AddDecodeCost(slot, sequence.Computed);
    }

    private void RemoveDecode(Sequence sequence)
    {
        BatchSlot slot = sequence.Slot;
        slot.RemoveDecode(sequence);
        RemoveDecodeCost(slot, sequence.Computed);
        if (!sequence.HasRejoined) sequence.LastToken = slot.LastEnd;
        sequence.HasRejoined = false;
    }

    private void HoldUnscheduledDecodes(BatchSlot slot)
    {
        if (_composer.ScheduledDecodes == slot.Decodes) return;
        for (Sequence? sequence = slot.Running.First; sequence is not null; sequence = sequence.Next)
        {
            if (sequence.State != SequenceState.Decoding || sequence.ScheduledIn == _composer.Composition) continue;
            RemoveDecode(sequence);
            sequence.State = SequenceState.Held;
            slot.Held.Add(sequence);
        }
    }

    private void RejoinHeld(BatchSlot slot)
    {
        foreach (Sequence sequence in slot.Held)
        {
            AddDecode(slot, sequence);
            sequence.HasRejoined = true;
            slot.Rejoined.Add(sequence);
        }
        slot.Held.Clear();
    }

    // Who leaves the queue may have been the one that kept the others waiting, so that always matters.
    private void OnQueueChanged(bool isArrival)
    {
        bool free = false;
        foreach (BatchSlot slot in _slots)
        {
            if (!slot.IsBusy) free = true;
            else if (slot.ArrivalsMatter || !isArrival) Cut(slot);
        }
        if (!free || _wakeScheduled) return;
        _wakeScheduled = true;
        _simulation.Schedule(_simulation.Now, this, (int)Signal.Wake, 0, EventPriority.Decision);
    }

    private void Cut(BatchSlot slot)
    {
        if (slot.Planned == 1) return;
        int ran = slot.EndedBy(_simulation.Now) + 1;
        if (ran >= slot.Planned) return;
        _simulation.Cancel(slot.Done);
        slot.Planned = ran;
        slot.Done = ScheduleDone(slot);
    }

    private void SetTimeouts(Sequence sequence)
    {
        Request request = sequence.Request;
        if (request.QueueTimeout is { } queue) sequence.QueueTimeout = ScheduleTimeout(sequence, queue);
        SimDuration? limit = request.Timeout is { } timeout && !(request.CancelAfter < timeout) ? timeout : request.CancelAfter;
        if (limit is { } total) sequence.Timeout = ScheduleTimeout(sequence, total);
    }

    private EventHandle ScheduleTimeout(Sequence sequence, SimDuration after)
    {
        if (after > SimTime.MaxValue - sequence.Request.Arrival) return default;
        return _simulation.Schedule(
            sequence.Request.Arrival + after, this, (int)Signal.Timeout, sequence.Handle, EventPriority.Deadline);
    }

    private void Abandon(Sequence sequence)
    {
        if (sequence.State == SequenceState.Waiting)
        {
            Waiting.Remove(sequence);
            PendingTokens -= sequence.KnownTokens;
            sequence.Queued += _simulation.Now - sequence.QueuedSince;
            Finish(sequence, RequestOutcome.TimedOut);
            OnQueueChanged(isArrival: false);
            return;
        }
        BatchSlot slot = sequence.Slot;
        sequence.Abandoned = slot.HasAbandoned = true;
        if (slot.IsBusy)
        {
            Cut(slot);
            return;
        }
        EndAbandoned(slot);
        OnQueueChanged(isArrival: false);
    }

    private void EndAbandoned(BatchSlot slot)
    {
        slot.HasAbandoned = false;
        for (Sequence? sequence = slot.Running.First; sequence is not null;)
        {
            Sequence? next = sequence.Next;
            if (sequence.Abandoned)
            {
                if (sequence.State == SequenceState.Decoding)
                {
                    RemoveDecode(sequence);
                }
                else
                {
                    PendingTokens -= sequence.KnownTokens - sequence.Computed;
                    slot.Prefilling.Remove(sequence);
                }
                End(sequence, RequestOutcome.TimedOut);
            }
            sequence = next;
        }
    }

    private void PreemptYielding(BatchSlot slot)
    {
        slot.HasYielding = false;
        for (Sequence? sequence = slot.Running.Last; sequence is not null;)
        {
            Sequence? previous = sequence.Previous;
            if (sequence.Yields) Preempt(sequence, decodeScheduled: false);
            sequence = previous;
        }
    }

    /// <summary>Ends a running sequence, which is out of the decode and prefill lists already.</summary>
    private void End(Sequence sequence, RequestOutcome outcome)
    {
        Holdings.Release(sequence, sequence.Computed);
        sequence.Slot.Running.Remove(sequence);
        RunningCount--;
        Finish(sequence, outcome);
    }

    private void Finish(Sequence sequence, RequestOutcome outcome)
    {
        sequence.State = SequenceState.Ended;
        _simulation.Cancel(sequence.QueueTimeout);
        _simulation.Cancel(sequence.Timeout);
        Request request = sequence.Request;
        RequestRecord record = new()
        {
            Request = request,
            Outcome = outcome,
            Pool = "",
            Replica = Index,
            FirstScheduled = sequence.WasScheduled ? sequence.FirstScheduled : null,
            FirstToken = sequence.Generated > 0 ? sequence.FirstToken : null,
            End = _simulation.Now,
            Queued = sequence.Queued,
            GeneratedTokens = sequence.Generated,
            PrefixHitTokens = sequence.PrefixHitTokens,
            Preemptions = sequence.Preemptions,
            Truncated = outcome == RequestOutcome.Completed && sequence.OutputTokens < request.OutputTokens,
        };
        int group = sequence.Group;
        _recycled.Push(sequence);
        Statistics.Add(record);
        _owner.OnEnded(record, group);
    }

    private Sequence Rent()
    {
        if (_recycled.TryPop(out Sequence? sequence)) return sequence;
        sequence = new Sequence { Handle = _sequences.Count };
        _sequences.Add(sequence);
        return sequence;
    }
}
