using Simulator.Core.Statistics;
using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Results;

/// <summary>Counts and sketches of a run as it goes, and the result they make.</summary>
internal sealed class RunStatistics(RunOptions options)
{
    private readonly Dictionary<(string Pool, string Class), int> _groupOf = [];
    private readonly List<string> _poolOfReplica = [];
    private readonly long[] _outcomes = new long[4];
    private readonly long[] _rejections = new long[6];
    private long _injected;
    private SimTime _lastEnd;

    public List<GroupStatistics> Groups { get; } = [];

    public long Ended { get; private set; }

    public void AddReplica(string pool) => _poolOfReplica.Add(pool);

    public string PoolOfReplica(int replica) => _poolOfReplica[replica];

    /// <summary>Counts an arrival.</summary>
    /// <returns>Its group, or −1 when it is not measured.</returns>
    public int Inject(Request request, string pool)
    {
        _injected++;
        if (request.Arrival < options.MeasureFrom || request.Arrival >= options.MeasureUntil) return -1;
        if (!_groupOf.TryGetValue((pool, request.Class), out int group))
        {
            group = Groups.Count;
            Groups.Add(new GroupStatistics(pool, request.Class));
            _groupOf.Add((pool, request.Class), group);
        }
        Groups[group].Injected++;
        return group;
    }

    public void End(in RequestRecord record, int group)
    {
        Ended++;
        _outcomes[(int)record.Outcome]++;
        _rejections[(int)record.Rejection]++;
        if (record.End > _lastEnd) _lastEnd = record.End;
        if (group >= 0) Groups[group].Add(record, options.Slo);
    }

    public RunResult Result(ClusterSpec cluster, IReadOnlyList<Replica> replicas, SimTime now, ulong seed)
    {
        double seconds = (options.Until is null ? _lastEnd : now).ToSeconds();
        double measuredEnd = options.MeasureUntil is { } until ? Math.Min(until.ToSeconds(), seconds) : seconds;
        double measured = Math.Max(0, measuredEnd - options.MeasureFrom.ToSeconds());
        GroupStatistics all = new("", "");
        foreach (GroupStatistics group in Groups) all.Merge(group);

        List<ReplicaSummary> summaries = [];
        List<ReplicaUse> uses = [];
        int index = 0;
        foreach (PoolSpec pool in cluster.Pools)
        {
            for (int i = 0; i < pool.Replicas; i++, index++)
            {
                ReplicaUse use = new(pool, replicas[index], seconds);
                uses.Add(use);
                summaries.Add(use.Summary(index));
            }
        }
        double joules = summaries.Sum(summary => summary.EnergyJoules);
        double usd = cluster.Pools.Sum(pool => pool.Replicas * pool.Plan.Devices * pool.Device.UsdPerHour) * seconds / 3600;
        long generated = replicas.Sum(replica => replica.Statistics.GeneratedTokens);
        return new RunResult
        {
            Seed = seed,
            Requests = Counts(_injected, _outcomes),
            Rejections = new(_rejections[1], _rejections[2], _rejections[3], _rejections[4], _rejections[5]),
            Tokens = Tokens(all),
            SimulatedSeconds = seconds,
            MeasuredSeconds = measured,
            Iterations = replicas.Sum(replica => replica.Statistics.Iterations),
            Ttft = Summary(all.Ttft),
            Itl = Summary(all.Itl),
            Tpot = Summary(all.Tpot),
            E2e = Summary(all.E2e),
            SchedulingDelay = Summary(all.SchedulingDelay),
            QueueingDelay = Summary(all.QueueingDelay),
            Distributions = Distributions(all),
            Throughput = new(
                Ratio(all[RequestOutcome.Completed], measured), Ratio(all.OutputTokens, measured),
                Ratio(all.PromptTokens + all.OutputTokens, measured)),
            Goodput = Goodput(all, measured),
            Engine = ReplicaUse.Together(uses, seconds, Ratio(all.PrefixHitTokens, all.ScheduledPromptTokens)),
            Cost = new(
                cluster.Pools.Sum(pool => pool.Replicas * pool.Plan.Devices), joules, Ratio(joules, generated), usd,
                Ratio(usd * 1e6, generated)),
            Classes = [.. Groups.Select(group => Class(group, measured))
                .OrderBy(group => group.Pool, StringComparer.Ordinal).ThenBy(group => group.Class, StringComparer.Ordinal)],
            Replicas = summaries,
        };
    }

    internal static double? Ratio(double value, double by) => by > 0 ? value / by : null;

    private static RequestCounts Counts(long injected, long[] outcomes) => new(
        injected, outcomes[(int)RequestOutcome.Completed], outcomes[(int)RequestOutcome.Rejected],
        outcomes[(int)RequestOutcome.TimedOut], outcomes[(int)RequestOutcome.Failed], injected - outcomes.Sum());

    private static TokenCounts Tokens(GroupStatistics group) =>
        new(group.PromptTokens, group.OutputTokens, group.PrefixHitTokens, group.Truncated);

    private static LatencySummary Summary(QuantileSketch sketch)
    {
        double? Seconds(long? nanoseconds) => nanoseconds / 1e9;
        return new LatencySummary(
            sketch.Count, sketch.Mean / 1e9, Seconds(sketch.Quantile(0.5)), Seconds(sketch.Quantile(0.9)),
            Seconds(sketch.Quantile(0.95)), Seconds(sketch.Quantile(0.99)), Seconds(sketch.Max));
    }

    private static LatencyDistributions Distributions(GroupStatistics all)
    {
        double[] shares = [.. LatencyDistributions.StandardShares];
        return new(LatencyDistributions.StandardShares, Seconds(all.Ttft), Seconds(all.Itl), Seconds(all.Tpot), Seconds(all.E2e));

        double[] Seconds(QuantileSketch sketch) => [.. sketch.Quantiles(shares).Select(nanoseconds => nanoseconds / 1e9)];
    }

    private GoodputSummary? Goodput(GroupStatistics group, double measured)
    {
        if (!options.Slo.IsSet) return null;
        SloTargets slo = options.Slo;
        return new(
            slo.Ttft?.ToSeconds(), slo.Tpot?.ToSeconds(), slo.E2e?.ToSeconds(), group.WithinSlo,
            Ratio(group.WithinSlo, group.Injected - group[RequestOutcome.Failed]), Ratio(group.WithinSlo, measured));
    }

    private ClassSummary Class(GroupStatistics group, double measured)
    {
        long[] outcomes = new long[4];
        for (int i = 0; i < outcomes.Length; i++) outcomes[i] = group[(RequestOutcome)i];
        return new()
        {
            Pool = group.Pool,
            Class = group.Class,
            Requests = Counts(group.Injected, outcomes),
            Tokens = Tokens(group),
            Ttft = Summary(group.Ttft),
            Itl = Summary(group.Itl),
            Tpot = Summary(group.Tpot),
            E2e = Summary(group.E2e),
            SchedulingDelay = Summary(group.SchedulingDelay),
            QueueingDelay = Summary(group.QueueingDelay),
            Goodput = Goodput(group, measured),
        };
    }
}
