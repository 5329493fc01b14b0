using Simulator.Core.Randomness;
using Simulator.Models.Batching.DistServe;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Tests.Core.Queueing;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Arrivals;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Batching.DistServe;

/// <summary>
/// A prefill instance against the M/D/1 formulas of DistServe's section 3.1: Poisson arrivals of prompts of one length, one prompt a batch,
/// OPT-13B on one A100. Seeds are fixed; each mean must lie in its 99.9 % batch-means interval, of a half-width of at most 5 % of it.
/// </summary>
public sealed class QueueingTests
{
    private const int Requests = 220_000;
    private const int Skip = 20_000;
    private const int Batch = 8_000;
    private const int Prompt = 512;

    // 18.10 + 0.1019 · 512 + 7.12e-6 · 512² ms.
    private const double D = 72.1392e-3;

    private static readonly AffineCosts Opt13B = AffineCosts.FromDistServe((18.10, 0.1019, 7.12e-6), (19.93, 6.27e-4, 0.0385));

    [TestCase(0.3)]
    [TestCase(0.6)]
    [TestCase(0.8)]
    public void PrefillInstance_OneDevice_MeanTtftIsThatOfAnMD1Queue(double load)
    {
        double rate = load / D;
        Ttft(rate, stages: 1).AssertMean(D + rate * D * D / (2 * (1 - rate * D)), 0.05, $"TTFT at {load}");
    }

    [TestCase(0.3)]
    [TestCase(0.8)]
    [TestCase(1.5)]
    public void PrefillInstance_PipelineOfTwoStages_MeanTtftIsThatOfAQueueWithHalfTheService(double load)
    {
        double rate = load / D;
        Ttft(rate, stages: 2).AssertMean(D + rate * D * D / (4 * (2 - rate * D)), 0.05, $"TTFT at {load}");
    }

    private static BatchMeans Ttft(double rate, int stages)
    {
        PoolSpec pool = (TestPools.Small with
        {
            CostModel = Opt13B,
            Plan = new ParallelPlan(Pipeline: stages),
            Engine = ServingEngines.DistServePrefill(new DistServePrefillOptions { MaxBatchSize = 1 }),
        }).WithBlocks(null);
        IEnumerable<Request> requests = new PoissonArrivals(rate).Arrivals(new RandomStream(11)).Take(Requests)
            .Select((at, i) => new Request { Id = i, Arrival = at, PromptTokens = Prompt, OutputTokens = 1 });
        var means = new BatchMeans(Skip, Batch);
        ServingSimulation.Run(new ClusterSpec { Pools = [pool] }, requests, 1, new RunOptions { Observer = new Ttfts(means) });
        return means;
    }

    private sealed class Ttfts(BatchMeans means) : IRunObserver
    {
        public bool WantsIterations => false;

        public void OnRequestEnded(in RequestRecord record) => means.Add(record.Ttft!.Value.ToSeconds());

        public void OnIteration(in IterationRecord record)
        {
        }

        public void OnSample(in ReplicaSample sample)
        {
        }
    }
}
