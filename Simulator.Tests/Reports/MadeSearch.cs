using Simulator.Models.Results;
using Simulator.Reports.Inputs;
using Simulator.Tests.Models.Results;

namespace Simulator.Tests.Reports;

/// <summary>A small plan search whose figures can be checked by hand, and whose texts try to break out of a page.</summary>
internal static class MadeSearch
{
    /// <summary>Name of the plan that breaks out of quotes, elements and scripts wherever they are not escaped.</summary>
    public const string Hostile = "</script><b onmouseover=\"fail()\">'tp8'";

    public static SearchObjective Throughput { get; } = new("throughput-per-device", "generated tokens per second and device", "tokens/s/device", "higher");

    public static SearchObjective Latency { get; } = new("ttft-p99", "99th percentile of the time to first token", "s", "lower");

    /// <summary>Three plans on the front, one behind it, one that breaks the bound of 2 s, one that does not fit.</summary>
    public static SearchFile File { get; } = new(
        SearchFile.CurrentSchemaVersion, 7,
        [new("pools[chat].model", "llama-3-70b"), new("pools[chat].device", "h100-sxm"), new("workload.source.file", "chat.csv"), new("pools[chat].engine.scheduler", "vllm-v1")],
        [Throughput, Latency], [new("ttft-p99", 2)],
        [
            Plan("fast", 100, 0.1), Plan(Hostile, 300, 0.4), Plan("large", 400, 1.5), Plan("behind", 200, 0.5),
            Plan("late", 500, 3) with { Admissible = false },
            new("huge", "one device", "", 8, false, "weights of 131 GiB exceed <b>72 GiB</b>", 131.4, null, false, new Dictionary<string, double?> { ["throughput-per-device"] = null, ["ttft-p99"] = null }),
        ],
        new("all", 6, 5, 4),
        [new("throughput-per-device", "large", 400), new("ttft-p99", "fast", 0.1)],
        [
            new("tensor parallel", "behind", "layout of behind", 8, true, null, Values(200, 0.5)),
            new("pipeline parallel", "late", "layout of late", 8, true, null, Values(500, 3)),
        ],
        [new(["throughput-per-device", "ttft-p99"], ["large", Hostile, "fast"], 0.75, Hostile)],
        new Dictionary<string, RunResult> { [Hostile] = TinyRun.Run(), ["large"] = TinyRun.Run() },
        [
            new("throughput-per-device", "large", 16, 3, 0.125, [Hostile, "behind"], 0.2), new("ttft-p99", "fast", 16, 16, null, ["a", "b", "c", "d", "e", "f"], 0.2),
        ]);

    private static SearchPlan Plan(string id, double throughput, double ttft) =>
        new(id, $"layout of {id}", "", 8, true, null, 16.4, 1_319_072, true, Values(throughput, ttft));

    private static Dictionary<string, double?> Values(double throughput, double ttft) => new() { ["throughput-per-device"] = throughput, ["ttft-p99"] = ttft };
}
