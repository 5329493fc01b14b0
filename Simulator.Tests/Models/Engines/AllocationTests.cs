using Simulator.Core.Time;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Engines;

/// <summary>No allocation per token, per iteration or per event, whatever the engine.</summary>
[NonParallelizable]
public sealed class AllocationTests
{
    private static readonly ParallelPlan[] Plans = [ParallelPlan.Single, new(Data: 2), new(Pipeline: 2)];

    private static IEnumerable<string> EnginesThatDecode => EveryEngine.NamesThatDecode;

    private static IEnumerable<string> Engines => EveryEngine.Names;

    [Test]
    public void Run_DecodesOnly_AllocatesNothing(
        [ValueSource(nameof(EnginesThatDecode))] string engine, [Values] bool fastForward, [Values] bool roofline, [ValueSource(nameof(Plans))] ParallelPlan plan)
    {
        PoolSpec pool = Pool(engine, fastForward, roofline, plan, window: 4096, sequences: 32);
        Request[] once = [.. Enumerable.Range(0, 32).Select(i => Request(i, 0, 30, 3000))];
        // All of it twice, one after the other: by the second time, the sketches have the octaves that growing contexts take the latencies to.
        SimTime end = default(SimTime) + SimDuration.FromSeconds(TestEngines.Run(pool, once).SimulatedSeconds);
        Request[] requests = [.. once, .. once.Select(request => request with { Id = request.Id + once.Length, Arrival = end })];

        Meter meter = Measure(pool, requests, from: 0.55, to: 0.95);

        Assert.That(meter.Iterations, Is.GreaterThan(2000));
        Assert.That(meter.Bytes, Is.Zero, $"bytes in {meter.Iterations} iterations");
    }

    /// <summary>Bursts that come again and again, prompts in chunks where the engine splits them, and memory that runs out.</summary>
    [Test]
    public void Run_PromptsAndDecodes_AllocatesNothing(
        [ValueSource(nameof(Engines))] string engine, [Values] bool fastForward, [Values] bool roofline, [Values] bool shared)
    {
        PoolSpec pool = Pool(engine, fastForward, roofline, ParallelPlan.Single, window: 800, sequences: 8);
        pool = pool.WithBlocks(2000 / pool.Engine.BlockTokens);
        Request[] requests = [.. Enumerable.Range(0, 4000).Select(i => Request(i, 5000 * (i / 10), 100 + 37 * (i % 10), 20 + 29 * (i % 10)) with
        {
            MaxOutputTokens = 300,
            Content = shared ? [new(i % 2, 64), new(100 + i, 36 + 37 * (i % 10))] : [],
        })];

        Meter meter = Measure(pool, requests, from: 0.5, to: 0.9);

        Assert.That(meter.Iterations, Is.GreaterThan(engine == "DistServe, prefill" ? 400 : 40_000));
        Assert.That(meter.Preemptions, engine.Contains("v1") || engine.Contains("APEX") ? Is.Positive : Is.Not.Negative);
        Assert.That(meter.Bytes, Is.Zero, $"bytes in {meter.Iterations} iterations");
    }

    private static PoolSpec Pool(string engine, bool fastForward, bool roofline, ParallelPlan plan, int window, int sequences)
    {
        EngineOptions options = EveryEngine.Named(engine, new(window, sequences, ChunkTokens: 128, BlockTokens: 16)) with { FastForward = fastForward };
        PoolSpec pool = TestPools.Small with { Plan = plan, Engine = options, CostModel = roofline ? null : Fractions };
        return pool.WithBlocks(null);
    }

    /// <summary>The bytes that a run allocates between two instants, which are given as shares of its time.</summary>
    private static Meter Measure(PoolSpec pool, Request[] requests, double from, double to)
    {
        RunResult run = TestEngines.Run(pool, requests);
        SimDuration every = SimDuration.FromSeconds(run.SimulatedSeconds / 100);
        Meter meter = new((int)(100 * from), (int)(100 * to)) { Iterations = run.Iterations, Preemptions = run.Engine.Preemptions };
        TestEngines.Run(pool, requests, new RunOptions { Observer = meter, SampleEvery = every });
        return meter;
    }

    private sealed class Meter(int from, int to) : IRunObserver
    {
        private int _samples;
        private long _before;

        public required long Iterations { get; init; }

        public required long Preemptions { get; init; }

        public long Bytes { get; private set; } = -1;

        public bool WantsIterations => false;

        public void OnRequestEnded(in RequestRecord record)
        {
        }

        public void OnIteration(in IterationRecord record)
        {
        }

        public void OnSample(in ReplicaSample sample)
        {
            _samples++;
            if (_samples == from) _before = GC.GetAllocatedBytesForCurrentThread();
            if (_samples == to) Bytes = GC.GetAllocatedBytesForCurrentThread() - _before;
        }
    }
}
