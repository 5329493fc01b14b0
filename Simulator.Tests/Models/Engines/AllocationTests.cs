using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Engines;

/// <summary>No allocation per token, per iteration or per event: longer outputs of the same requests cost no more memory.</summary>
[NonParallelizable]
public sealed class AllocationTests
{
    // Sketches may open a few more octaves of buckets for longer times, at 8 KiB each.
    private const long Slack = 128 << 10;

    private static long BytesOf(PoolSpec pool, IReadOnlyList<Request> requests, out RunResult run)
    {
        ClusterSpec cluster = new() { Pools = [pool] };
        long before = GC.GetAllocatedBytesForCurrentThread();
        run = ServingSimulation.Run(cluster, requests);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [TestCase(true, 1, null)]
    [TestCase(false, 1, null)]
    [TestCase(true, 2, null)]
    [TestCase(true, 1, 700L)]
    [TestCase(false, 1, 700L)]
    public void Run_TenTimesLongerOutputs_AllocatesNothingMore(bool fastForward, int stages, long? blocks)
    {
        PoolSpec pool = Pool(VllmV1(new VllmV1Options { TokenBudget = 64, MaxSequences = 16 }) with { FastForward = fastForward, PrefixCaching = false }, blocks) with
        {
            Plan = new ParallelPlan(Pipeline: stages), CostModel = Fractions,
        };
        Request[] Requests(int output) => [.. Enumerable.Range(0, 64).Select(i => Request(i, 3 * i, 30, output + i))];
        Request[] shorter = Requests(200), longer = Requests(2000);
        BytesOf(pool, longer, out _);

        long few = BytesOf(pool, shorter, out RunResult fewIterations);
        long many = BytesOf(pool, longer, out RunResult manyIterations);

        long more = manyIterations.Iterations - fewIterations.Iterations;
        Assert.That(more, Is.GreaterThan(5000));
        Assert.That(many - few, Is.LessThan(Slack), $"bytes for {more} more iterations");
    }

    [Test]
    public void Run_PromptsInTenTimesMoreChunks_AllocatesNothingMore()
    {
        PoolSpec Chunked(int budget) => Pool(VllmV1(new VllmV1Options { TokenBudget = budget, MaxSequences = 4 }) with { PrefixCaching = false });
        Request[] requests = [.. Enumerable.Range(0, 60).Select(i => Request(i, i, 2000, 1))];
        BytesOf(Chunked(10), requests, out _);

        long few = BytesOf(Chunked(100), requests, out RunResult fewIterations);
        long many = BytesOf(Chunked(10), requests, out RunResult manyIterations);

        Assert.That(manyIterations.Iterations, Is.GreaterThanOrEqualTo(9 * fewIterations.Iterations));
        Assert.That(many - few, Is.LessThan(Slack));
    }
}
