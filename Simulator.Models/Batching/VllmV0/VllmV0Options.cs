using Simulator.Models.Engines;

namespace Simulator.Models.Batching.VllmV0;

/// <summary>Settings of the vLLM v0 scheduler, named as in the engine's own configuration.</summary>
public sealed record VllmV0Options
{
    /// <summary>Tokens that the prompts of one iteration may come to (<c>max_num_batched_tokens</c>); at least the context window, since a prompt runs whole.</summary>
    /// <value>4096, Vidur's <c>max_tokens_in_batch</c>.</value>
    public int MaxBatchedTokens { get; init; } = 4096;

    /// <summary>Sequences that may run at once (<c>max_num_seqs</c>), at least one a pipeline stage.</summary>
    /// <value>128, Vidur's <c>batch_size_cap</c>; vLLM's own default was 256.</value>
    public int MaxSequences { get; init; } = 128;

    /// <summary>Whether prompts count as padded to the longest of the iteration, as in these versions and in Vidur, or with their own tokens, as in later ones.</summary>
    /// <value>True.</value>
    public bool PaddedPrompts { get; init; } = true;

    /// <summary>Share of the KV blocks that admission leaves free, from 0 to below 1 (<c>watermark</c>).</summary>
    /// <value>0.01.</value>
    public double WatermarkFraction { get; init; } = 0.01;

    /// <summary>What becomes of a sequence that has to make room.</summary>
    /// <value><see cref="VllmV0Preemption.Recompute"/>, vLLM's choice for requests of one sequence.</value>
    public VllmV0Preemption Preemption { get; init; }

    /// <summary>Reports every fault of the settings.</summary>
    /// <param name="context">The replica that they are for.</param>
    /// <returns>One message for each fault, with the valid range; empty when all is well.</returns>
    public IReadOnlyList<string> Validate(in SchedulerContext context)
    {
        List<string> faults = [];
        if (MaxBatchedTokens < context.ContextWindow)
        {
            faults.Add($"MaxBatchedTokens ({MaxBatchedTokens}) is below the context window ({context.ContextWindow}): a longer prompt could never run. "
                + "Raise it or lower the context window.");
        }
        if (MaxSequences < context.BatchSlots)
            faults.Add($"MaxSequences is {MaxSequences}; it must be at least {context.BatchSlots}, one for each batch in flight.");
        faults.AddRange(BlockWatermark.Validate(WatermarkFraction, context));
        return faults;
    }
}

/// <summary>How vLLM v0 preempts (<c>PreemptionMode</c>).</summary>
public enum VllmV0Preemption
{
    /// <summary>Its blocks are freed, and it computes its tokens again.</summary>
    Recompute,

    /// <summary>Its blocks go to host memory (<see cref="EngineOptions.SwapBlocks"/>); while some are there, no prompt is admitted. Recompute when that is full.</summary>
    Swap,
}
