using Simulator.Core.Time;

namespace Simulator.Workloads.Requests;

/// <summary>Where requests come from: an open trace, or clients that react to what they get.</summary>
/// <remarks>
/// The caller keeps at most one request ahead: it peeks at the next arrival, takes the request when the clock is there,
/// and tells how each request ended, after which it peeks again, since an end may release an earlier arrival.
/// A workload is read by one simulation, once.
/// </remarks>
public interface IWorkload
{
    /// <summary>Gives the arrival of the next request that is known now.</summary>
    /// <param name="arrival">The earliest known arrival, never before the last request taken.</param>
    /// <returns>False when none is known now; one may become known when a request ends.</returns>
    bool TryPeek(out SimTime arrival);

    /// <summary>Takes the request whose arrival <see cref="TryPeek"/> gave.</summary>
    /// <exception cref="InvalidOperationException">No request is known now.</exception>
    Request Take();

    /// <summary>Tells the workload that a request has ended.</summary>
    /// <param name="request">The request, as it was taken.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="at">When it ended.</param>
    void OnEnded(Request request, RequestOutcome outcome, SimTime at);
}
