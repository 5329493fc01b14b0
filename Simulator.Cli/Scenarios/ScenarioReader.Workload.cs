using Simulator.Cli.Reading;

namespace Simulator.Cli.Scenarios;

internal static partial class ScenarioReader
{
    private const int HoursPerDay = 24;

    private static readonly string[] Sources = ["trace", "generate"];

    private static readonly string[] TraceKeys =
    [
        "format", "columns", "quantum", "models", "classes", "failures", "from", "to", "speedup", "rate", "limit", "clip", "loops",
    ];

    private static WorkloadSection ReadWorkload(Cursor workload)
    {
        string? source = workload.One(Sources, required: true);
        bool closed = workload.Has("closedLoop");
        var section = new WorkloadSection
        {
            Trace = ReadTrace(workload, source == "trace"),
            Generator = workload.Map("generate", generate => ReadGenerator(generate, closed)),
            ClosedLoop = workload.Map("closedLoop", ReadClosedLoop),
            Timeouts = workload.Map("timeouts", ReadTimeouts) ?? new TimeoutsSection(),
        };
        if (source == "generate") workload.Refuse(TraceKeys, "only a trace takes it, and this workload is generated");
        if (closed) workload.Refuse(["speedup", "rate", "quantum"], "a closed loop sends requests when clients are free, not by the clock");
        return section;
    }

    /// <summary>The keys of a trace stand beside it in the workload.</summary>
    private static TraceSection? ReadTrace(Cursor workload, bool given)
    {
        TracePart clip = workload.Map("clip", ReadClip) ?? new TracePart(null, null);
        var trace = new TraceSection
        {
            File = workload.Resolve(workload.Optional("trace", Values.Text("the path of a trace"), "")),
            Format = workload.Optional("format", Values.OneOf("format", KnownNames.Formats), null!),
            Columns = workload.Map("columns", ReadColumns),
            Quantum = workload.Optional("quantum", Quantities.Duration(positive: true)),
            Models = workload.Many("models", Values.Text("a model name of the trace")),
            Classes = workload.Many("classes", Values.Text("a log type or class of the trace")),
            KeepFailures = workload.Optional("failures", Values.OneOf("way with failures", ("keep", true), ("drop", false)), true),
            From = workload.Optional("from", Quantities.Duration(), default),
            To = workload.Optional("to", Quantities.Duration(positive: true)),
            Speedup = workload.Optional("speedup", Values.Positive(), 1),
            RequestsPerSecond = workload.Optional("rate", Quantities.Rate()),
            Limit = workload.Optional("limit", Values.Whole(1L, long.MaxValue)),
            ClipPrompt = clip.Prompt,
            ClipOutput = clip.Output,
            Loops = workload.Optional("loops", Values.Count(), 1),
        };
        if (!given) return null;

        if (trace.To <= trace.From) workload.Fault("to", $"the window is empty: it must end after 'from', {trace.From}");
        if (trace.RequestsPerSecond is not null) workload.Refuse(["speedup"], "'rate' already sets how fast requests arrive; keep one of the two");
        if (trace.Columns is not null && trace.Format is not (null or "csv"))
            workload.Refuse(["columns"], $"the format '{trace.Format}' has columns of its own; only 'csv' takes a column map");
        if (trace.Columns is null && trace.Format == "csv" && !workload.Has("columns"))
            workload.Fault("format", "'csv' needs 'columns', which says what the columns of the trace are");
        if (trace.Quantum is not null && trace.Format is not (null or "mooncake"))
            workload.Refuse(["quantum"], $"only 'mooncake' traces have timestamps in steps, and this one is '{trace.Format}'");
        return trace;
    }

    private static ColumnsSection ReadColumns(Cursor columns)
    {
        ValueReader<string> name = Values.Text("the name of a column");
        return new ColumnsSection
        {
            Arrival = columns.Required("arrival", name, "the column of arrival times in seconds"),
            Prompt = columns.Required("prompt", name, "the column of prompt tokens"),
            Output = columns.Required("output", name, "the column of output tokens"),
            Model = columns.Optional("model", name, null!),
            Class = columns.Optional("class", name, null!),
            Session = columns.Optional("session", name, null!),
        };
    }

    private static TracePart ReadClip(Cursor clip) => new(
        clip.Optional("prompt", Values.Count()),
        clip.Optional("output", Values.Count()));

    private static GeneratorSection ReadGenerator(Cursor generate, bool closed)
    {
        var section = new GeneratorSection
        {
            Arrivals = generate.Map("arrivals", ReadArrivals),
            Prompt = ReadLength(generate, "prompt"),
            Output = ReadLength(generate, "output"),
            Requests = generate.Optional("requests", Values.Whole(1L, long.MaxValue)),
            Duration = generate.Optional("duration", Quantities.Duration(positive: true)),
            Model = generate.Optional("model", Values.Text("a model name"), ""),
            Class = generate.Optional("class", Values.Text("a request class"), ""),
        };
        if (closed)
            generate.Refuse(["arrivals"], "the workload is a closed loop, whose clients send when they are free; remove one of the two");
        else if (!generate.Has("arrivals"))
            generate.Fault("'arrivals' is missing; it is an arrival process such as { poisson: 5/s }, or use 'closedLoop'");
        if (!generate.Has("requests") && !generate.Has("duration"))
            generate.Fault("it would never end; give 'requests', 'duration' or both");
        return section;
    }

    private static ArrivalSection ReadArrivals(Cursor arrivals)
    {
        _ = arrivals.One(["constant", "poisson", "gamma", "weibull", "onOff", "diurnal"], required: true);
        ValueReader<double> rate = Quantities.Rate();
        double? constant = arrivals.Optional("constant", rate);
        double? poisson = arrivals.Optional("poisson", rate);
        GammaArrivals? gamma = arrivals.Map("gamma", of => new GammaArrivals(Rate(of),
            of.Required("cv", Values.Positive(), "the coefficient of variation of the gaps; 1 is Poisson, more is burstier")));
        WeibullArrivals? weibull = arrivals.Map("weibull", of => new WeibullArrivals(Rate(of),
            of.Required("shape", Values.Positive(), "the shape of the gaps; 1 is Poisson, less is burstier")));
        OnOffArrivals? onOff = arrivals.Map("onOff", of => new OnOffArrivals(Rate(of),
            of.Required("on", Quantities.Duration(positive: true), "the mean length of a burst"),
            of.Required("off", Quantities.Duration(positive: true), "the mean pause between bursts")));
        DiurnalArrivals? diurnal = arrivals.Map("diurnal", ReadDiurnal);
        if (constant is { } every) return new ConstantArrivals(every);
        if (poisson is { } mean) return new PoissonArrivals(mean);
        return gamma ?? weibull ?? onOff ?? (ArrivalSection?)diurnal ?? new PoissonArrivals(1);

        static double Rate(Cursor of) => of.Required("rate", Quantities.Rate(), "the mean rate, such as 5/s");
    }

    private static DiurnalArrivals ReadDiurnal(Cursor diurnal)
    {
        double rate = diurnal.Required("rate", Quantities.Rate(), "the mean rate over a day, such as 5/s");
        IReadOnlyList<double> profile = diurnal.Many("profile", Values.Number(0));
        if (!diurnal.Has("profile"))
            diurnal.Fault($"'profile' is missing; it is a list of {HoursPerDay} weights, one for each hour from midnight");
        else if (profile.Count != HoursPerDay)
            diurnal.Fault("profile", $"expected {HoursPerDay} weights, one for each hour from midnight, got {profile.Count}");
        else if (profile.All(weight => weight == 0)) diurnal.Fault("profile", "all weights are 0; at least one hour must be above");
        return new DiurnalArrivals(rate, profile);
    }

    private static LengthSection ReadLength(Cursor generate, string key)
    {
        if (!generate.Has(key))
            generate.Fault($"'{key}' is missing; it is a number of tokens, or a distribution such as {{ logNormal: {{ mean: 1000, cv: 1.2 }} }}");
        return generate.MapOrValue(key, ReadDistribution, FixedTokens) ?? new FixedLength(1);
    }

    private static LengthSection ReadDistribution(Cursor length)
    {
        _ = length.One(["fixed", "uniform", "zipf", "logNormal", "empirical"], required: true);
        int? tokens = length.Optional("fixed", Values.Count());
        UniformLength? uniform = length.Map("uniform", ReadUniform);
        ZipfLength? zipf = length.Map("zipf", of => new ZipfLength(
            of.Required("exponent", Values.Positive(), "the exponent of the rank, such as 1.1"),
            of.Required("max", Values.Count(), "the longest length in tokens")));
        LogNormalLength? logNormal = length.Map("logNormal", of => new LogNormalLength(
            of.Required("mean", Values.Number(1), "the mean length in tokens"),
            of.Required("cv", Values.Positive(), "the coefficient of variation"),
            of.Optional("max", Values.Count())));
        string? empirical = length.Optional("empirical", Values.Text("the path of a trace whose lengths are drawn"), null!);
        if (tokens is { } count) return new FixedLength(count);
        if (empirical is not null) return new EmpiricalLength(length.Resolve(empirical));
        return uniform ?? zipf ?? (LengthSection?)logNormal ?? new FixedLength(1);
    }

    private static UniformLength ReadUniform(Cursor uniform)
    {
        int least = uniform.Required("min", Values.Count(), "the shortest length in tokens");
        int most = uniform.Required("max", Values.Count(), "the longest length in tokens");
        if (most > 0 && most < least) uniform.Fault("max", $"it is below 'min', {least}");
        return new UniformLength(least, most);
    }

    private static ClosedLoopSection ReadClosedLoop(Cursor closedLoop) => new(
        closedLoop.Required("concurrency", Values.Count(), "the number of clients"),
        closedLoop.Optional("thinkTime", Quantities.Duration(), default));

    private static TimeoutsSection ReadTimeouts(Cursor timeouts) => new()
    {
        Queue = timeouts.Optional("queue", Quantities.Duration(positive: true)),
        Total = timeouts.Optional("total", Quantities.Duration(positive: true)),
        CancelAfter = timeouts.Optional("cancelAfter", Quantities.Duration(positive: true)),
    };

    private static bool FixedTokens(string text, out LengthSection value, out string fault)
    {
        bool read = Values.Count()(text, out int tokens, out fault);
        value = new FixedLength(tokens);
        return read;
    }

    private sealed record TracePart(int? Prompt, int? Output);
}
