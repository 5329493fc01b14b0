namespace Simulator.Workloads.Requests;

/// <summary>How a request ended. Every injected request ends in exactly one of these or is still in flight (invariant 1).</summary>
public enum RequestOutcome
{
    /// <summary>All its tokens were generated.</summary>
    Completed,

    /// <summary>Refused at arrival: a full queue, or a request that can never fit.</summary>
    Rejected,

    /// <summary>Ended by its client: a timeout or a cancellation.</summary>
    TimedOut,

    /// <summary>A failure that the trace recorded; it put no load on the cluster.</summary>
    Failed,
}
