using System.CommandLine;
using Simulator.Cli.Reading;
using Simulator.Cli.Scenarios;

namespace Simulator.Cli.Verbs;

/// <summary>What <c>simulator replay</c> is asked for.</summary>
/// <param name="Scenario">What to simulate.</param>
/// <param name="OutputFolder">Folder that output files go to; empty for the current one.</param>
/// <param name="JsonFile">Where to write the results as JSON; null for nowhere, <c>-</c> for the output stream.</param>
/// <param name="Quiet">True to print neither summary nor progress.</param>
/// <param name="Timing">True to print wall and CPU time.</param>
internal sealed record ReplayRequest(Scenario Scenario, string OutputFolder, string? JsonFile, bool Quiet, bool Timing);

/// <summary><c>simulator replay</c>: runs a scenario, or a trace with options alone.</summary>
internal static class ReplayVerb
{
    /// <param name="run">Runs the scenario and gives the exit code.</param>
    public static Verb Create(Func<ReplayRequest, int> run)
    {
        var file = new Argument<string?>("SCENARIO")
        {
            Description = "Scenario file (YAML). Without one, --trace, --model and --device describe the run; with one, options change it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var scenario = new ScenarioOptions();
        Option<string?> folder = OptionFactory.Reference("--out", "DIR", "Folder that output files go to.", Values.Text("the path of a folder"));
        Option<string?> json = OptionFactory.Reference(
            "--json", "FILE", "Write the results as one JSON document; '-' for the output stream, in place of the summary.", Values.Text("the path of a file to write"));
        Option<string?> timeline = OptionFactory.Reference(
            "--timeline", "FILE", "Draw the first requests as SVG: waiting, prefill, decode and preemptions by iteration.", Values.Text("the path of a file to write"));
        Option<bool> quiet = OptionFactory.Flag("--quiet", "Print neither the summary nor progress.");
        Option<bool> timing = OptionFactory.Flag("--timing", "Print wall and CPU time to the error stream.");
        var verb = new Verb(
            "replay",
            "Runs requests through a simulated cluster and shows what their users would have seen.",
            "simulator replay scenarios/chat-on-h100.yaml",
            "simulator replay --trace azure2023_conv.csv.gz --model llama-3.1-8b --device h100-sxm --replicas 8",
            "simulator replay scenarios/six-requests.yaml --scheduler vllm-v1 --timeline vllm-v1.svg",
            "simulator replay scenarios/chat-on-h100.yaml --router round-robin --seed 7 --json round-robin.json");
        verb.Arguments.Add(file);
        scenario.AddTo(verb);
        foreach (Option option in new Option[] { folder, json, timeline, quiet, timing }) verb.Options.Add(option);
        verb.SetAction(parse => run(new ReplayRequest(
            WithTimeline(scenario.Resolve(parse, parse.GetValue(file)), parse.GetValue(timeline)),
            parse.GetValue(folder) ?? "",
            parse.GetValue(json),
            parse.GetValue(quiet),
            parse.GetValue(timing))));
        return verb;
    }

    private static Scenario WithTimeline(Scenario scenario, string? file) =>
        file is null ? scenario : scenario with { Results = scenario.Results with { Timeline = file } };
}
