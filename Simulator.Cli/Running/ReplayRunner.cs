using Simulator.Cli.Faults;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Cli.Verbs;
using Simulator.Cli.Workloads;
using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Models.Results.Accuracy;
using Simulator.Models.Results.Comparison;
using Simulator.Workloads.Requests;

namespace Simulator.Cli.Running;

/// <summary>Runs a scenario and shows what came of it.</summary>
internal sealed class ReplayRunner(Streams streams)
{
    private const string ResultFile = "result.json";
    private const string OutputStream = "-";

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public int Run(ReplayRequest request)
    {
        Scenario scenario = request.Scenario;
        ClusterSpec cluster = ClusterBuilder.Build(scenario.Cluster);
        IReadOnlyList<string> faults = ClusterCheck.FaultsOf(scenario.Cluster, cluster);
        if (faults.Count > 0) throw new InputException(faults);
        RefuseToOverwriteInput(request);
        RunOptions options = Options(scenario);
        // A file that cannot be written is better found before a long run than after it.
        string[] files = [.. JsonFiles(request)];
        foreach (string file in files) OutputFile.Probe(file);
        RunTiming timing = RunTiming.Start();
        string json = scenario.Replications > 1 ? RunMany(request, cluster, options) : RunOnce(request, cluster, options);
        if (request.JsonFile == OutputStream) streams.Output.Write(json);
        foreach (string file in files) OutputFile.Write(file, json);
        if (request.Timing) timing.Report(streams.Error);
        return ExitCode.Success;
    }

    private string RunOnce(ReplayRequest request, ClusterSpec cluster, RunOptions options)
    {
        Scenario scenario = request.Scenario;
        RunResult result;
        using (RunRecorder recorder = new(scenario, cluster, request.OutputFolder))
        using (LongRunProgress progress = Watch(request))
        {
            IWorkload workload = WorkloadBuilder.Create(scenario.Workload, scenario.Seed);
            using IDisposable? disposable = workload as IDisposable;
            result = ServingSimulation.Run(
                cluster, workload, scenario.Seed, options with { Observer = recorder.Observer, Progress = progress.Report });
        }

        result = result with { Accuracy = AccuracyBands.Shipped.Of(cluster, result) };
        if (ShowsSummary(request)) RunSummary.Write(streams.Output, cluster, result);
        if (result.Requests.Completed == 0) streams.Error.WriteLine("warning: no request was completed; the counts say what became of them");
        else if (result.E2e.Count == 0) streams.Error.WriteLine("warning: no completed request was measured; shorten warmUp and drain");
        return RunResultJson.Write(result with { Settings = ScenarioSettings.Of(scenario, cluster) });
    }

    private string RunMany(ReplayRequest request, ClusterSpec cluster, RunOptions options)
    {
        Scenario scenario = request.Scenario;
        ResultsSection results = scenario.Results;
        if (results is not { RequestsCsv: null, IterationsCsv: null, TimeSeriesCsv: null, Perfetto: null, Timeline: null })
        {
            throw new InputException(
                $"{scenario.Replications} replications cannot share the files that the results name; run the seed that you want to see on its own");
        }

        ReplicationResult result;
        using (LongRunProgress progress = Watch(request))
        {
            result = Replications.Run(
                cluster, seed => WorkloadBuilder.Create(scenario.Workload, seed), scenario.Replications, scenario.Seed,
                options with { Progress = progress.Report }, Environment.ProcessorCount);
        }

        if (ShowsSummary(request)) RunSummary.Write(streams.Output, cluster, result);
        return ReplicationResultJson.Write(result with { Settings = ScenarioSettings.Of(scenario, cluster) });
    }

    private LongRunProgress Watch(ReplayRequest request) => LongRunProgress.Watch(streams, "requests", null, request.Quiet);

    /// <summary>The output stream is for one of the two: the document, which programs read, or the summary.</summary>
    private static bool ShowsSummary(ReplayRequest request) => !request.Quiet && request.JsonFile != OutputStream;

    private static IEnumerable<string> JsonFiles(ReplayRequest request)
    {
        if (request.JsonFile is { } file and not OutputStream) yield return file;
        if (request.OutputFolder.Length > 0) yield return Path.Combine(request.OutputFolder, ResultFile);
    }

    /// <exception cref="InputException">An output file is the scenario or its trace.</exception>
    private static void RefuseToOverwriteInput(ReplayRequest request)
    {
        ResultsSection results = request.Scenario.Results;
        string?[] named = [results.RequestsCsv, results.IterationsCsv, results.TimeSeriesCsv, results.Perfetto, results.Timeline];
        IEnumerable<string> outputs = named.OfType<string>().Select(file => Path.Combine(request.OutputFolder, file)).Concat(JsonFiles(request));
        string?[] inputs = [request.Scenario.File, request.Scenario.Workload.Trace?.File];
        HashSet<string> read = [.. inputs.OfType<string>().Select(Path.GetFullPath)];
        string[] faults = [.. outputs.Where(file => read.Contains(Path.GetFullPath(file))).Select(file => $"{file}: is read by this run; give the output another name")];
        if (faults.Length > 0) throw new InputException(faults);
    }

    /// <summary>What a scenario says of what to measure.</summary>
    /// <exception cref="InputException">Warm-up and drain leave nothing, or a drain is asked of a closed loop.</exception>
    public static RunOptions Options(Scenario scenario)
    {
        ResultsSection results = scenario.Results;
        SimTime? until = null;
        if (results.Drain > SimDuration.Zero)
        {
            SimTime last = WorkloadBuilder.LastArrival(scenario.Workload, scenario.Seed)
                ?? throw new InputException("results.drain needs arrivals that are known in advance, and those of a closed loop are not; leave it out");
            until = last - results.Drain;
            if (until <= SimTime.Zero + results.WarmUp)
                throw new InputException($"warmUp and drain leave nothing to measure: the last request arrives at {last}; shorten them");
        }

        return new RunOptions
        {
            Slo = new SloTargets(results.Slo.Ttft, results.Slo.Tpot, results.Slo.E2e),
            MeasureFrom = SimTime.Zero + results.WarmUp,
            MeasureUntil = until,
            Operators = results.Operators,
            SampleEvery = results is { TimeSeriesCsv: null, Perfetto: null } ? null : results.TimeSeriesStep,
        };
    }
}
