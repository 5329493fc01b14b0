using System.CommandLine;
using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Cli.Workloads;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator trace convert</c>: writes a trace, or a part of it, in another layout.</summary>
internal static class TraceConvertVerb
{
    public static Verb Create(Streams streams)
    {
        Argument<string> file = OptionFactory.File("IN", "The trace, plain or .gz.");
        var options = new TraceOptions("--from");
        var output = new TraceOutputOptions(streams);
        Option<ulong?> seed = OptionFactory.Value("--seed", "N", "Seed of new arrivals; 1 by default.", Values.Whole(ulong.MinValue, ulong.MaxValue));
        Option<bool> keepClock = OptionFactory.Flag("--keep-clock", "Leave arrivals on the clock of the trace; the first one is moved to 0 otherwise.");
        var verb = new Verb(
            "convert",
            "Writes a trace, or what is taken of it, in another layout.",
            "simulator trace convert mooncake_conversation.jsonl.gz conversation.csv.gz --quantum 3s",
            "simulator trace convert BurstGPT_3.csv day.csv --to burstgpt-v3 --after 1d --before 2d --failures drop",
            "simulator trace convert azure2023_code.csv.gz - --to vidur --limit 100 --rate 2/s");
        verb.Arguments.Add(file);
        verb.Arguments.Add(output.File);
        options.AddTo(verb);
        foreach (Option option in new Option[] { keepClock, output.Layout, seed, output.Quiet }) verb.Options.Add(option);
        verb.SetAction(parse =>
        {
            WorkloadSection section = options.Resolve(parse, parse.GetRequiredValue(file));
            if (parse.GetValue(keepClock)) section = section with { Source = section.Trace! with { KeepClock = true } };
            output.Write(parse, WorkloadBuilder.Requests(section, parse.GetValue(seed) ?? 1), TraceOutput.Csv);
            return ExitCode.Success;
        });
        return verb;
    }
}
