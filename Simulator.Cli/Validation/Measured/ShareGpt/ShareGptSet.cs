using Simulator.Core.Time;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Devices;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Workloads.Requests;

namespace Simulator.Cli.Validation.Measured.ShareGpt;

/// <summary>Runs of vLLM 0.19 with ShareGPT requests that come faster than they are served, of LLMServingSim's examples.</summary>
/// <remarks>
/// Each request is sent when its client sent it. Latencies are the engine's own: from when it queued the request, without HTTP. Prompts
/// share 8 % of their tokens at most, which the recorded lengths do not tell, so none is taken to be cached. The host times are those that are shipped,
/// but for what a sequence adds between two iterations: with it TPOT of the first 100 requests on the RTX PRO 6000, all that was looked at, is 4 % too long, without it
/// 1 %. Asynchronous scheduling, which these servers have and many of those that the times are fitted to have not, hides it.
/// </remarks>
internal static class ShareGptSet
{
    private const string RunsFile = "runs.csv";
    private const string RequestsFile = "requests.csv";

    /// <summary>Metrics of the file, the figures that they are reported as, and what one of their units is in seconds.</summary>
    private static readonly (string Metric, string Figure, double Unit)[] Metrics =
    [
        ("latency_mean", "e2e", 1e-3), ("tpot_mean", "tpot", 1e-3), ("ttft_mean", "ttft", 1e-3), ("latency_p99", "e2eP99", 1e-3), ("tpot_p99", "tpotP99", 1e-3),
        ("ttft_p99", "ttftP99", 1e-3), ("output_tok_per_s", "throughput", 1),
    ];

    /// <summary>The folder <c>sharegpt_saturated</c> below, where it has runs and their requests.</summary>
    public static string? Find(string folder)
    {
        string below = Path.Combine(folder, "sharegpt_saturated");
        return MeasuredCsv.Find(below, RunsFile) is not null && MeasuredCsv.Find(below, RequestsFile) is not null ? below : null;
    }

    /// <summary>Runs what a folder holds.</summary>
    public static MeasuredSetResult Run(string folder)
    {
        IReadOnlyList<Measurements> runs = ReadRuns(MeasuredCsv.Find(folder, RunsFile)!);
        IReadOnlyDictionary<string, IReadOnlyList<Request>> requests = ReadRequests(MeasuredCsv.Find(folder, RequestsFile)!);
        return new(InOrder.Run(runs, run => Row(run, requests.GetValueOrDefault(run.Example))), [.. Metrics.Select(metric => metric.Figure)]);
    }

    private static MeasuredRow Row(Measurements run, IReadOnlyList<Request>? requests)
    {
        Device? device = MeasuredServers.FindDevice(run.Hardware);
        MeasuredRow row = new(run.Example, new(device?.Id ?? run.Hardware, run.Model, $"vllm {run.Version}"), run.Figures);
        return row.Predict(
            () => ServedRequests.By(Pool(run, device), requests ?? throw new NotSupportedException("its requests are not recorded")), Predicted);
    }

    private static double Predicted(string figure, ServedRequests served) => figure switch
    {
        "e2e" => served.MeanE2e,
        "tpot" => served.MeanTpot,
        "ttft" => served.MeanTtft,
        "e2eP99" => served.QuantileOfE2e(0.99),
        "tpotP99" => served.QuantileOfTpot(0.99),
        "ttftP99" => served.QuantileOfTtft(0.99),
        _ => served.Completed * served.MeanOutputTokens / served.Makespan,
    };

    private static PoolSpec Pool(Measurements run, Device? device)
    {
        PoolSpec pool = MeasuredServers.WithGraphs(run.MaxSequences, MeasuredServers.Pool(run.Model, device, Quantization.Bf16, new(run.TensorParallel)) with
        {
            Engine = ServingEngines.VllmV1(new VllmV1Options
            {
                TokenBudget = run.MaxBatchedTokens, MaxSequences = run.MaxSequences, AsyncScheduling = true,
            }),
            Memory = new() { BlocksOverride = run.KvBlocks },
        });
        HostOverhead host = pool.Roofline.Host;
        return pool with { Roofline = pool.Roofline with { Host = host with { Exposed = host.Exposed with { PerSequence = 0 } } } };
    }

    private static List<Measurements> ReadRuns(string file)
    {
        List<Measurements> runs = [];
        using MeasuredCsv table = new(file);
        while (table.Read())
        {
            string example = table.Text("example");
            Measurements? run = runs.Find(known => known.Example == example);
            if (run is null)
            {
                runs.Add(run = new(
                    example, table.Text("model"), table.Text("hardware"), table.Text("vllm_version"), table.Whole("tp"), table.Whole("max_num_seqs"),
                    table.Whole("max_num_batched_tokens"), table.WholeOrNull("num_gpu_blocks"), []));
            }
            string metric = table.Text("metric");
            foreach ((_, string figure, double unit) in Metrics.Where(known => known.Metric == metric))
            {
                run.Figures.Add(new(figure, table.Number("vllm_measured") * unit)
                {
                    Peers = table.NumberOrNull("llmservingsim") is { } predicted ? [("llmservingsim", predicted * unit)] : [],
                });
            }
        }
        return runs;
    }

    private static Dictionary<string, IReadOnlyList<Request>> ReadRequests(string file)
    {
        List<(string Example, double Sent, int Prompt, int Output)> rows = [];
        using MeasuredCsv table = new(file);
        while (table.Read())
        {
            int prompt = table.Whole("input_toks"), output = table.Whole("output_toks");
            if (prompt < 1 || output < 1) throw table.Fault(prompt < 1 ? "input_toks" : "output_toks", "is no length", "Give at least one token");
            rows.Add((table.Text("example"), table.Number("client_arrival_rel_s"), prompt, output));
        }
        return rows.GroupBy(row => row.Example).ToDictionary(example => example.Key, example =>
        {
            double first = example.Min(row => row.Sent);
            return (IReadOnlyList<Request>)
            [
                .. example.OrderBy(row => row.Sent).Select((row, i) => new Request
                {
                    Id = i, Arrival = SimTime.FromSeconds(row.Sent - first), PromptTokens = row.Prompt, OutputTokens = row.Output,
                }),
            ];
        });
    }

    private sealed record Measurements(
        string Example, string Model, string Hardware, string Version, int TensorParallel, int MaxSequences, int MaxBatchedTokens, long? KvBlocks,
        List<MeasuredFigure> Figures);
}
