using System.Text.Json;
using Simulator.Cli.Faults;
using Simulator.Cli.Running;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Cli.Workloads;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Models.Results.Accuracy;
using Simulator.Planning.Sweeps;
using Simulator.Workloads.Requests;

namespace Simulator.Cli.Sweeps;

/// <summary>Runs the points of a manifest as <c>replay</c> would. Several threads may run points at once.</summary>
/// <remarks>
/// A result is <c>{"result":…}</c>, or <c>{"fault":"…"}</c> for a point that cannot run, such as a plan that does not fit into memory: that is a
/// result too, the same in every run. It depends on the content of the point alone, and names no folder of this machine.
/// </remarks>
internal sealed class PointRunner(SweepManifest manifest)
{
    private const string ScenarioName = "scenario";

    private readonly InputHashes _hashes = new();

    private readonly string _folder = Path.GetFullPath(Path.Combine(
        Path.GetDirectoryName(Path.GetFullPath(manifest.File))!, SweepAbout.Parse(manifest.About).Folder));

    /// <summary>The result of a point, JSON on one line.</summary>
    /// <exception cref="InputException">A file that it needs is missing, or not as it was; or another version of the simulator planned it.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public string Evaluate(SweepPoint point, CancellationToken stop)
    {
        PointContent content = PointContent.Parse(point.Line);
        if (content.Simulator != PointContent.CurrentSimulator)
            throw new InputException($"{manifest.File}: was planned by version {content.Simulator}, and this is {PointContent.CurrentSimulator}; run it with that version, or plan the sweep again");
        CheckFiles(content, _hashes.Of);
        var faults = new FaultList(Path.Combine(_folder, ScenarioName));
        Scenario scenario = ScenarioReader.Read(content.Scenario, faults) ?? throw new ScenarioException(faults);
        bool ownSeed = ScenarioPath.Of("seed").Find(content.Scenario) is not null;
        scenario = scenario with
        {
            Seed = ownSeed ? unchecked(scenario.Seed + (ulong)content.Replication) : point.Seed,
            // There is no file that a place could be in.
            Cluster = scenario.Cluster with { Pools = [.. scenario.Cluster.Pools.Select(pool => pool with { Places = null })] },
        };
        try
        {
            return Result(Run(scenario, stop));
        }
        catch (Exception e) when (Failure.Of(e) is { ExitCode: ExitCode.BadInput } failure)
        {
            // A file that could not be read just now is no property of the point.
            CheckFiles(content, InputHashes.Hash);
            return Fault(string.Join("; ", failure.Lines).Replace($"{_folder}{Path.DirectorySeparatorChar}", "", StringComparison.Ordinal));
        }
    }

    private static RunResult Run(Scenario scenario, CancellationToken stop)
    {
        ClusterSpec cluster = ClusterBuilder.Build(scenario.Cluster);
        IReadOnlyList<string> faults = ClusterCheck.FaultsOf(scenario.Cluster, cluster);
        if (faults.Count > 0) throw new InputException(faults);
        RunOptions options = ReplayRunner.Options(scenario) with { Progress = _ => stop.ThrowIfCancellationRequested() };
        IWorkload workload = WorkloadBuilder.Create(scenario.Workload, scenario.Seed);
        using IDisposable? disposable = workload as IDisposable;
        RunResult result = ServingSimulation.Run(cluster, workload, scenario.Seed, options);
        return result with { Accuracy = AccuracyBands.Shipped.Of(cluster, result), Settings = ScenarioSettings.Of(scenario, cluster) };
    }

    private void CheckFiles(PointContent content, Func<string, string> hash)
    {
        foreach ((string name, string planned) in content.Files)
        {
            string path = Path.Combine(_folder, name);
            if (hash(path) != planned) throw new InputException($"{path}: has changed since the sweep was planned; restore it, or plan the sweep again");
        }
    }

    private static string Result(RunResult result) => JsonLine.Of(json =>
    {
        using JsonDocument document = JsonDocument.Parse(RunResultJson.Write(result));
        json.WriteStartObject();
        json.WritePropertyName("result");
        document.RootElement.WriteTo(json);
        json.WriteEndObject();
    });

    private static string Fault(string fault) => JsonLine.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("fault", fault);
        json.WriteEndObject();
    });
}
