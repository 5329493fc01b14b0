using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces;

/// <summary>Requests that arrive when they are planned to, whatever becomes of earlier ones: an open loop.</summary>
public sealed class TraceWorkload : IWorkload, IDisposable
{
    private readonly IEnumerator<Request> _requests;
    private bool _hasNext;

    /// <summary>Reads the requests as they are taken.</summary>
    /// <param name="requests">Requests in order of arrival.</param>
    public TraceWorkload(IEnumerable<Request> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        _requests = requests.GetEnumerator();
        _hasNext = _requests.MoveNext();
    }

    /// <inheritdoc/>
    public bool TryPeek(out SimTime arrival)
    {
        arrival = _hasNext ? _requests.Current.Arrival : default;
        return _hasNext;
    }

    /// <inheritdoc/>
    public Request Take()
    {
        if (!_hasNext) throw new InvalidOperationException("No request is left.");
        Request request = _requests.Current;
        _hasNext = _requests.MoveNext();
        return request;
    }

    /// <inheritdoc/>
    public void OnEnded(Request request, RequestOutcome outcome, SimTime at)
    {
    }

    /// <summary>Ends the reading.</summary>
    public void Dispose() => _requests.Dispose();
}
