using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Running;
using Simulator.Cli.Sweeps;
using Simulator.Cli.Terminal;
using Simulator.Planning.Sweeps;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator sweep plan</c>: writes down all points of a sweep.</summary>
internal static class SweepPlanVerb
{
    public static Verb Create(Streams streams)
    {
        Argument<string> file = OptionFactory.File("SWEEP", "Sweep file (YAML): a scenario, and lists of values for some of its settings.");
        var output = new Option<string>("--out") { Description = "The manifest to write: a line for each point.", HelpName = "FILE", Required = true };
        var verb = new Verb(
            "plan",
            "Writes the manifest of a sweep: every point in a fixed order, with the hashes of the files that it needs.",
            "simulator sweep plan sweep.yaml --out manifest.jsonl");
        verb.Arguments.Add(file);
        verb.Options.Add(output);
        verb.SetAction(parse =>
        {
            SweepManifest manifest = Write(streams, parse.GetRequiredValue(file), parse.GetRequiredValue(output));
            streams.Output.WriteLine($"{Figures.Count(manifest.Count)} points, id {manifest.Id}");
            return ExitCode.Success;
        });
        return verb;
    }

    private static SweepManifest Write(Streams streams, string file, string output)
    {
        SweepFile sweep = SweepFile.Read(file);
        if (Directory.Exists(output)) throw new InputException($"{output}: is a folder; name a file to write");
        if (!File.Exists(output)) OutputFile.Probe(output);
        var planner = new SweepPlanner(sweep);
        using LongRunProgress progress = LongRunProgress.Watch(streams, "points", sweep.Plans is null ? sweep.Points : null, quiet: false);
        return SweepManifest.Write(output, planner.About(output), progress.Count(planner.Lines()));
    }
}
