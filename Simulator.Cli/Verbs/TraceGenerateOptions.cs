using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios;
using Simulator.Core.Time;
using Simulator.Workloads.Generators;

namespace Simulator.Cli.Verbs;

/// <summary>Options that say what trace to make.</summary>
internal sealed class TraceGenerateOptions
{
    private static readonly string[] Shapes = ["burstgpt", "burstgpt-v3", "mooncake"];

    private readonly Option<string?> _like = OptionFactory.Reference(
        "--like", "SHAPE", $"Traffic with the shape of a public trace: {string.Join(", ", Shapes)}.", Values.OneOf("shape", Shapes));

    private readonly Option<string?> _fit = OptionFactory.Reference(
        "--fit", "FILE", "Traffic of the form that 'trace fit' found.", Values.Text("the path of a fit"));

    private readonly Option<string?> _scenario = OptionFactory.Reference(
        "--scenario", "FILE", "The requests of a scenario's workload.", Values.Text("the path of a scenario"));

    private readonly Option<ArrivalSection?> _arrivals = OptionFactory.Reference(
        "--arrivals", "PROCESS", "Arrivals as in a scenario, such as \"poisson: 5/s\" or \"gamma: { rate: 5/s, cv: 2 }\".",
        InlineYaml.Map("arrivals", ScenarioReader.ReadArrivals));

    private readonly Option<LengthSection?> _prompt = OptionFactory.Reference(
        "--prompt", "LENGTH", "Prompts as in a scenario: tokens, or such as \"logNormal: { mean: 1000, cv: 1.2 }\".",
        InlineYaml.MapOrValue<LengthSection>("prompt", ScenarioReader.ReadLength, ScenarioReader.FixedTokens));

    private readonly Option<LengthSection?> _output = OptionFactory.Reference(
        "--output", "LENGTH", "Outputs, in the same way.",
        InlineYaml.MapOrValue<LengthSection>("output", ScenarioReader.ReadLength, ScenarioReader.FixedTokens));

    private readonly Option<string?> _lengths = OptionFactory.Reference(
        "--lengths", "FILE", "Draw prompts with their outputs from a trace, instead of --prompt and --output.", Values.Text("the path of a trace"));

    private readonly Option<double?> _rate = OptionFactory.Value(
        "--rate", "RATE", "Mean rate of --like or --fit, such as 5/s; that of the original by default.", ScenarioReader.Rate());

    private readonly Option<double?> _scale = OptionFactory.Value(
        "--scale", "FACTOR", "How many times as many requests as were fitted.", Values.Number(1e-6, 1e6));

    private readonly Option<string?> _gaps = OptionFactory.Reference(
        "--gaps", "gamma|weibull", "Distribution of the gaps of --fit; gamma by default.",
        Values.OneOf("distribution of gaps", [.. KnownNames.GapDistributions.Select(known => known.Name)]));

    private readonly Option<long?> _requests = OptionFactory.Value("--requests", "N", "Requests to make.", Values.Whole(1L, long.MaxValue));

    private readonly Option<SimDuration?> _duration = OptionFactory.Value(
        "--duration", "SPAN", "Make requests that arrive within this long, such as 30d.", Quantities.Duration(positive: true));

    private readonly Option<ulong?> _seed = OptionFactory.Value(
        "--seed", "N", "The same seed gives the same trace; 1 by default.", Values.Whole(ulong.MinValue, ulong.MaxValue));

    /// <summary>Adds the options to a verb, in the order of its help.</summary>
    public void AddTo(Command verb)
    {
        Option[] all = [_like, _fit, _scenario, _arrivals, _prompt, _output, _lengths, _rate, _scale, _gaps, _requests, _duration, _seed];
        foreach (Option option in all) verb.Options.Add(option);
    }

    /// <summary>What a command line asks for.</summary>
    /// <exception cref="InputException">The options do not go together, or a scenario has faults.</exception>
    public (WorkloadSection Section, ulong Seed) Resolve(ParseResult parse)
    {
        Option[] sources = [.. new Option[] { _like, _fit, _scenario, _arrivals }.Where(option => IsGiven(parse, option))];
        if (sources.Length == 0)
        {
            throw new InputException(
                $"say what to make: --like ({string.Join(", ", Shapes)}), --fit FILE, --scenario FILE, or --arrivals with --prompt and --output");
        }

        var faults = new List<string>();
        Option source = sources[0];
        foreach (Option other in sources.Skip(1)) faults.Add($"{other.Name}: {source.Name} already says what to make; keep one of the two");
        Option[] unfit = source == _like ? [_prompt, _output, _lengths, _scale, _gaps]
            : source == _fit ? [_prompt, _output, _lengths]
            : source == _arrivals ? [_rate, _scale, _gaps]
            : [_prompt, _output, _lengths, _rate, _scale, _gaps, _requests, _duration];
        foreach (Option option in unfit.Where(option => IsGiven(parse, option))) faults.Add($"{option.Name}: {source.Name} does not take it");
        if ((source == _like || source == _arrivals) && !IsGiven(parse, _requests) && !IsGiven(parse, _duration))
            faults.Add("the trace would never end; give --requests, --duration or both");

        Scenario? read = source == _scenario ? ReadScenario(parse, faults) : null;
        WorkloadSection section = read?.Workload ?? (source == _like ? Like(parse) : source == _fit ? Fitted(parse) : Drawn(parse, faults));
        return faults.Count == 0 ? (section, parse.GetValue(_seed) ?? read?.Seed ?? 1) : throw new InputException(faults);
    }

    private static bool IsGiven(ParseResult parse, Option option) => parse.GetResult(option) is { Implicit: false };

    private WorkloadSection Like(ParseResult parse)
    {
        double? perSecond = parse.GetValue(_rate);
        EndlessSection made = parse.GetValue(_like) switch
        {
            "burstgpt" => new BurstGptSection { Release = BurstGptRelease.V1, RequestsPerSecond = perSecond },
            "burstgpt-v3" => new BurstGptSection { Release = BurstGptRelease.V3, RequestsPerSecond = perSecond },
            _ => new MooncakeSection { RequestsPerSecond = perSecond },
        };
        return new WorkloadSection { Source = made with { Requests = parse.GetValue(_requests), Duration = parse.GetValue(_duration) } };
    }

    private WorkloadSection Fitted(ParseResult parse)
    {
        string shape = parse.GetValue(_gaps) ?? KnownNames.GapDistributions[0].Name;
        return new WorkloadSection
        {
            Source = new FitSection
            {
                File = parse.GetValue(_fit)!,
                Scale = parse.GetValue(_scale) ?? 1,
                Gaps = KnownNames.GapDistributions.Single(known => known.Name == shape).Value,
            },
            RequestsPerSecond = parse.GetValue(_rate),
            Limit = parse.GetValue(_requests),
            To = parse.GetValue(_duration),
        };
    }

    private WorkloadSection Drawn(ParseResult parse, List<string> faults) => new()
    {
        Source = new GeneratorSection
        {
            Arrivals = parse.GetValue(_arrivals),
            Kinds = [new KindSection { Lengths = DrawnLengths(parse, faults) }],
            Requests = parse.GetValue(_requests),
            Duration = parse.GetValue(_duration),
        },
    };

    private LengthPairSection DrawnLengths(ParseResult parse, List<string> faults)
    {
        Option[] pair = [_prompt, _output];
        if (parse.GetValue(_lengths) is { } file)
        {
            foreach (Option option in pair.Where(option => IsGiven(parse, option)))
                faults.Add($"{option.Name}: --lengths draws prompts with their outputs from a trace; keep one of the two");
            return new LengthPairSection.Recorded(file);
        }

        foreach (Option option in pair.Where(option => !IsGiven(parse, option)))
            faults.Add($"{option.Name} is missing; it is a number of tokens, or a distribution such as \"logNormal: {{ mean: 1000, cv: 1.2 }}\"");
        var one = new LengthSection.Fixed(1);
        return new LengthPairSection.Independent(parse.GetValue(_prompt) ?? one, parse.GetValue(_output) ?? one);
    }

    private Scenario ReadScenario(ParseResult parse, List<string> faults)
    {
        string file = parse.GetValue(_scenario)!;
        Scenario read = ScenarioReader.ReadFile(file);
        if (read.Workload.ArrivalsDependOnReplies)
            faults.Add($"{file}: its requests are sent when others have ended, so that there is no trace of them before they are replayed");
        return read;
    }
}
