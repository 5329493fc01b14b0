using Simulator.Models.Caching;
using Simulator.Models.Engines;

namespace Simulator.Models.Batching.VllmV0;

/// <summary>The scheduler of vLLM v0 (versions 0.2 and 0.3) without chunked prefill, which puts prompts first.</summary>
/// <remarks>
/// <para>Mirrors <c>vllm/core/scheduler.py</c> of those versions and Vidur's
/// <c>vidur/scheduler/replica_scheduler/vllm_replica_scheduler.py</c> (microsoft/vidur 7d47513). When the head of the queue fits, an
/// iteration is made of whole prompts alone, and the decodes stand still; otherwise every running sequence decodes one token, in
/// order of arrival. A decode needs a free block at its turn, whether it starts one or not; when there is none, the last sequence is
/// preempted, and at last itself. Prefixes are not looked up in a cache.</para>
/// <para>With pipeline stages, as Vidur has it, a batch takes <see cref="VllmV0Options.MaxSequences"/> / stages sequences at most, and only those
/// that are not in flight are preempted.</para>
/// </remarks>
public sealed class VllmV0Scheduler : IBatchScheduler
{
    private readonly VllmV0Options _options;
    private readonly int _mostRows;
    private readonly long _watermark;
    private readonly List<SequenceView> _byArrival = [];

    /// <summary>Creates the scheduler of one replica.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="context">The replica.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists every fault.</exception>
    public VllmV0Scheduler(VllmV0Options options, in SchedulerContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> faults = options.Validate(context);
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        _options = options;
        _mostRows = options.MaxSequences / context.BatchSlots;
        _watermark = BlockWatermark.Of(options.WatermarkFraction, context.KvBlocks);
    }

    /// <inheritdoc/>
    public BatchDecision Compose(BatchComposer batch)
    {
        if (batch.SwappedCount == 0 && AdmitPrompts(batch)) return BatchDecision.RunOnce;
        if (batch.DecodeCount > 0 && batch.DecodeCount <= _mostRows && !FindSwapIn(batch, out _) && batch.TryDecodeAll(spareBlocks: 1))
        {
            bool hasRoom = batch.SwappedCount + batch.WaitingCount == 0 && batch.RunningCount < _options.MaxSequences;
            return BatchDecision.RunWhileStable(arrivalsMatter: hasRoom, spareBlocks: 1);
        }
        if (!DecodeInOrder(batch)) SwapIn(batch);
        return batch.ScheduledDecodes > 0 ? BatchDecision.RunOnce : BatchDecision.Wait;
    }

    private bool AdmitPrompts(BatchComposer batch)
    {
        int longest = 0;
        long sum = 0;
        while (batch.ScheduledPrefills < _mostRows && batch.RunningCount < _options.MaxSequences && batch.TryFirstWaiting(out SequenceView head))
        {
            int tokens = head.KnownTokens;
            longest = Math.Max(longest, tokens);
            sum = _options.PaddedPrompts ? (batch.ScheduledPrefills + 1L) * longest : sum + tokens;
            if (sum > _options.MaxBatchedTokens || !BlockWatermark.Allows(batch, head, _watermark) || !batch.TryAdmit(head, default, tokens)) break;
        }
        return batch.ScheduledPrefills > 0;
    }

    /// <returns>True when a sequence was preempted.</returns>
    private bool DecodeInOrder(BatchComposer batch)
    {
        SortByArrival(batch);
        int end = _byArrival.Count;
        for (int i = 0; i < end && batch.ScheduledDecodes < _mostRows; i++)
        {
            while (i < end && batch.BlocksAvailable == 0) Preempt(batch, _byArrival[--end]);
            if (i < end) batch.TryDecode(_byArrival[i]);
        }
        return end < _byArrival.Count;
    }

    // Running order is that of admission, which is almost that of arrival.
    private void SortByArrival(BatchComposer batch)
    {
        _byArrival.Clear();
        for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
        {
            int place = _byArrival.Count;
            while (place > 0 && _byArrival[place - 1].Arrival > view.Arrival) place--;
            _byArrival.Insert(place, view);
        }
    }

    private void Preempt(BatchComposer batch, SequenceView victim)
    {
        if (_options.Preemption == VllmV0Preemption.Recompute || !batch.TrySwapOut(victim)) batch.Preempt(victim);
    }

    private void SwapIn(BatchComposer batch)
    {
        while (batch.ScheduledDecodes < _mostRows && FindSwapIn(batch, out SequenceView view) && batch.TrySwapIn(view)) batch.TryDecode(view);
    }

    /// <summary>Gives the swapped sequence that arrived first, if there is room for it: for its blocks and one more, above the watermark.</summary>
    private bool FindSwapIn(BatchComposer batch, out SequenceView earliest)
    {
        if (!batch.TryFirstSwapped(out earliest) || batch.RunningCount >= _options.MaxSequences) return false;
        for (bool more = BatchComposer.TryNext(earliest, out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
            if (view.Arrival < earliest.Arrival) earliest = view;
        return batch.BlocksAvailable - KvBlockPool.BlocksFor(earliest.ComputedTokens, batch.BlockTokens) - 1 >= _watermark;
    }
}
