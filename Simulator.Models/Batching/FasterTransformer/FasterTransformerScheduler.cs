using Simulator.Models.Engines;

namespace Simulator.Models.Batching.FasterTransformer;

/// <summary>Static batching, as in NVIDIA FasterTransformer behind a batching server: a batch runs until its last request has finished.</summary>
/// <remarks>
/// <para>Mirrors <c>faster_transformer_scheduler.py</c> of Sarathi-Serve (96f9911) and <c>faster_transformer_replica_scheduler.py</c> of
/// Vidur (82f0840).</para>
/// <para>Requests are admitted only when nothing runs: in order of arrival, up to <see cref="FasterTransformerOptions.MaxBatchSize"/> of
/// them and as many as memory holds. Their prompts run whole in one iteration, then all decode together. Finished requests leave the
/// compute, and their memory comes back when the batch ends (<see cref="EngineOptions.ReleasesTogether"/>).</para>
/// <para>Blocks are reserved at admission for the prompt and all tokens that the client allows: FasterTransformer makes its KV buffer for
/// the <c>request_output_len</c> of each request. Without such a limit that is the context window, for which Vidur and Sarathi-Serve, where
/// clients give none, always reserve. Blocks never run out, and nothing is preempted.</para>
/// <para>In a pipeline the batch is divided evenly into one micro-batch for each stage, as FasterTransformer does.</para>
/// </remarks>
public sealed class FasterTransformerScheduler : IBatchScheduler
{
    private readonly FasterTransformerOptions _options;
    private readonly int _slots;
    private int _toAdmit;
    private int _microBatch;

    /// <summary>Creates the scheduler of one replica.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="context">The replica.</param>
    /// <exception cref="ArgumentException">A setting is out of range, or the KV memory is too small; the message lists every fault.</exception>
    public FasterTransformerScheduler(FasterTransformerOptions options, SchedulerContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> faults = options.Validate(context);
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        _options = options;
        _slots = context.BatchSlots;
    }

    /// <inheritdoc/>
    public BatchDecision Compose(BatchComposer batch)
    {
        if (batch.DecodeCount > 0)
        {
            SureDecodes.Schedule(batch);
            return BatchDecision.RunWhileStable(arrivalsMatter: false);
        }
        if (batch.RunningCount == 0)
        {
            _toAdmit = Math.Min(batch.WaitingCount, _options.MaxBatchSize);
            _microBatch = (_toAdmit + _slots - 1) / _slots;
        }
        // All slots are free when a batch begins, so that the others are composed right after this one.
        for (int i = 0; i < _microBatch && _toAdmit > 0; i++, _toAdmit--)
        {
            if (batch.TryFirstWaiting(out SequenceView head) && WholeLength.TryAdmit(batch, head)) continue;
            _toAdmit = 0;
            break;
        }
        return batch.ScheduledPrefills > 0 ? BatchDecision.RunOnce : BatchDecision.Wait;
    }
}
