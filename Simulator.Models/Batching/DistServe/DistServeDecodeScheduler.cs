using Simulator.Models.Caching;

namespace Simulator.Models.Batching.DistServe;

/// <summary>The scheduler of DistServe's decode instances (OSDI '24): continuous batching, first come first served.</summary>
/// <remarks>
/// <para>Mirrors <c>DecodingStageFCFSScheduler</c> in <c>distserve/decoding_stage_scheduler.py</c> (LLMServe/DistServe 8024143).</para>
/// <para>While the running sequences lack blocks for their next token, the last of the batch is swapped out to host memory. Then sequences
/// come back from there to the end of the batch, those out longest first, and when none is left there new ones are admitted in order of arrival, while the batch has
/// fewer than <see cref="DistServeDecodeOptions.MaxBatchSize"/> requests and blocks are there for the next token of all.</para>
/// <para>The KV cache of a request is there when it arrives: the way of it is not the scheduler's. If host memory is short, where
/// DistServe stops with an error, the last goes to the front of the waiting queue instead, and its cache is taken to be sent anew.</para>
/// </remarks>
public sealed class DistServeDecodeScheduler : IBatchScheduler
{
    private readonly DistServeDecodeOptions _options;

    /// <summary>Creates the scheduler of one replica.</summary>
    /// <param name="options">Its settings.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists every fault.</exception>
    public DistServeDecodeScheduler(DistServeDecodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> faults = options.Validate();
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        _options = options;
    }

    /// <inheritdoc/>
    public BatchDecision Compose(BatchComposer batch)
    {
        while (batch.DecodeBlocks > batch.BlocksAvailable && batch.TryLastInSlot(out SequenceView last))
            if (!batch.TrySwapOut(last)) batch.Preempt(last);
        while (batch.DecodeCount < _options.MaxBatchSize && TryAdd(batch)) { }
        if (batch.DecodeCount == 0) return BatchDecision.Wait;
        SureDecodes.Schedule(batch);
        return BatchDecision.RunWhileStable(
            arrivalsMatter: batch.DecodeCount < _options.MaxBatchSize && batch.SwappedCount + batch.WaitingCount == 0);
    }

    private static bool TryAdd(BatchComposer batch)
    {
        if (batch.TryFirstSwapped(out SequenceView swapped)) return HasRoom(batch, swapped) && batch.TrySwapIn(swapped, toEnd: true);
        return batch.TryFirstWaiting(out SequenceView waiting) && HasRoom(batch, waiting) && batch.TryAdmitComputed(waiting);
    }

    // The first token came with the KV cache of the prompt; the next iteration computes the last known token.
    private static bool HasRoom(BatchComposer batch, SequenceView view)
    {
        long tokens = view.PromptTokens + Math.Max(1, view.GeneratedTokens);
        return KvBlockPool.BlocksFor(tokens, batch.BlockTokens) + batch.DecodeBlocks <= batch.BlocksAvailable;
    }
}
