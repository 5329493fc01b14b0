using Simulator.Cli.Faults;
using Simulator.Cli.Scenarios;
using Simulator.Core.Time;
using Simulator.Workloads.Clients;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Sessions;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Workloads;

/// <summary>Makes the workload that a scenario describes.</summary>
internal static class WorkloadBuilder
{
    /// <summary>The workload of one run. It may hold open files: dispose it where it is <see cref="IDisposable"/>.</summary>
    /// <param name="section">What the scenario says.</param>
    /// <param name="seed">Seed of everything that is drawn.</param>
    /// <exception cref="TraceFormatException">A file cannot be read; also thrown while requests are taken.</exception>
    /// <exception cref="InputException">Nothing arrives, or not before the clock ends; also thrown while requests are taken.</exception>
    public static IWorkload Create(WorkloadSection section, ulong seed)
    {
        if (section.Source is SessionsSection { Planned: null } sessions) return CreateSessions(sessions, section.Timeouts, seed);
        Trace requests = Requests(section, seed);
        if (section.TurnsAfterReply) return requests.AsSessions();
        if (section.ClosedLoop is not { } loop) return requests.AsWorkload();
        var clients = new ClosedLoopWorkload(requests, loop.Concurrency, loop.ThinkTime is { } think ? Distributions.Of(think) : null, seed);
        return loop.Duration is { } duration ? new EndingWorkload(clients, SimTime.Zero + duration) : clients;
    }

    /// <summary>When the last request arrives; found by a pass over the workload.</summary>
    /// <returns>Null when that depends on how the cluster answers.</returns>
    /// <exception cref="TraceFormatException">A file cannot be read.</exception>
    /// <exception cref="InputException">Nothing arrives, or not before the clock ends.</exception>
    public static SimTime? LastArrival(WorkloadSection section, ulong seed)
    {
        if (section.ArrivalsDependOnReplies) return null;
        SimTime? last = null;
        foreach (Request request in Requests(section, seed)) last = request.Arrival;
        return last;
    }

    /// <summary>The requests in the order of their arrivals, which may be enumerated again and again.</summary>
    /// <remarks>
    /// The steps, in this order: spread a quantum, cut the window, keep models and classes, drop failures, limit, change the
    /// arrivals or their rate, clip, allow outputs, grow prefixes, loop, give timeouts. So a window is one of recorded time, a limit counts
    /// requests of the kind that is kept, and a rate is that of the requests which are left.
    /// </remarks>
    /// <exception cref="TraceFormatException">A file cannot be read.</exception>
    public static Trace Requests(WorkloadSection section, ulong seed)
    {
        Trace requests = Sources.Open(section.Source, seed);
        if (section.Quantum is { } quantum) requests = requests.SpreadQuantum(quantum);
        if (section.From > SimDuration.Zero || section.To is not null) requests = requests.Window(section.From, section.To ?? SimDuration.MaxValue);
        if (section.Models.Count > 0 || section.Classes.Count > 0) requests = requests.Only(section.Models, section.Classes);
        if (!section.KeepFailures) requests = requests.DropFailures();
        if (section.Limit is { } limit) requests = requests.Take(limit);
        if (section.From > SimDuration.Zero) requests = Trace.From(requests, requests.Name);
        if (section.Arrivals is { } arrivals) requests = requests.WithArrivals(Distributions.Of(arrivals), seed);
        if (section.RequestsPerSecond is { } rate) requests = requests.ToRate(rate);
        if (section.Speedup != 1) requests = requests.SpeedUp(section.Speedup);
        if (section.ClipPrompt is not null || section.ClipOutput is not null)
            requests = requests.ClipLengths(section.ClipPrompt ?? int.MaxValue, section.ClipOutput ?? int.MaxValue);
        if (section.MaxOutput is { } most) requests = requests.AllowOutput(most == WorkloadSection.ExactOutput ? null : most);
        if (section.SessionPrefixes) requests = requests.WithSessionPrefixes();
        if (section.LoopUntil is { } until) requests = requests.LoopUntil(until);
        else if (section.Loops > 1) requests = requests.Loop(section.Loops);
        TimeoutsSection limits = section.Timeouts;
        if (limits != new TimeoutsSection()) requests = requests.WithTimeouts(limits.Queue, limits.Total, limits.CancelAfter);
        return Trace.From(WithinTheClock(requests), requests.Name).KeepClock();
    }

    private static SessionLimits CreateSessions(SessionsSection sessions, TimeoutsSection timeouts, ulong seed) => new(
        new SessionWorkload(Distributions.Of(sessions.Starts), Sources.ProfileOf(sessions), sessions.Count!.Value, seed), timeouts);

    private static IEnumerable<Request> WithinTheClock(Trace requests)
    {
        using IEnumerator<Request> each = requests.GetEnumerator();
        while (MoveNext(each)) yield return each.Current;
    }

    private static bool MoveNext(IEnumerator<Request> requests)
    {
        try
        {
            return requests.MoveNext();
        }
        catch (OverflowException)
        {
            throw new InputException("workload: requests arrive later than 292 years, where the clock ends; take fewer, or a higher rate");
        }
    }
}
