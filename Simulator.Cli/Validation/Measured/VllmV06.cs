using Simulator.Models.Batching.VllmV0;
using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Engines;

namespace Simulator.Cli.Validation.Measured;

/// <summary>vLLM 0.6 with its default settings.</summary>
/// <remarks>
/// Mirrors <c>EngineArgs.create_engine_config</c> and <c>SchedulerConfig</c> of version 0.6.0: a server of sequences of more than 32,768 tokens
/// runs with chunked prefill, 512 tokens an iteration and decodes first, which is what vLLM v1 does too; any other with whole prompts first. No prefix cache; CUDA graphs for iterations of decodes alone.
/// </remarks>
internal static class VllmV06
{
    private const int LongContext = 32_768;
    private const int ChunkTokens = 512;
    private const int MostSequences = 256;

    /// <summary>What a server of a 16-bit model takes beside its device.</summary>
    /// <remarks>
    /// Fitted on TPOT and TTFT of six of 20 runs of Llama 3.1 70B on H100 (apex_runs: lmsys_05_8TP, creation_025_8TP, summarization_05_8TP,
    /// lmsys_025_2DP4TP_0, creation_05_2DP4TP_0, summarization_025_2DP4TP_0).
    /// </remarks>
    public static HostProfile Times { get; } = new() { IterationSeconds = 4.5e-3, SequenceSeconds = 0.3e-3, LaunchSeconds = 27e-6, RequestSeconds = 3e-3 };

    /// <summary>The same with <c>--quantization fp8 --kv-cache-dtype fp8 --tokenizer_mode mistral</c>.</summary>
    /// <remarks>
    /// Every product has kernels more that scale its input, an FP8 cache does without FlashAttention, and that tokenizer is slower. Fitted on
    /// the same six of 21 runs of Mistral Large 2.
    /// </remarks>
    public static HostProfile Fp8Times { get; } = new() { IterationSeconds = 7e-3, SequenceSeconds = 0.6e-3, LaunchSeconds = 45e-6, RequestSeconds = 3e-3 };

    /// <summary>CUDA graphs of iterations of decodes alone, of 1, 2, 4 and the multiples of 8 up to 256 sequences.</summary>
    public static CudaGraphs Graphs { get; } = new()
    {
        Mode = CudaGraphMode.FullDecodeOnly, CaptureSizes = [1, 2, 4, .. Enumerable.Range(1, MostSequences / 8).Select(i => 8 * i)],
    };

    /// <summary>The engine for a model.</summary>
    /// <param name="contextWindow">Longest prompt and output together that the server takes, tokens: that of the model unless <c>--max-model-len</c> says less.</param>
    /// <param name="asyncOutput">
    /// Whether the output of an iteration is processed while the next one runs (<c>use_async_output_proc</c>), which takes a first token one
    /// iteration longer.
    /// </param>
    public static EngineOptions Engine(int contextWindow, bool asyncOutput) => contextWindow > LongContext
        ? ServingEngines.VllmV1(new VllmV1Options { TokenBudget = ChunkTokens, MaxSequences = MostSequences, AsyncScheduling = asyncOutput }) with
        {
            PrefixCaching = false, ReservedBlocks = 0, ContextWindow = contextWindow,
        }
        : ServingEngines.VllmV0(new VllmV0Options
        {
            MaxBatchedTokens = Math.Max(2048, contextWindow), MaxSequences = MostSequences, PaddedPrompts = false,
        }) with { ContextWindow = contextWindow };
}
