using Simulator.Models.Architectures;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Cli.Validation.Measured.ClosedLoop;

/// <summary>The models behind the points: which configuration describes each, and in which number formats it ran.</summary>
/// <param name="folder">Folder of Hugging Face configurations, each named <c>owner--model.json</c>.</param>
internal sealed class ServedModels(string folder)
{
    private static readonly Quantization Fp8 = new(NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Bf16);

    private static readonly Quantization NvFp4 = new(NumberFormat.Fp4, NumberFormat.Fp4, NumberFormat.Fp8) { WeightGroup = 16 };

    /// <summary>Configuration of each model and precision, and its formats where the configuration is that of another checkpoint.</summary>
    private static readonly (string Model, string Precision, string File, Quantization? Formats)[] Served =
    [
        ("DS-R1", "fp8", "deepseek-ai--DeepSeek-R1", null),
        ("DS-R1", "fp4", "nvidia--DeepSeek-V3.1-NVFP4", null),
        ("DS-V3(=R1)", "fp8", "deepseek-ai--DeepSeek-R1", null),
        ("DS-V3(=R1)", "fp4", "nvidia--DeepSeek-V3.1-NVFP4", null),
        ("DeepSeek-R1-NVFP4", "fp4", "nvidia--DeepSeek-V3.1-NVFP4", null),
        ("DeepSeek-V3.1-NVFP4", "fp4", "nvidia--DeepSeek-V3.1-NVFP4", null),
        ("GLM-5", "fp8", "zai-org--GLM-5-FP8", null),
        ("GLM-5", "fp4", "nvidia--GLM-5-NVFP4", null),
        ("Kimi-K2.5", "int4", "moonshotai--Kimi-K2.5", null),
        ("Kimi-K2.5", "fp4", "nvidia--Kimi-K2.5-NVFP4", null),
        ("Llama-70B", "fp8", "nvidia--Llama-3.1-70B-Instruct-FP8", null),
        ("Llama-70B", "fp4", "meta-llama--Meta-Llama-3.1-70B", NvFp4),
        ("Llama-8B", "", "meta-llama--Meta-Llama-3.1-8B", null),
        ("Llama-8B", "fp8", "meta-llama--Meta-Llama-3.1-8B", Fp8),
        ("Llama-3.1-8B-Instruct-FP8", "fp8", "meta-llama--Meta-Llama-3.1-8B", Fp8),
        ("MiniMax-M2.5", "fp8", "MiniMaxAI--MiniMax-M2.5", null),
        ("MiniMax-M2.5", "fp4", "nvidia--MiniMax-M2.5-NVFP4", null),
        ("Qwen3-235B", "fp8", "Qwen--Qwen3-235B-A22B-FP8", null),
        ("Qwen3-32B", "", "Qwen--Qwen3-32B", null),
        ("Qwen3-32B", "fp8", "Qwen--Qwen3-32B-FP8", null),
        ("Qwen3-32B", "fp4", "Qwen--Qwen3-32B", NvFp4),
        ("Qwen3-32B-NVFP4", "fp4", "Qwen--Qwen3-32B", NvFp4),
        ("Qwen3.5-397B", "bf16", "Qwen--Qwen3.5-397B-A17B", null),
        ("Qwen3.5-397B", "fp8", "Qwen--Qwen3.5-397B-A17B", Fp8),
        ("Qwen3.5-397B", "fp4", "nvidia--Qwen3.5-397B-A17B-NVFP4", null),
        ("gpt-oss-120b", "fp4", "openai--gpt-oss-120b", null),
        ("gpt-oss-120b", "fp8", "openai--gpt-oss-120b", null),
    ];

    private readonly Dictionary<(string, string), HuggingFaceModel?> _read = [];

    /// <summary>The model of a point; null when it is not known, or its configuration is not in the folder.</summary>
    /// <exception cref="ModelConfigException">Its configuration cannot be read.</exception>
    public HuggingFaceModel? Find(ClosedLoopPoint point)
    {
        (string, string) key = (point.Model, point.Precision);
        if (!_read.TryGetValue(key, out HuggingFaceModel? model)) _read.Add(key, model = Read(key));
        return model;
    }

    private HuggingFaceModel? Read((string Model, string Precision) key)
    {
        foreach ((string model, string precision, string name, Quantization? formats) in Served)
        {
            if ((model, precision) != key) continue;
            string file = Path.Combine(folder, name + ".json");
            if (!File.Exists(file)) return null;
            HuggingFaceModel read = HuggingFaceConfig.Read(file);
            return formats is { } set ? read with { Quantization = set } : read;
        }
        return null;
    }
}
