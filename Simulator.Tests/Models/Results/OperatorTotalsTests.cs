using Simulator.Core.Time;
using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Devices;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Results;

public sealed class OperatorTotalsTests
{
    private static readonly Request[] Requests = [.. Enumerable.Range(0, 40).Select(i => new Request
    {
        Id = i, Arrival = SimTime.Zero + (i * 37 % 400 + 400 * (i / 20)).Milliseconds(), PromptTokens = 100 + i * 53 % 900, OutputTokens = 1 + i * 29 % 200,
    }).OrderBy(request => request.Arrival).Select((request, i) => request with { Id = i })];

    private static readonly TestCaseData[] Plans =
    [
        new(ParallelPlan.Single, 1), new(new ParallelPlan(Tensor: 4), 2), new(new ParallelPlan(Tensor: 2, Pipeline: 2), 1), new(new ParallelPlan(Data: 2), 1),
    ];

    /// <summary>The parts are the whole: all devices over the whole run, and all energy.</summary>
    [TestCaseSource(nameof(Plans))]
    public void Operators_OfAnyPlan_SumToTheRun(ParallelPlan plan, int replicas)
    {
        RunResult run = Run(plan, replicas, operators: true);
        Assert.That(run.Operators!.Sum(use => use.DeviceSeconds), Is.EqualTo(run.Cost.Devices * run.SimulatedSeconds).Within(1e-6).Percent);
        Assert.That(run.Operators!.Sum(use => use.EnergyJoules), Is.EqualTo(run.Cost.EnergyJoules).Within(1e-6).Percent);
        Assert.That(run.Operators!, Has.All.Matches<OperatorUse>(use => use is { Pool: "pool", DeviceSeconds: >= 0, EnergyJoules: >= 0 }));
        Dictionary<string, double> seconds = run.Operators!.ToDictionary(use => use.Operator, use => use.DeviceSeconds);
        Assert.That(seconds.Keys, Is.SupersetOf(new[] { "attentionPrefill", "attentionDecode", "gateUpProjection", "head", "idle" }));
        Assert.That(seconds.ContainsKey("attentionAllReduce"), Is.EqualTo(plan.Tensor > 1));
        Assert.That(seconds.ContainsKey("stageTransfer"), Is.EqualTo(plan.Pipeline > 1));
    }

    /// <summary>A stretch of iterations is broken down at its middle, which is what its iterations one by one come to.</summary>
    [Test]
    public void Operators_WithAndWithoutFastForward_AreTheSame()
    {
        IReadOnlyList<OperatorUse> stretches = Run(ParallelPlan.Single, 1, operators: true).Operators!, steps = Run(ParallelPlan.Single, 1, operators: true, fastForward: false).Operators!;
        Assert.That(stretches.Select(use => use.Operator), Is.EqualTo(steps.Select(use => use.Operator)));
        foreach ((OperatorUse stretch, OperatorUse step) in stretches.Zip(steps))
        {
            Assert.That(stretch.DeviceSeconds, Is.EqualTo(step.DeviceSeconds).Within(0.5).Percent, step.Operator);
            Assert.That(stretch.EnergyJoules, Is.EqualTo(step.EnergyJoules).Within(0.5).Percent, step.Operator);
        }
    }

    [Test]
    public void Operators_NotAskedFor_AreAbsentAndNothingElseChanges()
    {
        RunResult without = Run(ParallelPlan.Single, 1, operators: false), with = Run(ParallelPlan.Single, 1, operators: true);
        Assert.That(without.Operators, Is.Null);
        Assert.That(RunResultJson.Write(without), Does.Not.Contain("operators"));
        Assert.That(RunResultJson.Write(with with { Operators = null }), Is.EqualTo(RunResultJson.Write(without)));
        Assert.That(RunResultJson.Read(RunResultJson.Write(with)).Operators, Is.EqualTo(with.Operators));
    }

    [Test]
    public void Operators_OfCostsThatHaveNone_AreAbsent() =>
        Assert.That(ServingSimulation.Run(TinyRun.Cluster, TinyRun.Requests, 0, new() { Operators = true }).Operators, Is.Null);

    /// <summary>Energy so far grows to that of the run, at no more than full and no less than idle power.</summary>
    [TestCaseSource(nameof(Plans))]
    public void Samples_OfAnyPlan_PowerIsThatOfTheDevices(ParallelPlan plan, int replicas)
    {
        var seen = new Recorder();
        RunResult run = Run(plan, replicas, operators: false, observer: seen);
        Device device = DeviceCatalogue.H100Sxm;
        foreach (IGrouping<int, ReplicaSample> replica in seen.Samples.GroupBy(sample => sample.Replica))
        {
            foreach ((ReplicaSample before, ReplicaSample sample) in replica.Zip(replica.Skip(1)))
            {
                double watts = (sample.EnergyJoules - before.EnergyJoules) / (sample.Time - before.Time).ToSeconds() / plan.Devices;
                // Stages that wait for each other in a busy pipeline are charged nothing.
                Assert.That(watts, Is.InRange(plan.Pipeline > 1 ? 0 : device.IdleWatts * 0.999, device.FullWatts * 1.001), $"at {sample.Time}");
            }
        }
        double last = seen.Samples.GroupBy(sample => sample.Replica).Sum(replica => replica.Last().EnergyJoules);
        double idle = run.Cost.Devices * device.IdleWatts * (seen.Samples[^1].Time.ToSeconds() - run.SimulatedSeconds);
        Assert.That(last - idle, Is.EqualTo(run.Cost.EnergyJoules).Within(1e-6).Percent);
    }

    /// <summary>Distributions are the percentiles of the summaries, and more of them.</summary>
    [Test]
    public void Distributions_OfARun_HaveThePercentilesOfTheSummaries()
    {
        RunResult run = Run(ParallelPlan.Single, 1, operators: false);
        LatencyDistributions all = run.Distributions!;
        Assert.That(all.Shares, Is.EqualTo(LatencyDistributions.StandardShares).And.Ordered);
        foreach ((IReadOnlyList<double> values, LatencySummary summary) in
            ((IReadOnlyList<double>, LatencySummary)[])[(all.Ttft, run.Ttft), (all.Itl, run.Itl), (all.Tpot, run.Tpot), (all.E2e, run.E2e)])
        {
            Assert.That(values, Has.Count.EqualTo(all.Shares.Count).And.Ordered);
            foreach ((double share, double? value) in ((double, double?)[])[(0.5, summary.P50), (0.9, summary.P90), (0.95, summary.P95), (0.99, summary.P99), (1, summary.Max)])
                Assert.That(values[all.Shares.ToList().IndexOf(share)], Is.EqualTo(value), $"{share}");
        }
        Assert.That(RunResultJson.Read(RunResultJson.Write(run)).Distributions!.E2e, Is.EqualTo(all.E2e));
    }

    [Test]
    public void Read_DistributionsOfOtherLengths_AreRefused()
    {
        RunResult run = Run(ParallelPlan.Single, 1, operators: false);
        string json = RunResultJson.Write(run with { Distributions = run.Distributions! with { Ttft = [1, 2] } });
        Assert.That(() => RunResultJson.Read(json), Throws.InstanceOf<System.Text.Json.JsonException>());
    }

    private static RunResult Run(ParallelPlan plan, int replicas, bool operators, bool fastForward = true, IRunObserver? observer = null) => ServingSimulation.Run(
        new()
        {
            Pools =
            [
                new("pool", ModelArchitectures.Llama3_1_8B, DeviceCatalogue.H100Sxm)
                {
                    Plan = plan, Replicas = replicas, Engine = ServingEngines.VllmV1(DeviceCatalogue.H100Sxm) with { FastForward = fastForward },
                },
            ],
        },
        Requests, 1, new() { Operators = operators, Observer = observer, SampleEvery = 30.Milliseconds() });
}
