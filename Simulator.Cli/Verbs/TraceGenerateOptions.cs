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

    private readonly Option<string?> like = OptionFactory.Reference(
        "--like", "SHAPE", $"Traffic with the shape of a public trace: {string.Join(", ", Shapes)}.", Values.OneOf("shape", Shapes));

    private readonly Option<string?> fit = OptionFactory.Reference(
        "--fit", "FILE", "Traffic of the form that 'trace fit' found.", Values.Text("the path of a fit"));

    private readonly Option<string?> scenario = OptionFactory.Reference(
        "--scenario", "FILE", "The requests of a scenario's workload.", Values.Text("the path of a scenario"));

    private readonly Option<ArrivalSection?> arrivals = OptionFactory.Reference(
        "--arrivals", "PROCESS", "Arrivals as in a scenario, such as \"poisson: 5/s\" or \"gamma: { rate: 5/s, cv: 2 }\".",
        InlineYaml.Map("arrivals", ScenarioReader.ReadArrivals));

    private readonly Option<LengthSection?> prompt = OptionFactory.Reference(
        "--prompt", "LENGTH", "Prompts as in a scenario: tokens, or such as \"logNormal: { mean: 1000, cv: 1.2 }\".",
        InlineYaml.MapOrValue<LengthSection>("prompt", ScenarioReader.ReadLength, ScenarioReader.FixedTokens));

    private readonly Option<LengthSection?> output = OptionFactory.Reference(
        "--output", "LENGTH", "Outputs, in the same way.",
        InlineYaml.MapOrValue<LengthSection>("output", ScenarioReader.ReadLength, ScenarioReader.FixedTokens));

    private readonly Option<string?> lengths = OptionFactory.Reference(
        "--lengths", "FILE", "Draw prompts with their outputs from a trace, instead of --prompt and --output.", Values.Text("the path of a trace"));

    private readonly Option<double?> rate = OptionFactory.Value(
        "--rate", "RATE", "Mean rate of --like or --fit, such as 5/s; that of the original by default.", ScenarioReader.Rate());

    private readonly Option<double?> scale = OptionFactory.Value(
        "--scale", "FACTOR", "How many times as many requests as were fitted.", Values.Number(1e-6, 1e6));

    private readonly Option<string?> gaps = OptionFactory.Reference(
        "--gaps", "gamma|weibull", "Distribution of the gaps of --fit; gamma by default.",
        Values.OneOf("distribution of gaps", [.. KnownNames.GapDistributions.Select(known => known.Name)]));

    private readonly Option<long?> requests = OptionFactory.Value("--requests", "N", "Requests to make.", Values.Whole(1L, long.MaxValue));

    private readonly Option<SimDuration?> duration = OptionFactory.Value(
        "--duration", "SPAN", "Make requests that arrive within this long, such as 30d.", Quantities.Duration(positive: true));

    private readonly Option<ulong?> seed = OptionFactory.Value(
        "--seed", "N", "The same seed gives the same trace; 1 by default.", Values.Whole(ulong.MinValue, ulong.MaxValue));

    /// <summary>Adds the options to a verb, in the order of its help.</summary>
    public void AddTo(Command verb)
    {
        Option[] all = [like, fit, scenario, arrivals, prompt, output, lengths, rate, scale, gaps, requests, duration, seed];
        foreach (Option option in all) verb.Options.Add(option);
    }

    /// <summary>What a command line asks for.</summary>
    /// <exception cref="InputException">The options do not go together, or a scenario has faults.</exception>
    public (WorkloadSection Section, ulong Seed) Resolve(ParseResult parse)
    {
        Option[] sources = [.. new Option[] { like, fit, scenario, arrivals }.Where(option => IsGiven(parse, option))];
        if (sources.Length == 0)
        {
            throw new InputException(
                $"say what to make: --like ({string.Join(", ", Shapes)}), --fit FILE, --scenario FILE, or --arrivals with --prompt and --output");
        }

        var faults = new List<string>();
        Option source = sources[0];
        foreach (Option other in sources.Skip(1)) faults.Add($"{other.Name}: {source.Name} already says what to make; keep one of the two");
        Option[] unfit = source == like ? [prompt, output, lengths, scale, gaps]
            : source == fit ? [prompt, output, lengths]
            : source == arrivals ? [rate, scale, gaps]
            : [prompt, output, lengths, rate, scale, gaps, requests, duration];
        foreach (Option option in unfit.Where(option => IsGiven(parse, option))) faults.Add($"{option.Name}: {source.Name} does not take it");
        if ((source == like || source == arrivals) && !IsGiven(parse, requests) && !IsGiven(parse, duration))
            faults.Add("the trace would never end; give --requests, --duration or both");

        Scenario? read = source == scenario ? ReadScenario(parse, faults) : null;
        WorkloadSection section = read?.Workload ?? (source == like ? Like(parse) : source == fit ? Fitted(parse) : Drawn(parse, faults));
        return faults.Count == 0 ? (section, parse.GetValue(seed) ?? read?.Seed ?? 1) : throw new InputException(faults);
    }

    private static bool IsGiven(ParseResult parse, Option option) => parse.GetResult(option) is { Implicit: false };

    private WorkloadSection Like(ParseResult parse)
    {
        double? perSecond = parse.GetValue(rate);
        EndlessSection made = parse.GetValue(like) switch
        {
            "burstgpt" => new BurstGptSection { Release = BurstGptRelease.V1, RequestsPerSecond = perSecond },
            "burstgpt-v3" => new BurstGptSection { Release = BurstGptRelease.V3, RequestsPerSecond = perSecond },
            _ => new MooncakeSection { RequestsPerSecond = perSecond },
        };
        return new WorkloadSection { Source = made with { Requests = parse.GetValue(requests), Duration = parse.GetValue(duration) } };
    }

    private WorkloadSection Fitted(ParseResult parse)
    {
        string shape = parse.GetValue(gaps) ?? KnownNames.GapDistributions[0].Name;
        return new WorkloadSection
        {
            Source = new FitSection
            {
                File = parse.GetValue(fit)!,
                Scale = parse.GetValue(scale) ?? 1,
                Gaps = KnownNames.GapDistributions.Single(known => known.Name == shape).Value,
            },
            RequestsPerSecond = parse.GetValue(rate),
            Limit = parse.GetValue(requests),
            To = parse.GetValue(duration),
        };
    }

    private WorkloadSection Drawn(ParseResult parse, List<string> faults) => new()
    {
        Source = new GeneratorSection
        {
            Arrivals = parse.GetValue(arrivals),
            Kinds = [new KindSection { Lengths = DrawnLengths(parse, faults) }],
            Requests = parse.GetValue(requests),
            Duration = parse.GetValue(duration),
        },
    };

    private LengthPairSection DrawnLengths(ParseResult parse, List<string> faults)
    {
        Option[] pair = [prompt, output];
        if (parse.GetValue(lengths) is { } file)
        {
            foreach (Option option in pair.Where(option => IsGiven(parse, option)))
                faults.Add($"{option.Name}: --lengths draws prompts with their outputs from a trace; keep one of the two");
            return new LengthPairSection.Recorded(file);
        }

        foreach (Option option in pair.Where(option => !IsGiven(parse, option)))
            faults.Add($"{option.Name} is missing; it is a number of tokens, or a distribution such as \"logNormal: {{ mean: 1000, cv: 1.2 }}\"");
        var one = new LengthSection.Fixed(1);
        return new LengthPairSection.Independent(parse.GetValue(prompt) ?? one, parse.GetValue(output) ?? one);
    }

    private Scenario ReadScenario(ParseResult parse, List<string> faults)
    {
        string file = parse.GetValue(scenario)!;
        Scenario read = ScenarioReader.ReadFile(file);
        if (read.Workload.ArrivalsDependOnReplies)
            faults.Add($"{file}: its requests are sent when others have ended, so that there is no trace of them before they are replayed");
        return read;
    }
}
