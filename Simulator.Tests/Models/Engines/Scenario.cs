using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Models.Architectures;
using Simulator.Models.Batching;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Caching;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Models.Routing;
using Simulator.Tests.Models.Batching;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Engines;

/// <summary>A small cluster and a small workload with all that can go wrong for a request, drawn from a number.</summary>
public sealed record Scenario(ulong Seed, IReadOnlyList<Request> Requests)
{
    private static readonly Func<RouterContext, IRouter>[] AllRouters =
    [
        Routers.Random, Routers.RoundRobin, Routers.LeastOutstanding, Routers.LeastPendingTokens, Routers.PowerOfTwoChoices,
        Routers.PrefixAffinity, Routers.SessionAffinity, Routers.LeastWaiting, _ => new FewestBlocks(),
    ];

    private RandomStream Stream(string name) => new RandomStreams(Seed).Stream(name);

    /// <summary>Whether its schedulers decide the same when they are asked less often.</summary>
    public bool AllowsFastForward => Stream("scheduler").NextInt32(3) > 0;

    /// <summary>Whether requests take time on their way to the scheduler and back, or are looked at late.</summary>
    public bool HasDelays => Stream("delays").NextInt32(3) == 0;

    /// <summary>The replicas of the last run, as its routers saw them.</summary>
    internal Dictionary<int, ReplicaView> Replicas { get; private set; } = [];

    /// <summary>Clients that send the requests one after the other; null when requests come at their own times.</summary>
    public int? Clients { get; init; }

    /// <summary>Cuts the run while requests are in flight; null for a run to the end.</summary>
    public SimTime? Until { get; init; }

    public SimDuration? SampleEvery { get; init; }

    public static Scenario Of(ulong seed)
    {
        RandomStream random = new RandomStreams(seed).Stream("requests");
        int count = random.NextInt32(25);
        long at = 0;
        List<Request> requests = [];
        for (int i = 0; i < count; i++)
        {
            if (random.NextInt32(3) > 0) at += random.NextInt32(40_000_000);
            requests.Add(Draw(random, i, at));
        }
        return new Scenario(seed, requests)
        {
            Clients = random.NextInt32(4) == 0 ? 1 + random.NextInt32(6) : null,
            Until = random.NextInt32(4) == 0 ? SimTime.FromNanoseconds(random.NextInt32(600_000_000)) : null,
            SampleEvery = random.NextInt32(3) == 0 ? SimDuration.FromNanoseconds(1_000_000 + random.NextInt32(20_000_000)) : null,
        };
    }

    public ClusterSpec Cluster(bool fastForward = true)
    {
        Dictionary<int, ReplicaView> replicas = Replicas;
        RandomStream random = Stream("cluster");
        List<PoolSpec> pools = [];
        string[][] serves = random.NextInt32(3) switch
        {
            0 => [[]],
            1 => [["a"], []],
            _ => [["a"], ["b", "c"]],
        };
        for (int i = 0; i < serves.Length; i++) pools.Add(Pool(random, $"pool{i}", serves[i], fastForward));
        Func<RouterContext, IRouter> router = AllRouters[random.NextInt32(AllRouters.Length)];
        return new ClusterSpec { Pools = pools, Router = context => new Watch(router(context), replicas) };
    }

    internal RunResult Run(Recorder recorder, bool fastForward = true, RunOptions? options = null)
    {
        Replicas = [];
        options = (options ?? new()) with { Observer = recorder, Until = Until, SampleEvery = SampleEvery };
        return Clients is { } clients
            ? ServingSimulation.Run(Cluster(fastForward), Loop(clients), Seed, options)
            : ServingSimulation.Run(Cluster(fastForward), Requests, Seed, options);
    }

    internal ClosedLoop Loop(int clients) => new(Requests, clients, SimDuration.FromNanoseconds(Stream("think").NextInt32(3) * 1_000_000));

    public override string ToString()
    {
        StringBuilder text = new();
        text.AppendLine($"seed {Seed}, until {Until}, sampled every {SampleEvery}, {Clients} clients");
        foreach (PoolSpec pool in Cluster().Pools)
            text.AppendLine($"  {pool.Name}: {pool.Replicas} replicas, {pool.Plan}, {pool.Memory}, {pool.Engine}");
        foreach (Request request in Requests) text.AppendLine($"  {request}");
        return text.ToString();
    }

    private static Request Draw(RandomStream random, int id, long at)
    {
        int prompt = 1 + random.NextInt32(random.NextInt32(4) == 0 ? 120 : 30);
        int shared = Math.Min(prompt - 1, random.NextInt32(24));
        Request request = new()
        {
            Id = id,
            Arrival = SimTime.FromNanoseconds(at),
            PromptTokens = prompt,
            OutputTokens = 1 + random.NextInt32(random.NextInt32(4) == 0 ? 80 : 20),
            Model = random.NextInt32(10) switch { < 5 => "", < 8 => "a", < 9 => "b", _ => "unknown" },
            Class = random.NextInt32(2) == 0 ? "" : "api",
            Session = random.NextInt32(2) == 0 ? null : $"s{random.NextInt32(4)}",
            Content = random.NextInt32(3) switch
            {
                0 => [],
                1 when shared > 0 => [new(random.NextInt32(3), shared), new(100 + id, prompt - shared)],
                _ => [new(100 + id, Math.Max(1, prompt - random.NextInt32(6)))],
            },
        };
        request = request with
        {
            Priority = random.NextInt32(3),
            MaxOutputTokens = random.NextInt32(3) switch { 0 => null, 1 => request.OutputTokens, _ => 1 + random.NextInt32(40) },
        };
        SimDuration patience = SimDuration.FromNanoseconds(random.NextInt32(200_000_000));
        return random.NextInt32(14) switch
        {
            0 => request with { QueueTimeout = patience },
            1 => request with { Timeout = patience },
            2 => request with { CancelAfter = patience },
            3 => request with { Timeout = patience * 2, CancelAfter = patience, QueueTimeout = patience },
            4 => request with { OutputTokens = 0 },
            5 => request with { OutputTokens = 0, PromptTokens = 0, Content = [] },
            6 => request with { PromptTokens = 0, Content = [] },
            7 => request with { PromptTokens = 1000 + random.NextInt32(4000) },
            8 => request with { OutputTokens = 1 + random.NextInt32(400) },
            _ => request,
        };
    }

    private PoolSpec Pool(RandomStream random, string name, string[] serves, bool fastForward)
    {
        int budget = new[] { 8, 16, 64, 512 }[random.NextInt32(4)];
        VllmV1Options options = new()
        {
            TokenBudget = budget, MaxSequences = 1 + random.NextInt32(8), LongPrefillThreshold = random.NextInt32(3) == 0 ? 6 : 0,
        };
        int kind = random.NextInt32(2);
        bool caching = random.NextInt32(2) == 0;
        int stages = random.NextInt32(2) == 0 ? 1 : 1 + random.NextInt32(3);
        int blockTokens = new[] { 1, 3, 4, 16 }[random.NextInt32(4)];
        long blocks = random.NextInt32(6) == 0 ? KvBlockPool.Unlimited : (60 + random.NextInt32(200)) / blockTokens + 1;
        EngineOptions engine = AllowsFastForward ? TestEngines.VllmV1(options)
            : kind == 0 ? TestEngines.Custom(context => new AnythingGoes(context.Random))
            : TestEngines.Custom(_ => new TakingTurns(options.MaxSequences));
        Func<SchedulerContext, IBatchScheduler> scheduler = engine.Scheduler;
        PoolSpec pool = TestPools.Small with
        {
            Name = name,
            Serves = serves,
            Replicas = 1 + random.NextInt32(3),
            CostModel = random.NextInt32(5) switch { 0 => TestEngines.Milliseconds, 1 => null, _ => TestEngines.Fractions },
            Plan = new ParallelPlan(Pipeline: stages),
            Engine = engine with
            {
                Scheduler = context => new Auditor(scheduler(context), blocks, isAlone: stages == 1 && AllowsFastForward && !HasDelays, caching),
                BlockTokens = blockTokens,
                PrefixCaching = caching,
                QueueLimit = random.NextInt32(3) == 0 ? 1 + random.NextInt32(5) : null,
                ContextWindow = random.NextInt32(3) == 0 ? 100 : null,
                FastForward = fastForward,
            },
        };
        RandomStream delays = Stream("delays/" + name);
        pool = pool with
        {
            Engine = pool.Engine with
            {
                QueueOrder = delays.NextInt32(4) == 0 ? QueueOrder.Priority : QueueOrder.Arrival,
                PrefixIndex = delays.NextInt32(3) == 0 ? PrefixIndex.RadixTree : PrefixIndex.BlockHashes,
                SwapBlocks = delays.NextInt32(2) == 0 ? delays.NextInt32(200) : 0,
                AsyncScheduling = HasDelays && delays.NextInt32(2) == 0,
                ReceiveInterval = HasDelays ? 1 + delays.NextInt32(4) : 1,
                StreamInterval = HasDelays ? 1 + delays.NextInt32(6) : 1,
                RequestOverhead = SimDuration.FromNanoseconds(HasDelays ? delays.NextInt32(3) * 7_000_000 : 0),
                ResponseOverhead = SimDuration.FromNanoseconds(HasDelays ? delays.NextInt32(3) * 9_000_000 : 0),
            },
        };
        if (pool.Engine is { PrefixCaching: true, PrefixIndex: PrefixIndex.BlockHashes } && delays.NextInt32(2) == 0)
        {
            HostWritePolicy policy = delays.NextInt32(2) == 0 ? HostWritePolicy.WriteBack : HostWritePolicy.WriteThrough;
            pool = pool with
            {
                DevicesPerHostLink = 1 + delays.NextInt32(3),
                Engine = pool.Engine with { HostCacheBlocks = 1 + delays.NextInt32(100), HostWritePolicy = policy },
            };
        }
        // A roofline over sliding windows, whose costs are linear in pieces only.
        if (pool.CostModel is null) pool = pool with { Model = ModelArchitectures.GptOss20B, Device = Simulator.Models.Devices.Devices.H100Sxm };
        return pool.WithBlocks(blocks);
    }

    /// <summary>Sees to it that the state that routers read makes sense.</summary>
    private sealed class Watch(IRouter router, Dictionary<int, ReplicaView> seen) : IRouter
    {
        public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas)
        {
            foreach (ReplicaView replica in replicas)
            {
                seen[replica.Index] = replica;
                Assert.That(replica.PendingTokens, replica.Outstanding == 0 ? Is.Zero : Is.Not.Negative);
                Assert.That(replica.KvBlocksUsed, replica.Running == 0 ? Is.Zero : Is.Positive.And.AtMost(replica.KvBlocksTotal));
            }
            return router.Route(request, replicas);
        }
    }

    /// <summary>Looks at a figure that changes amid a stretch.</summary>
    private sealed class FewestBlocks : IRouter
    {
        public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas) => replicas.IndexOfMinimum(replica => replica.KvBlocksUsed);
    }
}

/// <summary>Draws scenarios; the counterexamples of a failed property lose requests until they are small.</summary>
public static class Scenarios
{
    public static Arbitrary<Scenario> Scenario() => Arb.From(
        Gen.Choose(0, int.MaxValue).Select(seed => Engines.Scenario.Of((ulong)seed)),
        scenario => Enumerable.Range(0, scenario.Requests.Count).Select(i => scenario with
        {
            Requests = [.. scenario.Requests.Where((_, j) => j != i)],
        }));
}
