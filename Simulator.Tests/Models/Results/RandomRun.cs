using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Models.Routing;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Results;

/// <summary>A random scenario with all that can happen to a request: sharing, preemption, timeouts, rejections, failures.</summary>
internal sealed class RandomRun
{
    private readonly int _router;

    public RandomRun(ulong seed)
    {
        Seed = seed;
        RandomStream random = new RandomStreams(seed).Stream("scenario");
        _router = random.NextInt32(4);
        Cluster = new ClusterSpec
        {
            Pools = [Pool("chat", random, ["m"]), Pool("other", random, random.NextInt32(2) == 0 ? ["x"] : [])],
            Router = ((Func<RouterContext, IRouter>[])[Routers.Random, Routers.PowerOfTwoChoices, Routers.PrefixAffinity, Routers.SessionAffinity])[_router],
        };
        List<Request> requests = [];
        long at = 0;
        int count = 1 + random.NextInt32(40);
        for (int i = 0; i < count; i++)
        {
            if (i > 0 && random.NextInt32(3) > 0) at += random.NextInt32(30_000_000);
            requests.Add(Make(random, i, at));
        }
        Requests = requests;
        Options = new RunOptions
        {
            Slo = new SloTargets(Ttft: 50.Milliseconds(), Tpot: 10.Milliseconds()),
            SampleEvery = 20.Milliseconds(),
            Until = random.NextInt32(4) == 0 ? SimTime.FromNanoseconds(at / 2 + 1) : null,
        };
    }

    public ulong Seed { get; }

    public ClusterSpec Cluster { get; }

    public IReadOnlyList<Request> Requests { get; }

    public RunOptions Options { get; }

    public RunResult Run(IRunObserver? observer = null) => ServingSimulation.Run(Cluster, Requests, Seed, Options with { Observer = observer });

    private static PoolSpec Pool(string name, RandomStream random, IReadOnlyList<string> serves) => TestPools.Small with
    {
        Name = name,
        Serves = serves,
        Replicas = 1 + random.NextInt32(3),
        Plan = new ParallelPlan(Pipeline: 1 + random.NextInt32(2)),
        CostModel = new AffineCosts
        {
            PrefillIteration = 3e-3, PrefillToken = 21e-6, PrefillPair = 7e-9, DecodeIteration = 5e-3, DecodeRow = 13e-6, DecodeContextToken = 31.7e-9,
        },
        Memory = new MemoryOptions { BlocksOverride = 19 + random.NextInt32(20) },
        Engine = ServingEngines.VllmV1(new VllmV1Options { TokenBudget = 32, MaxSequences = 4 }) with { BlockTokens = 4, ContextWindow = 100, QueueLimit = 5 },
    };

    private static Request Make(RandomStream random, int id, long at)
    {
        int prompt = 1 + random.NextInt32(id % 5 == 4 ? 150 : 40);
        int shared = random.NextInt32(prompt);
        SimDuration? Maybe(int oneIn) => random.NextInt32(oneIn) == 0 ? SimDuration.FromNanoseconds(random.NextInt32(200_000_000)) : null;
        return new Request
        {
            Id = id,
            Arrival = SimTime.FromNanoseconds(at),
            PromptTokens = prompt,
            OutputTokens = random.NextInt32(10) == 0 ? 0 : 1 + random.NextInt32(30),
            Model = random.NextInt32(4) == 0 ? "x" : random.NextInt32(8) == 0 ? "y" : "m",
            Class = random.NextInt32(2) == 0 ? "" : "cl\"ass,\n",
            Session = random.NextInt32(2) == 0 ? null : "s" + random.NextInt32(3),
            Turn = random.NextInt32(3),
            Content = random.NextInt32(3) == 0 ? [] : shared > 0 ? [new(random.NextInt32(3), shared), new(100 + id, prompt - shared)] : [new(100 + id, prompt)],
            QueueTimeout = Maybe(5),
            Timeout = Maybe(5),
            CancelAfter = Maybe(8),
            MaxOutputTokens = id % 7 == 0 ? 60 - id % 40 : null,
        };
    }
}
