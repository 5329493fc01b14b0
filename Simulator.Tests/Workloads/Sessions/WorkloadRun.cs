using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Workloads.Sessions;

/// <summary>Plays a workload against servers without limit, whose service takes a time that a function gives.</summary>
internal static class WorkloadRun
{
    public static List<(Request Request, SimTime End)> Play(
        IWorkload workload, Func<Request, SimDuration> service, Func<Request, RequestOutcome>? outcome = null, int most = int.MaxValue)
    {
        var ended = new List<(Request, SimTime)>();
        var running = new PriorityQueue<Request, (SimTime At, long Id)>(Comparer<(SimTime At, long Id)>.Create(
            (x, y) => x.At.CompareTo(y.At) is var byTime && byTime != 0 ? byTime : x.Id.CompareTo(y.Id)));
        SimTime now = SimTime.Zero;
        while (ended.Count < most)
        {
            bool arrives = workload.TryPeek(out SimTime arrival);
            bool ends = running.TryPeek(out Request? first, out (SimTime At, long Id) end);
            if (!arrives && !ends) break;
            if (arrives && (!ends || arrival < end.At))
            {
                Assert.That(arrival, Is.GreaterThanOrEqualTo(now), "a workload never sends into the past");
                now = arrival;
                Request request = workload.Take();
                Assert.That(request.Arrival, Is.EqualTo(arrival));
                running.Enqueue(request, (now + service(request), request.Id));
            }
            else
            {
                running.Dequeue();
                now = end.At;
                ended.Add((first!, now));
                workload.OnEnded(first!, outcome?.Invoke(first!) ?? RequestOutcome.Completed, now);
            }
        }
        return ended;
    }
}
