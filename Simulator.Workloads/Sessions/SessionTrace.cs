using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Workloads.Sessions;

/// <summary>Conversations as an open trace: every turn is planned, whatever the cluster does.</summary>
public static class SessionTrace
{
    /// <summary>A trace of sessions without end, that holds only the sessions under way. Its requests carry the planned durations.</summary>
    /// <param name="starts">When sessions start.</param>
    /// <param name="profile">What they are like.</param>
    /// <param name="response">How long responses are taken to last; think gaps count from their ends.</param>
    /// <param name="seed">The same seed gives the same trace on every platform.</param>
    public static Trace Of(IArrivalProcess starts, SessionProfile profile, ResponseEstimate response, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(profile);
        profile.Validate();
        return Trace.From(Requests(starts, profile, response, new RandomStreams(seed)), "session trace");
    }

    private static IEnumerable<Request> Requests(IArrivalProcess starts, SessionProfile profile, ResponseEstimate response, RandomStreams streams)
    {
        RandomStream sessions = streams.Stream("sessions");
        var due = new PriorityQueue<Conversation, (SimTime At, long Order)>(TurnOrder.Instance);
        long id = 0, order = 0, number = 0;
        foreach (SimTime start in starts.Arrivals(streams.Stream("arrivals")))
        {
            due.Enqueue(new Conversation(profile, sessions.Substream(number), number), (start, order++));
            number++;
            while (due.TryPeek(out Conversation? conversation, out (SimTime At, long Order) turn) && turn.At <= start)
            {
                due.Dequeue();
                if (conversation.Next(id, turn.At) is not { } request) continue;
                SimDuration duration = response.Of(request.OutputTokens);
                due.Enqueue(conversation, (turn.At + duration + conversation.Think(), order++));
                id++;
                yield return request with { RecordedDuration = duration };
            }
        }
    }
}
