using Simulator.Core.Time;
using Simulator.Models.Engines;

namespace Simulator.Models.Batching;

/// <summary>The state of a replica as its scheduler sees it, and the verbs by which it fills the next iteration.</summary>
/// <remarks>
/// <para>The engine owns one for each replica. Running sequences are those of the free slot (with one slot, all of them), in
/// the order of their admission; waiting ones stand in the order of arrival, preempted ones in front.</para>
/// <para>A sequence is scheduled at most once in an iteration. A running sequence that is not scheduled stays as it is.</para>
/// </remarks>
public sealed class BatchComposer
{
    private readonly Replica _replica;
    private int _decodesScheduled;

    internal BatchComposer(Replica replica) => _replica = replica;

    internal BatchSlot Slot { get; private set; } = null!;

    internal long Composition { get; private set; }

    /// <summary>True when <see cref="TryDecodeAll"/> has scheduled every decode of this iteration.</summary>
    public bool AllDecodesScheduled { get; private set; }

    /// <summary>Decode rows scheduled in this iteration.</summary>
    public int ScheduledDecodes => AllDecodesScheduled ? Slot.Decodes : _decodesScheduled;

    /// <summary>Prefill rows scheduled in this iteration.</summary>
    public int ScheduledPrefills => Slot.PrefillRows.Count;

    /// <summary>Tokens of a KV block.</summary>
    public int BlockTokens => _replica.BlockTokens;

    /// <summary>KV blocks that can be taken now.</summary>
    public long BlocksAvailable => _replica.Memory.Available;

    /// <summary>KV blocks of the replica.</summary>
    public long BlocksTotal => _replica.Memory.Total;

    /// <summary>The present.</summary>
    public SimTime Now => _replica.Now;

    /// <summary>When the last iteration ended: before now if the replica has been idle since.</summary>
    public SimTime LastIterationEnd => _replica.LastIterationEnd;

    /// <summary>Iterations of this slot so far, those of a stretch one by one, but for the ones in which its decodes stood still.</summary>
    public long DecodeIterations => Slot.Iteration;

    /// <summary>Longest prompt and output together, in tokens.</summary>
    public int ContextWindow => _replica.ContextWindow;

    /// <summary>Batch slots of the replica, at least 1: so many iterations may be in flight.</summary>
    public int Slots => _replica.Slots.Length;

    /// <summary>Sequences that run, in all slots.</summary>
    public int RunningCount => _replica.RunningCount;

    /// <summary>Sequences that run on an attention data-parallel rank, in all slots. A sequence that is admitted goes to the first rank with the fewest.</summary>
    /// <param name="rank">0 to the number of ranks − 1.</param>
    public int RunningOfRank(int rank) => _replica.RunningOfRank(rank);

    /// <summary>Sequences of this slot that decode.</summary>
    public int DecodeCount => Slot.Decodes;

    /// <summary>KV blocks that the next token of all decodes of this slot takes: <see cref="TryDecodeAll"/> succeeds if so many are available.</summary>
    /// <remarks>Once decodes are scheduled, their blocks are taken already.</remarks>
    public long DecodeBlocks => Slot.BlocksStarted(0, 1);

    /// <summary>Sequences that wait.</summary>
    public int WaitingCount => _replica.Waiting.Count;

    /// <summary>Sequences whose KV blocks are in host memory.</summary>
    public int SwappedCount => _replica.Swapped.Count;

    /// <summary>Sequences of this slot with known tokens to compute, in running order.</summary>
    public int PrefillingCount => Slot.Prefilling.Count;

    /// <summary>True when the sequences that decode all stand before those that prefill in running order.</summary>
    public bool DecodesComeFirst
    {
        get
        {
            Sequence? sequence = Slot.Running.Last;
            for (int i = Slot.Prefilling.Count - 1; i >= 0; i--, sequence = sequence.Previous)
                if (!ReferenceEquals(sequence, Slot.Prefilling[i])) return false;
            return true;
        }
    }

    /// <summary>A sequence of this slot with known tokens to compute.</summary>
    /// <param name="index">0 to <see cref="PrefillingCount"/> − 1, in running order.</param>
    public SequenceView Prefilling(int index) => new(Slot.Prefilling[index]);

    /// <summary>Gives the first running sequence of this slot.</summary>
    public bool TryFirstRunning(out SequenceView view) => View(Slot.Running.First, out view);

    /// <summary>Gives the first running sequence of a slot; those of the slots that are busy are in flight.</summary>
    /// <param name="slot">0 to <see cref="Slots"/> − 1.</param>
    /// <param name="view">The sequence.</param>
    public bool TryFirstRunningOf(int slot, out SequenceView view) => View(_replica.Slots[slot].Running.First, out view);

    /// <summary>Gives the sequence of all slots that was admitted last.</summary>
    public bool TryLastRunning(out SequenceView view) => View(_replica.LastRunning, out view);

    /// <summary>Gives the last running sequence of this slot, which is not in flight.</summary>
    public bool TryLastInSlot(out SequenceView view) => View(Slot.Running.Last, out view);

    /// <summary>Gives the sequence that has been swapped out for longest.</summary>
    public bool TryFirstSwapped(out SequenceView view) => View(_replica.Swapped.First, out view);

    /// <summary>Gives the head of the waiting queue.</summary>
    public bool TryFirstWaiting(out SequenceView view) => View(_replica.Waiting.First, out view);

    /// <summary>Gives the sequence after this one, in its running list or in the waiting queue.</summary>
    /// <remarks>A sequence that is admitted or preempted changes from one to the other: ask for the next one before.</remarks>
    public static bool TryNext(SequenceView view, out SequenceView next) => View(view.Sequence.Next, out next);

    /// <summary>True when the sequence has been scheduled in this iteration.</summary>
    public bool IsScheduled(SequenceView view) =>
        (AllDecodesScheduled && view.IsDecoding && view.Sequence.Slot == Slot) || view.Sequence.ScheduledIn == Composition;

    /// <summary>Tokens that this iteration computes of a sequence; 0 if it is not scheduled.</summary>
    public int ScheduledTokens(SequenceView view) => !IsScheduled(view) ? 0 : view.IsDecoding ? 1 : view.Sequence.ScheduledTokens;

    /// <summary>Leading tokens of a waiting sequence that are cached; none without prefix caching.</summary>
    public PrefixHit FindPrefix(SequenceView waiting) => _replica.Memory.FindPrefix(waiting.Sequence);

    /// <summary>Schedules one token for every sequence that decodes, whatever their number, at the same cost.</summary>
    /// <param name="spareBlocks">KV blocks that must be left over, at least 0.</param>
    /// <returns>False, with nothing scheduled, when blocks are short.</returns>
    /// <exception cref="InvalidOperationException">Decodes of this iteration are scheduled already.</exception>
    public bool TryDecodeAll(long spareBlocks = 0)
    {
        RequireNoDecodes();
        long blocks = DecodeBlocks;
        if (blocks + spareBlocks > _replica.Memory.Available || !_replica.Memory.TryTake(blocks)) return false;
        AllDecodesScheduled = true;
        return true;
    }

    /// <summary>Schedules one token for a sequence that decodes.</summary>
    /// <returns>False, with nothing scheduled, when it needs a block and none is available.</returns>
    /// <exception cref="InvalidOperationException">It is no decoding sequence of this slot, or is scheduled already.</exception>
    public bool TryDecode(SequenceView view)
    {
        Sequence sequence = view.Sequence;
        RequireState(view, SequenceState.Decoding);
        if (Slot.NeedsBlock(sequence) && !_replica.Memory.TryTake(1)) return false;
        sequence.ScheduledIn = Composition;
        _decodesScheduled++;
        return true;
    }

    /// <summary>Schedules the next known tokens of a running sequence that is not decoding.</summary>
    /// <param name="view">The sequence.</param>
    /// <param name="tokens">1 to its pending tokens.</param>
    /// <returns>False, with nothing scheduled, when blocks are short.</returns>
    /// <exception cref="InvalidOperationException">It is no prefilling sequence of this slot, or is scheduled already.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tokens are out of range.</exception>
    public bool TryPrefill(SequenceView view, int tokens)
    {
        Sequence sequence = view.Sequence;
        RequireState(view, SequenceState.Prefilling);
        RequireTokens(tokens, sequence.KnownTokens - sequence.Computed);
        if (!_replica.Memory.TryGrow(sequence, sequence.Computed + tokens)) return false;
        AddPrefillRow(sequence, tokens);
        return true;
    }

    /// <summary>Moves a waiting sequence to the end of the running list and schedules its first tokens.</summary>
    /// <param name="view">The sequence.</param>
    /// <param name="hit">Its cached prefix, from <see cref="FindPrefix"/> in this iteration.</param>
    /// <param name="tokens">Tokens to compute after the cached ones: 1 to known − cached.</param>
    /// <param name="reserve">
    /// Tokens for which blocks are taken now: up to the known ones, or all that it can come to (known and allowed output); 0 for those computed.
    /// </param>
    /// <returns>False, with nothing changed, when blocks are short.</returns>
    /// <exception cref="InvalidOperationException">It does not wait, or the hit is not what is cached for it now.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tokens are out of range.</exception>
    public bool TryAdmit(SequenceView view, PrefixHit hit, int tokens, int reserve = 0)
    {
        Sequence sequence = view.Sequence;
        RequireState(view, SequenceState.Waiting);
        RequireTokens(tokens, sequence.KnownTokens - hit.Tokens);
        if (reserve > sequence.KnownTokens && reserve < sequence.Request.PromptTokens + sequence.AllowedTokens)
        {
            throw new ArgumentOutOfRangeException(nameof(reserve), reserve,
                $"Blocks can be reserved for up to the {sequence.KnownTokens} known tokens, or for all {sequence.Request.PromptTokens + sequence.AllowedTokens} that may come.");
        }
        int held = hit.Tokens + tokens;
        long blocks = _replica.Memory.For(Math.Max(held, reserve)) - hit.Tokens / BlockTokens + hit.HostBlocks;
        if (blocks + hit.IdleBlocks > _replica.Memory.Available) return false;
        if (!_replica.TryAdmit(sequence, Slot, hit) || !_replica.Memory.TryGrow(sequence, held)
            || (reserve > 0 && !_replica.Memory.TryReserve(sequence, held, reserve)))
        {
            throw new InvalidOperationException(
                $"{hit} is not what is cached for request {view.Id} now; find its prefix just before it is admitted.");
        }
        AddPrefillRow(sequence, tokens);
        return true;
    }

    /// <summary>Moves a waiting sequence to the decodes, its KV cache computed by another engine (<see cref="EngineRole.Decode"/>), without scheduling it.</summary>
    /// <returns>False, with nothing changed, when blocks are short.</returns>
    /// <exception cref="InvalidOperationException">It does not wait, or decodes of this iteration are scheduled already.</exception>
    public bool TryAdmitComputed(SequenceView view)
    {
        Sequence sequence = view.Sequence;
        RequireState(view, SequenceState.Waiting);
        RequireNoDecodes();
        if (!_replica.Memory.TryTake(_replica.Memory.For(sequence.Generated == 0 ? sequence.KnownTokens : sequence.KnownTokens - 1))) return false;
        _replica.AdmitComputed(sequence, Slot);
        return true;
    }

    /// <summary>Moves the KV blocks of a running sequence that decodes to host memory: preemption by swap.</summary>
    /// <remarks>The copy is done before the iteration starts. If the sequence was scheduled in this iteration, it no longer is.</remarks>
    /// <returns>False, with nothing changed, when host memory is short.</returns>
    /// <exception cref="InvalidOperationException">It is no decoding sequence of this slot.</exception>
    public bool TrySwapOut(SequenceView view)
    {
        Sequence sequence = view.Sequence;
        if (sequence.State != SequenceState.Decoding || sequence.Slot != Slot)
            throw new InvalidOperationException($"Request {view.Id} does not decode in this batch slot, so it cannot be swapped out.");
        bool scheduled = IsScheduled(view);
        if (!_replica.TrySwapOut(sequence, scheduled)) return false;
        if (scheduled && !AllDecodesScheduled) _decodesScheduled--;
        sequence.ScheduledIn = -1;
        return true;
    }

    /// <summary>Brings a swapped sequence back to the decodes, without scheduling it. The copy is done before the iteration starts.</summary>
    /// <param name="view">The sequence.</param>
    /// <param name="toEnd">Whether it goes to the end of the running list, or to its place by admission.</param>
    /// <returns>False, with nothing changed, when device blocks are short.</returns>
    /// <exception cref="InvalidOperationException">It is not swapped out, or decodes of this iteration are scheduled already.</exception>
    public bool TrySwapIn(SequenceView view, bool toEnd = false)
    {
        RequireState(view, SequenceState.Swapped);
        if (AllDecodesScheduled) throw new InvalidOperationException("Bring sequences back before decodes are scheduled.");
        return _replica.TrySwapIn(view.Sequence, Slot, toEnd);
    }

    /// <summary>Takes a running sequence off, frees its blocks and puts it into the waiting queue: preemption by recompute.</summary>
    /// <remarks>
    /// If it was scheduled in this iteration, it no longer is. A sequence of another slot may be in flight: it goes when its iteration
    /// ends, and then the slots that wait for blocks are asked again, the one with the oldest sequence first.
    /// </remarks>
    /// <param name="view">The sequence.</param>
    /// <param name="toFront">Whether it goes to the front of the queue, or to its end; in a queue by priority it goes where it belongs.</param>
    /// <returns>True when its blocks are free now; false when it is in flight.</returns>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public bool Preempt(SequenceView view, bool toFront = true)
    {
        Sequence sequence = view.Sequence;
        if (!sequence.IsRunning)
            throw new InvalidOperationException($"Request {sequence.Request.Id} does not run, so it cannot be preempted.");
        if (sequence.Slot != Slot && sequence.Slot.IsBusy)
        {
            sequence.Yields = sequence.Slot.HasYielding = true;
            return false;
        }
        bool decodeScheduled = sequence.State == SequenceState.Decoding && IsScheduled(view);
        if (decodeScheduled && !AllDecodesScheduled) _decodesScheduled--;
        _replica.Preempt(sequence, decodeScheduled, toFront);
        sequence.ScheduledIn = -1;
        return true;
    }

    internal void Begin(BatchSlot slot)
    {
        Slot = slot;
        Composition++;
        AllDecodesScheduled = false;
        _decodesScheduled = 0;
    }

    private static bool View(Sequence? sequence, out SequenceView view)
    {
        view = new(sequence);
        return sequence is not null;
    }

    private void RequireNoDecodes()
    {
        if (AllDecodesScheduled || _decodesScheduled > 0)
            throw new InvalidOperationException("Decodes of this iteration are scheduled already; schedule all at once or one by one.");
    }

    private void RequireState(SequenceView view, SequenceState state)
    {
        Sequence sequence = view.Sequence;
        string? fault = sequence.State != state ? $"it is {sequence.State}, not {state}"
            : state is not (SequenceState.Waiting or SequenceState.Swapped) && sequence.Slot != Slot ? "it runs in another batch slot"
            : IsScheduled(view) ? "it is scheduled already" : null;
        if (fault is not null) throw new InvalidOperationException($"Request {sequence.Request.Id} cannot be scheduled so: {fault}.");
    }

    private static void RequireTokens(int tokens, int pending)
    {
        if (tokens < 1 || tokens > pending)
            throw new ArgumentOutOfRangeException(nameof(tokens), tokens, $"A sequence can be given 1 to {pending} tokens, those that are pending.");
    }

    private void AddPrefillRow(Sequence sequence, int tokens)
    {
        sequence.ScheduledTokens = tokens;
        sequence.ScheduledIn = Composition;
        Slot.PrefillRows.Add(sequence);
    }
}
