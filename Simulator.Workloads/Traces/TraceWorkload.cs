using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces;

/// <summary>An open workload: requests in the order of their arrivals, none of which waits for another.</summary>
public sealed class TraceWorkload : IWorkload, IDisposable
{
    private readonly IEnumerator<Request> _requests;
    private Request? _next;
    private SimTime _last;

    /// <summary>A workload of requests that are read as they are needed.</summary>
    /// <param name="requests">Requests in the order of their arrivals.</param>
    /// <exception cref="TraceFormatException">The first request cannot be read.</exception>
    public TraceWorkload(IEnumerable<Request> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        _requests = requests.GetEnumerator();
        Advance();
    }

    /// <inheritdoc/>
    public bool TryPeek(out SimTime arrival)
    {
        arrival = _next?.Arrival ?? default;
        return _next != null;
    }

    /// <inheritdoc/>
    /// <exception cref="TraceFormatException">The request after this one cannot be read.</exception>
    public Request Take()
    {
        Request taken = _next ?? throw new InvalidOperationException("The workload has no more requests.");
        Advance();
        return taken;
    }

    /// <inheritdoc/>
    public void OnEnded(Request request, RequestOutcome outcome, SimTime at)
    {
    }

    /// <summary>Closes the trace.</summary>
    public void Dispose() => _requests.Dispose();

    private void Advance()
    {
        _next = _requests.MoveNext() ? _requests.Current : null;
        if (_next == null) return;
        if (_next.Arrival < _last)
            throw new InvalidOperationException($"Request {_next.Id} arrives at {_next.Arrival}, before the one ahead of it at {_last}.");
        _last = _next.Arrival;
    }
}
