namespace Simulator.Planning.Apex;

/// <summary>How far APEX's simulation of a plan is followed.</summary>
public enum ApexFidelity
{
    /// <summary>
    /// As microsoft/apex_plus at 8769096 computes it, its faults included, so that its figures can be checked digit by digit:
    /// iterations of attention replicas are aligned by index, arrivals are compared with a clock that counts one pipeline stage,
    /// waiting is in no figure, the last iterations of a pipeline are not counted, preempted requests come back at no cost, and
    /// requests of different replicas overwrite each other in the latencies.
    /// </summary>
    Compatible,

    /// <summary>
    /// The same costs and the same batching with those faults put right: one clock for all, waiting and pipeline bubbles in every
    /// latency, every request counted, preempted requests computed again.
    /// </summary>
    Corrected,
}
