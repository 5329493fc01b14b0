using Simulator.Models.Architectures;
using Simulator.Models.Batching.VllmV0;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Costs;
using Simulator.Models.Engines;

namespace Simulator.Cli.Validation.Measured;

/// <summary>vLLM 0.6 with its default settings.</summary>
/// <remarks>
/// Mirrors <c>EngineArgs.create_engine_config</c> and <c>SchedulerConfig</c> of version 0.6.0: a model whose context window is above 32,768
/// tokens is served with chunked prefill, 512 tokens an iteration and decodes first, which is what vLLM v1 does too; any other with
/// whole prompts first. No prefix cache; CUDA graphs for iterations of decodes alone.
/// </remarks>
internal static class VllmV06
{
    private const int LongContext = 32_768;
    private const int ChunkTokens = 512;
    private const int MostSequences = 256;

    /// <summary>Batch sizes that it captures graphs of: 1, 2, 4 and the multiples of 8 up to 256.</summary>
    private static readonly CudaGraphs Captured = new()
    {
        Mode = CudaGraphMode.FullDecodeOnly, CaptureSizes = [1, 2, 4, .. Enumerable.Range(1, MostSequences / 8).Select(i => 8 * i)],
    };

    /// <summary>The engine for a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="asyncOutput">
    /// Whether the output of an iteration is processed while the next one runs (<c>use_async_output_proc</c>), which takes a first token one
    /// iteration longer.
    /// </param>
    public static EngineOptions Engine(ModelArchitecture model, bool asyncOutput) => model.ContextWindow > LongContext
        ? ServingEngines.VllmV1(new VllmV1Options { TokenBudget = ChunkTokens, MaxSequences = MostSequences, AsyncScheduling = asyncOutput }) with
        {
            PrefixCaching = false, ReservedBlocks = 0,
        }
        : ServingEngines.VllmV0(new VllmV0Options
        {
            MaxBatchedTokens = Math.Max(2048, model.ContextWindow), MaxSequences = MostSequences, PaddedPrompts = false,
        });

    /// <summary>The cost settings with its CUDA graphs.</summary>
    public static RooflineOptions Costs(RooflineOptions costs) => costs with { Graphs = Captured with { LaunchSeconds = costs.Graphs.LaunchSeconds } };
}
