using Simulator.Models.Caching;
using Simulator.Models.Engines;

namespace Simulator.Models.Batching;

/// <summary>Admission with blocks for all that a request may come to: its prompt and the tokens that its client allows.</summary>
internal static class WholeLength
{
    /// <summary>Admits a waiting sequence, its whole prompt in this iteration, if blocks are there to the end of its allowed length.</summary>
    public static bool TryAdmit(BatchComposer batch, SequenceView head) =>
        batch.TryAdmit(head, default, head.KnownTokens, reserve: head.PromptTokens + head.AllowedTokens);

    /// <summary>Faults of an engine that admits so.</summary>
    public static IReadOnlyList<string> Faults(int maxBatchSize, SchedulerContext context)
    {
        List<string> faults = [];
        if (maxBatchSize < 1) faults.Add($"MaxBatchSize is {maxBatchSize}; it must be at least 1.");
        long blocks = KvBlockPool.BlocksFor(context.ContextWindow, context.BlockTokens);
        if (blocks > context.KvBlocks)
        {
            faults.Add($"A request of the context window ({context.ContextWindow} tokens) reserves {blocks} KV blocks, and there are {context.KvBlocks}: "
                + $"it could never run. Give at least {blocks} blocks, or lower the context window to at most {context.KvBlocks * context.BlockTokens} tokens.");
        }
        return faults;
    }
}
