using Simulator.Models.Batching;

/// <summary>A scheduler in one file: all decodes, then whole prompts, the shortest first, up to a budget of tokens.</summary>
internal sealed class ShortestPromptFirst(int tokenBudget) : IBatchScheduler
{
    public BatchDecision Compose(BatchComposer batch)
    {
        while (batch.DecodeCount > 0 && !batch.TryDecodeAll())
            if (batch.TryLastRunning(out SequenceView last)) batch.Preempt(last);
        int budget = tokenBudget - batch.DecodeCount;
        while (Shortest(batch) is { } shortest)
        {
            bool fits = shortest.PendingTokens <= budget || batch.RunningCount == 0;
            if (!fits || !batch.TryAdmit(shortest, default, shortest.PendingTokens)) break;
            budget -= shortest.PromptTokens;
        }
        if (batch.ScheduledDecodes + batch.ScheduledPrefills == 0) return BatchDecision.Wait;
        return batch.ScheduledPrefills > 0 ? BatchDecision.RunOnce : BatchDecision.RunWhileStable(arrivalsMatter: true);
    }

    private static SequenceView? Shortest(BatchComposer batch)
    {
        SequenceView? shortest = null;
        for (bool more = batch.TryFirstWaiting(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
            if (shortest is null || view.PromptTokens < shortest.Value.PromptTokens) shortest = view;
        return shortest;
    }
}
