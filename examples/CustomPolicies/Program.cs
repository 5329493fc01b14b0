// Compares a router and a scheduler of one's own with the built-in ones on the same trace.
using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Devices;
using Simulator.Models.Engines;
using Simulator.Models.Results;
using Simulator.Models.Routing;
using Simulator.Workloads.Traces;

Trace trace = Trace.Open(args[0]).DropFailures().SpeedUp(20).Take(2000);
PoolSpec pool = new("chat", ModelArchitectures.Llama3_1_8B, Devices.A10) { Replicas = 4 };
PoolSpec shortestFirst = pool with
{
    Engine = new EngineOptions { Scheduler = _ => new ShortestPromptFirst(8192), TokenBudget = 8192, MaxSequences = 256 },
};
(string Name, PoolSpec Pool, Func<RouterContext, IRouter> Router)[] cases =
[
    ("vLLM v1, least outstanding", pool, Routers.LeastOutstanding),
    ("vLLM v1, fewest KV blocks", pool, _ => new FewestKvBlocks()),
    ("shortest prompt first, least outstanding", shortestFirst, Routers.LeastOutstanding),
];
foreach ((string name, PoolSpec spec, Func<RouterContext, IRouter> router) in cases)
{
    RunResult run = ServingSimulation.Run(new ClusterSpec { Pools = [spec], Router = router }, trace, seed: 1);
    Console.WriteLine($"{name,-42} TTFT p50 {run.Ttft.P50 * 1e3,8:F1} ms  p99 {run.Ttft.P99 * 1e3,8:F1} ms  TPOT p99 {run.Tpot.P99 * 1e3,6:F1} ms");
}
