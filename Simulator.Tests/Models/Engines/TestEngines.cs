using Simulator.Core.Time;
using Simulator.Models.Batching;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Caching;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Engines;

/// <summary>Engines, pools and requests for tests: the one place that knows how they are put together.</summary>
internal static class TestEngines
{
    /// <summary>Costs in whole milliseconds: 1 a prefill token; 10 an iteration with decodes. A mixed iteration costs both.</summary>
    public static AffineCosts Milliseconds { get; } = new() { PrefillToken = 1e-3, DecodeIteration = 10e-3 };

    /// <summary>Costs with fractions of a nanosecond in every term.</summary>
    public static AffineCosts Fractions { get; } = new()
    {
        PrefillIteration = 3e-3, PrefillToken = 21e-6, PrefillPair = 7e-9,
        DecodeIteration = 5e-3, DecodeRow = 13e-6, DecodeContextToken = 31.7e-9,
    };

    public static EngineOptions VllmV1(VllmV1Options options) => ServingEngines.VllmV1(options) with { ReservedBlocks = 0 };

    public static EngineOptions Custom(Func<SchedulerContext, IBatchScheduler> scheduler) => 
        new() { Scheduler = scheduler, TokenBudget = 8192, MaxSequences = 1024 };

    /// <summary>A pool whose sequences can hold so many blocks; null for no limit.</summary>
    public static PoolSpec WithBlocks(this PoolSpec pool, long? blocks) =>
        pool with { Memory = new MemoryOptions { BlocksOverride = blocks is null or KvBlockPool.Unlimited ? MemoryOptions.UnlimitedBlocks : blocks } };

    /// <summary>Blocks that the sequences of a replica can hold.</summary>
    public static long Blocks(this PoolSpec pool) =>
        pool.Memory.BlocksOverride == MemoryOptions.UnlimitedBlocks ? KvBlockPool.Unlimited : pool.Memory.BlocksOverride!.Value;

    /// <summary>A pool with the costs in milliseconds and blocks of 4 tokens.</summary>
    public static PoolSpec Pool(EngineOptions engine, long? blocks = null) => (TestPools.Small with
    {
        CostModel = Milliseconds,
        Engine = engine with { BlockTokens = 4 },
    }).WithBlocks(blocks);

    public static PoolSpec Pool(VllmV1Options options, long? blocks = null) => Pool(VllmV1(options), blocks);

    /// <summary>A request of its own content.</summary>
    public static Request Request(long id, int atMilliseconds, int prompt, int output) => new()
    {
        Id = id, Arrival = SimTime.Zero + atMilliseconds.Milliseconds(), PromptTokens = prompt, OutputTokens = output,
    };

    public static RunResult Run(PoolSpec pool, IEnumerable<Request> requests, RunOptions? options = null) =>
        ServingSimulation.Run(new ClusterSpec { Pools = [pool] }, requests, 1, options);

    /// <summary>Runs requests and returns what became of them, in the order of their ids.</summary>
    public static (RunResult Run, Recorder Seen) Record(PoolSpec pool, IEnumerable<Request> requests, RunOptions? options = null)
    {
        Recorder recorder = new();
        RunResult run = Run(pool, requests, (options ?? new()) with { Observer = recorder });
        recorder.Requests.Sort((a, b) => a.Request.Id.CompareTo(b.Request.Id));
        return (run, recorder);
    }

    /// <summary>An instant in milliseconds.</summary>
    public static double Ms(this SimTime time) => time.Nanoseconds / 1e6;

    /// <inheritdoc cref="Ms(SimTime)"/>
    public static double? Ms(this SimTime? time) => time?.Nanoseconds / 1e6;
}
