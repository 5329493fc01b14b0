using System.CommandLine;
using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Cli.Workloads;
using Simulator.Workloads.Traces;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator trace describe</c>: what a trace holds, in figures.</summary>
internal static class TraceDescribeVerb
{
    public static Verb Create(Streams streams)
    {
        Argument<string> file = OptionFactory.File("FILE", "The trace, plain or .gz.");
        var options = new TraceOptions();
        Option<string?> json = OptionFactory.Reference(
            "--json", "FILE", "Write the figures as one JSON document; '-' for the output stream, without the table.",
            Values.Text("the path of a file to write"));
        Option<bool> quiet = OptionFactory.Flag("--quiet", "Print neither the table nor progress.");
        var verb = new Verb(
            "describe",
            "Shows what a trace holds: rates, gaps, lengths, models, sessions and shared prefixes.",
            "simulator trace describe traces/burstgpt-like-v3.csv",
            "simulator trace describe BurstGPT_1.csv.gz --model ChatGPT --class conversation --after 1d --before 2d",
            "simulator trace describe log.csv --columns \"arrival: ts_ms, arrivalUnit: ms, prompt: in, output: out\" --json -");
        verb.Arguments.Add(file);
        options.AddTo(verb);
        verb.Options.Add(json);
        verb.Options.Add(quiet);
        verb.SetAction(parse =>
        {
            WorkloadSection section = options.Resolve(parse, parse.GetRequiredValue(file));
            Trace trace = WorkloadBuilder.Requests(section, seed: 1);
            TraceDescription description;
            using (LongRunProgress progress = LongRunProgress.Watch(streams, "requests", null, parse.GetValue(quiet)))
                description = TraceDescription.Of(progress.Count(trace));
            string? jsonFile = parse.GetValue(json);
            if (jsonFile == "-") streams.Output.Write(TraceDescriptionJson.Write(description));
            else if (jsonFile is not null) File.WriteAllText(jsonFile, TraceDescriptionJson.Write(description));
            if (jsonFile != "-" && !parse.GetValue(quiet))
                TraceDescriptionTable.Write(streams.Output, trace.Name, Sources.Open(section.Source, seed: 1).Format, description);
            return ExitCode.Success;
        });
        return verb;
    }
}
