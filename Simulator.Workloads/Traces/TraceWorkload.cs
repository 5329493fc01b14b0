using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces;

/// <summary>An open workload: requests in the order of their arrivals, none of which waits for another.</summary>
public sealed class TraceWorkload : IWorkload, IDisposable
{
    private readonly IEnumerator<Request> requests;
    private Request? next;
    private SimTime last;

    /// <summary>A workload of requests that are read as they are needed.</summary>
    /// <param name="requests">Requests in the order of their arrivals.</param>
    /// <exception cref="TraceFormatException">The first request cannot be read.</exception>
    public TraceWorkload(IEnumerable<Request> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        this.requests = requests.GetEnumerator();
        Advance();
    }

    /// <inheritdoc/>
    public bool TryPeek(out SimTime arrival)
    {
        arrival = next?.Arrival ?? default;
        return next != null;
    }

    /// <inheritdoc/>
    /// <exception cref="TraceFormatException">The request after this one cannot be read.</exception>
    public Request Take()
    {
        Request taken = next ?? throw new InvalidOperationException("The workload has no more requests.");
        Advance();
        return taken;
    }

    /// <inheritdoc/>
    public void OnEnded(Request request, RequestOutcome outcome, SimTime at)
    {
    }

    /// <summary>Closes the trace.</summary>
    public void Dispose() => requests.Dispose();

    private void Advance()
    {
        next = requests.MoveNext() ? requests.Current : null;
        if (next == null) return;
        if (next.Arrival < last)
            throw new InvalidOperationException($"Request {next.Id} arrives at {next.Arrival}, before the one ahead of it at {last}.");
        last = next.Arrival;
    }
}
