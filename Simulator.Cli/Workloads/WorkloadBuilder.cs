using Simulator.Cli.Scenarios;
using Simulator.Core.Time;
using Simulator.Workloads.Clients;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Spans;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Workloads;

/// <summary>Makes the workload that a scenario describes.</summary>
internal static class WorkloadBuilder
{
    /// <summary>The workload of one run. It may hold open files: dispose it where it is <see cref="IDisposable"/>.</summary>
    /// <param name="section">What the scenario says.</param>
    /// <param name="seed">Seed of everything that is drawn.</param>
    /// <exception cref="TraceFormatException">A trace cannot be read; also thrown while requests are taken.</exception>
    public static IWorkload Create(WorkloadSection section, ulong seed)
    {
        Trace requests = Requests(section, seed);
        if (section.ClosedLoop is not { } loop) return requests.AsWorkload();
        ISpanDistribution? think = loop.ThinkTime > SimDuration.Zero ? new FixedSpan(loop.ThinkTime) : null;
        return new ClosedLoopWorkload(requests, loop.Concurrency, think, seed);
    }

    /// <summary>When the last request arrives; found by a pass over the workload.</summary>
    /// <returns>Null when that depends on the cluster: in a closed loop.</returns>
    /// <exception cref="TraceFormatException">A trace cannot be read.</exception>
    public static SimTime? LastArrival(WorkloadSection section, ulong seed)
    {
        if (section.ClosedLoop is not null) return null;
        SimTime? last = null;
        foreach (Request request in Requests(section, seed)) last = request.Arrival;
        return last;
    }

    /// <summary>The requests in the order of their arrivals, which may be enumerated again and again.</summary>
    private static Trace Requests(WorkloadSection section, ulong seed)
    {
        Trace requests = section.Trace is { } trace ? TraceBuilder.Create(trace) : GeneratorBuilder.Create(section.Generator!, seed);
        TimeoutsSection limits = section.Timeouts;
        return limits == new TimeoutsSection() ? requests : requests.WithTimeouts(limits.Queue, limits.Total, limits.CancelAfter);
    }
}
