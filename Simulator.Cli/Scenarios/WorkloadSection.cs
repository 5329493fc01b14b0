using Simulator.Core.Time;

namespace Simulator.Cli.Scenarios;

/// <summary>What arrives: requests of a source, what is taken of them, and how they are sent.</summary>
internal sealed record WorkloadSection
{
    /// <summary>Value of <see cref="MaxOutput"/> for clients that ask for exactly the output that they get.</summary>
    public const int ExactOutput = 0;

    /// <summary>Where the requests come from.</summary>
    public required SourceSection Source { get; init; }

    /// <summary>The source when it is a trace file.</summary>
    public TraceSection? Trace => Source as TraceSection;

    /// <summary>The source when requests are drawn from distributions.</summary>
    public GeneratorSection? Generator => Source as GeneratorSection;

    /// <summary>Recorded times come in steps of this length; requests are spread evenly within one. Null to leave them.</summary>
    public SimDuration? Quantum { get; init; }

    /// <summary>Start of the window that is taken, since the first request of the source.</summary>
    public SimDuration From { get; init; }

    /// <summary>End of the window; null for the end of the source.</summary>
    public SimDuration? To { get; init; }

    /// <summary>Models whose requests are taken; empty for all.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Log types or request classes that are taken; empty for all.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>False to drop requests that the trace recorded as failed.</summary>
    public bool KeepFailures { get; init; } = true;

    /// <summary>Requests taken at most; null for all.</summary>
    public long? Limit { get; init; }

    /// <summary>Arrivals in place of those of the source, which are kept when this is null.</summary>
    public ArrivalSection? Arrivals { get; init; }

    /// <summary>How many times faster than recorded requests arrive.</summary>
    public double Speedup { get; init; } = 1;

    /// <summary>Mean rate that arrivals are scaled to, requests per second; null to leave it to <see cref="Speedup"/>.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Longer prompts are cut to so many tokens; null for no cut.</summary>
    public int? ClipPrompt { get; init; }

    /// <summary>Longer outputs are cut to so many tokens; null for no cut.</summary>
    public int? ClipOutput { get; init; }

    /// <summary>Output tokens that clients allow, or <see cref="ExactOutput"/>; null to leave what the source says.</summary>
    public int? MaxOutput { get; init; }

    /// <summary>True to take the prompts of a session for a conversation that grows, so that caches can reuse them.</summary>
    public bool SessionPrefixes { get; init; }

    /// <summary>Times that the source is played.</summary>
    public int Loops { get; init; } = 1;

    /// <summary>The source is played again and again until then; null to leave it to <see cref="Loops"/>.</summary>
    public SimDuration? LoopUntil { get; init; }

    /// <summary>True when a turn of a recorded session waits for the end of the turn before it, and for the think gap between them.</summary>
    public bool TurnsAfterReply { get; init; }

    /// <summary>Clients that send their next request when the last has ended; null when requests come by the clock.</summary>
    public ClosedLoopSection? ClosedLoop { get; init; }

    public TimeoutsSection Timeouts { get; init; } = new();

    /// <summary>True when the times of arrivals depend on how the cluster answers.</summary>
    public bool ArrivalsDependOnReplies => ClosedLoop is not null || TurnsAfterReply || Source is SessionsSection { Planned: null };
}

/// <summary>A fixed number of clients, each with one request at a time.</summary>
internal sealed record ClosedLoopSection
{
    public required int Concurrency { get; init; }

    /// <summary>From the end of a request to the client's next one; null for none.</summary>
    public SpanSection? ThinkTime { get; init; }

    /// <summary>Clients send nothing after this long; null to send all requests.</summary>
    public SimDuration? Duration { get; init; }
}

/// <summary>How long clients wait; null for ever.</summary>
internal sealed record TimeoutsSection
{
    /// <summary>From arrival until the request is first scheduled.</summary>
    public SimDuration? Queue { get; init; }

    /// <summary>From arrival to the last token.</summary>
    public SimDuration? Total { get; init; }

    /// <summary>The client hangs up this long after arrival.</summary>
    public SimDuration? CancelAfter { get; init; }
}
