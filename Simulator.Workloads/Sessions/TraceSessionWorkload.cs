using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Sessions;

/// <summary>Recorded sessions whose users react: a turn is sent a think gap after the turn before it has ended.</summary>
/// <remarks>
/// The think gap is what the trace recorded: from the end of a turn, its arrival plus <see cref="Request.RecordedDuration"/>, to the
/// arrival of the next, at least 0. Without recorded durations it counts from arrival to arrival. First turns, and requests
/// without a session, arrive when they did. A session goes on whatever becomes of a turn, so that every request of the trace is sent.
/// <para>
/// The trace is read ahead only as far as the simulated sessions run ahead of the recorded ones; one small entry is kept for each
/// session.
/// </para>
/// </remarks>
public sealed class TraceSessionWorkload : IWorkload, IDisposable
{
    private readonly IEnumerator<Request> _rows;
    private readonly PriorityQueue<Request, (SimTime At, long Order)> _due = new(TurnOrder.Instance);
    private readonly Dictionary<string, Session> _sessions = [];
    private Request? _nextRow;
    private SimDuration _greatestLead;
    private long _order;

    /// <summary>A workload of recorded sessions.</summary>
    /// <param name="requests">Requests in the order of their arrivals, such as a BurstGPT trace of the third release.</param>
    public TraceSessionWorkload(IEnumerable<Request> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        _rows = requests.GetEnumerator();
        Advance();
    }

    /// <inheritdoc/>
    public bool TryPeek(out SimTime arrival)
    {
        while (_nextRow != null && (_due.Count == 0 || _nextRow.Arrival - _greatestLead <= _due.Peek().Arrival))
        {
            Place(_nextRow);
            Advance();
        }
        arrival = _due.Count == 0 ? default : _due.Peek().Arrival;
        return _due.Count > 0;
    }

    /// <inheritdoc/>
    public Request Take() => TryPeek(out _) ? _due.Dequeue() : throw new InvalidOperationException("No request is known now.");

    /// <inheritdoc/>
    public void OnEnded(Request request, RequestOutcome outcome, SimTime at)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Session == null) return;
        Session session = _sessions[request.Session];
        session.EndedAt = at;
        if (session.Waiting is { Count: > 0 })
        {
            (Request turn, SimDuration gap) = session.Waiting.Dequeue();
            Send(turn, at + gap);
            return;
        }
        session.IsIdle = true;
        SimDuration lead = session.RecordedEnd - at;
        if (lead > _greatestLead) _greatestLead = lead;
    }

    /// <summary>Closes the trace.</summary>
    public void Dispose() => _rows.Dispose();

    private void Place(Request row)
    {
        SimTime recordedEnd = row.Arrival + (row.RecordedDuration ?? SimDuration.Zero);
        if (row.Session == null)
        {
            Send(row, row.Arrival);
            return;
        }
        if (!_sessions.TryGetValue(row.Session, out Session? session))
        {
            _sessions.Add(row.Session, new Session { RecordedEnd = recordedEnd });
            Send(row, row.Arrival);
            return;
        }
        SimDuration gap = row.Arrival > session.RecordedEnd ? row.Arrival - session.RecordedEnd : SimDuration.Zero;
        if (recordedEnd > session.RecordedEnd) session.RecordedEnd = recordedEnd;
        if (session.IsIdle)
        {
            session.IsIdle = false;
            Send(row, session.EndedAt + gap);
        }
        else
        {
            (session.Waiting ??= new()).Enqueue((row, gap));
        }
    }

    private void Send(Request request, SimTime at) => _due.Enqueue(request.Arrival == at ? request : request with { Arrival = at }, (at, _order++));

    private void Advance() => _nextRow = _rows.MoveNext() ? _rows.Current : null;

    private sealed class Session
    {
        public SimTime RecordedEnd { get; set; }

        public SimTime EndedAt { get; set; }

        public bool IsIdle { get; set; }

        public Queue<(Request Turn, SimDuration Gap)>? Waiting { get; set; }
    }
}
