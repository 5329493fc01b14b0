using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Simulator.Cli.Sweeps;
using Simulator.Cli.Terminal;
using Simulator.Planning.Sweeps;

namespace Simulator.Cli.Verbs;

/// <summary><c>simulator sweep run</c>: runs the points that are not done, or a share of them.</summary>
internal static class SweepRunVerb
{
    private const int MostShards = 1_000_000;

    // Slurm's job arrays, and Kubernetes' indexed jobs.
    private static readonly string[] ShardVariables = ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"];

    public static Verb Create(Streams streams)
    {
        Option<string> manifest = SweepVerb.Manifest(), results = SweepVerb.Results();
        Option<int?> shard = OptionFactory.Value(
            "--shard", "I", $"Run every N-th point from the I-th on, from 0; by default {string.Join(" or ", ShardVariables)}, or all points.", Values.Whole(0, MostShards - 1));
        Option<int?> of = OptionFactory.Value("--of", "N", "How many shards there are; by default SLURM_ARRAY_TASK_COUNT.", Values.Whole(1, MostShards));
        Option<int?> cores = OptionFactory.Value("--cores", "N", "Points to run at a time; by default as many as there are processors.", Values.Whole(1, 100_000));
        Option<bool> quiet = OptionFactory.Flag("--quiet", "Print neither the summary nor progress.");
        var verb = new Verb(
            "run",
            "Runs the points of a manifest that are not done yet. Kill it whenever you like, and run it again.",
            "simulator sweep run --manifest manifest.jsonl --results results",
            "simulator sweep run --manifest manifest.jsonl --results results --shard 3 --of 16");
        foreach (Option option in (Option[])[manifest, results, shard, of, cores, quiet]) verb.Options.Add(option);
        verb.SetAction(parse =>
        {
            Shard part = ShardOf(parse.GetValue(shard), parse.GetValue(of), Environment.GetEnvironmentVariable);
            SweepManifest points = SweepVerb.Open(parse.GetRequiredValue(manifest));
            return Run(streams, points, parse.GetRequiredValue(results), part, parse.GetValue(cores) ?? Environment.ProcessorCount, parse.GetValue(quiet));
        });
        return verb;
    }

    /// <summary>The shard that options and environment ask for.</summary>
    /// <param name="shard">Its number; null when it is not given.</param>
    /// <param name="of">The number of shards; null when it is not given.</param>
    /// <param name="environment">Variables of the environment.</param>
    /// <exception cref="InputException">They do not say which part of the points to run.</exception>
    internal static Shard ShardOf(int? shard, int? of, Func<string, string?> environment)
    {
        string? source = shard is null ? ShardVariables.FirstOrDefault(name => !string.IsNullOrEmpty(environment(name))) : "--shard";
        if (source is null) return of is null or 1 ? Shard.Whole : throw new InputException("--of: without --shard nothing says which of the shards to run; give its number, from 0");
        int index = shard ?? Read(source);
        if (of is null && source == ShardVariables[0]) of = CountOfArray(index);
        if (of is not { } count) throw new InputException($"--of is missing; it is the number of shards that {source}={index} is one of");
        return index < count ? new(index, count) : throw new InputException($"{source}: there are {count} shards, 0 to {count - 1}, and no shard {index}");

        // Slurm counts the tasks that were submitted, which are fewer than the shards when some of them are submitted again.
        int CountOfArray(int task)
        {
            if (string.IsNullOrEmpty(environment("SLURM_ARRAY_TASK_COUNT"))) throw new InputException($"--of is missing; it is the number of shards that task {task} is one of");
            int count = Read("SLURM_ARRAY_TASK_COUNT"), first = Read("SLURM_ARRAY_TASK_MIN"), last = Read("SLURM_ARRAY_TASK_MAX");
            return first == 0 && last == count - 1 ? count
                : throw new InputException($"--of is missing; the tasks of this array are not 0 to {count - 1}, so nothing says how many shards there are");
        }

        int Read(string name)
        {
            string text = environment(name) ?? "";
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value
                : throw new InputException($"{name}: expected a whole number, got '{text}'; give --shard and --of");
        }
    }

    private static int Run(Streams streams, SweepManifest manifest, string folder, Shard shard, int cores, bool quiet)
    {
        using var stop = new CancellationTokenSource();
        // What clusters send before they take a machine away.
        using PosixSignalRegistration signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        try
        {
            var run = new SweepRun
            {
                Manifest = manifest, Results = new(folder), Evaluate = new PointRunner(manifest).Evaluate, Shard = shard, Cores = cores,
            };
            SweepTally tally;
            using (LongRunProgress progress = LongRunProgress.Watch(streams, "points", shard.PointsOf(manifest.Count), quiet))
                tally = run.Run(progress.Report, stop.Token);
            if (!quiet) streams.Output.WriteLine($"{Figures.Count(tally.Done)} points done, {Figures.Count(tally.Skipped)} were done before");
            return tally.Fault is null ? ExitCode.Success : Report(streams, tally);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            streams.Error.WriteLine($"error: {string.Join("; ", Failure.Of(e).Lines)}; run the sweep again: what is done stays done");
            return ExitCode.TryAgain;
        }
        catch (OperationCanceledException)
        {
            streams.Error.WriteLine("error: stopped; run the sweep again: what is done stays done");
            return ExitCode.TryAgain;
        }
    }

    private static int Report(Streams streams, SweepTally tally)
    {
        streams.Error.WriteLine($"error: {Figures.Count(tally.Failed)} points failed, the first of them {tally.FirstFailed!.Id}:");
        return Failure.Report(tally.Fault!, streams.Error);
    }
}
