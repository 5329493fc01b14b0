using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Cli.Workloads;
using Simulator.Workloads.Generators;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator trace generate</c>: makes a trace with the shape of a public one, of a fit, of a scenario or of distributions.</summary>
internal static class TraceGenerateVerb
{
    public static Verb Create(Streams streams)
    {
        var options = new TraceGenerateOptions();
        var written = new TraceOutputOptions(streams);
        var verb = new Verb(
            "generate",
            "Makes a trace with the shape of a public one, of a fit, of a scenario or of distributions.",
            "simulator trace generate month.csv.gz --like burstgpt-v3 --duration 30d --seed 7",
            "simulator trace generate prefixes.jsonl --like mooncake --requests 1000",
            "simulator trace generate bursts.csv --arrivals \"gamma: { rate: 5/s, cv: 2 }\" --prompt \"zipf: { exponent: 1.1, max: 1023 }\" --output 128 --requests 1000",
            "simulator trace generate tomorrow.csv --fit code.json --scale 1.5",
            "simulator trace generate - --scenario scenarios/chat-on-h100.yaml");
        verb.Arguments.Add(written.File);
        options.AddTo(verb);
        verb.Options.Add(written.Layout);
        verb.Options.Add(written.Quiet);
        verb.SetAction(parse =>
        {
            (WorkloadSection section, ulong seed) = options.Resolve(parse);
            written.Write(parse, WorkloadBuilder.Requests(section, seed), LayoutOf(section.Source));
            return ExitCode.Success;
        });
        return verb;
    }

    private static TraceOutput LayoutOf(SourceSection source) => source switch
    {
        BurstGptSection { Release: BurstGptRelease.V1 } => TraceOutput.BurstGptV1,
        BurstGptSection => TraceOutput.BurstGptV3,
        MooncakeSection => TraceOutput.Mooncake,
        _ => TraceOutput.Csv,
    };
}
