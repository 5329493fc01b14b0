using Simulator.Cli.Validation.Measured.ClosedLoop;
using Simulator.Core.Time;
using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Cli.Validation.Measured;

/// <summary>What measured data call devices and models, in terms of the catalogues.</summary>
internal static class MeasuredServers
{
    /// <summary>
    /// How vLLM samples for a client that says nothing of it: as the model's <c>generation_config.json</c> asks. Those of Llama and Qwen ask for top-p,
    /// those of Mistral, Mixtral, CodeLlama and Yi for nothing.
    /// </summary>
    /// <param name="model">Name of the model, with or without its organisation.</param>
    public static TokenSampling DefaultSampling(string model)
    {
        string name = model[(model.LastIndexOf('/') + 1)..];
        return TopPFamilies.Any(family => name.StartsWith(family, StringComparison.OrdinalIgnoreCase)) ? TokenSampling.TopP : TokenSampling.Greedy;
    }

    private static readonly string[] TopPFamilies = ["Llama-", "Meta-Llama-", "Qwen"];

    /// <summary>The device of a name such as <c>A100-80GB</c> or <c>8x H100-SXM-80GB (1 node)</c>; null when there is none in the catalogue.</summary>
    public static Device? FindDevice(string name)
    {
        foreach (string word in name.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // A size after the form, which names the device already, is one word too many.
            for (string tried = word; tried.Length > 0; tried = tried[..Math.Max(0, tried.LastIndexOf('-'))])
            {
                if (DeviceCatalogue.TryFind(tried, out Device? device)) return device;
            }
        }
        return null;
    }

    /// <summary>The model of a name such as <c>mistralai/Mixtral-8x7B-v0.1</c> or <c>Llama-3.1-70B(-Instruct) fp16/bf16</c>.</summary>
    /// <exception cref="NotSupportedException">The catalogue has no such model.</exception>
    public static ModelArchitecture FindModel(string name)
    {
        string first = name.Split([' ', '('], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("");
        return ModelArchitectures.TryFind(first, out ModelArchitecture? model) ? model : throw new NotSupportedException("the model is not in the catalogue");
    }

    /// <summary>The pool with the CUDA graphs of vLLM v1 by default: up to twice its sequences, and 512 at most.</summary>
    public static PoolSpec WithGraphs(int maxSequences, PoolSpec pool) => pool with
    {
        Roofline = pool.Roofline with { Graphs = pool.Roofline.Graphs with { CaptureSizes = [.. CaptureSizes.Vllm(Math.Min(2 * maxSequences, 512))] } },
    };

    /// <summary>The pool with these host times, what a request takes on its way included.</summary>
    public static PoolSpec WithHost(HostProfile host, PoolSpec pool) => pool with
    {
        Engine = pool.Engine with { RequestOverhead = SimDuration.FromSeconds(host.RequestSeconds) },
        Roofline = pool.Roofline.WithHost(host),
    };

    /// <summary>A pool of servers, with the default engine.</summary>
    /// <exception cref="NotSupportedException">The catalogues have no such model or device.</exception>
    public static PoolSpec Pool(string model, Device? device, Quantization formats, ParallelPlan plan) =>
        new("measured", FindModel(model), device ?? throw new NotSupportedException("the device is not in the catalogue")) { Plan = plan, Quantization = formats };
}
