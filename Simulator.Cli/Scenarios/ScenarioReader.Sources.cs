using Simulator.Cli.Reading;
using Simulator.Core.Time;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Scenarios;

internal static partial class ScenarioReader
{
    /// <summary>Reads every source that is there, so that its faults are found even when there is one too many.</summary>
    private static SourceSection? ReadSource(Cursor workload, ClosedLoopSection? closedLoop)
    {
        bool closed = workload.Has("closedLoop");
        bool ends = closedLoop?.Duration is not null;
        SourceSection?[] read =
        [
            ReadTrace(workload),
            workload.Map("generate", generate => ReadGenerator(generate, closed, ends)),
            workload.Map("burstgpt", burstgpt => ReadBurstGpt(burstgpt, closed, ends)),
            workload.Map("mooncake", mooncake => ReadMooncake(mooncake, closed, ends)),
            workload.Map("servegen", ReadServeGen),
            workload.MapOrValue("fit", ReadFit, (string text, out FitSection value, out string fault) => FitFile(workload, text, out value, out fault)),
            workload.Map("sessions", sessions => ReadSessions(sessions, closed, ends)),
        ];
        return read.FirstOrDefault(source => source is not null);
    }

    /// <summary>The keys of a trace stand beside it in the workload.</summary>
    private static TraceSection? ReadTrace(Cursor workload)
    {
        var trace = new TraceSection
        {
            File = workload.Resolve(workload.Optional("trace", Values.Text("the path of a trace"), "")),
            Format = workload.Optional("format", Values.OneOf("format", KnownNames.Formats), null!),
            Columns = workload.Map("columns", ReadColumns),
            Disorder = workload.Optional("disorder", Quantities.Duration(), default),
        };
        return workload.Has("trace") ? trace : null;
    }

    /// <summary>Which column of a CSV is what.</summary>
    internal static ColumnMap ReadColumns(Cursor columns) => new()
    {
        Arrival = Column(columns, "arrival"),
        ArrivalUnit = columns.Optional("arrivalUnit", Values.OneOf("unit of arrivals", KnownNames.ArrivalUnits), ArrivalUnit.Seconds),
        PromptTokens = columns.Required("prompt", ColumnName, "the column of prompt tokens"),
        OutputTokens = columns.Required("output", ColumnName, "the column of output tokens"),
        Model = Column(columns, "model"),
        Class = Column(columns, "class"),
        Priority = Column(columns, "priority"),
        Session = Column(columns, "session"),
        Turn = Column(columns, "turn"),
        RecordedDuration = Column(columns, "duration"),
        Content = Column(columns, "content"),
        QueueTimeout = Column(columns, "queueTimeout"),
        Timeout = Column(columns, "timeout"),
        CancelAfter = Column(columns, "cancelAfter"),
        MaxOutputTokens = Column(columns, "maxOutput"),
        Separator = columns.Optional("separator", Separator, ','),
    };

    private static GeneratorSection ReadGenerator(Cursor generate, bool closed, bool ends)
    {
        ArrivalSection? arrivals = generate.Map("arrivals", ReadArrivals);
        bool mixed = generate.Has("mix");
        if (mixed) generate.Refuse(["prompt", "output", "lengths", "model", "class", "priority"], "each entry of 'mix' has its own");
        var section = new GeneratorSection
        {
            Arrivals = arrivals,
            Kinds = mixed
                ? generate.RequiredMaps("mix", of => ReadKind(of, isPart: true), "a list of kinds of requests")
                : [ReadKind(generate, isPart: false)],
            Requests = ReadRequests(generate),
            Duration = ReadDuration(generate),
        };
        if (closed)
            generate.Refuse(["arrivals"], "the workload is a closed loop, whose clients send when they are free; remove one of the two");
        else if (!generate.Has("arrivals"))
            generate.Fault("'arrivals' is missing; it is an arrival process such as { poisson: 5/s }, or use 'closedLoop'");
        CheckEnd(generate, closed, ends);
        return section;
    }

    private static KindSection ReadKind(Cursor kind, bool isPart) => new()
    {
        Lengths = ReadLengths(kind),
        Model = ReadModel(kind),
        Class = ReadClass(kind, ""),
        Priority = kind.Optional("priority", Values.Whole(int.MinValue, int.MaxValue), 0),
        Share = isPart ? kind.Optional("share", Values.Number(1e-9, 1e9), 1) : 1,
    };

    private static BurstGptSection ReadBurstGpt(Cursor burstgpt, bool closed, bool ends)
    {
        var section = new BurstGptSection
        {
            Release = burstgpt.Optional("release", Values.OneOf("release", KnownNames.BurstGptReleases), BurstGptRelease.V1),
            RequestsPerSecond = burstgpt.Optional("rate", Rate()),
            Requests = ReadRequests(burstgpt),
            Duration = ReadDuration(burstgpt),
        };
        CheckEnd(burstgpt, closed, ends);
        return section;
    }

    private static MooncakeSection ReadMooncake(Cursor mooncake, bool closed, bool ends)
    {
        var section = new MooncakeSection
        {
            RequestsPerSecond = mooncake.Optional("rate", Rate()),
            Requests = ReadRequests(mooncake),
            Duration = ReadDuration(mooncake),
        };
        CheckEnd(mooncake, closed, ends);
        return section;
    }

    private static ServeGenSection ReadServeGen(Cursor servegen) => new()
    {
        Clients = servegen.Resolve(servegen.Required("clients", Values.Text("the path of a table"), "the table of the rates of clients") ?? ""),
        Lengths = servegen.Resolve(servegen.Required("lengths", Values.Text("the path of a table"), "the table of quantiles of lengths") ?? ""),
        RequestsPerSecond = servegen.Optional("rate", Rate()),
    };

    private static FitSection ReadFit(Cursor fit) => new()
    {
        File = fit.Resolve(fit.Required("file", Values.Text("the path of a fit"), "what 'simulator trace fit' wrote") ?? ""),
        Scale = fit.Optional("scale", Values.Number(1e-6, 1e6), 1),
        Gaps = fit.Optional("gaps", Values.OneOf("distribution of gaps", KnownNames.GapDistributions), GapDistribution.Gamma),
    };

    private static SessionsSection ReadSessions(Cursor sessions, bool closed, bool ends)
    {
        PlannedReplySection? planned = sessions.Map("planned", of => new PlannedReplySection(
            of.Optional("response", Quantities.Duration(), default), of.Optional("perToken", Quantities.Duration(), default)));
        var section = new SessionsSection
        {
            Starts = sessions.RequiredMap("starts", ReadArrivals, "when sessions start: an arrival process such as { poisson: 5/s }"),
            Count = sessions.Optional("count", Values.Whole(1L, long.MaxValue)),
            Turns = ReadLength(sessions, "turns"),
            NewInput = ReadLength(sessions, "newInput"),
            Output = ReadLength(sessions, "output"),
            Think = ReadThink(sessions),
            SystemPrompt = sessions.Optional("systemPrompt", Values.Whole(0, KnownLimits.MostTokens), 0),
            MaxContext = sessions.Optional("maxContext", Tokens()),
            Model = ReadModel(sessions),
            Class = ReadClass(sessions, "conversation"),
            Requests = ReadRequests(sessions),
            Duration = ReadDuration(sessions),
            Planned = planned,
        };
        if (sessions.Has("planned"))
        {
            sessions.Refuse(["count"], "planned turns are a list of requests; end it with 'requests' or 'duration'");
            CheckEnd(sessions, closed, ends);
        }
        else
        {
            sessions.Refuse(["requests", "duration"], "turns wait for replies, so that only the number of sessions is known: give 'count'");
            if (!sessions.Has("count")) sessions.Fault("'count' is missing; it is the number of sessions");
        }

        return section;
    }

    private static SpanSection ReadThink(Cursor sessions)
    {
        if (!sessions.Has("think"))
            sessions.Fault("'think' is missing; it is the time from a reply to the next turn, such as 30s or { logNormal: { median: 116s, p90: 1372s } }");
        return sessions.MapOrValue("think", ReadSpan, FixedSpan) ?? new SpanSection.Fixed(default);
    }

    private static long? ReadRequests(Cursor endless) => endless.Optional("requests", Values.Whole(1L, long.MaxValue));

    private static SimDuration? ReadDuration(Cursor endless) => endless.Optional("duration", Quantities.Duration(positive: true));

    private static string ReadModel(Cursor of) => of.Optional("model", Values.Text("a model name"), "");

    private static string ReadClass(Cursor of, string otherwise) => of.Optional("class", Values.Text("a request class"), otherwise);

    /// <summary>Reports a source that would never end.</summary>
    /// <param name="endless">The source.</param>
    /// <param name="closed">True in a closed loop, where a duration of arrivals means nothing.</param>
    /// <param name="ends">True when the closed loop has an end of its own.</param>
    private static void CheckEnd(Cursor endless, bool closed, bool ends)
    {
        if (closed) endless.Refuse(["duration"], "a closed loop sends when clients are free; give 'requests' here, or 'duration' in 'closedLoop'");
        if (ends || endless.Has("requests") || endless.Has("duration")) return;
        endless.Fault(closed ? "it would never end; give 'requests', or 'duration' in 'closedLoop'" : "it would never end; give 'requests', 'duration' or both");
    }

    private static ValueReader<string> ColumnName { get; } = Values.Text("the name of a column");

    private static string? Column(Cursor columns, string key) => columns.Optional(key, ColumnName, null!);

    private static bool Separator(string text, out char value, out string fault)
    {
        value = text switch
        {
            "tab" => '\t',
            { Length: 1 } when text[0] is > ' ' and < '\u007f' and not '"' || text == "\t" => text[0],
            _ => '\0',
        };
        fault = $"expected one character such as ';', or tab, got '{text}'";
        return value != '\0';
    }

    private static bool FitFile(Cursor workload, string text, out FitSection value, out string fault)
    {
        value = new FitSection { File = workload.Resolve(text) };
        fault = "expected the path of a fit, got an empty text";
        return text.Length > 0;
    }
}
