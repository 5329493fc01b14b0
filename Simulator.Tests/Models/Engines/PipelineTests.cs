using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Models.Batching;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Tests.Models.Batching;
using Simulator.Workloads.Requests;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Engines;

/// <summary>Batches that follow each other through pipeline stages: 1 ms a prefill token, 10 ms a decode iteration, all stages together.</summary>
public sealed class PipelineTests
{
    private static readonly VllmV1Options Options = new() { TokenBudget = 64, MaxSequences = 8 };

    private static PoolSpec Staged(PoolSpec pool, int stages) => pool with { Plan = new ParallelPlan(Pipeline: stages) };

    [Test]
    public void Start_SecondBatch_EntersAStageWhenTheFirstHasLeftIt()
    {
        (RunResult run, Recorder seen) = Record(Staged(Pool(Options), 2), [Request(0, 0, 10, 1), Request(1, 1, 10, 1), Request(2, 17, 4, 1)]);

        Assert.That(seen.Iterations.Select(i => (i.Slot, i.Start.Ms(), i.End.Ms())), Is.EqualTo(new[]
        {
            (0, 0.0, 10.0),
            (1, 1, 15), // stage 1 from 5 to 10 ms, stage 2 from 10 to 15 ms
            (0, 17, 21), // both stages free
        }));
        Assert.That(run.Replicas[0].Engine.Utilization, Is.EqualTo((10 + 14 + 4) / 2.0 / 21).Within(1e-12));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void Run_EqualBatchesOneAfterTheOther_StagesWorkAtTheSameTime(int stages)
    {
        // Every batch is one prompt of 12 ms: the first takes all of it, and then one leaves the last stage every 12 ms / stages.
        Request[] requests = [.. Enumerable.Range(0, 12).Select(i => Request(i, 0, 12, 1))];
        (RunResult run, _) = Record(Staged(Pool(Options with { TokenBudget = 12 }), stages), requests);
        Assert.That(run.SimulatedSeconds, Is.EqualTo((12 + 11 * 12.0 / stages) / 1000).Within(1e-9));
    }

    [SeededProperty(MaxTest = 150)]
    public void Run_RandomWorkload_IsBetweenOneAndStagesTimesAsFast(byte stagesDrawn, ushort seed)
    {
        // Without fixed costs an iteration's parts add up, so that a pipeline neither saves nor wastes work.
        int stages = stagesDrawn % 3 + 2;
        RandomStream random = new(seed);
        PoolSpec pool = Pool(Options) with { CostModel = new AffineCosts { PrefillToken = 1e-3, DecodeRow = 1e-3 } };
        Request[] requests = [.. Enumerable.Range(0, 40).Select(i => Request(i, i, 1 + random.NextInt32(20), 1 + random.NextInt32(20)))];
        double work = requests.Sum(request => request.PromptTokens + request.OutputTokens - 1) / 1000.0;

        RunResult run = Run(Staged(pool, stages), requests);

        Assert.That(run.Requests.Completed, Is.EqualTo(40));
        Assert.That(run.SimulatedSeconds, Is.GreaterThanOrEqualTo(work / stages - 1e-6));
        Assert.That(run.SimulatedSeconds, Is.AtMost(work + 0.040), "all have arrived after 40 ms");
        Assert.That(run.Replicas[0].Engine.Utilization, Is.InRange(0, 1));
    }

    [Test]
    public void Admit_MaxSequences_CountsAllSlots()
    {
        (RunResult run, Recorder seen) = Record(Staged(Pool(Options with { MaxSequences = 1 }), 2), [Request(0, 0, 10, 1), Request(1, 1, 10, 1)]);
        Assert.That(seen.Requests[1].FirstScheduled.Ms(), Is.EqualTo(10));
        Assert.That(run.SimulatedSeconds, Is.EqualTo(0.020));
    }

    [Test]
    public void Preempt_YoungestIsInFlightInAnotherSlot_YieldsAtTheEndOfItsIteration()
    {
        PoolSpec pool = Staged(Pool(VllmV1(Options) with { PrefixCaching = false }, blocks: 6), 2);
        (RunResult run, Recorder seen) = Record(pool, [Request(0, 0, 8, 9), Request(1, 1, 8, 9)]);

        // Both decode in turns until, at 48 ms, request 0 wants a seventh block. Request 1, in flight till 53 ms, is the younger.
        Assert.That(seen.Iterations.Where(i => i.Slot == 0).Select(i => (i.Start.Ms(), i.End.Ms())), Is.EqualTo(new[]
        {
            (0.0, 8.0), (8, 18), (18, 28), (28, 38), (38, 48), (53, 63), (63, 73), (73, 83), (83, 93),
            (93, 106), (106, 116), (116, 126), (126, 136),
        }));
        Assert.That(seen.Iterations.Where(i => i.Slot == 1).Select(i => (i.Start.Ms(), i.End.Ms())), Is.EqualTo(new[]
        {
            (1.0, 12.0), (12, 23), (23, 33), (33, 43), (43, 53),
        }));
        Assert.That(seen.Requests.Select(r => (r.End.Ms(), r.Preemptions, r.GeneratedTokens)), Is.EqualTo(new[] { (93.0, 0, 9), (136.0, 1, 9) }));
        Assert.That(seen.Requests[1].Queued, Is.EqualTo(40.Milliseconds()));
        Assert.That(run.Itl.Count, Is.EqualTo(16));
        Assert.That(run.Itl.Max, Is.EqualTo(0.053), "from 53 to 106 ms");
    }

    [Test]
    public void Preempt_InFlightAndFinishing_EndsInstead()
    {
        // The victim's iteration in flight yields its last token.
        Improvised scheduler = new((batch, call) =>
        {
            if (call == 1 && batch.TryLastRunning(out SequenceView other)) Assert.That(batch.Preempt(other), Is.False);
            if (batch.TryFirstWaiting(out SequenceView head)) batch.TryAdmit(head, default, head.KnownTokens);
            return batch.ScheduledPrefills > 0 ? BatchDecision.RunOnce : BatchDecision.Wait;
        });
        (RunResult run, Recorder seen) = Record(Staged(Pool(Custom(_ => scheduler)), 2), [Request(0, 0, 10, 1), Request(1, 1, 10, 1)]);
        Assert.That(run.Requests.Completed, Is.EqualTo(2));
        Assert.That(seen.Requests[0].Preemptions, Is.Zero);
    }

    /// <summary>Slots that want each other's blocks: the oldest sequence always gets on.</summary>
    [Test]
    public void Run_MemoryForLittleMoreThanOneRequest_AllComplete([Range(1, 4)] int stages)
    {
        for (ulong seed = 0; seed < 400; seed++)
        {
            RandomStream random = new(seed);
            int blocks = 12 + random.NextInt32(8);
            VllmV1Options options = new() { TokenBudget = 8 << random.NextInt32(3), MaxSequences = 8 };
            Request[] requests = [.. Enumerable.Range(0, 14).Select(i => Request(i, 5 * i, 1 + random.NextInt32(24), 1 + random.NextInt32(24)))];
            (RunResult run, _) = Record(Staged(Pool(VllmV1(options) with { PrefixCaching = false }, blocks), stages), requests);
            Assert.That(run.Requests.Completed, Is.EqualTo(requests.Length), $"seed {seed}");
        }
    }
}
