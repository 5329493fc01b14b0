using Simulator.Models.Batching;

namespace Simulator.Tests.Models.Engines;

/// <summary>Looks at the state of a replica before and after its scheduler acts, and ends the run at the first thing that is wrong.</summary>
/// <param name="scheduler">The scheduler, which decides.</param>
/// <param name="totalBlocks">Blocks of the replica.</param>
/// <param name="isAlone">True with one batch slot: then the running sequences are all that hold blocks.</param>
/// <param name="sharesBlocks">True with prefix caching.</param>
internal sealed class Auditor(IBatchScheduler scheduler, long totalBlocks, bool isAlone, bool sharesBlocks) : IBatchScheduler
{
    private readonly Dictionary<long, int> _generated = [];

    public BatchDecision Compose(BatchComposer batch)
    {
        Look(batch);
        BatchDecision decision = scheduler.Compose(batch);
        Check(batch.BlocksAvailable >= 0 && batch.BlocksAvailable <= totalBlocks, "blocks available");
        return decision;
    }

    private void Look(BatchComposer batch)
    {
        long blocks = 0;
        int running = 0, decoding = 0, waiting = 0;
        for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
        {
            Look(view);
            running++;
            if (view.IsDecoding) decoding++;
            Check(!batch.IsScheduled(view), "nothing is scheduled yet");
            Check(view.IsDecoding ? view.PendingTokens == 1 && view.GeneratedTokens > 0 : view.PendingTokens > 0, "pending tokens");
            blocks += (view.ComputedTokens + batch.BlockTokens - 1) / batch.BlockTokens;
        }
        for (bool more = batch.TryFirstWaiting(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
        {
            Look(view);
            waiting++;
            Check(view.ComputedTokens == 0, "a waiting sequence has nothing computed");
            Check(view.GeneratedTokens == 0 || view.Preemptions > 0, "a new sequence has generated nothing");
        }
        Check(decoding == batch.DecodeCount && running - decoding == batch.PrefillingCount && waiting == batch.WaitingCount, "counts");
        long used = totalBlocks - batch.BlocksAvailable;
        if (isAlone) Check(sharesBlocks ? used <= blocks : used == blocks, "invariant 4: blocks are held by running sequences");
    }

    // Invariant 3: what has been emitted stays so, also through a preemption.
    private void Look(SequenceView view)
    {
        Check(view.KnownTokens == view.PromptTokens + view.GeneratedTokens && view.ComputedTokens <= view.KnownTokens, "known tokens");
        Check(view.GeneratedTokens >= _generated.GetValueOrDefault(view.Id), "tokens are never taken back");
        _generated[view.Id] = view.GeneratedTokens;
    }

    private static void Check(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException($"Audit failed: {what}.");
    }
}
