using System.Globalization;
using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;
using Simulator.Workloads.Requests;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Cli.Validation.Measured.BurstGpt;

/// <summary>The first 500 rows of BurstGPT replayed on a vLLM server at several speeds: fitted at one of them, predicted at the others.</summary>
/// <remarks>
/// Llama 3.2 1B with vLLM's demonstration server (<c>vllm.entrypoints.api_server</c>, version 0, default settings), which streams the prompt
/// and the whole text so far with every token. The device has 24 GB and is not named; of those in the catalogue only the RTX 4090 is fast
/// enough for the iterations of 5 ms and the 20 to 30 µs a prompt token that were measured. All that is fitted is fitted at speed-up 100.
/// </remarks>
internal static class BurstGptSet
{
    private const string Model = "meta-llama/Llama-3.2-1B";
    private const int FittedSpeedUp = 100;

    /// <summary>The folder <c>burstgpt_replay</c> below, where it has requests and samples.</summary>
    public static string? Find(string folder)
    {
        string below = Path.Combine(folder, "burstgpt_replay");
        return MeasuredCsv.Find(below, BurstGptFiles.RequestsFile) is not null && MeasuredCsv.Find(below, BurstGptFiles.SamplesFile) is not null ? below : null;
    }

    /// <summary>Runs what a folder holds.</summary>
    public static MeasuredSetResult Run(string folder)
    {
        var requests = BurstGptFiles.ReadRequests(MeasuredCsv.Find(folder, BurstGptFiles.RequestsFile)!);
        var samples = BurstGptFiles.ReadSamples(MeasuredCsv.Find(folder, BurstGptFiles.SamplesFile)!);
        Device device = DeviceCatalogue.Rtx4090;
        PoolSpec pool = MeasuredServers.Pool(Model, device, Quantization.Bf16, ParallelPlan.Single);
        pool = pool with { Engine = VllmV06.Engine(pool.Model.ContextWindow, asyncOutput: true), Roofline = pool.Roofline with { Graphs = VllmV06.Graphs } };
        int[] scales = [.. requests.Keys.Order()];
        (BurstGptFit? fit, string? fault) = TryFit(requests.GetValueOrDefault(FittedSpeedUp), samples.GetValueOrDefault(FittedSpeedUp), pool);
        return new(InOrder.Run(scales, scale => Row(scale, requests[scale], pool, fit, fault)), ["ttft", "e2e"]);
    }

    private static (BurstGptFit? Fit, string? Fault) TryFit(IReadOnlyList<BurstGptRequest>? requests, IReadOnlyList<EngineSample>? samples, PoolSpec pool)
    {
        if (requests is null || samples is null) return (null, "the replay that the server is fitted on is missing");
        try
        {
            return (Fit(requests, samples, pool), null);
        }
        catch (NotSupportedException e)
        {
            return (null, e.Message);
        }
    }

    private static BurstGptFit Fit(IReadOnlyList<BurstGptRequest> requests, IReadOnlyList<EngineSample> samples, PoolSpec pool)
    {
        BurstGptFit fit = BurstGptFit.Of(requests, samples);
        double missing = Median(requests.Select(request => request.TtftSeconds)) - Serve(requests, pool, fit).QuantileOfTtft(0.5);
        return fit with { Times = fit.Times with { RequestSeconds = Math.Max(0, missing) } };
    }

    private static MeasuredRow Row(int scale, IReadOnlyList<BurstGptRequest> requests, PoolSpec pool, BurstGptFit? fit, string? fault)
    {
        MeasuredRow row = new(
            scale.ToString(CultureInfo.InvariantCulture), new(pool.Device.Id, Model, "vllm 0.6"),
            [
                new("ttft", Median(requests.Select(request => request.TtftSeconds))),
                new("e2e", Median(requests.Select(request => request.TotalSeconds))),
            ])
        {
            Groups = [scale == FittedSpeedUp ? "fitted" : "predicted"],
        };
        if (fit is null) return row with { NotRun = fault };
        if (requests.Any(request => !fit.OutputTokens.ContainsKey(request.Id)))
            return row with { NotRun = "it has rows that the replay that the server is fitted on has not" };
        ServedRequests served = Serve(requests, pool, fit);
        return row with
        {
            Figures = [.. row.Figures.Select(figure => figure with { Predicted = figure.Name == "ttft" ? served.QuantileOfTtft(0.5) : served.QuantileOfE2e(0.5) })],
        };
    }

    private static ServedRequests Serve(IReadOnlyList<BurstGptRequest> requests, PoolSpec pool, BurstGptFit fit) => ServedRequests.By(
        MeasuredServers.WithHost(fit.Times, pool),
        [
            .. requests.Select((request, i) => new Request
            {
                Id = i, Arrival = SimTime.FromSeconds(request.SentSeconds), PromptTokens = request.PromptTokens, OutputTokens = fit.OutputTokens[request.Id],
                MaxOutputTokens = BurstGptFit.MostOutputTokens,
            }),
        ]);

    private static double Median(IEnumerable<double> values) => ErrorSummary.Quantile([.. values.Order()], 0.5);
}
