using System.CommandLine;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Terminal;
using Simulator.Planning.Sweeps;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator sweep</c>: many runs of a scenario, on as many machines as there are.</summary>
internal static class SweepVerb
{
    public static Verb Create(Streams streams)
    {
        var verb = new Verb(
            "sweep",
            "Runs a scenario with many values of its settings, on one machine or many, and can be killed and resumed at any moment.",
            "simulator sweep plan sweep.yaml --out manifest.jsonl",
            "simulator sweep run --manifest manifest.jsonl --results results",
            "simulator sweep merge --manifest manifest.jsonl --results results --out sweep.csv");
        verb.Subcommands.Add(SweepPlanVerb.Create(streams));
        verb.Subcommands.Add(SweepRunVerb.Create(streams));
        verb.Subcommands.Add(SweepMergeVerb.Create(streams));
        verb.Subcommands.Add(SweepSlurmVerb.Create(streams));
        return verb;
    }

    /// <summary>The manifest, which must be given.</summary>
    public static Option<string> Manifest() => new("--manifest") { Description = "What 'sweep plan' wrote.", HelpName = "FILE", Required = true };

    /// <summary>The folder of results, which must be given.</summary>
    public static Option<string> Results() => new("--results") { Description = "Folder with a file for each point that is done.", HelpName = "DIR", Required = true };

    /// <summary>Opens a manifest.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    /// <exception cref="SweepException">It is no manifest, or not whole.</exception>
    public static SweepManifest Open(string file) => InputFile.Read(file, "the manifest of a sweep", _ => SweepManifest.Open(file));
}
