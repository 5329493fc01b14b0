using Simulator.Models.Caching;
using Simulator.Models.Engines;

namespace Simulator.Models.Batching;

/// <summary>The KV blocks that admission leaves free (<c>watermark</c> of vLLM's and Sarathi-Serve's block manager).</summary>
internal static class BlockWatermark
{
    /// <summary>Blocks that are left free: the share of all, rounded down.</summary>
    public static long Of(double fraction, long blocks) => (long)(fraction * blocks);

    /// <summary>True when a waiting sequence can be given blocks for all its tokens.</summary>
    public static bool Allows(BatchComposer batch, SequenceView waiting, long watermark) =>
        batch.BlocksAvailable - KvBlockPool.BlocksFor(waiting.KnownTokens, batch.BlockTokens) >= watermark;

    /// <summary>Faults of the share; a sequence as long as the context window must be able to run alone, with a block to spare.</summary>
    public static IEnumerable<string> Validate(double fraction, SchedulerContext context)
    {
        if (!(fraction is >= 0 and < 1))
        {
            yield return $"WatermarkFraction is {fraction}; it must be from 0 to below 1.";
            yield break;
        }
        long watermark = Of(fraction, context.KvBlocks), longest = KvBlockPool.BlocksFor(context.ContextWindow, context.BlockTokens);
        if (context.KvBlocks - watermark <= longest)
        {
            yield return $"{context.KvBlocks} KV blocks less a watermark of {watermark} do not hold a sequence of {context.ContextWindow} tokens "
                + $"({longest} blocks of {context.BlockTokens}) and one block to spare, so a long one could wait for ever. Give more blocks or lower the context window.";
        }
    }
}
