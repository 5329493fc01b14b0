using System.Runtime.ExceptionServices;
using Simulator.Models.Clusters;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Results.Comparison;

/// <summary>Runs one scenario with several seeds.</summary>
public static class Replications
{
    /// <summary>Runs a scenario with the seeds <paramref name="seed"/>, <paramref name="seed"/> + 1, …, each as if it were alone.</summary>
    /// <param name="cluster">The cluster; each run makes its routers and schedulers anew.</param>
    /// <param name="workload">
    /// Makes the workload of a seed. It is called for several seeds at once when there are several cores. A workload that is
    /// <see cref="IDisposable"/> is disposed after its run.
    /// </param>
    /// <param name="count">Runs, at least 1; intervals need 2.</param>
    /// <param name="seed">The first seed.</param>
    /// <param name="options">
    /// What to measure, without an observer; null for all. <see cref="RunOptions.Progress"/> is told of the requests that have ended in all
    /// runs, never by two threads at once.
    /// </param>
    /// <param name="cores">Runs at a time, at least 1. The result is the same for any number.</param>
    /// <exception cref="ArgumentException">There is an observer: it would see several runs.</exception>
    /// <exception cref="ClusterException">The cluster is not valid.</exception>
    public static ReplicationResult Run(
        ClusterSpec cluster, Func<ulong, IWorkload> workload, int count, ulong seed = 0, RunOptions? options = null, int cores = 1)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cores, 1);
        options ??= new RunOptions();
        if (options.Observer is not null)
            throw new ArgumentException("An observer sees one run. Run the seed that you want to see on its own.", nameof(options));

        RunResult?[] runs = new RunResult?[count];
        ExceptionDispatchInfo?[] faults = new ExceptionDispatchInfo?[count];
        SharedProgress? progress = options.Progress is { } report ? new SharedProgress(report) : null;
        // Break lets the seeds before a fault run, so that the first seed at fault is always the one that is reported.
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = cores }, (i, loop) =>
        {
            try
            {
                ulong ownSeed = unchecked(seed + (ulong)i);
                IWorkload own = workload(ownSeed);
                using IDisposable? disposable = own as IDisposable;
                runs[i] = ServingSimulation.Run(cluster, own, ownSeed, options with { Progress = progress?.OfOneRun() });
            }
            catch (Exception fault)
            {
                faults[i] = ExceptionDispatchInfo.Capture(fault);
                loop.Break();
            }
        });
        Array.Find(faults, fault => fault is not null)?.Throw();
        return ReplicationResult.Of(Array.ConvertAll(runs, run => run!));
    }

    /// <summary>Sums what several runs report.</summary>
    private sealed class SharedProgress(Action<long> report)
    {
        private readonly Lock _lock = new();
        private long _ended;

        public Action<long> OfOneRun()
        {
            long last = 0;
            return ended =>
            {
                lock (_lock)
                {
                    _ended += ended - last;
                    last = ended;
                    report(_ended);
                }
            };
        }
    }
}
