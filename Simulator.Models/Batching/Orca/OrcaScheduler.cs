using Simulator.Models.Engines;

namespace Simulator.Models.Batching.Orca;

/// <summary>Iteration-level scheduling: Yu et al., Orca, OSDI '22, algorithm 1.</summary>
/// <remarks>
/// <para>Mirrors the paper, <c>orca_scheduler.py</c> of Sarathi-Serve (96f9911) and <c>orca_replica_scheduler.py</c> of Vidur (82f0840).</para>
/// <para>An iteration runs all sequences that decode and the whole prompts of new requests together: prompts are not split, and
/// there is no bound on their tokens. Requests are admitted in order of arrival, up to <see cref="OrcaOptions.MaxBatchSize"/> requests in the
/// iteration; a head that finds no memory keeps those behind it waiting.</para>
/// <para>Blocks are reserved at admission for the prompt and all tokens that the client allows (the paper's <c>max_tokens</c> of each request).
/// Without a limit from the client that is the context window, for which Vidur and Sarathi-Serve always reserve. So
/// blocks never run out, and nothing is preempted.</para>
/// <para>In a pipeline each batch in flight has up to <see cref="OrcaOptions.MaxBatchSize"/> requests, as in the paper.</para>
/// </remarks>
public sealed class OrcaScheduler : IBatchScheduler
{
    private readonly OrcaOptions _options;

    /// <summary>Creates the scheduler of one replica.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="context">The replica.</param>
    /// <exception cref="ArgumentException">A setting is out of range, or the KV memory is too small; the message lists every fault.</exception>
    public OrcaScheduler(OrcaOptions options, SchedulerContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> faults = options.Validate(context);
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        _options = options;
    }

    /// <inheritdoc/>
    public BatchDecision Compose(BatchComposer batch)
    {
        SureDecodes.Schedule(batch);
        int places = _options.MaxBatchSize - batch.DecodeCount;
        while (places > 0 && batch.TryFirstWaiting(out SequenceView head) && WholeLength.TryAdmit(batch, head)) places--;
        if (batch.ScheduledPrefills > 0) return BatchDecision.RunOnce;
        if (batch.DecodeCount == 0) return BatchDecision.Wait;
        return BatchDecision.RunWhileStable(arrivalsMatter: places > 0 && batch.WaitingCount == 0);
    }
}
