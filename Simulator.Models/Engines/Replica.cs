using Simulator.Core;
using Simulator.Core.Events;
using Simulator.Core.Time;
using Simulator.Models.Batching;
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
internal abstract partial class Replica : IEventHandler
{
    /// <summary>Most iterations of a stretch.</summary>
    private const int Longest = 4096;

    private static readonly Comparison<Sequence> ByAdmission = static (a, b) => a.Order.CompareTo(b.Order);

    private static readonly Comparison<Sequence> ByPriority = static (a, b) =>
        (a.Request.Priority, a.Request.Arrival, a.Request.Id).CompareTo((b.Request.Priority, b.Request.Arrival, b.Request.Id));

    private readonly Simulation _simulation;
    private readonly IReplicaOwner _owner;
    private readonly EngineOptions _options;
    private readonly IBatchScheduler _scheduler;
    private readonly BatchComposer _composer;
    private readonly HostCopies? _copies;
    private readonly BatchSlot[] _slots;
    private readonly StageLine? _stages;
    private readonly Reception _reception;
    private readonly Action<Sequence> _enqueue;
    private readonly int[] _runningOfRank;
    private readonly List<GroupStatistics> _groups;
    private readonly IRunObserver? _observer;
    private readonly IRunObserver? _rowObserver;
    private readonly OperatorTotals? _operators;
    private readonly List<Sequence> _sequences = [];
    private readonly Stack<Sequence> _recycled = [];
    private int _arriving;
    private long _admissions;
    private long _withheldBlocks;
    private long _swappedBlocks;
    private EventHandle _timer;
    private bool _wakeScheduled;
    private SimTime _endAt;
    private long _endFraction;

    protected Replica(ReplicaSetup setup, Simulation simulation, IReplicaOwner owner)
    {
        Index = setup.Index;
        _simulation = simulation;
        _owner = owner;
        _options = setup.Options;
        _groups = setup.Groups;
        _observer = setup.Observer is { WantsIterations: true } ? setup.Observer : null;
        _rowObserver = setup.Observer is { WantsRows: true } ? setup.Observer : null;
        _operators = setup.Operators;
        ContextWindow = setup.ContextWindow;
        Memory = _options.PrefixIndex == PrefixIndex.RadixTree
            ? new RadixMemory(setup.KvBlocks, _options.BlockTokens, _options.PrefixCaching)
            : new HashedMemory(setup.KvBlocks, _options.BlockTokens, _options.PrefixCaching, setup.Options.HostTier());
        _copies = setup.Copies;
        _slots = new BatchSlot[setup.Slots];
        for (int i = 0; i < _slots.Length; i++) _slots[i] = NewSlot(i);
        if (setup.Slots > 1) _stages = new StageLine(setup.Slots);
        _reception = new Reception(_options.AsyncScheduling, _options.ReceiveInterval);
        _enqueue = sequence => Enqueue(sequence, toFront: false);
        _runningOfRank = new int[setup.Ranks];
        _scheduler = setup.Options.Scheduler(new SchedulerContext(
            ContextWindow, _options.BlockTokens, setup.KvBlocks, setup.Slots, setup.Ranks, setup.Random));
        _composer = new BatchComposer(this);
    }

    private enum Signal
    {
        BatchDone,
        Wake,
        Timer,
        Copied,
        Receive,
        Deliver,
        Timeout,
    }

    public int Index { get; }

    public int BlockTokens => _options.BlockTokens;

    public int ContextWindow { get; }

    public SequenceMemory Memory { get; }

    public SequenceList Waiting { get; } = new();

    /// <summary>Sequences whose KV blocks are in host memory, those out longest first.</summary>
    public SequenceList Swapped { get; } = new();

    /// <summary>Requests that are here and wait to run, seen by the scheduler or not.</summary>
    public int WaitingCount => Waiting.Count + _arriving + _reception.Incoming.Count;

    /// <summary>Requests that were sent here and whose client has not heard of their end.</summary>
    public int Outstanding { get; private set; }

    internal ReadOnlySpan<BatchSlot> Slots => _slots;

    public int BatchSlots => _slots.Length;

    public SimTime Now => _simulation.Now;

    public SimTime LastIterationEnd => _endAt;

    public int RunningCount { get; private set; }

    public int RunningOfRank(int rank) => _runningOfRank[rank];

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
            long used = Memory.Used;
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

    /// <summary>
    /// Energy of the iterations so far, 10⁻⁹ J, and their time, summed over slots, in cost time units; of those that run, the part that has passed.
    /// </summary>
    public (double Nanojoules, double BusyTime) Use
    {
        get
        {
            (double nanojoules, double time) = ((double)Statistics.Nanojoules, (double)Statistics.BusyTime);
            foreach (BatchSlot slot in _slots)
            {
                if (!slot.IsBusy || slot.CopiesInFlight > 0) continue;
                int ended = slot.EndedBy(_simulation.Now);
                nanojoules += slot.Costs.Sum(ended).Nanojoules;
                time += slot.Duration(ended);
                if (ended == slot.Planned) continue;
                double took = slot.Duration(ended + 1) - slot.Duration(ended);
                double passed = (_simulation.Now - slot.Start).Nanoseconds * (double)IterationCost.TimeUnitsPerNanosecond - slot.EndTime(ended);
                double share = took > 0 ? Math.Clamp(passed / took, 0, 1) : 0;
                nanojoules += share * slot.Costs.At(ended).Nanojoules;
                time += share * took;
            }
            return (nanojoules, time);
        }
    }

    /// <summary>Takes a request that the router sent here.</summary>
    /// <param name="request">The request; not a failure.</param>
    /// <param name="group">Its statistics group, or −1.</param>
    /// <returns>Why it is refused, or <see cref="RejectionReason.None"/>.</returns>
    public RejectionReason Submit(Request request, int group)
    {
        if (request.PromptTokens == 0) return RejectionReason.EmptyPrompt;
        if (request.PromptTokens >= ContextWindow || request.PromptTokens > _options.MaxPromptTokens) return RejectionReason.ContextWindow;
        int allowed = Math.Min(request.MaxOutputTokens ?? int.MaxValue, ContextWindow - request.PromptTokens);
        int output = _options.Role == EngineRole.Prefill ? 1 : Math.Min(request.OutputTokens, allowed);
        if (Memory.For(request.PromptTokens + output - 1) > Memory.Total) return RejectionReason.KvMemory;
        if (WaitingCount >= _options.QueueLimit) return RejectionReason.QueueFull;

        Sequence sequence = Rent();
        sequence.Reset(request, output, allowed, group, _simulation.Now);
        PendingTokens += request.PromptTokens;
        Outstanding++;
        if (_options.Role == EngineRole.Decode && !BeginsWithFirstToken(sequence)) return RejectionReason.None;
        SetTimeouts(sequence);
        if (_options.RequestOverhead == SimDuration.Zero)
        {
            Receive(sequence);
            return RejectionReason.None;
        }
        _arriving++;
        CountWaiting();
        sequence.Delivery = _simulation.Schedule(
            _simulation.Now + _options.RequestOverhead, this, (int)Signal.Receive, sequence.Handle, EventPriority.Normal);
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
            case Signal.Timer:
                _timer = default;
                Compose();
                break;
            case Signal.Copied:
                Copied(_slots[argument]);
                break;
            case Signal.Receive:
                _arriving--;
                Receive(_sequences[(int)argument]);
                break;
            case Signal.Deliver:
                Deliver(_sequences[(int)argument]);
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
        if (!Memory.TryHold(sequence, hit)) return false;
        Waiting.Remove(sequence);
        sequence.State = SequenceState.Prefilling;
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
        Run(sequence, slot);
        slot.Prefilling.Add(sequence);
        PendingTokens -= hit.Tokens;
        return true;
    }

    /// <summary>Moves a waiting sequence, whose known tokens another engine has computed, to the decodes of a slot. Its blocks are taken.</summary>
    public void AdmitComputed(Sequence sequence, BatchSlot slot)
    {
        TryAdmit(sequence, slot, default);
        slot.Prefilling.Remove(sequence);
        PendingTokens -= sequence.KnownTokens;
        sequence.Computed = sequence.KnownTokens;
        if (sequence.Generated == 0)
        {
            sequence.Generated = 1;
            sequence.FirstToken = sequence.Request.Arrival + _options.ResponseOverhead;
            sequence.LastToken = sequence.Request.Arrival;
            sequence.LastMessage = Math.BigMul(sequence.LastToken.Nanoseconds, IterationCost.TimeUnitsPerNanosecond);
        }
        else
        {
            sequence.Computed--;
        }
        Rejoin(slot, sequence);
    }

    public void Preempt(Sequence sequence, bool decodeScheduled, bool toFront)
    {
        TakeOff(sequence, decodeScheduled, swapped: false);
        sequence.Computed = 0;
        Enqueue(sequence, toFront);
        CountWaiting();
        PendingTokens += sequence.KnownTokens;
    }

    /// <summary>Moves the KV blocks of a decoding sequence to host memory.</summary>
    /// <returns>False, with nothing changed, when host memory is short.</returns>
    public bool TrySwapOut(Sequence sequence, bool decodeScheduled)
    {
        long blocks = Memory.For(sequence.ComputedNow);
        if (_swappedBlocks + blocks > _options.SwapBlocks) return false;
        BatchSlot slot = sequence.Slot;
        TakeOff(sequence, decodeScheduled, swapped: true);
        _swappedBlocks += blocks;
        slot.SwapOuts += blocks;
        sequence.State = SequenceState.Swapped;
        Swapped.Append(sequence);
        return true;
    }

    /// <summary>Brings the KV blocks of a sequence back from host memory; it decodes again.</summary>
    /// <returns>False, with nothing changed, when device blocks are short.</returns>
    public bool TrySwapIn(Sequence sequence, BatchSlot slot, bool toEnd)
    {
        long blocks = Memory.For(sequence.Computed);
        if (!Memory.TryTake(blocks)) return false;
        Swapped.Remove(sequence);
        _swappedBlocks -= blocks;
        slot.SwapIns += blocks;
        sequence.Queued += _simulation.Now - sequence.QueuedSince;
        if (toEnd) sequence.Order = _admissions++;
        Run(sequence, slot);
        Rejoin(slot, sequence);
        return true;
    }

    /// <summary>Adds a decode row to the cost of a slot.</summary>
    protected abstract void AddDecodeCost(BatchSlot slot, int contextTokens, int rank);

    /// <summary>Removes a decode row from the cost of a slot.</summary>
    protected abstract void RemoveDecodeCost(BatchSlot slot, int contextTokens, int rank);

    /// <summary>Costs of the next iterations of a slot.</summary>
    protected abstract CostProgression CostOf(BatchSlot slot, int most);

    /// <summary>Divides the time of the next iteration of a slot between the pipeline stages, in cost time units.</summary>
    protected abstract void StageTimes(BatchSlot slot, long time, Span<long> times);

    /// <summary>What the next iteration of a slot computes, decode rows included.</summary>
    protected abstract IterationShape ShapeOf(BatchSlot slot);

    /// <summary>Moves the cost of a slot past iterations that ran.</summary>
    protected abstract void AdvanceCost(BatchSlot slot, int iterations);

    private void Receive(Sequence sequence)
    {
        sequence.Received = _simulation.Now;
        if (_reception.IsOpen) Enqueue(sequence, toFront: false);
        else _reception.Incoming.Append(sequence);
        CountWaiting();
        OnQueueChanged(isArrival: true);
    }

    private void Enqueue(Sequence sequence, bool toFront)
    {
        sequence.State = SequenceState.Waiting;
        if (_options.QueueOrder == QueueOrder.Priority) Waiting.Insert(sequence, ByPriority);
        else if (toFront) Waiting.Prepend(sequence);
        else Waiting.Append(sequence);
    }

    private BatchSlot NewSlot(int index) =>
        new(index, _options.BlockTokens, _options.StreamInterval > 1 ? new TokenStream(_options.StreamInterval, _groups) : null);

    private void CountWaiting() => Statistics.PeakWaiting = Math.Max(Statistics.PeakWaiting, WaitingCount);

    // The engine that computed the prompt gave the first token: with one token there is nothing left to do.
    private bool BeginsWithFirstToken(Sequence sequence)
    {
        if (sequence.OutputTokens > 1) return true;
        PendingTokens -= sequence.KnownTokens;
        sequence.Generated = 1;
        sequence.WasScheduled = true;
        sequence.FirstScheduled = _simulation.Now;
        sequence.FirstToken = _simulation.Now + _options.ResponseOverhead;
        Finish(sequence, RequestOutcome.Completed);
        return false;
    }

    /// <summary>Puts a sequence on the running list of a slot.</summary>
    private void Run(Sequence sequence, BatchSlot slot)
    {
        sequence.Slot = slot;
        slot.Running.Insert(sequence, ByAdmission);
        sequence.Rank = 0;
        for (int rank = 1; rank < _runningOfRank.Length; rank++)
            if (_runningOfRank[rank] < _runningOfRank[sequence.Rank]) sequence.Rank = rank;
        _runningOfRank[sequence.Rank]++;
        RunningCount++;
    }

    /// <summary>Takes a sequence off the running list of its slot.</summary>
    private void Unlist(Sequence sequence)
    {
        sequence.Slot.Running.Remove(sequence);
        _runningOfRank[sequence.Rank]--;
        RunningCount--;
    }

    /// <summary>Takes a running sequence off and frees its blocks, to come back later.</summary>
    private void TakeOff(Sequence sequence, bool decodeScheduled, bool swapped)
    {
        BatchSlot slot = sequence.Slot;
        int held = sequence.ComputedNow + (decodeScheduled ? 1 : sequence.ScheduledTokens);
        if (sequence.State == SequenceState.Decoding)
        {
            RemoveDecode(sequence);
        }
        else if (sequence.State == SequenceState.Held)
        {
            slot.Held.Remove(sequence);
        }
        else
        {
            PendingTokens -= sequence.KnownTokens - sequence.Computed;
            if (sequence.ScheduledTokens > 0) slot.PrefillRows.Remove(sequence);
            slot.Prefilling.Remove(sequence);
        }
        Memory.ReleaseToReturn(sequence, held);
        Unlist(sequence);
        sequence.Yields = false;
        sequence.ScheduledTokens = 0;
        sequence.QueuedSince = _simulation.Now;
        sequence.Preemptions++;
        Statistics.Preemptions++;
        _rowObserver?.OnPreemption(new PreemptionRecord(Index, Now, sequence.Request.Id, swapped));
    }

    // Who leaves the queue may have been the one that kept the others waiting, so that always matters.
    private void OnQueueChanged(bool isArrival)
    {
        bool free = false;
        foreach (BatchSlot slot in _slots)
        {
            if (!slot.IsBusy) free = true;
            else if (slot.ArrivalsMatter || !isArrival) Cut(slot, isArrival);
        }
        if (!free || _wakeScheduled) return;
        _wakeScheduled = true;
        _simulation.Schedule(_simulation.Now, this, (int)Signal.Wake, 0, EventPriority.Decision);
    }

    private void Cut(BatchSlot slot, bool isArrival = false)
    {
        if (slot.Planned == 1) return;
        int ran = slot.EndedBy(_simulation.Now) + 1;
        if (isArrival) ran = _reception.SeenAfter(ran);
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
        if (!sequence.IsRunning)
        {
            Leave(sequence);
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

    /// <summary>Takes a sequence that does not run from where it waits.</summary>
    private void Leave(Sequence sequence)
    {
        if (sequence.State == SequenceState.Swapped)
        {
            Swapped.Remove(sequence);
            _swappedBlocks -= Memory.For(sequence.Computed);
            return;
        }
        PendingTokens -= sequence.KnownTokens;
        if (sequence.State == SequenceState.Waiting)
        {
            Waiting.Remove(sequence);
        }
        else if (_simulation.Cancel(sequence.Delivery))
        {
            _arriving--;
        }
        else
        {
            _reception.Incoming.Remove(sequence);
        }
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
            if (sequence.Yields) Preempt(sequence, decodeScheduled: false, toFront: true);
            sequence = previous;
        }
    }

    /// <summary>Ends a running sequence, which is out of the decode and prefill lists already.</summary>
    private void End(Sequence sequence, RequestOutcome outcome)
    {
        if (outcome == RequestOutcome.Completed) sequence.Slot.Stream?.TellRest(sequence, ExactNow);
        if (_options.AsyncScheduling && outcome == RequestOutcome.Completed)
        {
            Linger(sequence);
        }
        else if (_options.ReleasesTogether)
        {
            _withheldBlocks += Memory.Held(sequence, sequence.Computed);
            Unlist(sequence);
            if (RunningCount == 0)
            {
                Memory.Return(_withheldBlocks);
                _withheldBlocks = 0;
            }
        }
        else
        {
            Memory.Release(sequence, sequence.Computed);
            Unlist(sequence);
        }
        Finish(sequence, outcome);
    }

    // The next iteration is put together already: a sequence whose end could not be foreseen is in it, and any holds its blocks until then.
    private void Linger(Sequence sequence)
    {
        BatchSlot slot = sequence.Slot;
        sequence.State = SequenceState.Lingering;
        slot.Running.Remove(sequence);
        slot.Lingering.Add(sequence);
        if (sequence.OutputTokens == sequence.AllowedTokens) return;
        AddDecodeCost(slot, sequence.Computed, sequence.Rank);
        slot.WastedRows++;
    }

    private void EndLingering(BatchSlot slot, bool ran)
    {
        foreach (Sequence sequence in slot.Lingering)
        {
            if (sequence.OutputTokens < sequence.AllowedTokens)
                RemoveDecodeCost(slot, sequence.Computed + (ran ? 1 : 0), sequence.Rank);
            Memory.Release(sequence, sequence.Computed);
            _runningOfRank[sequence.Rank]--;
            RunningCount--;
            sequence.State = SequenceState.Ended;
            if (sequence.Delivered) _recycled.Push(sequence);
        }
        slot.Lingering.Clear();
        slot.WastedRows = 0;
    }

    /// <summary>Fixes how a sequence ended, and tells its client after the response overhead.</summary>
    private void Finish(Sequence sequence, RequestOutcome outcome)
    {
        if (sequence.State != SequenceState.Lingering) sequence.State = SequenceState.Ended;
        sequence.Outcome = outcome;
        _simulation.Cancel(sequence.QueueTimeout);
        _simulation.Cancel(sequence.Timeout);
        if (_options.ResponseOverhead == SimDuration.Zero)
        {
            Deliver(sequence);
            return;
        }
        sequence.Delivery = _simulation.Schedule(
            _simulation.Now + _options.ResponseOverhead, this, (int)Signal.Deliver, sequence.Handle, EventPriority.Completion);
    }

    private void Deliver(Sequence sequence)
    {
        Request request = sequence.Request;
        int wanted = _options.Role == EngineRole.Prefill ? 1 : request.OutputTokens;
        RequestRecord record = new()
        {
            Request = request,
            Outcome = sequence.Outcome,
            Pool = "",
            Replica = Index,
            FirstScheduled = sequence.WasScheduled ? sequence.FirstScheduled : null,
            FirstToken = sequence.Generated > 0 ? sequence.FirstToken : null,
            End = _simulation.Now,
            Queued = sequence.Queued,
            GeneratedTokens = sequence.Generated,
            PrefixHitTokens = sequence.PrefixHitTokens,
            Preemptions = sequence.Preemptions,
            Truncated = sequence.Outcome == RequestOutcome.Completed && sequence.OutputTokens < wanted,
        };
        int group = sequence.Group;
        sequence.Delivered = true;
        Outstanding--;
        if (sequence.State == SequenceState.Ended) _recycled.Push(sequence);
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
