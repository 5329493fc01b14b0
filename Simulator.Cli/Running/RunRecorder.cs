using Simulator.Cli.Scenarios;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Models.Results.Recording;

namespace Simulator.Cli.Running;

/// <summary>The files that a scenario asks for beside the summary, open while a run writes them.</summary>
internal sealed class RunRecorder : IDisposable
{
    private readonly List<IDisposable> _open = [];
    private readonly List<IRunObserver> _observers = [];

    public RunRecorder(Scenario scenario, ClusterSpec cluster, string folder)
    {
        ResultsSection results = scenario.Results;
        Add(folder, results.RequestsCsv, stream => new RequestCsvWriter(stream));
        Add(folder, results.IterationsCsv, stream => new IterationCsvWriter(stream));
        Add(folder, results.TimeSeriesCsv, stream => new TimeSeriesCsvWriter(stream));
        Add(folder, results.Perfetto, stream => new PerfettoTraceWriter(stream, cluster));
        Add(folder, results.Timeline, stream => new TimelineWriter(stream, results.TimelineRequests, TitleOf(scenario, cluster)));
    }

    /// <summary>Sees the run; null when no file is asked for.</summary>
    public IRunObserver? Observer => _observers.Count == 0 ? null : new RunObservers(_observers);

    public void Dispose()
    {
        foreach (IDisposable item in _open) item.Dispose();
    }

    private static string TitleOf(Scenario scenario, ClusterSpec cluster) => string.Join("; ", scenario.Cluster.Pools.Zip(
        cluster.Pools, (section, pool) => $"{section.Engine.Scheduler} · {pool.Model.Id} on {pool.Plan.Devices} × {pool.Device.Id}"));

    private void Add<T>(string folder, string? file, Func<Stream, T> create)
        where T : IRunObserver, IDisposable
    {
        if (file is null) return;
        FileStream stream = OutputFile.Create(Path.Combine(folder, file));
        T writer = create(stream);
        _open.Add(writer);
        _open.Add(stream);
        _observers.Add(writer);
    }
}
