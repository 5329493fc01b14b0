using BenchmarkDotNet.Attributes;
using Simulator.Models.Architectures;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Benchmarks.Serving;

/// <summary>The smooth cost of one iteration: a dense model, and one with experts and windows.</summary>
public class OneIteration
{
    private RooflineParameters _parameters;
    private IterationShape _shape;

    /// <summary>The model.</summary>
    [Params("llama-3.1-8b", "gpt-oss-120b")]
    public string Model { get; set; } = "";

    /// <summary>Compiles the model on an H100 under vLLM.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Device device = Devices.H100Sxm;
        _parameters = RooflineCompiler.Compile(
            ModelArchitectures.Find(Model), ParallelPlan.Single, Quantization.Bf16, device, RooflineOptions.Of(CostProfiles.Of(device, EngineKernels.Vllm)));
        _shape = new() { DecodeRows = 64, EmittedTokens = 64, DecodeContext = 64_000, DecodeWindowContext = 8192, PaddedTokens = 64 };
    }

    /// <summary>One evaluation.</summary>
    [Benchmark]
    public double Evaluate() => Roofline.Evaluate(_shape, _parameters).Seconds;
}
