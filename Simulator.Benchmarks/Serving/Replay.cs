using BenchmarkDotNet.Attributes;
using Simulator.Benchmarks.Kernel;
using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Devices;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;

namespace Simulator.Benchmarks.Serving;

/// <summary>Conversation-like requests on eight replicas of Llama-3.1-8B on H100. One operation is one request.</summary>
[Config(typeof(KernelConfig))]
public class Replay
{
    private const int Requests = 20_000;

    private readonly List<Request> _requests = [];
    private ClusterSpec _cluster = null!;

    /// <summary>Whether stretches of decode iterations run as one plan.</summary>
    [Params(true, false)]
    public bool FastForward { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        RandomStream random = new RandomStreams(1).Stream("requests");
        double at = 0;
        for (int i = 0; i < Requests; i++)
        {
            at += random.NextExponential(1 / 20.0);
            _requests.Add(new Request
            {
                Id = i,
                Arrival = SimTime.FromSeconds(at),
                PromptTokens = 1 + (int)random.NextExponential(1155),
                OutputTokens = 1 + (int)random.NextExponential(211),
            });
        }
        PoolSpec pool = new("chat", ModelArchitectures.Llama3_1_8B, Devices.H100Sxm) { Replicas = 8 };
        _cluster = new() { Pools = [pool with { Engine = pool.Engine with { FastForward = FastForward } }] };
    }

    [Benchmark(OperationsPerInvoke = Requests)]
    public RunResult Run() => ServingSimulation.Run(_cluster, _requests);
}
