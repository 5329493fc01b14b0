using System.Globalization;
using Simulator.Planning.Sweeps;

namespace Simulator.Cli.Sweeps;

/// <summary>The batch script that runs a sweep as a job array of Slurm.</summary>
internal static class SlurmScript
{
    private const int LengthOfName = 12;

    /// <param name="manifest">The points.</param>
    /// <param name="results">Folder of the results.</param>
    /// <param name="tasks">Tasks of the array, each a shard.</param>
    /// <param name="cores">Processors of each task.</param>
    public static string Of(SweepManifest manifest, string results, int tasks, int cores) => string.Create(CultureInfo.InvariantCulture, $"""
        #!/bin/bash
        # {manifest.Count} points in {tasks} tasks. Hand it to sbatch; what it leaves open, such as --partition, --time or --mem, can be given there.
        #SBATCH --job-name=sweep-{manifest.Id[..LengthOfName]}
        #SBATCH --array=0-{tasks - 1}
        #SBATCH --cpus-per-task={cores}
        #SBATCH --requeue
        #SBATCH --open-mode=append
        simulator sweep run --manifest {Quote(manifest.File)} --results {Quote(results)} --shard "$SLURM_ARRAY_TASK_ID" --of {tasks} --cores {cores}
        code=$?
        # 75 asks for another try. A cluster with RequeueExit=75 sees to it by itself.
        if [ "$code" -eq 75 ] && [ "${"{"}SLURM_RESTART_COUNT:-0{"}"}" -lt 10 ]; then
          scontrol requeue "${"{"}SLURM_ARRAY_JOB_ID{"}"}_${"{"}SLURM_ARRAY_TASK_ID{"}"}"
        fi
        exit "$code"

        """).ReplaceLineEndings("\n");

    private static string Quote(string path) => $"'{Path.GetFullPath(path).Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
