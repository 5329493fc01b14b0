using Simulator.Core.Time;

namespace Simulator.Cli.Scenarios;

/// <summary>What arrives: a trace or a generator, sent as recorded or by a fixed number of clients.</summary>
internal sealed record WorkloadSection
{
    /// <summary>The recorded requests; null when they are generated.</summary>
    public TraceSection? Trace { get; init; }

    /// <summary>The generated requests; null when they come from a trace.</summary>
    public GeneratorSection? Generator { get; init; }

    /// <summary>Clients that send their next request when the last has ended; null when requests come by the clock.</summary>
    public ClosedLoopSection? ClosedLoop { get; init; }

    public TimeoutsSection Timeouts { get; init; } = new();
}

/// <summary>A trace and what is taken of it.</summary>
internal sealed record TraceSection
{
    /// <summary>Path of the trace; a scenario names it relative to itself.</summary>
    public required string File { get; init; }

    /// <summary>Name of its format; null to tell it from the content.</summary>
    public string? Format { get; init; }

    /// <summary>For a plain CSV: which column is what.</summary>
    public ColumnsSection? Columns { get; init; }

    /// <summary>Mooncake timestamps come in steps of this length; requests are spread evenly within one. Null to leave them.</summary>
    public SimDuration? Quantum { get; init; }

    /// <summary>Models whose requests are taken; empty for all.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Log types or request classes that are taken; empty for all.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>False to drop requests that the trace recorded as failed.</summary>
    public bool KeepFailures { get; init; } = true;

    /// <summary>Start of the window that is taken, since the first request of the trace.</summary>
    public SimDuration From { get; init; }

    /// <summary>End of the window; null for the end of the trace.</summary>
    public SimDuration? To { get; init; }

    /// <summary>How many times faster than recorded requests arrive.</summary>
    public double Speedup { get; init; } = 1;

    /// <summary>Mean rate that arrivals are scaled to, requests per second; null to leave it to <see cref="Speedup"/>.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Requests taken at most; null for all.</summary>
    public long? Limit { get; init; }

    /// <summary>Longer prompts are cut to so many tokens; null for no cut.</summary>
    public int? ClipPrompt { get; init; }

    /// <summary>Longer outputs are cut to so many tokens; null for no cut.</summary>
    public int? ClipOutput { get; init; }

    /// <summary>Times that the trace is played.</summary>
    public int Loops { get; init; } = 1;
}

/// <summary>Columns of a plain CSV trace, by name.</summary>
internal sealed record ColumnsSection
{
    public required string Arrival { get; init; }

    public required string Prompt { get; init; }

    public required string Output { get; init; }

    public string? Model { get; init; }

    public string? Class { get; init; }

    public string? Session { get; init; }
}

/// <summary>Requests drawn from distributions.</summary>
internal sealed record GeneratorSection
{
    /// <summary>When they arrive; null in a closed loop.</summary>
    public ArrivalSection? Arrivals { get; init; }

    public required LengthSection Prompt { get; init; }

    public required LengthSection Output { get; init; }

    /// <summary>Requests generated; null when <see cref="Duration"/> ends them.</summary>
    public long? Requests { get; init; }

    /// <summary>Arrivals end after this long; null when <see cref="Requests"/> ends them.</summary>
    public SimDuration? Duration { get; init; }

    /// <summary>Model name that the requests carry.</summary>
    public string Model { get; init; } = "";

    /// <summary>Class that the requests carry.</summary>
    public string Class { get; init; } = "";
}

/// <summary>An arrival process.</summary>
internal abstract record ArrivalSection(double RequestsPerSecond);

internal sealed record ConstantArrivals(double RequestsPerSecond) : ArrivalSection(RequestsPerSecond);

internal sealed record PoissonArrivals(double RequestsPerSecond) : ArrivalSection(RequestsPerSecond);

/// <summary>Gamma gaps whose coefficient of variation is <c>Cv</c>.</summary>
internal sealed record GammaArrivals(double RequestsPerSecond, double Cv) : ArrivalSection(RequestsPerSecond);

/// <summary>Weibull gaps: a shape below 1 is bursty, 1 is Poisson.</summary>
internal sealed record WeibullArrivals(double RequestsPerSecond, double Shape) : ArrivalSection(RequestsPerSecond);

/// <summary>Poisson arrivals at <c>RequestsPerSecond</c> during bursts, none between them.</summary>
internal sealed record OnOffArrivals(double RequestsPerSecond, SimDuration On, SimDuration Off) : ArrivalSection(RequestsPerSecond);

/// <summary>Poisson arrivals whose rate follows the hour of the day: <c>Profile</c> weighs each, from midnight.</summary>
internal sealed record DiurnalArrivals(double RequestsPerSecond, IReadOnlyList<double> Profile) : ArrivalSection(RequestsPerSecond);

/// <summary>A distribution of lengths in tokens.</summary>
internal abstract record LengthSection;

internal sealed record FixedLength(int Tokens) : LengthSection;

internal sealed record UniformLength(int Least, int Most) : LengthSection;

/// <summary>Zipf on 1 … <c>Most</c>.</summary>
internal sealed record ZipfLength(double Exponent, int Most) : LengthSection;

/// <param name="Mean">Mean in tokens, before the cut at <c>Most</c>.</param>
/// <param name="Cv">Coefficient of variation.</param>
/// <param name="Most">Longer draws are cut to this; null for no cut.</param>
internal sealed record LogNormalLength(double Mean, double Cv, int? Most) : LengthSection;

/// <summary>Lengths as they occur in a trace.</summary>
internal sealed record EmpiricalLength(string TraceFile) : LengthSection;

/// <summary>A fixed number of clients, each with one request at a time.</summary>
internal sealed record ClosedLoopSection(int Concurrency, SimDuration ThinkTime);

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
