using Simulator.Models.Batching;
using Simulator.Models.Batching.Sglang;
using Simulator.Models.Batching.TensorRtLlm;
using Simulator.Models.Engines;
using Simulator.Models.Results;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Batching;

/// <summary>Schedulers are asked rarely while the same sequences decode, whether or not others wait.</summary>
public sealed class StretchTests
{
    private static readonly EngineOptions[] Engines =
    [
        ServingEngines.Sglang(new SglangOptions { MaxRunningRequests = 2 }),
        ServingEngines.Sglang(new SglangOptions { MixedChunk = true, MaxRunningRequests = 2, OverlapSchedule = false }),
        ServingEngines.TensorRtLlm(new TensorRtLlmOptions { MaxBatchSize = 2 }),
        ServingEngines.TensorRtLlm(new TensorRtLlmOptions { MaxBatchSize = 2, CapacityPolicy = CapacityPolicy.MaxUtilization }),
    ];

    [TestCaseSource(nameof(Engines))]
    public void Run_OthersWait_SchedulerIsAskedAFewTimesOnly(EngineOptions engine)
    {
        int calls = 0;
        EngineOptions counted = engine with { Scheduler = context => new Counted(engine.Scheduler(context), () => calls++) };
        Request[] requests = [.. Enumerable.Range(0, 4).Select(i => TestEngines.Request(i, 50 * i, 20, 1000))];
        RunResult run = TestEngines.Run(TestPools.Small with { CostModel = TestEngines.Milliseconds, Engine = counted }, requests);

        Assert.That(run.Requests.Completed, Is.EqualTo(4));
        Assert.That(run.Iterations, Is.GreaterThan(1900));
        Assert.That(calls, Is.LessThan(60));
    }

    private sealed class Counted(IBatchScheduler scheduler, Action count) : IBatchScheduler
    {
        public BatchDecision Compose(BatchComposer batch)
        {
            count();
            return scheduler.Compose(batch);
        }
    }
}
