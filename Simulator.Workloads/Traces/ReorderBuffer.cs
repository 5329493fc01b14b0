using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Workloads.Traces;

/// <summary>Puts requests in order whose arrivals go back by no more than a tolerance. Equal arrivals keep their order.</summary>
internal static class ReorderBuffer
{
    public static IEnumerable<Request> Sort(IEnumerable<Request> source, SimDuration disorder)
    {
        var held = new PriorityQueue<Request, (long Arrival, long Id)>();
        long latest = long.MinValue;
        foreach (Request request in source)
        {
            held.Enqueue(request, (request.Arrival.Nanoseconds, request.Id));
            latest = Math.Max(latest, request.Arrival.Nanoseconds);
            while (held.Peek().Arrival.Nanoseconds <= latest - disorder.Nanoseconds) yield return held.Dequeue();
        }
        while (held.TryDequeue(out Request? request, out _)) yield return request;
    }
}
