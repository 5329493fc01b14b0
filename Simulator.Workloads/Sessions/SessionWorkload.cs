using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Sessions;

/// <summary>Conversations whose users react: the next turn is sent a think gap after the turn before it has ended.</summary>
/// <remarks>
/// A user whose turn is rejected or times out gives the session up. It holds the sessions under way and no others.
/// </remarks>
public sealed class SessionWorkload : IWorkload, IDisposable
{
    private readonly SessionProfile _profile;
    private readonly RandomStream _sessions;
    private readonly IEnumerator<SimTime> _starts;
    private readonly PriorityQueue<(Request Request, Conversation Conversation), (SimTime At, long Order)> _due = new(TurnOrder.Instance);
    private readonly Dictionary<long, Conversation> _underWay = [];
    private readonly long _sessionCount;
    private long _started;
    private long _order;
    private long _taken;
    private SimTime _nextStart;

    /// <summary>A workload of sessions.</summary>
    /// <param name="starts">When sessions start.</param>
    /// <param name="profile">What they are like.</param>
    /// <param name="sessionCount">How many there are in all, at least 1.</param>
    /// <param name="seed">The same seed gives the same sessions on every platform; each has a stream of its own.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public SessionWorkload(IArrivalProcess starts, SessionProfile profile, long sessionCount, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentOutOfRangeException.ThrowIfLessThan(sessionCount, 1);
        profile.Validate();
        _profile = profile;
        _sessionCount = sessionCount;
        var streams = new RandomStreams(seed);
        _sessions = streams.Stream("sessions");
        _starts = starts.Arrivals(streams.Stream("arrivals")).GetEnumerator();
        AdvanceStart();
    }

    /// <inheritdoc/>
    public bool TryPeek(out SimTime arrival)
    {
        while (_started < _sessionCount && (_due.Count == 0 || _nextStart <= _due.Peek().Request.Arrival)) Start();
        bool any = _due.TryPeek(out _, out (SimTime At, long Order) first);
        arrival = first.At;
        return any;
    }

    /// <inheritdoc/>
    public Request Take()
    {
        if (!TryPeek(out _)) throw new InvalidOperationException("No turn of a session is known now.");
        (Request request, Conversation conversation) = _due.Dequeue();
        request = request with { Id = _taken++ };
        _underWay.Add(request.Id, conversation);
        return request;
    }

    /// <inheritdoc/>
    public void OnEnded(Request request, RequestOutcome outcome, SimTime at)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_underWay.Remove(request.Id, out Conversation? conversation) && outcome == RequestOutcome.Completed)
            Schedule(conversation, at + conversation.Think());
    }

    /// <summary>Ends the reading of session starts.</summary>
    public void Dispose() => _starts.Dispose();

    private void Start()
    {
        Schedule(new Conversation(_profile, _sessions.Substream(_started), _started), _nextStart);
        _started++;
        AdvanceStart();
    }

    private void Schedule(Conversation conversation, SimTime at)
    {
        if (conversation.Next(id: 0, at) is { } request) _due.Enqueue((request, conversation), (at, _order++));
    }

    private void AdvanceStart()
    {
        if (_started < _sessionCount && _starts.MoveNext()) _nextStart = _starts.Current;
    }
}
