using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Results;

/// <summary>What became of one request.</summary>
public readonly record struct RequestRecord
{
    /// <summary>The request.</summary>
    public required Request Request { get; init; }

    /// <summary>How it ended.</summary>
    public required RequestOutcome Outcome { get; init; }

    /// <summary>Why it was rejected; <see cref="RejectionReason.None"/> otherwise.</summary>
    public RejectionReason Rejection { get; init; }

    /// <summary>Pool that served it; empty when none did.</summary>
    public string Pool { get; init; }

    /// <summary>Replica of the run that it was sent to, from 0; −1 when it reached none.</summary>
    public int Replica { get; init; }

    /// <summary>When it was first scheduled; null when it never was.</summary>
    public SimTime? FirstScheduled { get; init; }

    /// <summary>When its first token was out; null when none was.</summary>
    public SimTime? FirstToken { get; init; }

    /// <summary>When it ended.</summary>
    public required SimTime End { get; init; }

    /// <summary>Total time in the waiting queue: before the first schedule, and after each preemption.</summary>
    public SimDuration Queued { get; init; }

    /// <summary>Tokens generated.</summary>
    public int GeneratedTokens { get; init; }

    /// <summary>Prompt tokens that were found in the prefix cache when it was first scheduled.</summary>
    public int PrefixHitTokens { get; init; }

    /// <summary>Times it was preempted.</summary>
    public int Preemptions { get; init; }

    /// <summary>True when the context window cut its output short.</summary>
    public bool Truncated { get; init; }

    /// <summary>Time to first token: arrival to first token. Null without one.</summary>
    public SimDuration? Ttft => FirstToken - Request.Arrival;

    /// <summary>Arrival to end.</summary>
    public SimDuration E2e => End - Request.Arrival;

    /// <summary>Mean time per output token after the first, rounded down to a nanosecond: (E2E − TTFT)/(output − 1). Null below two tokens.</summary>
    public SimDuration? Tpot => FirstToken is { } first && GeneratedTokens > 1
        ? SimDuration.FromNanoseconds((End - first).Nanoseconds / (GeneratedTokens - 1))
        : null;
}

/// <summary>Why a request was refused.</summary>
public enum RejectionReason
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>The replica's waiting queue was full.</summary>
    QueueFull,

    /// <summary>The prompt leaves no room for a token in the context window.</summary>
    ContextWindow,

    /// <summary>Prompt and output need more KV blocks than the replica has.</summary>
    KvMemory,

    /// <summary>No pool serves its model.</summary>
    NoPool,

    /// <summary>The prompt is empty.</summary>
    EmptyPrompt,
}
