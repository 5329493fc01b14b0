namespace Simulator.Models.Batching;

/// <summary>Decodes of schedulers that have seen to their blocks before.</summary>
internal static class SureDecodes
{
    /// <summary>Schedules all decodes of the slot, if there are any.</summary>
    /// <exception cref="InvalidOperationException">Blocks are short: the scheduler has counted wrong.</exception>
    public static void Schedule(BatchComposer batch)
    {
        if (batch.DecodeCount > 0 && !batch.TryDecodeAll())
            throw new InvalidOperationException($"{batch.DecodeCount} decodes need {batch.DecodeBlocks} KV blocks, and {batch.BlocksAvailable} are available.");
    }
}
