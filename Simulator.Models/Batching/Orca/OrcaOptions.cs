using Simulator.Models.Engines;

namespace Simulator.Models.Batching.Orca;

/// <summary>Settings of the Orca scheduler.</summary>
public sealed record OrcaOptions
{
    /// <summary>Most requests of an iteration (<c>max_bs</c> in the paper).</summary>
    /// <value>128, the <c>batch_size_cap</c> of Vidur and the <c>max_num_seqs</c> of Sarathi-Serve.</value>
    public int MaxBatchSize { get; init; } = 128;

    /// <summary>Reports every fault of the settings.</summary>
    /// <param name="context">The replica; its KV memory must hold one request of the length of the context window.</param>
    /// <returns>One message for each fault, with the valid range; empty when all is well.</returns>
    public IReadOnlyList<string> Validate(SchedulerContext context) => WholeLength.Faults(MaxBatchSize, context);
}
