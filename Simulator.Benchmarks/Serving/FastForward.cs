using BenchmarkDotNet.Attributes;
using Simulator.Benchmarks.Kernel;
using Simulator.Core.Time;
using Simulator.Models.Architectures;
using Simulator.Models.Batching.Sglang;
using Simulator.Models.Batching.TensorRtLlm;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Devices;
using Simulator.Models.Engines;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;

namespace Simulator.Benchmarks.Serving;

/// <summary>A batch that decodes for long: Llama-3.1-8B on H100, with memory for all. One operation is one iteration.</summary>
[Config(typeof(KernelConfig))]
public class FastForward
{
    /// <summary>Tokens of each output.</summary>
    public const int Iterations = 20_000;

    private readonly List<Request> _requests = [];
    private ClusterSpec _cluster = null!;

    /// <summary>The engine.</summary>
    [Params("vllm", "sglang", "trtllm")]
    public string Engine { get; set; } = "";

    /// <summary>What gives the times of iterations.</summary>
    [Params("affine", "roofline")]
    public string Costs { get; set; } = "";

    /// <summary>Requests that decode together.</summary>
    [Params(1, 8, 64, 512)]
    public int Batch { get; set; }

    /// <summary>Whether stretches of decode iterations run as one plan.</summary>
    [Params(true, false)]
    public bool On { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        for (int i = 0; i < Batch; i++) _requests.Add(new Request { Id = i, Arrival = SimTime.Zero, PromptTokens = 16, OutputTokens = Iterations });
        EngineOptions engine = Engine switch
        {
            "vllm" => ServingEngines.VllmV1(new VllmV1Options { TokenBudget = 16_384 }),
            "sglang" => ServingEngines.Sglang(new SglangOptions { ChunkedPrefillSize = 16_384 }),
            _ => ServingEngines.TensorRtLlm(new TensorRtLlmOptions { MaxNumTokens = 16_384 }),
        };
        PoolSpec pool = new("decodes", ModelArchitectures.Llama3_1_8B, Devices.H100Sxm)
        {
            Engine = engine with { FastForward = On },
            CostModel = Costs == "affine" ? new AffineCosts { PrefillToken = 20e-6, DecodeIteration = 6e-3, DecodeRow = 15e-6, DecodeContextToken = 40e-9 } : null,
            Memory = new MemoryOptions { BlocksOverride = MemoryOptions.UnlimitedBlocks },
        };
        _cluster = new() { Pools = [pool] };
    }

    [Benchmark(OperationsPerInvoke = Iterations)]
    public RunResult Run() => ServingSimulation.Run(_cluster, _requests);
}
