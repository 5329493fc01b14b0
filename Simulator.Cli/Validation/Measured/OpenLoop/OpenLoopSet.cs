using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;

namespace Simulator.Cli.Validation.Measured.OpenLoop;

/// <summary>Runs of vLLM 0.15.1 under inference-perf, of inference-sim's sim-to-real study: Poisson arrivals, 100 prompts in turn, a warm prefix cache.</summary>
/// <remarks>Times are the client's, over HTTP. Requests are replayed one by one where they were recorded, and made as the run states them where not.</remarks>
internal static class OpenLoopSet
{
    private const string Engine = "vllm 0.15.1";

    /// <summary>Longest prompt and output together of these servers (<c>max_model_len</c>).</summary>
    private const int ContextWindow = 4096;

    /// <summary>Above this share of failed requests a server was overloaded, and which requests its clients gave up decides what was measured.</summary>
    private const double MostFailed = 0.01;

    /// <summary>
    /// Host times of these servers: those that are shipped for vLLM, with the exposed ones and those of a request from every third run
    /// (<c>simulator calibrate FOLDER --host open_loop</c>, which leaves the others as they are shipped). Asynchronous scheduling, the default since version 0.14,
    /// leaves little exposed.
    /// </summary>
    private static readonly HostProfile Servers = HostFit.Shipped(EngineKernels.Vllm)! with
    {
        ExposedSeconds = 104e-6, ExposedSequenceSeconds = 0.713e-6, RequestSeconds = 8.11e-3,
    };

    /// <summary>The folder <c>open_loop</c> below, where it has a summary.</summary>
    public static string? Find(string folder) => MeasuredCsv.Find(Path.Combine(folder, "open_loop"), OpenLoopFiles.SummaryFile);

    /// <summary>Runs what a summary and the files beside it describe.</summary>
    public static MeasuredSetResult Run(string summary) => Run(OpenLoopFiles.ReadRuns(summary), summary, Servers);

    /// <summary>Runs some of the runs of a summary, with these host times.</summary>
    public static MeasuredSetResult Run(IReadOnlyList<OpenLoopRun> runs, string summary, HostProfile host)
    {
        string folder = Path.GetDirectoryName(summary)!;
        var recorded = MeasuredCsv.Find(folder, "requests.csv") is { } requests ? OpenLoopFiles.ReadRequests(requests) : null;
        var peers = MeasuredCsv.Find(folder, "peer_predictions.csv") is { } predictions ? OpenLoopFiles.ReadPeers(predictions) : null;
        return new(InOrder.Run(runs, run => Row(run, recorded, peers, host)), OpenLoopFiles.Figures);
    }

    private static MeasuredRow Row(
        OpenLoopRun run, IReadOnlyDictionary<string, IReadOnlyList<OpenLoopRequest>>? recorded,
        ILookup<(string, string), (string, double)>? peers, HostProfile host)
    {
        Device? device = MeasuredServers.FindDevice(run.Hardware);
        IReadOnlyList<OpenLoopRequest>? requests = run.Experiments.Select(name => recorded?.GetValueOrDefault(name)).FirstOrDefault(found => found is not null);
        MeasuredRow row = new(
            run.Experiments[0], new(device?.Id ?? run.Hardware, run.Model, Engine),
            [.. OpenLoopFiles.MeasuredOf(run).Select(figure => figure with { Peers = PeersOf(run, figure.Name, peers) })])
        {
            Groups = [device?.Id ?? run.Hardware, requests is null ? "statedWorkload" : "recordedRequests"],
        };
        return row.Predict(
            () =>
            {
                if (run.FailedShare > MostFailed)
                    throw new NotSupportedException("overloaded: more than 1 % of its requests failed, and when its clients give up is not recorded");
                PoolSpec pool = MeasuredServers.WithHost(host, Pool(run, device));
                return ServedRequests.By(pool, requests is null ? OpenLoopWorkload.Stated(run) : OpenLoopWorkload.Recorded(run, requests));
            },
            (figure, served) => Predicted(figure, served, run));
    }

    private static double Predicted(string figure, ServedRequests served, OpenLoopRun run) => figure switch
    {
        "e2e" => served.MeanE2e,
        "ttft" => served.MeanTtft,
        "ttftP99" => served.QuantileOfTtft(0.99),
        _ => (served.MeanE2e - served.MeanTtft) / (run.CountedOutputTokens - 1),
    };

    private static IReadOnlyList<(string, double)> PeersOf(OpenLoopRun run, string figure, ILookup<(string, string), (string Name, double)>? peers) =>
        peers is null ? [] : [.. run.Experiments.SelectMany(name => peers[(name, figure)]).DistinctBy(peer => peer.Name).OrderBy(peer => peer.Name, StringComparer.Ordinal)];

    private static PoolSpec Pool(OpenLoopRun run, Device? device)
    {
        PoolSpec pool = MeasuredServers.Pool(run.Model, device, Precision(run), new(run.TensorParallel, Data: run.DataParallel));
        return MeasuredServers.WithGraphs(run.MaxSequences, pool with
        {
            Roofline = pool.Roofline with { Sampling = MeasuredServers.DefaultSampling(run.Model) },
            Engine = ServingEngines.VllmV1(new VllmV1Options
            {
                TokenBudget = run.MaxBatchedTokens, MaxSequences = run.MaxSequences, AsyncScheduling = true,
            }) with { ContextWindow = ContextWindow },
            Memory = new()
            {
                UtilizationFraction = run.MemoryUtilization ?? new MemoryOptions().UtilizationFraction, BlocksOverride = run.KvBlocks,
                SequenceTokens = ContextWindow,
            },
        });
    }

    private static Quantization Precision(OpenLoopRun run) => run.Precision.ToUpperInvariant() switch
    {
        "FP16" or "BF16" => Quantization.Bf16,
        "FP8" => new(NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Bf16),
        _ => throw new NotSupportedException("the precision is neither FP16, BF16 nor FP8"),
    };
}
