using Simulator.Models.Caching;

namespace Simulator.Models.Batching.Apex;

/// <summary>The scheduler inside APEX (microsoft/apex_plus), with its faults corrected or kept.</summary>
/// <remarks>
/// <para>Mirrors <c>sub_simulate</c> in <c>apex_plus/simulator/simulator.py</c> (d96aa5f).</para>
/// <para>Every running sequence decodes one token; while blocks are short for that, the last one admitted is stopped. When no stopped
/// request is left, new ones are admitted in order of arrival, each with its whole prompt in one iteration beside the decodes, while the KV memory
/// holds the prompt, the tokens of the iteration stay within <see cref="ApexOptions.TokenBudget"/> and the requests within
/// <see cref="ApexOptions.MaxBatchSize"/>.</para>
/// <para>What a stopped request costs is corrected by default, and as in APEX with <see cref="ApexResumption.Free"/>. Other faults of APEX
/// lie outside a scheduler; one inside is left out in both: it counts one token too few for each stopped request, and so may use more
/// memory than there is. In a pipeline, it splits requests and memory evenly among the batches beforehand; here they share both.</para>
/// </remarks>
public sealed class ApexScheduler : IBatchScheduler
{
    private readonly ApexOptions _options;
    private readonly int _maxBatchSize;

    /// <summary>Creates the scheduler of one replica.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="contextWindow">Longest prompt and output together, in tokens.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists every fault.</exception>
    public ApexScheduler(ApexOptions options, int contextWindow)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> faults = options.Validate(contextWindow);
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        _options = options;
        _maxBatchSize = options.MaxBatchSize ?? int.MaxValue;
    }

    /// <inheritdoc/>
    public BatchDecision Compose(BatchComposer batch)
    {
        while (batch.DecodeBlocks > batch.BlocksAvailable && batch.TryLastInSlot(out SequenceView last)) Stop(batch, last);
        while (TryLowestStopped(batch, out SequenceView stopped) && HasRoom(batch, stopped) && batch.TrySwapIn(stopped, toEnd: true)) { }
        SureDecodes.Schedule(batch);
        if (batch.SwappedCount == 0) Admit(batch);
        if (batch.ScheduledPrefills > 0) return BatchDecision.RunOnce;
        if (batch.DecodeCount == 0) return BatchDecision.Wait;
        return BatchDecision.RunWhileStable(
            arrivalsMatter: batch.DecodeCount < _maxBatchSize && batch.SwappedCount + batch.WaitingCount == 0);
    }

    private void Stop(BatchComposer batch, SequenceView last)
    {
        if (_options.Resumption == ApexResumption.Free && batch.TrySwapOut(last)) return;
        batch.Preempt(last);
    }

    private void Admit(BatchComposer batch)
    {
        int rows = batch.DecodeCount;
        long tokens = rows;
        while (rows < _maxBatchSize && batch.TryFirstWaiting(out SequenceView head))
        {
            tokens += head.KnownTokens;
            if (tokens > _options.TokenBudget || !batch.TryAdmit(head, default, head.KnownTokens)) return;
            rows++;
        }
    }

    private static bool TryLowestStopped(BatchComposer batch, out SequenceView lowest)
    {
        bool found = batch.TryFirstSwapped(out lowest);
        SequenceView view = lowest;
        for (bool more = found; more; more = BatchComposer.TryNext(view, out view))
            if (view.Id < lowest.Id) lowest = view;
        return found;
    }

    private static bool HasRoom(BatchComposer batch, SequenceView stopped)
    {
        long blocks = KvBlockPool.BlocksFor(stopped.KnownTokens, batch.BlockTokens);
        return blocks + batch.DecodeBlocks <= batch.BlocksAvailable;
    }
}
