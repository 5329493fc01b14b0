namespace Simulator.Models.Batching;

/// <summary>Decides what the next iteration of a replica runs: iteration-level batching (Orca, OSDI '22).</summary>
/// <remarks>
/// Called when a batch slot is free and there may be work. It reads the sequences through views and acts through the
/// verbs of <see cref="BatchComposer"/>: decode, prefill, admit, preempt. It never schedules events, reads no clock of the
/// host, does not know output lengths (invariant 5) and does no arithmetic about hardware. One instance serves one replica.
/// </remarks>
public interface IBatchScheduler
{
    /// <summary>Puts together the next iteration.</summary>
    /// <param name="batch">The state of the replica, and the verbs that change it.</param>
    /// <returns>Whether to run what was put together, for how long the same would be decided again, or to wait.</returns>
    BatchDecision Compose(BatchComposer batch);
}
