using Simulator.Models.Caching;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Results;

/// <summary>What one replica used of its devices, in physical units.</summary>
internal sealed class ReplicaUse(PoolSpec pool, Replica replica, double seconds)
{
    private const double UnitsPerSecond = 1e9 * IterationCost.TimeUnitsPerNanosecond;

    private readonly ReplicaStatistics _statistics = replica.Statistics;
    private readonly SequenceMemory _blocks = replica.Memory;

    // Batches in flight overlap in a pipeline: one of them at a time is one busy replica.
    private double BusySeconds => Busy(pool, (double)_statistics.BusyTime);

    private bool HasLimit => _blocks.Total < KvBlockPool.Unlimited;

    private double PeakFlops => BusySeconds * pool.Plan.Devices * pool.Device.PeakFlopsPerSecond(pool.Quantization.Activations);

    private double PeakBytes => BusySeconds * pool.Plan.Devices * pool.Device.MemoryBytesPerSecond;

    /// <summary>Energy of a replica up to an instant.</summary>
    /// <param name="pool">Its pool.</param>
    /// <param name="nanojoules">That of its iterations, which includes the idle power while they run.</param>
    /// <param name="busyTime">Time of those, summed over slots, in cost time units.</param>
    /// <param name="seconds">Time since the start.</param>
    public static double EnergyJoules(PoolSpec pool, double nanojoules, double busyTime, double seconds) =>
        nanojoules / 1e9 + Math.Max(0, seconds - Busy(pool, busyTime)) * pool.Plan.Devices * pool.Device.IdleWatts;

    private static double Busy(PoolSpec pool, double busyTime) => busyTime / UnitsPerSecond / pool.Plan.Pipeline;

    public ReplicaSummary Summary(int index) => new()
    {
        Replica = index,
        Pool = pool.Name,
        Requests = Requests(),
        Iterations = _statistics.Iterations,
        PrefillTokens = _statistics.PrefillTokens,
        OutputTokens = _statistics.GeneratedTokens,
        MeanTtft = RunStatistics.Ratio((double)_statistics.TtftNanoseconds / 1e9, _statistics.FirstTokens),
        MeanE2e = RunStatistics.Ratio((double)_statistics.E2eNanoseconds / 1e9, _statistics[RequestOutcome.Completed]),
        Engine = Together([this], seconds, RunStatistics.Ratio(_statistics.PrefixHitTokens, _statistics.PromptTokens)),
        EnergyJoules = EnergyJoules(pool, (double)_statistics.Nanojoules, (double)_statistics.BusyTime, seconds),
    };

    public static EngineSummary Together(IReadOnlyList<ReplicaUse> uses, double seconds, double? prefixHitRate)
    {
        double busy = uses.Sum(use => use.BusySeconds);
        double slotTime = uses.Sum(use => (double)use._statistics.BusyTime);
        long iterations = uses.Sum(use => use._statistics.Iterations);
        bool hasLimit = uses.All(use => use.HasLimit);
        double blockCapacityTime = uses.Sum(use => (double)use._statistics.BusyTime * use._blocks.Total);
        return new EngineSummary(
            // The end of the run is cut to a nanosecond, and its busy time is not.
            RunStatistics.Ratio(Math.Min(busy, seconds * uses.Count), seconds * uses.Count),
            RunStatistics.Ratio(uses.Sum(use => use._statistics.RowIterations), iterations),
            RunStatistics.Ratio(uses.Sum(use => (double)use._statistics.RowTime), slotTime),
            uses.Max(use => use._statistics.PeakRows),
            hasLimit ? RunStatistics.Ratio(uses.Sum(use => (double)use._statistics.BlockTime), blockCapacityTime) : null,
            hasLimit ? uses.Max(use => (double)use._statistics.PeakBlocks / use._blocks.Total) : null,
            hasLimit ? uses.Sum(use => use._blocks.Total) : null,
            uses.Max(use => use._statistics.PeakWaiting),
            uses.Sum(use => use._statistics.Preemptions),
            prefixHitRate,
            RunStatistics.Ratio(uses.Sum(use => (double)use._statistics.Flops), uses.Sum(use => use.PeakFlops)),
            RunStatistics.Ratio(uses.Sum(use => (double)use._statistics.MemoryBytes), uses.Sum(use => use.PeakBytes)));
    }

    private RequestCounts Requests()
    {
        long completed = _statistics[RequestOutcome.Completed];
        long rejected = _statistics[RequestOutcome.Rejected];
        long timedOut = _statistics[RequestOutcome.TimedOut];
        long inFlight = replica.Outstanding;
        return new(completed + rejected + timedOut + inFlight, completed, rejected, timedOut, 0, inFlight);
    }
}
