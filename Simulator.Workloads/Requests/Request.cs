using Simulator.Core.Time;

namespace Simulator.Workloads.Requests;

/// <summary>One request as its client sends it: when it arrives, what it asks, and how long its client waits.</summary>
/// <remarks>
/// It carries the output length that the trace recorded. Only the engine reads that: policies see a view without it
/// (invariant 5).
/// </remarks>
public sealed record Request
{
    /// <summary>Position in the workload, from 0; unique within a run.</summary>
    public required long Id { get; init; }

    /// <summary>When the request reaches the cluster.</summary>
    public required SimTime Arrival { get; init; }

    /// <summary>Length of the prompt in tokens, at least 0 (0 only for failures that a trace recorded).</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens to generate; 0 marks a failure that the trace recorded, which ends <c>failed</c> without load.</summary>
    public required int OutputTokens { get; init; }

    /// <summary>Most tokens that the client allows (<c>max_tokens</c>), at least 1; null for as many as the context window holds.</summary>
    /// <remarks>Unlike the output length, an engine may go by it. Generation stops there if the recorded output is longer.</remarks>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Model name as the trace gives it; empty when it gives none. A cluster maps it to a pool.</summary>
    public string Model { get; init; } = "";

    /// <summary>Request class for results, such as <c>conversation</c> or <c>api</c>; empty when there is none.</summary>
    public string Class { get; init; } = "";

    /// <summary>Scheduling priority: the lower value goes first where an engine has priorities. 0 by default.</summary>
    public int Priority { get; init; }

    /// <summary>Session that the request belongs to; null for a request on its own.</summary>
    public string? Session { get; init; }

    /// <summary>Turn within the session, from 0.</summary>
    public int Turn { get; init; }

    /// <summary>What the prompt holds, in order, for prefix caching; empty when unknown, and then nothing is shared.</summary>
    /// <remarks>Segments may cover fewer tokens than the prompt (the rest is unique) but never more.</remarks>
    public IReadOnlyList<ContentSegment> Content { get; init; } = [];

    /// <summary>Longest wait from arrival until the request is first scheduled; null for no limit. Past it: timed out.</summary>
    public SimDuration? QueueTimeout { get; init; }

    /// <summary>Longest stay from arrival to completion; null for no limit. Past it: timed out.</summary>
    public SimDuration? Timeout { get; init; }

    /// <summary>The client gives up this long after arrival; null for never. Counted as timed out.</summary>
    public SimDuration? CancelAfter { get; init; }

    /// <summary>How long the recorded client waited for its whole response; null when the trace does not say.</summary>
    /// <remarks>It drives no simulated event: it tells think gaps of recorded sessions, and what to compare a replay with.</remarks>
    public SimDuration? RecordedDuration { get; init; }

    /// <summary>True for a failure that the trace recorded: no tokens were generated.</summary>
    public bool IsFailure => OutputTokens == 0;
}
