using Simulator.Cli.Validation.Measured.ApexRuns;
using Simulator.Cli.Validation.Measured.BurstGpt;
using Simulator.Cli.Validation.Measured.ClosedLoop;
using Simulator.Cli.Validation.Measured.OpenLoop;
using Simulator.Cli.Validation.Measured.ShareGpt;
using Simulator.Planning.Apex;

namespace Simulator.Cli.Validation;

/// <summary>Measured runs of one kind, found in a folder.</summary>
/// <param name="Name">Name, as in the results.</param>
/// <param name="Content">What it is made of, for messages.</param>
/// <param name="Find">Gives the file or folder that holds it, in a folder of measured data; null when there is none.</param>
/// <param name="Run">Runs what the file or folder holds.</param>
internal sealed record ValidationSet(string Name, string Content, Func<string, string?> Find, Func<string, IValidationSetResult> Run)
{
    /// <summary>All sets that are known.</summary>
    public static IReadOnlyList<ValidationSet> All { get; } =
    [
        new("vidur_runs", "vidur_runs/*.summary.json with the requests beside them", VidurRuns.Find, path => MatchedSetResult.Of(VidurRuns.Run(path))),
        new("apex_unit_cases", "apex_runs/unit_cases.json", FindApexCases, path => MatchedSetResult.Of(RunApexCases(path))),
        new("closed_loop", "closed_loop/points.csv with server_flags.csv beside it and model_configs beside the folder", ClosedLoopSet.Find, ClosedLoopSet.Run),
        new("open_loop", "open_loop/summary.csv", OpenLoopSet.Find, OpenLoopSet.Run),
        new("sharegpt_saturated", "sharegpt_saturated/runs.csv with requests.csv", ShareGptSet.Find, ShareGptSet.Run),
        new("apex_runs", "apex_runs/vllm_runs.csv or sglang_runs.csv with requests.csv", ApexRunsSet.Find, ApexRunsSet.Run),
        new("burstgpt_replay", "burstgpt_replay/requests.csv with engine_samples.csv", BurstGptSet.Find, BurstGptSet.Run),
    ];

    /// <summary>The closed-loop points again, each model and each device without what was fitted to it.</summary>
    public static IReadOnlyList<ValidationSet> HeldOut { get; } =
    [
        new(HeldOutFit.UnseenModels, "closed_loop/points.csv", ClosedLoopSet.Find, HeldOutFit.RunModels),
        new(HeldOutFit.UnseenDevices, "closed_loop/points.csv", ClosedLoopSet.Find, HeldOutFit.RunDevices),
    ];

    private static string? FindApexCases(string folder) =>
        new[] { Path.Combine(folder, "apex_runs", "unit_cases.json"), Path.Combine(folder, "unit_cases.json") }.FirstOrDefault(File.Exists);

    private static IReadOnlyList<ValidationCase> RunApexCases(string path) =>
    [
        .. ApexUnitCases.Run(path).Select(check => new ValidationCase(
            $"{check.Name}: {check.Description}", check.Matched, check.LargestErrorSeconds, check.FirstMismatch, null, null)),
    ];
}
