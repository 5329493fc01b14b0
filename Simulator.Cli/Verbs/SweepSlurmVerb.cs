using System.CommandLine;
using Simulator.Cli.Reading;
using Simulator.Cli.Sweeps;
using Simulator.Cli.Terminal;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator sweep slurm</c>: prints the batch script of a sweep.</summary>
internal static class SweepSlurmVerb
{
    public static Verb Create(Streams streams)
    {
        Option<string> manifest = SweepVerb.Manifest(), results = SweepVerb.Results();
        Option<int?> tasks = OptionFactory.Value("--tasks", "N", "Tasks of the job array; 16 by default.", Values.Whole(1, 1_000_000));
        Option<int?> cores = OptionFactory.Value("--cores", "N", "Processors of each task; 1 by default.", Values.Whole(1, 100_000));
        var verb = new Verb(
            "slurm",
            "Prints a batch script that runs a sweep as a job array of Slurm, for sbatch.",
            "simulator sweep slurm --manifest manifest.jsonl --results results --tasks 16 --cores 8 | sbatch --partition=batch --time=2:00:00");
        foreach (Option option in (Option[])[manifest, results, tasks, cores]) verb.Options.Add(option);
        verb.SetAction(parse =>
        {
            streams.Output.Write(SlurmScript.Of(
                SweepVerb.Open(parse.GetRequiredValue(manifest)), parse.GetRequiredValue(results), parse.GetValue(tasks) ?? 16, parse.GetValue(cores) ?? 1));
            return ExitCode.Success;
        });
        return verb;
    }
}
