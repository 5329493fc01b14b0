using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Engines;

/// <summary>Clients that take the next request of a list when their last one has ended, some think time later.</summary>
internal sealed class ClosedLoop : IWorkload
{
    private readonly IReadOnlyList<Request> _requests;
    private readonly SimDuration _think;
    private readonly PriorityQueue<Request, (SimTime, long)> _known = new();
    private int _next;

    public ClosedLoop(IReadOnlyList<Request> requests, int clients, SimDuration think)
    {
        (_requests, _think) = (requests, think);
        while (_next < Math.Min(clients, requests.Count)) Release(requests[_next].Arrival);
    }

    public Dictionary<long, (RequestOutcome Outcome, SimTime At)> Ended { get; } = [];

    public int Taken { get; private set; }

    public bool TryPeek(out SimTime arrival)
    {
        bool any = _known.TryPeek(out _, out (SimTime At, long) first);
        arrival = first.At;
        return any;
    }

    public Request Take()
    {
        Taken++;
        return _known.Dequeue();
    }

    public void OnEnded(Request request, RequestOutcome outcome, SimTime at)
    {
        Ended.Add(request.Id, (outcome, at));
        if (_next < _requests.Count) Release(at + _think);
    }

    private void Release(SimTime at)
    {
        Request request = _requests[_next++] with { Arrival = at };
        _known.Enqueue(request, (at, request.Id));
    }
}
