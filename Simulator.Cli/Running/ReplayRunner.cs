using Simulator.Cli.Faults;
using Simulator.Cli.Scenarios;
using Simulator.Cli.Terminal;
using Simulator.Cli.Verbs;
using Simulator.Cli.Workloads;
using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Models.Results.Comparison;
using Simulator.Workloads.Requests;

namespace Simulator.Cli.Running;

/// <summary>Runs a scenario and shows what came of it.</summary>
internal sealed class ReplayRunner(Streams streams)
{
    private const string ResultFile = "result.json";

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public int Run(ReplayRequest request)
    {
        Scenario scenario = request.Scenario;
        ClusterSpec cluster = ClusterBuilder.Build(scenario.Cluster);
        IReadOnlyList<string> faults = cluster.Validate();
        if (faults.Count > 0) throw new InputException(faults);
        RunOptions options = Options(scenario);
        RunTiming timing = RunTiming.Start();
        if (scenario.Replications > 1) RunMany(request, cluster, options);
        else RunOnce(request, cluster, options);
        if (request.Timing) timing.Report(streams.Error);
        return ExitCode.Success;
    }

    private void RunOnce(ReplayRequest request, ClusterSpec cluster, RunOptions options)
    {
        RunResult result;
        using (RunRecorder recorder = new(request.Scenario.Results, cluster, request.OutputFolder))
        using (LongRunProgress progress = Watch(request))
        {
            IWorkload workload = WorkloadBuilder.Create(request.Scenario.Workload, request.Scenario.Seed);
            using IDisposable? disposable = workload as IDisposable;
            result = ServingSimulation.Run(
                cluster, workload, request.Scenario.Seed, options with { Observer = recorder.Observer, Progress = progress.Report });
        }
        WriteJson(request, RunResultJson.Write(result));
        if (!request.Quiet) RunSummary.Write(streams.Output, cluster, result);
    }

    private void RunMany(ReplayRequest request, ClusterSpec cluster, RunOptions options)
    {
        Scenario scenario = request.Scenario;
        ResultsSection results = scenario.Results;
        if (results is not { RequestsCsv: null, IterationsCsv: null, TimeSeriesCsv: null, Perfetto: null })
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
        WriteJson(request, ReplicationResultJson.Write(result));
        if (!request.Quiet) RunSummary.Write(streams.Output, cluster, result);
    }

    private LongRunProgress Watch(ReplayRequest request) => LongRunProgress.Watch(streams, "requests", null, request.Quiet);

    private static RunOptions Options(Scenario scenario)
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
            SampleEvery = results is { TimeSeriesCsv: null, Perfetto: null } ? null : results.TimeSeriesStep,
        };
    }

    private void WriteJson(ReplayRequest request, string json)
    {
        if (request.JsonFile == "-") streams.Output.Write(json);
        else if (request.JsonFile is { } file) File.WriteAllText(file, json);
        if (request.OutputFolder.Length > 0)
        {
            Directory.CreateDirectory(request.OutputFolder);
            File.WriteAllText(Path.Combine(request.OutputFolder, ResultFile), json);
        }
    }
}
