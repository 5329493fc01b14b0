using System.Text.Json.Serialization;
using Simulator.Models.Results.Accuracy;

namespace Simulator.Models.Results;

/// <summary>What the users of the simulated cluster saw, and what it did and cost. A pure function of scenario and seed (invariant 6).</summary>
/// <remarks>
/// Times are in seconds. Percentiles come from sketches with a relative error of at most 0.05 %; counts, means and totals are exact.
/// A value that is not defined (a percentile of nothing) is null.
/// </remarks>
public sealed record RunResult
{
    /// <summary>Version of this layout; it grows when a field changes its meaning or goes.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <inheritdoc cref="CurrentSchemaVersion"/>
    public int SchemaVersion { get; init; } = CurrentSchemaVersion;

    /// <summary>Seed of the run.</summary>
    public required ulong Seed { get; init; }

    /// <summary>
    /// What was set for the run, each setting under a path of its own, so that two results can tell in what they differ. Whoever describes the
    /// run fills it in, as the command line does from the scenario; empty otherwise.
    /// </summary>
    public IReadOnlyList<RunSetting> Settings { get; init; } = [];

    /// <summary>
    /// How far predictions such as these were from real servers, by pool. Whoever describes the run fills it in, as the command line does
    /// (<see cref="AccuracyBands.Of(Clusters.ClusterSpec, RunResult)"/>); null, and not in the JSON, otherwise.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PoolAccuracy>? Accuracy { get; init; }

    /// <summary>All requests of the run by what became of them (invariant 1), measured or not.</summary>
    public required RequestCounts Requests { get; init; }

    /// <summary>Why requests were rejected.</summary>
    public required RejectionCounts Rejections { get; init; }

    /// <summary>Tokens of the measured requests.</summary>
    public required TokenCounts Tokens { get; init; }

    /// <summary>From the start to the last end of a request (or to the set end of the run).</summary>
    public required double SimulatedSeconds { get; init; }

    /// <summary>Length of the measured window; the simulated time without warm-up and drain.</summary>
    public required double MeasuredSeconds { get; init; }

    /// <summary>Iterations of all replicas.</summary>
    public required long Iterations { get; init; }

    /// <summary>Time to first token: arrival to the end of the iteration that yields it.</summary>
    public required LatencySummary Ttft { get; init; }

    /// <summary>Inter-token latency: each gap between two consecutive tokens of a request, all gaps of all requests pooled.</summary>
    public required LatencySummary Itl { get; init; }

    /// <summary>Time per output token of each completed request with two tokens or more: (E2E − TTFT)/(output − 1).</summary>
    public required LatencySummary Tpot { get; init; }

    /// <summary>Arrival to completion of each completed request.</summary>
    public required LatencySummary E2e { get; init; }

    /// <summary>Arrival to the start of the first iteration that works on the request.</summary>
    public required LatencySummary SchedulingDelay { get; init; }

    /// <summary>Total time in the waiting queue: the scheduling delay, and the waits after preemptions.</summary>
    public required LatencySummary QueueingDelay { get; init; }

    /// <summary>The distributions behind the latencies; null, and not in the JSON, in results that were made without.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LatencyDistributions? Distributions { get; init; }

    /// <summary>Rates over the measured window.</summary>
    public required Throughput Throughput { get; init; }

    /// <summary>Requests within their SLOs; null when none are set.</summary>
    public GoodputSummary? Goodput { get; init; }

    /// <summary>What the engines did.</summary>
    public required EngineSummary Engine { get; init; }

    /// <summary>Energy and rent of all devices.</summary>
    public required CostSummary Cost { get; init; }

    /// <summary>
    /// What the devices' time and energy went to, by pool and operator; null, and not in the JSON, unless it was asked for
    /// (<see cref="Clusters.RunOptions.Operators"/>). Device-seconds sum to the devices times the simulated time, joules to those of <see cref="Cost"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<OperatorUse>? Operators { get; init; }

    /// <summary>The same by pool and request class.</summary>
    public required IReadOnlyList<ClassSummary> Classes { get; init; }

    /// <summary>The same by replica.</summary>
    public required IReadOnlyList<ReplicaSummary> Replicas { get; init; }
}

/// <summary>Requests by what became of them: injected = completed + rejected + timed out + failed + in flight.</summary>
/// <param name="Injected">Requests that arrived.</param>
/// <param name="Completed">All tokens generated.</param>
/// <param name="Rejected">Refused at arrival.</param>
/// <param name="TimedOut">Ended by a timeout or a cancellation.</param>
/// <param name="Failed">Failures that the trace recorded.</param>
/// <param name="InFlight">Not over when the run ended.</param>
public sealed record RequestCounts(long Injected, long Completed, long Rejected, long TimedOut, long Failed, long InFlight);

/// <summary>Rejected requests by reason.</summary>
/// <param name="QueueFull">The waiting queue was full.</param>
/// <param name="ContextWindow">The prompt leaves no room in the context window.</param>
/// <param name="KvMemory">Prompt and output exceed the KV memory.</param>
/// <param name="NoPool">No pool serves the model.</param>
/// <param name="EmptyPrompt">The prompt is empty.</param>
public sealed record RejectionCounts(long QueueFull, long ContextWindow, long KvMemory, long NoPool, long EmptyPrompt);

/// <summary>Tokens of requests.</summary>
/// <param name="Prompt">Prompt tokens of completed requests.</param>
/// <param name="Output">Tokens generated, also for requests that timed out later.</param>
/// <param name="PrefixHit">Prompt tokens found in the prefix cache when first scheduled.</param>
/// <param name="TruncatedRequests">Completed requests whose output the context window cut short.</param>
public sealed record TokenCounts(long Prompt, long Output, long PrefixHit, long TruncatedRequests);

/// <summary>A latency over its samples, in seconds; null without samples.</summary>
/// <remarks>The q-quantile of n samples is the ⌈q·n⌉-th smallest.</remarks>
/// <param name="Count">Samples.</param>
/// <param name="Mean">Mean.</param>
/// <param name="P50">Median.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Max">Largest.</param>
public sealed record LatencySummary(long Count, double? Mean, double? P50, double? P90, double? P95, double? P99, double? Max);

/// <summary>Latencies at the same shares of their samples, seconds; a latency without samples has none.</summary>
/// <param name="Shares">The shares, from 0 (the least sample) to 1 (the largest).</param>
/// <param name="Ttft">Time to first token.</param>
/// <param name="Itl">Inter-token latency.</param>
/// <param name="Tpot">Time per output token.</param>
/// <param name="E2e">Arrival to completion.</param>
public sealed record LatencyDistributions(
    IReadOnlyList<double> Shares, IReadOnlyList<double> Ttft, IReadOnlyList<double> Itl, IReadOnlyList<double> Tpot, IReadOnlyList<double> E2e)
{
    /// <summary>The shares that results have: every 2.5 %, and closer at both ends.</summary>
    public static IReadOnlyList<double> StandardShares { get; } =
        [0, 0.01, .. Enumerable.Range(1, 39).Select(i => i / 40.0), 0.99, 0.995, 0.999, 1];
}

/// <summary>What one operator took of the devices of a pool.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Operator">The operator, as <see cref="Costs.Operator"/> names it in camelCase; <c>idle</c> while no batch is in flight.</param>
/// <param name="DeviceSeconds">Time in which devices were taken by it, summed over devices.</param>
/// <param name="EnergyJoules">Energy of those devices in that time.</param>
public sealed record OperatorUse(string Pool, string Operator, double DeviceSeconds, double EnergyJoules);

/// <summary>Rates over the measured window, per second.</summary>
/// <param name="RequestsPerSecond">Completed requests.</param>
/// <param name="OutputTokensPerSecond">Generated tokens.</param>
/// <param name="TotalTokensPerSecond">Prompt tokens of completed requests, and generated tokens.</param>
public sealed record Throughput(double? RequestsPerSecond, double? OutputTokensPerSecond, double? TotalTokensPerSecond);

/// <summary>Completed requests that met every SLO.</summary>
/// <param name="TtftSeconds">Bound on TTFT; null for none.</param>
/// <param name="TpotSeconds">Bound on TPOT; null for none.</param>
/// <param name="E2eSeconds">Bound on E2E; null for none.</param>
/// <param name="Requests">Requests that met all bounds.</param>
/// <param name="Share">Their share of the measured requests that are no failures; rejected and timed-out ones did not meet them.</param>
/// <param name="RequestsPerSecond">Their rate over the measured window.</param>
public sealed record GoodputSummary(
    double? TtftSeconds, double? TpotSeconds, double? E2eSeconds, long Requests, double? Share, double? RequestsPerSecond);

/// <summary>What engines did while they ran, over the whole run.</summary>
/// <param name="Utilization">Share of the simulated time with a batch in flight.</param>
/// <param name="MeanBatchSize">Rows of a batch, averaged over iterations.</param>
/// <param name="TimeMeanBatchSize">Rows of a batch, averaged over busy time.</param>
/// <param name="PeakBatchSize">Most rows in a batch.</param>
/// <param name="KvUtilization">Share of KV blocks in use, averaged over busy time; null with unlimited memory.</param>
/// <param name="PeakKvUtilization">Largest share of KV blocks in use; null with unlimited memory.</param>
/// <param name="KvBlocks">KV blocks; null with unlimited memory.</param>
/// <param name="PeakWaiting">Longest waiting queue.</param>
/// <param name="Preemptions">Preemptions.</param>
/// <param name="PrefixHitRate">Share of prompt tokens that were found in the prefix cache.</param>
/// <param name="Mfu">Floating-point operations over what the devices' peak allows in the busy time.</param>
/// <param name="Mbu">Bytes moved over what the devices' memory bandwidth allows in the busy time.</param>
public sealed record EngineSummary(
    double? Utilization, double? MeanBatchSize, double? TimeMeanBatchSize, int PeakBatchSize, double? KvUtilization,
    double? PeakKvUtilization, long? KvBlocks, int PeakWaiting, long Preemptions, double? PrefixHitRate, double? Mfu, double? Mbu);

/// <summary>What a run used up.</summary>
/// <param name="Devices">Devices.</param>
/// <param name="EnergyJoules">Energy of all devices over the simulated time, idle time included.</param>
/// <param name="JoulesPerOutputToken">Energy per generated token.</param>
/// <param name="Usd">Rent of all devices over the simulated time, US dollars.</param>
/// <param name="UsdPerMillionOutputTokens">Rent per million generated tokens, US dollars.</param>
public sealed record CostSummary(
    int Devices, double EnergyJoules, double? JoulesPerOutputToken, double Usd, double? UsdPerMillionOutputTokens);

/// <summary>Measured requests of one class in one pool.</summary>
public sealed record ClassSummary
{
    /// <summary>Pool; empty for requests that no pool serves.</summary>
    public required string Pool { get; init; }

    /// <summary>Request class; empty when the workload gives none.</summary>
    public required string Class { get; init; }

    /// <inheritdoc cref="RunResult.Requests"/>
    public required RequestCounts Requests { get; init; }

    /// <inheritdoc cref="RunResult.Tokens"/>
    public required TokenCounts Tokens { get; init; }

    /// <inheritdoc cref="RunResult.Ttft"/>
    public required LatencySummary Ttft { get; init; }

    /// <inheritdoc cref="RunResult.Itl"/>
    public required LatencySummary Itl { get; init; }

    /// <inheritdoc cref="RunResult.Tpot"/>
    public required LatencySummary Tpot { get; init; }

    /// <inheritdoc cref="RunResult.E2e"/>
    public required LatencySummary E2e { get; init; }

    /// <inheritdoc cref="RunResult.SchedulingDelay"/>
    public required LatencySummary SchedulingDelay { get; init; }

    /// <inheritdoc cref="RunResult.QueueingDelay"/>
    public required LatencySummary QueueingDelay { get; init; }

    /// <inheritdoc cref="RunResult.Goodput"/>
    public GoodputSummary? Goodput { get; init; }
}

/// <summary>One replica over the whole run.</summary>
public sealed record ReplicaSummary
{
    /// <summary>Number in the run, from 0.</summary>
    public required int Replica { get; init; }

    /// <summary>Its pool.</summary>
    public required string Pool { get; init; }

    /// <summary>Requests sent to it.</summary>
    public required RequestCounts Requests { get; init; }

    /// <summary>Iterations.</summary>
    public required long Iterations { get; init; }

    /// <summary>Prompt tokens computed, recomputation included, cached prefixes not.</summary>
    public required long PrefillTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Mean TTFT, seconds.</summary>
    public required double? MeanTtft { get; init; }

    /// <summary>Mean E2E of completed requests, seconds.</summary>
    public required double? MeanE2e { get; init; }

    /// <inheritdoc cref="RunResult.Engine"/>
    public required EngineSummary Engine { get; init; }

    /// <summary>Energy of its devices over the simulated time, joules.</summary>
    public required double EnergyJoules { get; init; }
}
