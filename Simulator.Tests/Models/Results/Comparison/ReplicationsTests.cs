using System.Text.Json;
using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Models.Results.Comparison;
using Simulator.Models.Routing;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Models.Results.Comparison;

public sealed class ReplicationsTests
{
    private static readonly ClusterSpec Cluster = TinyRun.Cluster with
    {
        Pools = [TinyRun.Cluster.Pools[0] with { Replicas = 2 }],
        Router = Routers.Random,
    };

    private static readonly RunOptions Options = new() { Slo = new SloTargets(Ttft: 60.Milliseconds()) };

    [Test]
    public void Run_OneOrSeveralCores_SameBytes()
    {
        string one = ReplicationResultJson.Write(Replications.Run(Cluster, Workload, 9, seed: 3, Options));
        foreach (int cores in (int[])[2, 4, 16])
            Assert.That(ReplicationResultJson.Write(Replications.Run(Cluster, Workload, 9, seed: 3, Options, cores)), Is.EqualTo(one));
    }

    [Test]
    public void Run_SeveralSeeds_ValuesAreThoseOfEachRunAlone()
    {
        ReplicationResult result = Replications.Run(Cluster, Workload, 3, seed: ulong.MaxValue - 1, Options, cores: 2);

        Assert.That(result.Seeds, Is.EqualTo((ulong[])[ulong.MaxValue - 1, ulong.MaxValue, 0]), "seeds go on from 0");
        for (int i = 0; i < 3; i++)
        {
            RunResult alone = ServingSimulation.Run(Cluster, Workload(result.Seeds[i]), result.Seeds[i], Options);
            Assert.That(result.Figures.Select(figure => (figure.Path, figure.Values[i])), Is.EqualTo(RunFigures.Of(alone).Select(figure => (figure.Path, figure.Value))));
        }
        Assert.That(result.Figures.Single(figure => figure.Path == "ttft.mean").Values, Is.Unique, "seeds matter");
    }

    [Test]
    public void Of_ThreeRuns_StudentIntervalOfTheMean()
    {
        RunResult run = TinyRun.Run();
        ReplicationResult result = ReplicationResult.Of([.. ((double[])[1, 2, 3]).Select(mean => run with { Ttft = run.Ttft with { Mean = mean } })]);

        ReplicatedFigure figure = result.Figures.Single(figure => figure.Path == "ttft.mean");
        // Mean 2, deviation 1, and from tables t(97.5 %, 2 degrees of freedom) = 4.302653.
        Assert.That((figure.Count, figure.Mean, figure.StandardDeviation), Is.EqualTo((3, 2.0, 1.0)));
        Assert.That(figure.Upper, Is.EqualTo(2 + 4.302653 / Math.Sqrt(3)).Within(1e-6));
        Assert.That(figure.Lower, Is.EqualTo(2 - 4.302653 / Math.Sqrt(3)).Within(1e-6));
        ReplicatedFigure same = result.Figures.Single(figure => figure.Path == "ttft.p99");
        Assert.That((same.Mean, same.StandardDeviation, same.Lower, same.Upper), Is.EqualTo((run.Ttft.P99, 0.0, run.Ttft.P99, run.Ttft.P99)));
    }

    [Test]
    public void Of_FigureThatSomeRunsLack_StatisticsOfTheOthers()
    {
        RunResult run = TinyRun.Run();
        RunResult without = run with { Seed = 1, Ttft = run.Ttft with { Mean = null }, Classes = [run.Classes[0]] };
        ReplicationResult result = ReplicationResult.Of([without, run]);

        ReplicatedFigure mean = result.Figures.Single(figure => figure.Path == "ttft.mean");
        Assert.That(mean.Values, Is.EqualTo(new[] { null, run.Ttft.Mean }));
        Assert.That((mean.Count, mean.Mean, mean.StandardDeviation, mean.Lower), Is.EqualTo((1L, run.Ttft.Mean, (double?)null, (double?)null)));
        ReplicatedFigure rare = result.Figures.Single(figure => figure.Path == "classes[chat/a,b].requests.injected");
        Assert.That(rare.Values, Is.EqualTo(new double?[] { null, 1 }));
        Assert.That(result.Figures.Single(figure => figure.Path == "tpot.count").Count, Is.EqualTo(2));
    }

    [Test]
    public void Run_NoWayToDoIt_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Replications.Run(Cluster, Workload, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Replications.Run(Cluster, Workload, 1, cores: 0));
        Assert.Throws<ArgumentException>(() => Replications.Run(Cluster, Workload, 1, options: new RunOptions { Observer = new Recorder() }));
        Assert.Throws<ArgumentException>(() => ReplicationResult.Of([]));
    }

    [Test]
    public void Run_SeedsAtFault_FirstOneIsReportedOnAnyCores([Values(1, 4)] int cores, [Range(0, 4)] int _)
    {
        IWorkload Faulty(ulong seed) => seed % 3 == 2 ? throw new InvalidOperationException($"seed {seed}") : Workload(seed);
        Assert.That(
            Assert.Throws<InvalidOperationException>(() => Replications.Run(Cluster, Faulty, 20, cores: cores))!.Message, Is.EqualTo("seed 2"));
    }

    [Test]
    public void Run_WorkloadsAreDisposable_EachIsDisposedOnce()
    {
        List<DisposableWorkload> made = [];
        Replications.Run(Cluster, seed =>
        {
            DisposableWorkload workload = new(Workload(seed));
            made.Add(workload);
            return workload;
        }, 3);
        Assert.That(made.Select(workload => workload.Disposals), Is.EqualTo((int[])[1, 1, 1]));
    }

    [Test]
    public void Run_Progress_CountsTheRequestsOfAllRuns()
    {
        static IWorkload Failures(ulong seed) => new TraceWorkload(
            Enumerable.Range(0, 2048).Select(i => new Request { Id = i, Arrival = SimTime.Zero, PromptTokens = 1, OutputTokens = 0, Model = "m" }));
        List<long> seen = [];
        Replications.Run(Cluster, Failures, 3, options: new RunOptions { Progress = seen.Add }, cores: 3);
        Assert.That(seen, Is.EqualTo((long[])[1024, 2048, 3072, 4096, 5120, 6144]));
    }

    [Test]
    public void Json_WrittenAndRead_IsTheSame()
    {
        ReplicationResult result = Replications.Run(Cluster, Workload, 2, options: Options);
        string json = ReplicationResultJson.Write(result);

        Assert.That(ReplicationResultJson.Write(ReplicationResultJson.Read(json)), Is.EqualTo(json));
        Assert.That(json, Does.StartWith("{\n  \"schemaVersion\": 1,\n  \"seeds\": [\n    0,\n    1\n  ],\n  \"confidenceLevel\": 0.95,\n").And.EndsWith("}\n"));
        Assert.That(json, Does.Contain("\"path\": \"ttft.p99\",\n      \"unit\": \"s\",\n      \"goal\": \"lower\",\n      \"count\": 2,"));
        Assert.That(ReplicationResultJson.IsReplicationResult(json));
        Assert.That(ReplicationResultJson.IsReplicationResult(RunResultJson.Write(TinyRun.Run())), Is.False);
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"seeds":[1],"confidenceLevel":0.95,"settings":null,"figures":[]}""")]
    [TestCase("""{"seeds":[1],"confidenceLevel":0.95,"settings":[null],"figures":[]}""")]
    [TestCase("""{"seeds":[1],"confidenceLevel":0.95,"settings":[],"figures":[null]}""")]
    [TestCase("""{"seeds":[1],"confidenceLevel":0.95,"settings":[],"figures":[{"path":"a"}]}""")]
    [TestCase("""{"seeds":[1],"confidenceLevel":0.95,"settings":[],"figures":[{"path":"a","unit":"","goal":"none","count":2,"mean":1,"standardDeviation":null,"lower":null,"upper":null,"values":[1,1]}]}""")]
    public void Read_NoReplicationResult_IsAJsonFault(string json) => Assert.Catch<JsonException>(() => ReplicationResultJson.Read(json));

    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""{"seeds":[1],"confidenceLevel":0.95,"settings":[],"figures":[]}""")]
    public void Read_NoRunResult_IsAJsonFault(string json) => Assert.Catch<JsonException>(() => RunResultJson.Read(json));

    [TestCase("\"ttft\": {")]
    [TestCase("\"classes\": [")]
    public void Read_RunResultWithNullInIt_IsAJsonFault(string part)
    {
        string json = RunResultJson.Write(TinyRun.Run());
        string damaged = json.Replace(part, part.EndsWith('[') ? part + "null," : "\"ttft\": null, \"other\": {", StringComparison.Ordinal);
        Assert.That(damaged, Is.Not.EqualTo(json));
        Assert.Catch<JsonException>(() => RunResultJson.Read(damaged));
    }

    private static TraceWorkload Workload(ulong seed)
    {
        RandomStream random = new RandomStreams(seed).Stream("requests");
        long at = 0;
        return new TraceWorkload([.. Enumerable.Range(0, 30).Select(i => new Request
        {
            Id = i,
            Arrival = SimTime.FromNanoseconds(at += random.NextInt32(50_000_000)),
            PromptTokens = 1 + random.NextInt32(70),
            OutputTokens = random.NextInt32(5),
            Model = "m",
            Class = random.NextInt32(20) == 0 ? "rare" : "",
        })]);
    }

    private sealed class DisposableWorkload(IWorkload workload) : IWorkload, IDisposable
    {
        public int Disposals { get; private set; }

        public bool TryPeek(out SimTime arrival) => workload.TryPeek(out arrival);

        public Request Take() => workload.Take();

        public void OnEnded(Request request, RequestOutcome outcome, SimTime at) => workload.OnEnded(request, outcome, at);

        public void Dispose() => Disposals++;
    }
}
