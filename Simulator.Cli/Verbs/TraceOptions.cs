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
    private readonly Option<string?> _format;

    private readonly Option<ColumnMap?> _columns = OptionFactory.Reference(
        "--columns", "MAP", "Which column of a CSV is what, such as \"arrival: ts, arrivalUnit: ms, prompt: in, output: out\".",
        InlineYaml.Map("columns", ScenarioReader.ReadColumns));

    private readonly Option<SimDuration?> _disorder = OptionFactory.Value(
        "--disorder", "SPAN", "Sort rows that lie up to this long before an earlier row.", Quantities.Duration());

    private readonly Option<SimDuration?> _quantum = OptionFactory.Value(
        "--quantum", "SPAN", "Spread requests that were recorded at one time over this long; 3s for Mooncake.", Quantities.Duration(positive: true));

    private readonly Option<SimDuration?> _after = OptionFactory.Value(
        "--after", "SPAN", "Leave out what arrives less than this long after the first request.", Quantities.Duration());

    private readonly Option<SimDuration?> _before = OptionFactory.Value(
        "--before", "SPAN", "Leave out what arrives this long after the first request or later.", Quantities.Duration(positive: true));

    private readonly Option<IReadOnlyList<string>> _models = OptionFactory.Many(
        "--model", "NAME", "Take the requests of this model alone; may be repeated.", Values.Text("a model name of the trace"));

    private readonly Option<IReadOnlyList<string>> _classes = OptionFactory.Many(
        "--class", "NAME", "Take the requests of this class alone, such as conversation or api; may be repeated.", Values.Text("a class of the trace"));

    private readonly Option<string?> _failures = OptionFactory.Reference(
        "--failures", "keep|drop", "What to do with requests that the trace recorded as failed; kept by default.",
        Values.OneOf("way with failures", [.. KnownNames.FailureModes.Select(mode => mode.Name)]));

    private readonly Option<long?> _limit = OptionFactory.Value("--limit", "N", "Requests to take at most.", Values.Whole(1L, long.MaxValue));

    private readonly Option<ArrivalSection?> _arrivals = OptionFactory.Reference(
        "--arrivals", "PROCESS", "Give the requests new arrivals, such as \"poisson: 5/s\".", InlineYaml.Map("arrivals", ScenarioReader.ReadArrivals));

    private readonly Option<double?> _speedup = OptionFactory.Value(
        "--speedup", "FACTOR", "How many times faster than recorded requests arrive.", Values.Positive());

    private readonly Option<double?> _rate = OptionFactory.Value(
        "--rate", "RATE", "Mean rate that arrivals are scaled to, such as 5/s or 300/min.", ScenarioReader.Rate());

    private readonly Option<int?> _clipPrompt = OptionFactory.Value("--clip-prompt", "TOKENS", "Cut longer prompts.", Values.Count());

    private readonly Option<int?> _clipOutput = OptionFactory.Value("--clip-output", "TOKENS", "Cut longer outputs.", Values.Count());

    private readonly Option<bool> _sessionPrefixes = OptionFactory.Flag(
        "--session-prefixes", "Take the prompts of a session for a conversation that grows, so that they share prefixes.");

    private readonly Option<int?> _loops = OptionFactory.Value("--loops", "N", "Play the trace so many times.", Values.Count());

    private readonly Option<SimDuration?> _loopUntil = OptionFactory.Value(
        "--loop-until", "SPAN", "Play the trace again and again until then.", Quantities.Duration(positive: true));

    /// <param name="formatName">Name of the option for the format.</param>
    public TraceOptions(string formatName = "--format") => _format = OptionFactory.Reference(
        formatName, "NAME", $"Format of the trace: {string.Join(", ", KnownNames.Formats)}. Told from its first line by default.",
        Values.OneOf("format", KnownNames.Formats));

    /// <summary>Adds the options to a verb, in the order of its help.</summary>
    public void AddTo(Command verb)
    {
        Option[] all =
        [
            _format, _columns, _disorder, _quantum, _after, _before, _models, _classes, _failures, _limit, _arrivals, _speedup, _rate, _clipPrompt, _clipOutput,
            _sessionPrefixes, _loops, _loopUntil,
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
                Format = parse.GetValue(_format),
                Columns = parse.GetValue(_columns),
                Disorder = parse.GetValue(_disorder) ?? default,
            },
            Quantum = parse.GetValue(_quantum),
            From = parse.GetValue(_after) ?? default,
            To = parse.GetValue(_before),
            Models = parse.GetRequiredValue(_models),
            Classes = parse.GetRequiredValue(_classes),
            KeepFailures = parse.GetValue(_failures) != "drop",
            Limit = parse.GetValue(_limit),
            Arrivals = parse.GetValue(_arrivals),
            Speedup = parse.GetValue(_speedup) ?? 1,
            RequestsPerSecond = parse.GetValue(_rate),
            ClipPrompt = parse.GetValue(_clipPrompt),
            ClipOutput = parse.GetValue(_clipOutput),
            SessionPrefixes = parse.GetValue(_sessionPrefixes),
            Loops = parse.GetValue(_loops) ?? 1,
            LoopUntil = parse.GetValue(_loopUntil),
        };
    }

    private void Check(ParseResult parse)
    {
        var faults = new List<string>();
        string? name = parse.GetValue(_format);
        ColumnMap? map = parse.GetValue(_columns);
        if (map is not null && name is not (null or "csv"))
            faults.Add($"--columns: the format '{name}' has columns of its own; only 'csv' takes a column map");
        if (map is { Arrival: null } && parse.GetValue(_arrivals) is null)
            faults.Add("--columns: 'arrival' is missing; it is the column of arrival times, or give --arrivals");
        if (parse.GetValue(_before) <= (parse.GetValue(_after) ?? default)) faults.Add("--before: the window is empty: it must end after --after");
        if (parse.GetValue(_arrivals) is not null)
        {
            foreach (Option option in new Option[] { _speedup, _rate, _quantum }.Where(option => parse.GetResult(option) is { Implicit: false }))
                faults.Add($"{option.Name}: --arrivals takes the place of the times that it would change; keep one of the two");
        }
        else if (parse.GetValue(_speedup) is not null && parse.GetValue(_rate) is not null)
        {
            faults.Add("--speedup: --rate already sets how fast requests arrive; keep one of the two");
        }

        if (parse.GetValue(_loops) is not null && parse.GetValue(_loopUntil) is not null)
            faults.Add("--loops: --loop-until already sets how long the trace is played; keep one of the two");
        if (faults.Count > 0) throw new InputException(faults);
    }
}
