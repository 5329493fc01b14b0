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
    private readonly IEnumerator<Request> rows;
    private readonly PriorityQueue<Request, (SimTime At, long Order)> due = new(TurnOrder.Instance);
    private readonly Dictionary<string, Session> sessions = [];
    private Request? nextRow;
    private SimDuration greatestLead;
    private long order;

    /// <summary>A workload of recorded sessions.</summary>
    /// <param name="requests">Requests in the order of their arrivals, such as a BurstGPT trace of the third release.</param>
    public TraceSessionWorkload(IEnumerable<Request> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        rows = requests.GetEnumerator();
        Advance();
    }

    /// <inheritdoc/>
    public bool TryPeek(out SimTime arrival)
    {
        while (nextRow != null && (due.Count == 0 || nextRow.Arrival - greatestLead <= due.Peek().Arrival))
        {
            Place(nextRow);
            Advance();
        }
        arrival = due.Count == 0 ? default : due.Peek().Arrival;
        return due.Count > 0;
    }

    /// <inheritdoc/>
    public Request Take() => TryPeek(out _) ? due.Dequeue() : throw new InvalidOperationException("No request is known now.");

    /// <inheritdoc/>
    public void OnEnded(Request request, RequestOutcome outcome, SimTime at)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Session == null) return;
        Session session = sessions[request.Session];
        session.EndedAt = at;
        if (session.Waiting is { Count: > 0 })
        {
            (Request turn, SimDuration gap) = session.Waiting.Dequeue();
            Send(turn, at + gap);
            return;
        }
        session.IsIdle = true;
        SimDuration lead = session.RecordedEnd - at;
        if (lead > greatestLead) greatestLead = lead;
    }

    /// <summary>Closes the trace.</summary>
    public void Dispose() => rows.Dispose();

    private void Place(Request row)
    {
        SimTime recordedEnd = row.Arrival + (row.RecordedDuration ?? SimDuration.Zero);
        if (row.Session == null)
        {
            Send(row, row.Arrival);
            return;
        }
        if (!sessions.TryGetValue(row.Session, out Session? session))
        {
            sessions.Add(row.Session, new Session { RecordedEnd = recordedEnd });
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

    private void Send(Request request, SimTime at) => due.Enqueue(request.Arrival == at ? request : request with { Arrival = at }, (at, order++));

    private void Advance() => nextRow = rows.MoveNext() ? rows.Current : null;

    private sealed class Session
    {
        public SimTime RecordedEnd { get; set; }

        public SimTime EndedAt { get; set; }

        public bool IsIdle { get; set; }

        public Queue<(Request Turn, SimDuration Gap)>? Waiting { get; set; }
    }
}
