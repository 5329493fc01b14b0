using Simulator.Cli.Faults;
using Simulator.Models.Clusters;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;

namespace Simulator.Cli.Validation.Measured.BenchmarkRuns;

/// <summary>Runs of a benchmark against one server, whose host times are fitted to them.</summary>
internal static class BenchmarkRunSet
{
    private const int Folds = 3;

    /// <summary>Names of the figures, in the order in which they are reported.</summary>
    public static IReadOnlyList<string> FigureNames { get; } = ["ttft", "tpot"];

    /// <summary>Runs all with these host times.</summary>
    /// <exception cref="InputException">The server refuses requests that the real one served.</exception>
    public static MeasuredSetResult Run(IReadOnlyList<BenchmarkRun> runs, PoolSpec server, HostProfile host)
    {
        ClusterSpec cluster = new() { Pools = [MeasuredServers.WithHost(host, server)] };
        return new(InOrder.Run(runs, run => Row(run, cluster, server)), FigureNames);
    }

    /// <summary>Fits the host times of a server to its runs.</summary>
    public static HostProfile Fit(IReadOnlyList<BenchmarkRun> runs, PoolSpec server) =>
        HostFit.Fit(host => Run(runs, server, host), $"whole runs of a benchmark on {server.Device.Id}: {string.Join(", ", runs.Select(run => run.Name))}");

    /// <summary>What every third run is predicted to be, in turn, by times that are fitted to the others; null for fewer than three runs.</summary>
    public static MeasuredSetResult? Unseen(IReadOnlyList<BenchmarkRun> runs, PoolSpec server)
    {
        if (runs.Count < Folds) return null;
        List<MeasuredRow> rows = [];
        for (int fold = 0; fold < Folds; fold++)
        {
            HostProfile host = Fit([.. runs.Where((_, i) => i % Folds != fold)], server);
            rows.AddRange(Run([.. runs.Where((_, i) => i % Folds == fold)], server, host).Rows);
        }
        return new(rows, FigureNames);
    }

    private static MeasuredRow Row(BenchmarkRun run, ClusterSpec cluster, PoolSpec server)
    {
        IWorkload workload = run.Workload();
        using IDisposable? disposable = workload as IDisposable;
        RunResult result = ServingSimulation.Run(cluster, workload);
        if (result.Requests.Completed < run.Requests.Count)
        {
            throw new InputException(
                $"{run.Name}: the server of the scenario refuses {run.Requests.Count - result.Requests.Completed} of {run.Requests.Count} requests that the real one served; "
                + "check its model, maxContext, kvBlocks and queueLimit");
        }
        List<MeasuredFigure> figures = [new("ttft", run.TtftSeconds) { Predicted = result.Ttft.Mean }];
        if (run.TpotSeconds > 0 && result.Tpot.Mean is { } tpot) figures.Add(new("tpot", run.TpotSeconds) { Predicted = tpot });
        return new(run.Name, new(server.Device.Id, server.Model.Id, server.Engine.Kernels.Id()), figures);
    }
}
