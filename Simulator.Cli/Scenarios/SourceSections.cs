using Simulator.Core.Time;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Scenarios;

/// <summary>Where requests come from.</summary>
internal abstract record SourceSection;

/// <summary>A trace file.</summary>
internal sealed record TraceSection : SourceSection
{
    /// <summary>Path of the trace; a scenario names it relative to itself.</summary>
    public required string File { get; init; }

    /// <summary>Name of its format; null to tell it from the content.</summary>
    public string? Format { get; init; }

    /// <summary>For a CSV with columns of its own: which column is what.</summary>
    public ColumnMap? Columns { get; init; }

    /// <summary>How far a row may lie before an earlier one; such rows are put in order.</summary>
    public SimDuration Disorder { get; init; }

    /// <summary>True to leave arrivals on the clock of the recording; the first one arrives at 0 otherwise.</summary>
    public bool KeepClock { get; init; }
}

/// <summary>A source without an end of its own.</summary>
internal abstract record EndlessSection : SourceSection
{
    /// <summary>Requests made; null when <see cref="Duration"/> or the closed loop ends them.</summary>
    public long? Requests { get; init; }

    /// <summary>Arrivals end after this long; null when <see cref="Requests"/> or the closed loop ends them.</summary>
    public SimDuration? Duration { get; init; }
}

/// <summary>Requests drawn from distributions.</summary>
internal sealed record GeneratorSection : EndlessSection
{
    /// <summary>When they arrive; null in a closed loop.</summary>
    public ArrivalSection? Arrivals { get; init; }

    /// <summary>The kinds of requests, at least one.</summary>
    public required IReadOnlyList<KindSection> Kinds { get; init; }
}

/// <summary>A kind of generated requests.</summary>
internal sealed record KindSection
{
    public required LengthPairSection Lengths { get; init; }

    /// <summary>Model name that the requests carry.</summary>
    public string Model { get; init; } = "";

    /// <summary>Class that the requests carry.</summary>
    public string Class { get; init; } = "";

    /// <summary>Scheduling priority; lower goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Its share of the requests, relative to the other kinds.</summary>
    public double Share { get; init; } = 1;
}

/// <summary>Traffic with the shape of BurstGPT.</summary>
internal sealed record BurstGptSection : EndlessSection
{
    public BurstGptRelease Release { get; init; }

    /// <summary>Mean rate; null for that of BurstGPT's first release.</summary>
    public double? RequestsPerSecond { get; init; }
}

/// <summary>Traffic with the shape of Mooncake's conversations.</summary>
internal sealed record MooncakeSection : EndlessSection
{
    /// <summary>Mean rate; null for that of the recording.</summary>
    public double? RequestsPerSecond { get; init; }
}

/// <summary>The clients of ServeGen's tables.</summary>
internal sealed record ServeGenSection : SourceSection
{
    /// <summary>Path of the table of rates.</summary>
    public required string Clients { get; init; }

    /// <summary>Path of the quantiles of lengths.</summary>
    public required string Lengths { get; init; }

    /// <summary>Rate of every window of the tables; null for the rates of the tables.</summary>
    public double? RequestsPerSecond { get; init; }
}

/// <summary>Traffic made from a fit of a trace.</summary>
internal sealed record FitSection : SourceSection
{
    /// <summary>Path of what <c>simulator trace fit</c> wrote.</summary>
    public required string File { get; init; }

    /// <summary>How many times as many requests as were fitted.</summary>
    public double Scale { get; init; } = 1;

    public GapDistribution Gaps { get; init; }
}

/// <summary>Conversations whose prompts grow turn by turn.</summary>
internal sealed record SessionsSection : EndlessSection
{
    /// <summary>When sessions start.</summary>
    public required ArrivalSection Starts { get; init; }

    /// <summary>Sessions in all; null when turns are planned ahead.</summary>
    public long? Count { get; init; }

    public required LengthSection Turns { get; init; }

    /// <summary>What the user writes in each turn.</summary>
    public required LengthSection NewInput { get; init; }

    public required LengthSection Output { get; init; }

    /// <summary>From the end of a turn to the next.</summary>
    public required SpanSection Think { get; init; }

    /// <summary>Tokens with which all sessions begin alike.</summary>
    public int SystemPrompt { get; init; }

    /// <summary>Sessions end before a turn that is longer than this, prompt and output together; null for no limit.</summary>
    public int? MaxContext { get; init; }

    public string Model { get; init; } = "";

    public string Class { get; init; } = "conversation";

    /// <summary>How long replies are taken to last, for turns that come by the clock; null when a turn waits for the reply before it.</summary>
    public PlannedReplySection? Planned { get; init; }
}

/// <summary>How long a reply is taken to last when turns are planned ahead.</summary>
internal sealed record PlannedReplySection(SimDuration PerRequest, SimDuration PerOutputToken);
