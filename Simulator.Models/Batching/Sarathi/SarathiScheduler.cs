using Simulator.Models.Engines;

namespace Simulator.Models.Batching.Sarathi;

/// <summary>The scheduler of Sarathi-Serve (OSDI '24, arXiv 2403.02310): chunked prefill without stalls of decodes.</summary>
/// <remarks>
/// <para>Mirrors <c>sarathi/core/scheduler/sarathi_scheduler.py</c> (microsoft/sarathi-serve) and Vidur's
/// <c>vidur/scheduler/replica_scheduler/sarathi_replica_scheduler.py</c> (microsoft/vidur 7d47513). First every running sequence that
/// decodes, whatever their number; then running prompts, and then waiting ones, take what is left of the chunk. A prompt is given
/// blocks for all its tokens when it is admitted. A decode needs a free block at its turn, whether it starts one or not; when there
/// is none, the last sequence is preempted, and at last itself.</para>
/// <para>The two differ in this: Vidur gives a batch <see cref="SarathiOptions.MaxSequences"/> / pipeline stages sequences at most, and Sarathi-Serve
/// knows the chunk schedule; both are here. Vidur makes the prompt of a sequence that is preempted amid its prompt as short as
/// what was computed of it; here, as in Sarathi-Serve, it starts from the beginning with all its tokens.</para>
/// </remarks>
public sealed class SarathiScheduler : IBatchScheduler
{
    private readonly SarathiOptions _options;
    private readonly int _mostRows;
    private readonly long _watermark;
    private readonly List<SequenceView> _inOrder = [];

    /// <summary>Creates the scheduler of one replica.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="context">The replica.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists every fault.</exception>
    public SarathiScheduler(SarathiOptions options, in SchedulerContext context)
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
        int tokens = 0;
        bool together = TryDecodeTogether(batch);
        if (together)
        {
            tokens = batch.DecodeCount;
            for (int i = 0; i < batch.PrefillingCount; i++) Prefill(batch, batch.Prefilling(i), ref tokens);
        }
        else
        {
            RunInOrder(batch, ref tokens);
        }
        Admit(batch, ref tokens);
        if (batch.ScheduledDecodes + batch.ScheduledPrefills == 0) return BatchDecision.Wait;
        if (!together || batch.ScheduledPrefills > 0) return BatchDecision.RunOnce;
        bool hasRoom = batch.WaitingCount == 0 && batch.RunningCount < _options.MaxSequences && batch.DecodeCount < _mostRows;
        return BatchDecision.RunWhileStable(arrivalsMatter: hasRoom, spareBlocks: 1);
    }

    private bool TryDecodeTogether(BatchComposer batch)
    {
        int decodes = batch.DecodeCount;
        if (decodes > _mostRows || (decodes == _mostRows && batch.PrefillingCount > 0)) return false;
        return decodes == 0 || batch.TryDecodeAll(spareBlocks: 1);
    }

    private void RunInOrder(BatchComposer batch, ref int tokens)
    {
        _inOrder.Clear();
        for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view)) _inOrder.Add(view);
        int end = _inOrder.Count, prompts = 0;
        for (int i = 0; i < end && batch.ScheduledDecodes < _mostRows; i++)
        {
            if (!_inOrder[i].IsDecoding)
            {
                // A prompt whose turn has come is safe from preemption; those stand in front, where their turn is over.
                _inOrder[prompts++] = _inOrder[i];
                continue;
            }
            while (i < end && batch.BlocksAvailable == 0) batch.Preempt(_inOrder[--end]);
            if (i < end && batch.TryDecode(_inOrder[i])) tokens++;
        }
        for (int i = 0; i < prompts; i++) Prefill(batch, _inOrder[i], ref tokens);
    }

    private void Admit(BatchComposer batch, ref int tokens)
    {
        while (batch.ScheduledDecodes + batch.ScheduledPrefills < _mostRows && batch.RunningCount < _options.MaxSequences
            && batch.TryFirstWaiting(out SequenceView head))
        {
            int chunk = Math.Min(head.KnownTokens, ChunkAfter(0) - tokens);
            if (chunk <= 0 || !BlockWatermark.Allows(batch, head, _watermark) || !batch.TryAdmit(head, default, chunk, reserve: head.KnownTokens)) return;
            tokens += chunk;
        }
    }

    private void Prefill(BatchComposer batch, SequenceView view, ref int tokens)
    {
        int chunk = Math.Min(view.PendingTokens, ChunkAfter(view.ComputedTokens) - tokens);
        if (chunk > 0 && batch.TryPrefill(view, chunk)) tokens += chunk;
    }

    private int ChunkAfter(int computedTokens) => _options.ChunkSchedule?.TokensAfter(computedTokens) ?? _options.ChunkTokens;
}
