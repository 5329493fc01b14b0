using Simulator.Core.Randomness;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Models.Routing;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Routing;

/// <summary>Routers in real runs: 1 ms a prefill token, 10 ms a decode iteration, blocks of 4 tokens.</summary>
public sealed class RouterTests
{
    private static readonly VllmV1Options Options = new() { TokenBudget = 8, MaxSequences = 8 };

    private static ClusterSpec Cluster(int replicas, Func<RouterContext, IRouter> router) =>
        new() { Pools = [Pool(Options) with { Replicas = replicas }], Router = router };

    /// <summary>The replica of every request, in the order of ids.</summary>
    private static int[] Route(int replicas, Func<RouterContext, IRouter> router, IEnumerable<Request> requests, ulong seed = 1)
    {
        Recorder seen = new(iterations: false);
        ServingSimulation.Run(Cluster(replicas, router), requests, seed, new RunOptions { Observer = seen });
        return [.. seen.Requests.OrderBy(record => record.Request.Id).Select(record => record.Replica)];
    }

    private static double ChiSquare(IEnumerable<int> chosen, int replicas, int count)
    {
        double expected = (double)count / replicas;
        return Enumerable.Range(0, replicas).Sum(i => Math.Pow(chosen.Count(c => c == i) - expected, 2) / expected);
    }

    [Test]
    public void RoundRobin_Requests_GoAroundWhateverTheLoad() => Assert.That(
        Route(3, Routers.RoundRobin, [Request(0, 0, 9, 99), Request(1, 0, 9, 1), Request(2, 1, 9, 1), Request(3, 50, 9, 1), Request(4, 60, 1, 1)]),
        Is.EqualTo(new[] { 0, 1, 2, 0, 1 }));

    [Test]
    public void LeastOutstanding_Requests_GoWhereFewestAre() => Assert.That(
        Route(3, Routers.LeastOutstanding, [
            Request(0, 0, 8, 50), Request(1, 1, 8, 2), Request(2, 2, 8, 50),
            Request(3, 3, 8, 50), // one each: the first
            Request(4, 4, 8, 1), // 2, 1, 1
            Request(5, 40, 8, 1), // requests 1 and 4 are over: 2, 0, 1
        ]),
        Is.EqualTo(new[] { 0, 1, 2, 0, 1, 1 }));

    [Test]
    public void LeastWaiting_Requests_SeesOnlyTheQueues() => Assert.That(
        Route(3, Routers.LeastWaiting, [
            Request(0, 0, 8, 50), Request(1, 1, 1, 50), // none waits anywhere: the first, though one runs there
            Request(2, 2, 8, 50), // request 1 waits at replica 0
            Request(3, 3, 8, 50), // and nowhere else
            Request(4, 4, 8, 50), // one each at 0 and 1, none at 2
        ]),
        Is.EqualTo(new[] { 0, 0, 1, 1, 2 }));

    [Test]
    public void LeastPendingTokens_Requests_GoWhereFewestPromptTokensAreLeft()
    {
        // Prompts are computed in chunks of 8. At 17 ms replica 0 has 24 of 40 tokens left, replica 1 only 4 of 20.
        Request[] requests = [Request(0, 0, 40, 50), Request(1, 1, 20, 50), Request(2, 17, 1, 50), Request(3, 150, 4, 1)];
        List<(long, long)> pending = [];
        int[] chosen = Route(2, _ => new Spy(new LeastPendingTokens(), replicas => pending.Add((replicas[0].PendingTokens, replicas[1].PendingTokens))), requests);

        Assert.That(pending, Is.EqualTo(new[] { (0L, 0L), (40, 0), (24, 4), (0, 0) }));
        Assert.That(chosen, Is.EqualTo(new[] { 0, 1, 1, 0 }), "without pending tokens, the one with fewer requests");
    }

    [Test]
    public void ReplicaView_AmidAStretch_TellsTheTruth()
    {
        // One replica decodes from 8 ms on, a token every 10 ms; it holds a third block from its 9th token on, a fourth from its 13th.
        List<string> seen = [];
        Request[] requests = [Request(0, 0, 8, 50), .. new[] { 8, 17, 18, 47, 48, 57, 58 }.Select((at, i) => Request(1 + i, at, 5000, 1))];
        Route(1, _ => new Spy(new RoundRobin(), replicas => seen.Add(
            $"{replicas[0].Index}: {replicas[0].Running} {replicas[0].Waiting} {replicas[0].Outstanding} {replicas[0].KvBlocksUsed}")), requests);

        Assert.That(seen, Is.EqualTo(new[]
        {
            "0: 0 0 0 0", "0: 1 0 1 3", "0: 1 0 1 3", "0: 1 0 1 3", "0: 1 0 1 3", "0: 1 0 1 4", "0: 1 0 1 4", "0: 1 0 1 4",
        }));
    }

    [Test]
    public void Random_ManyRequests_AreSpreadEvenly()
    {
        int[] chosen = Route(4, Routers.Random, Enumerable.Range(0, 4000).Select(i => Request(i, i, 1, 1)));
        Assert.That(ChiSquare(chosen, 4, chosen.Length), Is.LessThan(16.3), "the 99.9 % quantile with 3 degrees of freedom");
        Assert.That(chosen.Zip(chosen.Skip(1)).Distinct().Count(), Is.EqualTo(16), "every pair of neighbours comes up");
    }

    [Test]
    public void PowerOfTwoChoices_IdleReplicas_AreSpreadEvenly()
    {
        int[] chosen = Route(4, Routers.PowerOfTwoChoices, Enumerable.Range(0, 4000).Select(i => Request(i, 2 * i, 1, 1)));
        Assert.That(ChiSquare(chosen, 4, chosen.Length), Is.LessThan(16.3));
    }

    [Test]
    public void PowerOfTwoChoices_OneLoadedReplica_IsNeverChosenAgainstAnIdleOne()
    {
        Request[] requests = [Request(0, 0, 1, 4000), .. Enumerable.Range(1, 3000).Select(i => Request(i, 2 * i, 1, 1))];
        int[] chosen = Route(4, Routers.PowerOfTwoChoices, requests);
        Assert.That(chosen.Skip(1), Has.None.EqualTo(chosen[0]));
        int[] others = [.. chosen.Skip(1).Select(replica => (replica + 4 - chosen[0]) % 4 - 1)];
        Assert.That(ChiSquare(others, 3, others.Length), Is.LessThan(13.9), "the 99.9 % quantile with 2 degrees of freedom");
    }

    [Test]
    public void PowerOfTwoChoices_Overload_IsBetterBalancedThanRandom()
    {
        Request[] requests = [.. Enumerable.Range(0, 2000).Select(i => Request(i, i / 4, 4, 4))];
        int Spread(Func<RouterContext, IRouter> router)
        {
            int most = 0;
            Route(8, context => new Spy(router(context), replicas => most = Math.Max(most, MostMinusLeast(replicas))), requests);
            return most;
        }
        Assert.That(Spread(Routers.PowerOfTwoChoices), Is.LessThan(Spread(Routers.Random) / 2));
    }

    [Test]
    public void PowerOfTwoChoices_OneReplica_IsChosen() =>
        Assert.That(Route(1, Routers.PowerOfTwoChoices, [Request(0, 0, 1, 1), Request(1, 0, 1, 1)]), Is.EqualTo(new[] { 0, 0 }));

    [Test]
    public void SessionAffinity_LaterTurns_StayWithTheirReplica()
    {
        Request Turn(long id, int at, string? session, int turn = 0) => Request(id, at, 4, 20) with { Session = session, Turn = turn };
        Assert.That(
            Route(3, Routers.SessionAffinity, [
                Turn(0, 0, "a"), Turn(1, 1, "b"), Turn(2, 2, null), Turn(3, 3, "c"),
                Turn(4, 4, "a", 1), // replica 0 has two by now
                Turn(5, 5, null), // fewest: replica 1
                Turn(6, 900, "c", 1), Turn(7, 901, "b", 1),
            ]),
            Is.EqualTo(new[] { 0, 1, 2, 0, 0, 1, 0, 1 }));
    }

    private static Request[] SharedPrompts()
    {
        RandomStream random = new(7);
        return [.. Enumerable.Range(0, 200).Select(i =>
        {
            int prompt = random.NextInt32(12);
            return Request(i, 500 * i, 600, 2) with { Content = [new(prompt, 512), new(1000 + i, 88)] };
        })];
    }

    [Test]
    public void PrefixAffinity_SharedPrompts_HitMoreOftenThanRoundRobin()
    {
        RunResult With(Func<RouterContext, IRouter> router) => ServingSimulation.Run(Cluster(4, router), SharedPrompts());
        RunResult affine = With(Routers.PrefixAffinity), around = With(Routers.RoundRobin);
        // Without eviction, only the first request of a prompt on a replica computes its 512 shared tokens.
        Assert.That(affine.Tokens.PrefixHit, Is.EqualTo((200 - 12) * 512L));
        Assert.That(around.Tokens.PrefixHit, Is.LessThan(affine.Tokens.PrefixHit));
        Assert.That(around.Tokens.PrefixHit, Is.GreaterThanOrEqualTo((200 - 4 * 12) * 512L));
    }

    [Test]
    public void PrefixAffinity_LongestRememberedPrefix_Wins()
    {
        Request Of(long id, int at, params (long Key, int Tokens)[] segments) =>
            Request(id, at, segments.Sum(segment => segment.Tokens), 1) with
            {
                Content = [.. segments.Select(segment => new ContentSegment(segment.Key, segment.Tokens))],
            };
        Assert.That(
            Route(3, Routers.PrefixAffinity, [
                Of(0, 0, (1, 256), (2, 256)), // idle: the first
                Of(1, 1, (9, 512)), // unknown: the second
                Of(2, 2, (1, 256), (3, 256)), // its first piece is on replica 0
                Of(3, 3, (1, 200)), // shorter than a piece: fewest requests, replica 2
                Of(4, 4, (9, 300)), // replica 1
                Request(5, 5, 300, 1), // no content: fewest requests, replica 2
            ]),
            Is.EqualTo(new[] { 0, 1, 0, 2, 1, 2 }));
    }

    [Test]
    public void PrefixAffinity_ReplicaFarBehind_LoadGoesFirst()
    {
        // All at once with one prompt: the 66th finds 65 outstanding against 0, more than the allowed 64.
        Request[] requests = [.. Enumerable.Range(0, 70).Select(i => Request(i, 0, 256, 1) with { Content = [new(1, 256)] })];
        int[] chosen = Route(2, Routers.PrefixAffinity, requests);
        Assert.That(chosen[..65], Is.All.EqualTo(0));
        Assert.That(chosen[65..], Is.All.EqualTo(1), "and the prompt is remembered there from then on");
    }

    [Test]
    public void PrefixAffinity_BothReplicasFull_ToleratesMoreBeforeLoadGoesFirst()
    {
        // 200 requests on each; the difference may grow beyond 64 until one has more than one and a half times as many, 301.
        Request[] requests =
        [
            .. Enumerable.Range(0, 400).Select(i => Request(i, 0, 10, 1)),
            .. Enumerable.Range(400, 110).Select(i => Request(i, 0, 256, 1) with { Content = [new(1, 256)] }),
        ];
        int[] chosen = Route(2, Routers.PrefixAffinity, requests);
        Assert.That(chosen[400..501], Is.All.EqualTo(0));
        Assert.That(chosen[501..], Is.All.EqualTo(1));
    }

    [TestCase(-1)]
    [TestCase(3)]
    [TestCase(int.MaxValue)]
    public void Route_IndexOutOfRange_Throws(int index) => Assert.That(
        () => Route(3, _ => new Always(index), [Request(0, 0, 1, 1)]),
        Throws.InvalidOperationException.With.Message.EqualTo($"Always chose replica {index} of pool 'pool', which has replicas 0 to 2."));

    [Test]
    public void Route_View_ShowsTheRequestWithoutItsOutput()
    {
        string seen = "";
        ContentSegment[] content = [new(4, 2)];
        Request request = Request(5, 3, 7, 9) with
        {
            Model = "m", Class = "c", Priority = 2, Session = "s", Turn = 1, Content = content,
        };
        Route(1, _ => new Peek(view => seen =
            $"{view.Id} {view.Arrival} {view.PromptTokens} {view.Model} {view.Class} {view.Priority} {view.Session} {view.Turn} {view.Content[0].Key}"), [request]);
        Assert.That(seen, Is.EqualTo("5 0.003 s 7 m c 2 s 1 4"));
    }

    [Test]
    public void Context_OfEveryPool_HasItsReplicasAndAStreamOfItsOwn()
    {
        List<(int Replicas, ulong First)> contexts = [];
        PoolSpec pool = Pool(Options);
        ClusterSpec cluster = new()
        {
            Pools = [pool with { Name = "a", Replicas = 2, Serves = ["a"] }, pool with { Name = "b", Replicas = 5 }],
            Router = context =>
            {
                contexts.Add((context.Replicas, context.Random.NextUInt64()));
                return new RoundRobin();
            },
        };
        ServingSimulation.Run(cluster, [], 1);
        Assert.That(contexts.Select(context => context.Replicas), Is.EqualTo(new[] { 2, 5 }));
        Assert.That(contexts[0].First, Is.Not.EqualTo(contexts[1].First));
    }

    [Test]
    public void ReadsReplicaState_OfPolicies_IsFalseOnlyForBlindOnes()
    {
        RouterContext context = new(2, new RandomStream(1));
        Func<RouterContext, IRouter>[] blind = [Routers.Random, Routers.RoundRobin];
        Func<RouterContext, IRouter>[] seeing =
            [Routers.LeastOutstanding, Routers.LeastWaiting, Routers.LeastPendingTokens, Routers.PowerOfTwoChoices, Routers.PrefixAffinity, Routers.SessionAffinity];
        Assert.That(blind.Select(make => make(context).ReadsReplicaState), Is.All.False);
        Assert.That(seeing.Select(make => make(context).ReadsReplicaState), Is.All.True);
    }

    [Test]
    public void IndexOfMinimum_SeveralSmallest_IsTheFirst()
    {
        int[] found = [];
        Route(4, _ => new Spy(new RoundRobin(), replicas => found =
            [replicas.IndexOfMinimum(replica => -(replica.Index % 2)), replicas.IndexOfMinimum(_ => 1), replicas.IndexOfMinimum(replica => -replica.Index)]),
            [Request(0, 0, 1, 1)]);
        Assert.That(found, Is.EqualTo(new[] { 1, 0, 3 }));
        Assert.Throws<ArgumentNullException>(() => ReadOnlySpan<ReplicaView>.Empty.IndexOfMinimum(null!));
    }

    private static int MostMinusLeast(ReadOnlySpan<ReplicaView> replicas)
    {
        int least = int.MaxValue, most = 0;
        foreach (ReplicaView replica in replicas) (least, most) = (Math.Min(least, replica.Outstanding), Math.Max(most, replica.Outstanding));
        return most - least;
    }

    private delegate void Look(ReadOnlySpan<ReplicaView> replicas);

    private sealed class Spy(IRouter router, Look look) : IRouter
    {
        public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas)
        {
            look(replicas);
            return router.Route(request, replicas);
        }
    }

    private sealed class Peek(Action<RequestView> look) : IRouter
    {
        public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas)
        {
            look(request);
            return 0;
        }
    }

    private sealed class Always(int index) : IRouter
    {
        public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas) => index;
    }
}
