using Simulator.Cli.Reading;

namespace Simulator.Cli.Scenarios;

internal static partial class ScenarioReader
{
    private static readonly string[] Sources = ["trace", "generate", "burstgpt", "mooncake", "servegen", "fit", "sessions"];

    private static readonly string[] OnlyOfATrace = ["format", "columns", "disorder"];

    private static readonly string[] OnlyByTheClock = ["arrivals", "speedup", "rate", "quantum", "turns"];

    private static readonly string[] OnlyOfAList =
    [
        "quantum", "from", "to", "models", "classes", "failures", "limit", "arrivals", "speedup", "rate", "clip", "maxOutput", "sessionPrefixes", "loops",
        "loopUntil", "turns", "closedLoop",
    ];

    private static WorkloadSection ReadWorkload(Cursor workload)
    {
        string? named = workload.One(Sources, required: true);
        ClosedLoopSection? closedLoop = workload.Map("closedLoop", ReadClosedLoop);
        SourceSection? source = ReadSource(workload, closedLoop);
        TracePart clip = workload.Map("clip", ReadClip) ?? new TracePart(null, null);
        var section = new WorkloadSection
        {
            Source = source!,
            Quantum = workload.Optional("quantum", Quantities.Duration(positive: true)),
            From = workload.Optional("from", Quantities.Duration(), default),
            To = workload.Optional("to", Quantities.Duration(positive: true)),
            Models = workload.Many("models", Values.Text("a model name of the trace")),
            Classes = workload.Many("classes", Values.Text("a log type or class of the trace")),
            KeepFailures = workload.Optional("failures", Values.OneOf("way with failures", KnownNames.FailureModes), true),
            Limit = workload.Optional("limit", Values.Whole(1L, long.MaxValue)),
            Arrivals = workload.Map("arrivals", ReadArrivals),
            Speedup = workload.Optional("speedup", Values.Positive(), 1),
            RequestsPerSecond = workload.Optional("rate", Rate()),
            ClipPrompt = clip.Prompt,
            ClipOutput = clip.Output,
            MaxOutput = workload.Optional("maxOutput", Values.OrWord("exact", WorkloadSection.ExactOutput, Tokens())),
            SessionPrefixes = workload.Optional("sessionPrefixes", Values.Flag(), false),
            Loops = workload.Optional("loops", Values.Count(), 1),
            LoopUntil = workload.Optional("loopUntil", Quantities.Duration(positive: true)),
            TurnsAfterReply = workload.Optional("turns", Values.OneOf("order of turns", ("recorded", false), ("after-reply", true)), false),
            ClosedLoop = closedLoop,
            Timeouts = workload.Map("timeouts", ReadTimeouts) ?? new TimeoutsSection(),
        };
        if (named is not null) CheckWorkload(workload, named, section);
        return section;
    }

    /// <summary>Reports what does not go together.</summary>
    private static void CheckWorkload(Cursor workload, string source, WorkloadSection section)
    {
        if (source != "trace") workload.Refuse(OnlyOfATrace, "only a trace takes it, and this workload is generated");
        if (section.Source is SessionsSection { Planned: null })
            workload.Refuse(OnlyOfAList, "sessions send a turn when the reply before it is there; give them 'planned' for a list of requests");
        else if (section.ClosedLoop is not null)
            workload.Refuse(OnlyByTheClock, "a closed loop sends requests when clients are free, not by the clock");

        if (section.To <= section.From) workload.Fault("to", $"the window is empty: it must end after 'from', {section.From}");
        if (section.Arrivals is not null)
            workload.Refuse(["speedup", "rate", "quantum"], "'arrivals' takes the place of the times that it would change; keep one of the two");
        else if (section.RequestsPerSecond is not null)
            workload.Refuse(["speedup"], "'rate' already sets how fast requests arrive; keep one of the two");
        if (section.LoopUntil is not null) workload.Refuse(["loops"], "'loopUntil' already sets how long the requests are played; keep one of the two");
        if (section.Trace is { } trace) CheckTrace(workload, trace, section);
        else if (section.Source is not MooncakeSection) workload.Refuse(["quantum"], "only 'mooncake' requests have times in steps");
    }

    private static void CheckTrace(Cursor workload, TraceSection trace, WorkloadSection section)
    {
        if (trace.Columns is not null && trace.Format is not (null or "csv"))
            workload.Refuse(["columns"], $"the format '{trace.Format}' has columns of its own; only 'csv' takes a column map");
        if (trace.Columns is { Arrival: null } && section.Arrivals is null && section.ClosedLoop is null)
            workload.Fault("columns", "'arrival' is missing; it is the column of arrival times, or give 'arrivals' or 'closedLoop'");
        if (trace.Format is not (null or "mooncake"))
            workload.Refuse(["quantum"], $"only 'mooncake' traces have timestamps in steps, and this one is '{trace.Format}'");
    }

    private static TracePart ReadClip(Cursor clip) => new(clip.Optional("prompt", Tokens()), clip.Optional("output", Tokens()));

    private static ClosedLoopSection ReadClosedLoop(Cursor closedLoop) => new()
    {
        Concurrency = closedLoop.Required("concurrency", Values.Count(), "the number of clients"),
        ThinkTime = closedLoop.MapOrValue("thinkTime", ReadSpan, FixedSpan),
        Duration = closedLoop.Optional("duration", Quantities.Duration(positive: true)),
    };

    private static TimeoutsSection ReadTimeouts(Cursor timeouts) => new()
    {
        Queue = timeouts.Optional("queue", Quantities.Duration(positive: true)),
        Total = timeouts.Optional("total", Quantities.Duration(positive: true)),
        CancelAfter = timeouts.Optional("cancelAfter", Quantities.Duration(positive: true)),
    };

    private sealed record TracePart(int? Prompt, int? Output);
}
