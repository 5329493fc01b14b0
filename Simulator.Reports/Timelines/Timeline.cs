using Simulator.Core.Time;
using Simulator.Models.Results;

namespace Simulator.Reports.Timelines;

/// <summary>What some requests of a run went through, and what their replicas ran meanwhile.</summary>
/// <param name="Replicas">The replicas that worked on the requests, by index; a request without a replica is left out.</param>
public sealed record Timeline(IReadOnlyList<ReplicaTimeline> Replicas)
{
    /// <summary>The first arrival; the start of the clock without requests.</summary>
    public SimTime Start => Requests.Select(request => request.Record.Request.Arrival).DefaultIfEmpty().Min();

    /// <summary>The last end; the start of the clock without requests.</summary>
    public SimTime End => Requests.Select(request => request.Record.End).DefaultIfEmpty().Max();

    private IEnumerable<RequestTimeline> Requests => Replicas.SelectMany(replica => replica.Requests);
}

/// <summary>The requests of one replica, and its iterations.</summary>
/// <param name="Replica">Replica of the run, from 0.</param>
/// <param name="Requests">Its requests, in order of arrival.</param>
/// <param name="Iterations">What it ran while they were there.</param>
public sealed record ReplicaTimeline(int Replica, IReadOnlyList<RequestTimeline> Requests, IReadOnlyList<IterationRecord> Iterations);

/// <summary>What one request went through.</summary>
/// <param name="Record">What became of it.</param>
/// <param name="Spans">What was done for it, in order of time and without overlap.</param>
public sealed record RequestTimeline(RequestRecord Record, IReadOnlyList<TimelineSpan> Spans);

/// <summary>A part of a request's time.</summary>
/// <param name="Activity">What happened in it.</param>
/// <param name="Start">Its start.</param>
/// <param name="End">Its end.</param>
/// <param name="Tokens">Tokens that were computed for the request; 0 where nothing was.</param>
/// <param name="ContextTokens">Tokens that were in the KV cache before them.</param>
public readonly record struct TimelineSpan(RequestActivity Activity, SimTime Start, SimTime End, int Tokens = 0, int ContextTokens = 0);

/// <summary>What a request does.</summary>
public enum RequestActivity
{
    /// <summary>Waits to be scheduled for the first time.</summary>
    Waiting,

    /// <summary>Its prompt, or a part of it, is processed in one iteration.</summary>
    Prefill,

    /// <summary>It generates tokens in consecutive iterations.</summary>
    Decode,

    /// <summary>It is running, and iterations go by without it.</summary>
    Stalled,

    /// <summary>It was preempted and waits; its KV cache will be computed again.</summary>
    Preempted,

    /// <summary>It was preempted and waits; its KV cache is in host memory.</summary>
    Swapped,
}
