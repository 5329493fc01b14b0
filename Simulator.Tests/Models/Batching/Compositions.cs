using Simulator.Models.Batching;
using Simulator.Models.Clusters;
using Simulator.Models.Engines;
using Simulator.Tests.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Batching;

/// <summary>How often a scheduler is asked: a stretch that need not end at an arrival is not interrupted by it.</summary>
internal static class Compositions
{
    /// <summary>The instants, in milliseconds, at which the scheduler of a pool's single replica is asked.</summary>
    public static List<double> Of(PoolSpec pool, IEnumerable<Request> requests)
    {
        List<double> at = [];
        EngineOptions engine = pool.Engine;
        pool = pool with { Engine = engine with { Scheduler = context => new Counting(engine.Scheduler(context), at) } };
        // The last call finds nothing left to do, or is made where a run ends.
        TestEngines.Run(pool, requests);
        return at;
    }

    private sealed class Counting(IBatchScheduler scheduler, List<double> at) : IBatchScheduler
    {
        public BatchDecision Compose(BatchComposer batch)
        {
            at.Add(batch.Now.Ms());
            return scheduler.Compose(batch);
        }
    }
}
