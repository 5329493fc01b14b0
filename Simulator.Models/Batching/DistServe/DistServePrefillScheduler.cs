namespace Simulator.Models.Batching.DistServe;

/// <summary>The scheduler of DistServe's prefill instances (OSDI '24), first come first served.</summary>
/// <remarks>
/// <para>Mirrors <c>ContextStageFCFSScheduler</c> in <c>distserve/context_stage_scheduler.py</c> (LLMServe/DistServe 8024143).</para>
/// <para>A batch is the longest run of waiting requests, in order of arrival, with at most <see cref="DistServePrefillOptions.MaxBatchSize"/>
/// requests and <see cref="DistServePrefillOptions.MaxTokensPerBatch"/> prompt tokens whose prompts the KV memory holds. Each prompt is
/// computed whole, in one iteration.</para>
/// <para>A prompt above the token limit runs in a batch of its own, as the paper says (section 4.3); in the code it would block the queue for ever.</para>
/// </remarks>
public sealed class DistServePrefillScheduler : IBatchScheduler
{
    private readonly DistServePrefillOptions _options;

    /// <summary>Creates the scheduler of one replica.</summary>
    /// <param name="options">Its settings.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists every fault.</exception>
    public DistServePrefillScheduler(DistServePrefillOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> faults = options.Validate();
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        _options = options;
    }

    /// <inheritdoc/>
    public BatchDecision Compose(BatchComposer batch)
    {
        long tokens = 0;
        while (batch.ScheduledPrefills < _options.MaxBatchSize && batch.TryFirstWaiting(out SequenceView head))
        {
            tokens += head.PromptTokens;
            if (batch.ScheduledPrefills > 0 && tokens > _options.MaxTokensPerBatch) break;
            if (!batch.TryAdmit(head, default, head.PromptTokens)) break;
        }
        return batch.ScheduledPrefills > 0 ? BatchDecision.RunOnce : BatchDecision.Wait;
    }
}
