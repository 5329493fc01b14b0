// Replays a trace on eight H100s and prints what the users would have seen.
using Simulator.Core.Time;
using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Devices;
using Simulator.Models.Results;
using Simulator.Models.Routing;
using Simulator.Workloads.Traces;

Trace trace = Trace.Open(args[0]).Only(model: "ChatGPT").SpeedUp(10).Take(1000);
ClusterSpec cluster = new()
{
    Pools = [new PoolSpec("chat", ModelArchitectures.Llama3_1_8B, Devices.H100Sxm) { Replicas = 8 }],
    Router = Routers.LeastOutstanding,
};
SloTargets slo = new(Ttft: 500.Milliseconds(), Tpot: 50.Milliseconds());
RunResult run = ServingSimulation.Run(cluster, trace, seed: 42, new RunOptions { Slo = slo });
Console.WriteLine($"{run.Requests.Completed} of {run.Requests.Injected} requests completed, {run.Requests.Failed} failed in the trace");
Console.WriteLine($"p99 TTFT {run.Ttft.P99 * 1e3:F1} ms, p99 TPOT {run.Tpot.P99 * 1e3:F2} ms, within SLO {run.Goodput!.Share:P1}");
