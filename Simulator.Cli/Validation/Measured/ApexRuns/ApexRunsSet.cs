using System.Globalization;
using System.Text.RegularExpressions;
using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Workloads.Requests;

namespace Simulator.Cli.Validation.Measured.ApexRuns;

/// <summary>Runs of vLLM 0.6.0 and SGLang on eight H100, of APEX's repository: requests that came in the open, with the tokens that were really used.</summary>
/// <remarks>
/// Latencies are the servers' own. vLLM's TPOT is Σ(E2E − TTFT)/Σ output, every token counted, and SGLang's Σ E2E/Σ output. The time to the first
/// token that SGLang recorded is that of about the fiftieth, since its clients did not stream; it is left out. Replicas of a layout such as
/// <c>2DP4TP</c> had a share of the requests each: a row is one replica with its share.
/// </remarks>
internal static partial class ApexRunsSet
{
    private const string VllmFile = "vllm_runs.csv";
    private const string SglangFile = "sglang_runs.csv";
    private const string RequestsFile = "requests.csv";

    /// <summary>What a server of SGLang without CUDA graphs takes beside its device: eight ranks that launch every kernel, many through Triton, from Python.</summary>
    /// <remarks>Fitted on E2E of two of the six runs: lmsys_025 and creation_025.</remarks>
    private static readonly HostProfile SglangTimes = new() { IterationSeconds = 1e-3, SequenceSeconds = 0.1e-3, LaunchSeconds = 52e-6 };

    /// <summary>The folder <c>apex_runs</c> below, where it has runs and their requests.</summary>
    public static string? Find(string folder)
    {
        string below = Path.Combine(folder, "apex_runs");
        return MeasuredCsv.Find(below, RequestsFile) is not null && new[] { VllmFile, SglangFile }.Any(file => MeasuredCsv.Find(below, file) is not null)
            ? below : null;
    }

    /// <summary>Runs what a folder holds.</summary>
    public static MeasuredSetResult Run(string folder)
    {
        List<Measurements> runs = [];
        if (MeasuredCsv.Find(folder, VllmFile) is { } vllm) runs.AddRange(Read(vllm, ReadVllm));
        if (MeasuredCsv.Find(folder, SglangFile) is { } sglang) runs.AddRange(Read(sglang, ReadSglang));
        IReadOnlyDictionary<string, IReadOnlyList<Request>> requests = ReadRequests(MeasuredCsv.Find(folder, RequestsFile)!);
        return new(InOrder.Run(runs, run => Row(run, requests.GetValueOrDefault(run.Id))), ["e2e", "tpot", "ttft"]);
    }

    private static MeasuredRow Row(Measurements run, IReadOnlyList<Request>? requests)
    {
        Device? device = MeasuredServers.FindDevice(run.Hardware);
        MeasuredRow row = new(run.Id, new(device?.Id ?? run.Hardware, run.Model.Split(' ')[0], run.Engine), run.Figures)
        {
            Groups = [run.IsSglang ? "sglang" : "vllm"], Share = Share(run.Id, requests ?? []),
        };
        // These servers have host times of their own, so that the row says nothing of the shipped profiles.
        return row.Predict(
            () =>
            {
                if (run.Figures.Count == 0) throw new NotSupportedException("nothing was measured: its file is empty");
                return ServedRequests.By(Pool(run, device), requests ?? throw new NotSupportedException("its requests are not recorded"));
            },
            (figure, served) => Predicted(figure, run, served)) with { Conditions = null };
    }

    // The run vllm:llama_lmsys_05_2DP4TP_0 is a replica of the plan 2DP4TP for the workload llama_lmsys_05.
    private static PlanShare? Share(string id, IReadOnlyList<Request> requests)
    {
        Match run = PlanOfRun().Match(id);
        if (!run.Success) return null;
        int replicas = run.Groups["replicas"].Success ? int.Parse(run.Groups["replicas"].Value, CultureInfo.InvariantCulture) : 1;
        return new(run.Groups["workload"].Value, run.Groups["plan"].Value, replicas, requests.Count, requests.Sum(request => (long)request.PromptTokens));
    }

    private static double Predicted(string figure, Measurements run, ServedRequests served) => figure switch
    {
        "e2e" => served.MeanE2e,
        "ttft" => served.MeanTtft,
        _ => (served.MeanE2e - (run.IsSglang ? 0 : served.MeanTtft)) / served.MeanOutputTokens,
    };

    private static PoolSpec Pool(Measurements run, Device? device)
    {
        PoolSpec pool = MeasuredServers.Pool(run.Model, device, Formats(run), Plan(run.Parallelism));
        if (run.IsSglang)
            return MeasuredServers.WithHost(SglangTimes, pool with { Engine = ServingEngines.Sglang(pool.Device), Roofline = pool.Roofline with { Graphs = CudaGraphs.Eager } });
        VllmLaunch launch = VllmLaunch.Of(pool, IsFp8(run));
        return MeasuredServers.WithHost(IsFp8(run) ? VllmV06.Fp8Times : VllmV06.Times, pool with
        {
            Engine = VllmV06.Engine(launch.ContextWindow, asyncOutput: false),
            Roofline = pool.Roofline with { Graphs = VllmV06.Graphs },
            Memory = new() { UtilizationFraction = launch.MemoryUtilization },
        });
    }

    // The FP8 servers of vLLM had an FP8 cache too.
    private static Quantization Formats(Measurements run) => IsFp8(run)
        ? new(NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Fp8) : Quantization.Bf16;

    private static bool IsFp8(Measurements run) => run.Model.Contains("FP8", StringComparison.OrdinalIgnoreCase);

    // 8TP, TP8, or one of the replicas of 2DP4TP; with EP8 the experts are spread over the ranks of the attention.
    private static ParallelPlan Plan(string layout)
    {
        Match plan = Layout().Match(layout);
        if (!plan.Success) throw new NotSupportedException("the layout is not tensor or expert parallel, with replicas or without");
        int ranks = int.Parse(plan.Groups["ranks"].Value, CultureInfo.InvariantCulture);
        return plan.Groups["kind"].Value == "EP" ? new(ranks, Expert: ranks) : new(ranks);
    }

    private static List<Measurements> Read(string file, Func<MeasuredCsv, Measurements> read)
    {
        List<Measurements> runs = [];
        using MeasuredCsv table = new(file);
        while (table.Read()) runs.Add(read(table));
        return runs;
    }

    private static Measurements ReadVllm(MeasuredCsv table) => new(
        Id(table, "vllm:"), "vllm 0.6.0", table.Text("model"), table.Text("hardware"), table.Text("parallelism"),
        Figures(("e2e", table.NumberOrNull("own_mean_e2e_s")), ("tpot", table.NumberOrNull("own_tpot_s")), ("ttft", table.NumberOrNull("own_mean_ttft_s"))));

    private static Measurements ReadSglang(MeasuredCsv table) => new(
        Id(table, "sglang:"), "sglang 0.4.4", table.Text("model"), table.Text("hardware"), table.Text("parallelism"),
        Figures(("e2e", table.NumberOrNull("derived_mean_e2e_s")), ("tpot", table.NumberOrNull("derived_mean_e2e_per_out_token_ms") / 1e3)));

    private static IReadOnlyList<MeasuredFigure> Figures(params (string Name, double? Measured)[] figures) =>
        [.. figures.Where(figure => figure.Measured > 0).Select(figure => new MeasuredFigure(figure.Name, figure.Measured!.Value))];

    // vllm/results/llama_lmsys_05_validation_2DP4TP_0.txt has the requests vllm:llama_lmsys_05_2DP4TP_0.
    private static string Id(MeasuredCsv table, string engine) =>
        engine + Path.GetFileNameWithoutExtension(table.Text("file")).Replace("_validation", "", StringComparison.Ordinal);

    private static Dictionary<string, IReadOnlyList<Request>> ReadRequests(string file)
    {
        Dictionary<string, List<Request>> runs = [];
        using MeasuredCsv table = new(file);
        while (table.Read())
        {
            string run = table.Text("run");
            if (!runs.TryGetValue(run, out List<Request>? requests)) runs.Add(run, requests = []);
            requests.Add(new()
            {
                Id = requests.Count, Arrival = SimTime.FromNanoseconds((long)(table.Number("arrival_us") * 1e3)),
                PromptTokens = Math.Max(1, table.Whole("prompt_tokens")), OutputTokens = Math.Max(1, table.Whole("output_tokens")),
            });
        }
        return runs.ToDictionary(run => run.Key, run => (IReadOnlyList<Request>)[.. run.Value.OrderBy(request => request.Arrival).ThenBy(request => request.Id)]);
    }

    [GeneratedRegex(@"^vllm:(?<workload>.+)_(?<plan>((?<replicas>\d{1,4})DP)?\d+TP)(_fp8)?(_\d+)?$")]
    private static partial Regex PlanOfRun();

    [GeneratedRegex(@"^(\d+DP)?((?<ranks>[1248]|16)(?<kind>TP|EP)|(?<kind>TP|EP)(?<ranks>[1248]|16))$")]
    private static partial Regex Layout();

    /// <summary>What the launch scripts of the vLLM servers set (<c>vllm/8TP.sh</c>, <c>vllm/scale_2TP_llama.sh</c> and their like).</summary>
    /// <param name="ContextWindow">Longest sequence, tokens (<c>--max-model-len</c>); that of the model where a script leaves it out.</param>
    /// <param name="MemoryUtilization">Share of memory (<c>--gpu-memory-utilization</c>).</param>
    private readonly record struct VllmLaunch(int ContextWindow, double MemoryUtilization)
    {
        // Two devices have no room for a KV cache of the whole window, so that those servers had a shorter one; without a long context, version 0.6 runs prompts whole.
        public static VllmLaunch Of(PoolSpec pool, bool isFp8) => (pool.Plan.Tensor, isFp8) switch
        {
            (2, false) => new(24_272, 0.97),
            (2, true) => new(20_560, 0.85),
            _ => new(pool.Model.ContextWindow, 0.97),
        };
    }

    private sealed record Measurements(string Id, string Engine, string Model, string Hardware, string Parallelism, IReadOnlyList<MeasuredFigure> Figures)
    {
        public bool IsSglang => Engine.StartsWith("sglang", StringComparison.Ordinal);
    }
}
