using Simulator.Models.Results;

namespace Simulator.Planning.Search;

/// <summary>The objectives that have names.</summary>
public static class Objectives
{
    private static readonly (string Name, string Meaning, Func<RunResult, LatencySummary> Of)[] Latencies =
    [
        ("ttft", "time to first token", run => run.Ttft), ("tpot", "time per output token", run => run.Tpot),
        ("itl", "time between tokens", run => run.Itl), ("e2e", "time to the last token", run => run.E2e),
    ];

    private static readonly (string Name, string Meaning, Func<LatencySummary, double?> Of)[] Statistics =
    [
        ("mean", "mean", latency => latency.Mean), ("p50", "median", latency => latency.P50), ("p90", "90th percentile", latency => latency.P90),
        ("p95", "95th percentile", latency => latency.P95), ("p99", "99th percentile", latency => latency.P99),
    ];

    /// <summary>Generated tokens a second and device.</summary>
    public static Objective ThroughputPerDevice { get; } = Objective.OfRun(
        "throughput-per-device", "generated tokens per second and device", "tokens/s/device", true,
        run => run.Throughput.OutputTokensPerSecond / run.Cost.Devices);

    /// <summary>Tokens a second that a user sees: 1 over the mean time per output token.</summary>
    public static Objective UserSpeed { get; } = Objective.OfRun(
        "user-speed", "tokens per second that a user sees, 1 over the mean time per output token", "tokens/s/user", true,
        run => run.Tpot.Mean > 0 ? 1 / run.Tpot.Mean : null);

    /// <summary>The highest rate within the SLOs.</summary>
    public static Objective Capacity { get; } = new(
        "capacity", "highest rate of requests within the SLOs", "requests/s", true, outcome => outcome.CapacityPerSecond);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Objective> All { get; } =
    [
        Objective.OfRun("throughput", "generated tokens per second", "tokens/s", true, run => run.Throughput.OutputTokensPerSecond),
        ThroughputPerDevice,
        Objective.OfRun("requests", "completed requests per second", "requests/s", true, run => run.Throughput.RequestsPerSecond),
        UserSpeed,
        Objective.OfRun("goodput", "requests per second that met every SLO", "requests/s", true, run => run.Goodput?.RequestsPerSecond),
        Objective.OfRun("attainment", "share of requests that met every SLO", "", true, run => run.Goodput?.Share),
        Capacity,
        new("capacity-per-device", "capacity per device", "requests/s/device", true, outcome => outcome.CapacityPerSecond / outcome.Plan.Devices),
        .. from latency in Latencies
           from statistic in Statistics
           select Objective.OfRun(
               $"{latency.Name}-{statistic.Name}", $"{statistic.Meaning} of the {latency.Meaning}", "s", false, run => statistic.Of(latency.Of(run))),
        Objective.OfRun("makespan", "time from the start to the end of the last request", "s", false, run => run.SimulatedSeconds),
        Objective.OfRun("energy", "energy of all devices, idle time included, per generated token", "J/token", false, run => run.Cost.JoulesPerOutputToken),
        Objective.OfRun("power", "mean power of all devices", "W", false, run => run.SimulatedSeconds > 0 ? run.Cost.EnergyJoules / run.SimulatedSeconds : null),
        Objective.OfRun("cost", "rent of all devices per million generated tokens", "USD/Mtoken", false, run => run.Cost.UsdPerMillionOutputTokens),
        new("rent", "rent of all devices", "USD/h", false, outcome => outcome.Plan.Pools.Sum(pool => pool.Replicas * pool.Plan.Devices * pool.Device.UsdPerHour)),
        new("devices", "devices", "", false, outcome => outcome.Plan.Devices),
    ];

    /// <summary>The objective of a name; null when there is none.</summary>
    public static Objective? Find(string name) => All.FirstOrDefault(objective => objective.Name == name);
}
