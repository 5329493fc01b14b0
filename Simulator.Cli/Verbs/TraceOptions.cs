using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios;
using Simulator.Core.Time;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Verbs;

/// <summary>Options that say how a trace is read and what is taken of it: a scenario's keys, as options.</summary>
internal sealed class TraceOptions
{
    private readonly Option<string?> format;

    private readonly Option<ColumnMap?> columns = OptionFactory.Reference(
        "--columns", "MAP", "Which column of a CSV is what, such as \"arrival: ts, arrivalUnit: ms, prompt: in, output: out\".",
        InlineYaml.Map("columns", ScenarioReader.ReadColumns));

    private readonly Option<SimDuration?> disorder = OptionFactory.Value(
        "--disorder", "SPAN", "Sort rows that lie up to this long before an earlier row.", Quantities.Duration());

    private readonly Option<SimDuration?> quantum = OptionFactory.Value(
        "--quantum", "SPAN", "Spread requests that were recorded at one time over this long; 3s for Mooncake.", Quantities.Duration(positive: true));

    private readonly Option<SimDuration?> after = OptionFactory.Value(
        "--after", "SPAN", "Leave out what arrives less than this long after the first request.", Quantities.Duration());

    private readonly Option<SimDuration?> before = OptionFactory.Value(
        "--before", "SPAN", "Leave out what arrives this long after the first request or later.", Quantities.Duration(positive: true));

    private readonly Option<IReadOnlyList<string>> models = OptionFactory.Many(
        "--model", "NAME", "Take the requests of this model alone; may be repeated.", Values.Text("a model name of the trace"));

    private readonly Option<IReadOnlyList<string>> classes = OptionFactory.Many(
        "--class", "NAME", "Take the requests of this class alone, such as conversation or api; may be repeated.", Values.Text("a class of the trace"));

    private readonly Option<string?> failures = OptionFactory.Reference(
        "--failures", "keep|drop", "What to do with requests that the trace recorded as failed; kept by default.",
        Values.OneOf("way with failures", [.. KnownNames.FailureModes.Select(mode => mode.Name)]));

    private readonly Option<long?> limit = OptionFactory.Value("--limit", "N", "Requests to take at most.", Values.Whole(1L, long.MaxValue));

    private readonly Option<ArrivalSection?> arrivals = OptionFactory.Reference(
        "--arrivals", "PROCESS", "Give the requests new arrivals, such as \"poisson: 5/s\".", InlineYaml.Map("arrivals", ScenarioReader.ReadArrivals));

    private readonly Option<double?> speedup = OptionFactory.Value(
        "--speedup", "FACTOR", "How many times faster than recorded requests arrive.", Values.Positive());

    private readonly Option<double?> rate = OptionFactory.Value(
        "--rate", "RATE", "Mean rate that arrivals are scaled to, such as 5/s or 300/min.", ScenarioReader.Rate());

    private readonly Option<int?> clipPrompt = OptionFactory.Value("--clip-prompt", "TOKENS", "Cut longer prompts.", Values.Count());

    private readonly Option<int?> clipOutput = OptionFactory.Value("--clip-output", "TOKENS", "Cut longer outputs.", Values.Count());

    private readonly Option<bool> sessionPrefixes = OptionFactory.Flag(
        "--session-prefixes", "Take the prompts of a session for a conversation that grows, so that they share prefixes.");

    private readonly Option<int?> loops = OptionFactory.Value("--loops", "N", "Play the trace so many times.", Values.Count());

    private readonly Option<SimDuration?> loopUntil = OptionFactory.Value(
        "--loop-until", "SPAN", "Play the trace again and again until then.", Quantities.Duration(positive: true));

    /// <param name="formatName">Name of the option for the format.</param>
    public TraceOptions(string formatName = "--format") => format = OptionFactory.Reference(
        formatName, "NAME", $"Format of the trace: {string.Join(", ", KnownNames.Formats)}. Told from its first line by default.",
        Values.OneOf("format", KnownNames.Formats));

    /// <summary>Adds the options to a verb, in the order of its help.</summary>
    public void AddTo(Command verb)
    {
        Option[] all =
        [
            format, columns, disorder, quantum, after, before, models, classes, failures, limit, arrivals, speedup, rate, clipPrompt, clipOutput,
            sessionPrefixes, loops, loopUntil,
        ];
        foreach (Option option in all) verb.Options.Add(option);
    }

    /// <summary>The requests that a command line asks for.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="file">The trace.</param>
    /// <exception cref="InputException">The options do not go together.</exception>
    public WorkloadSection Resolve(ParseResult parse, string file)
    {
        Check(parse);
        return new WorkloadSection
        {
            Source = new TraceSection
            {
                File = file,
                Format = parse.GetValue(format),
                Columns = parse.GetValue(columns),
                Disorder = parse.GetValue(disorder) ?? default,
            },
            Quantum = parse.GetValue(quantum),
            From = parse.GetValue(after) ?? default,
            To = parse.GetValue(before),
            Models = parse.GetRequiredValue(models),
            Classes = parse.GetRequiredValue(classes),
            KeepFailures = parse.GetValue(failures) != "drop",
            Limit = parse.GetValue(limit),
            Arrivals = parse.GetValue(arrivals),
            Speedup = parse.GetValue(speedup) ?? 1,
            RequestsPerSecond = parse.GetValue(rate),
            ClipPrompt = parse.GetValue(clipPrompt),
            ClipOutput = parse.GetValue(clipOutput),
            SessionPrefixes = parse.GetValue(sessionPrefixes),
            Loops = parse.GetValue(loops) ?? 1,
            LoopUntil = parse.GetValue(loopUntil),
        };
    }

    private void Check(ParseResult parse)
    {
        var faults = new List<string>();
        string? name = parse.GetValue(format);
        ColumnMap? map = parse.GetValue(columns);
        if (map is not null && name is not (null or "csv"))
            faults.Add($"--columns: the format '{name}' has columns of its own; only 'csv' takes a column map");
        if (map is { Arrival: null } && parse.GetValue(arrivals) is null)
            faults.Add("--columns: 'arrival' is missing; it is the column of arrival times, or give --arrivals");
        if (parse.GetValue(before) <= (parse.GetValue(after) ?? default)) faults.Add("--before: the window is empty: it must end after --after");
        if (parse.GetValue(arrivals) is not null)
        {
            foreach (Option option in new Option[] { speedup, rate, quantum }.Where(option => parse.GetResult(option) is { Implicit: false }))
                faults.Add($"{option.Name}: --arrivals takes the place of the times that it would change; keep one of the two");
        }
        else if (parse.GetValue(speedup) is not null && parse.GetValue(rate) is not null)
        {
            faults.Add("--speedup: --rate already sets how fast requests arrive; keep one of the two");
        }

        if (parse.GetValue(loops) is not null && parse.GetValue(loopUntil) is not null)
            faults.Add("--loops: --loop-until already sets how long the trace is played; keep one of the two");
        if (faults.Count > 0) throw new InputException(faults);
    }
}
