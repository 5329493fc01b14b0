namespace Simulator.Models.Architectures;

/// <content>Llama and the models of its shape.</content>
public static partial class ModelArchitectures
{
    /// <summary>Llama 2 7B.</summary>
    public static ModelArchitecture Llama2_7B { get; } =
        Dense("llama-2-7b", "Llama 2 7B", "meta-llama/Llama-2-7b-hf", 32, 4096, 32, 32, 11008, 32000, 4096);

    /// <summary>Llama 2 13B.</summary>
    public static ModelArchitecture Llama2_13B { get; } =
        Dense("llama-2-13b", "Llama 2 13B", "meta-llama/Llama-2-13b-hf", 40, 5120, 40, 40, 13824, 32000, 4096);

    /// <summary>Llama 2 70B.</summary>
    public static ModelArchitecture Llama2_70B { get; } =
        Dense("llama-2-70b", "Llama 2 70B", "meta-llama/Llama-2-70b-hf", 80, 8192, 64, 8, 28672, 32000, 4096);

    /// <summary>Code Llama 34B.</summary>
    public static ModelArchitecture CodeLlama_34B { get; } =
        Dense("codellama-34b", "Code Llama 34B", "codellama/CodeLlama-34b-Instruct-hf", 48, 8192, 64, 8, 22016, 32000, 16384);

    /// <summary>Llama 3 8B.</summary>
    public static ModelArchitecture Llama3_8B { get; } =
        Dense("llama-3-8b", "Llama 3 8B", "meta-llama/Meta-Llama-3-8B", 32, 4096, 32, 8, 14336, 128256, 8192);

    /// <summary>Llama 3 70B.</summary>
    public static ModelArchitecture Llama3_70B { get; } =
        Dense("llama-3-70b", "Llama 3 70B", "meta-llama/Meta-Llama-3-70B", 80, 8192, 64, 8, 28672, 128256, 8192);

    /// <summary>Llama 3.1 8B.</summary>
    public static ModelArchitecture Llama3_1_8B { get; } =
        Dense("llama-3.1-8b", "Llama 3.1 8B", "meta-llama/Meta-Llama-3.1-8B", 32, 4096, 32, 8, 14336, 128256, 131072);

    /// <summary>Llama 3.1 70B.</summary>
    public static ModelArchitecture Llama3_1_70B { get; } =
        Dense("llama-3.1-70b", "Llama 3.1 70B", "meta-llama/Meta-Llama-3.1-70B", 80, 8192, 64, 8, 28672, 128256, 131072);

    /// <summary>Llama 3.1 405B.</summary>
    public static ModelArchitecture Llama3_1_405B { get; } =
        Dense("llama-3.1-405b", "Llama 3.1 405B", "meta-llama/Meta-Llama-3.1-405B", 126, 16384, 128, 8, 53248, 128256, 131072);

    /// <summary>Llama 3.2 1B.</summary>
    public static ModelArchitecture Llama3_2_1B { get; } =
        Dense("llama-3.2-1b", "Llama 3.2 1B", "meta-llama/Llama-3.2-1B", 16, 2048, 32, 8, 8192, 128256, 131072, headDim: 64, tied: true);

    /// <summary>Llama 3.2 3B.</summary>
    public static ModelArchitecture Llama3_2_3B { get; } =
        Dense("llama-3.2-3b", "Llama 3.2 3B", "meta-llama/Llama-3.2-3B", 28, 3072, 24, 8, 8192, 128256, 131072, tied: true);

    /// <summary>Llama 3.3 70B.</summary>
    public static ModelArchitecture Llama3_3_70B { get; } =
        Dense("llama-3.3-70b", "Llama 3.3 70B", "meta-llama/Llama-3.3-70B-Instruct", 80, 8192, 64, 8, 28672, 128256, 131072);

    /// <summary>Llama 4 Scout: 16 experts in every layer.</summary>
    public static ModelArchitecture Llama4_Scout { get; } =
        Llama4("llama-4-scout", "Llama 4 Scout 17B-16E", "meta-llama/Llama-4-Scout-17B-16E-Instruct", 16, expertStep: 1, 10485760);

    /// <summary>Llama 4 Maverick: 128 experts in every second layer.</summary>
    public static ModelArchitecture Llama4_Maverick { get; } =
        Llama4(
            "llama-4-maverick", "Llama 4 Maverick 17B-128E", "meta-llama/Llama-4-Maverick-17B-128E-Instruct", 128, expertStep: 2, 1048576);

    /// <summary>Mistral 7B v0.2 and v0.3's shape with a vocabulary of 32,000.</summary>
    public static ModelArchitecture Mistral_7B { get; } =
        Dense("mistral-7b", "Mistral 7B v0.2", "mistralai/Mistral-7B-Instruct-v0.2", 32, 4096, 32, 8, 14336, 32000, 32768);

    /// <summary>Mistral NeMo 12B.</summary>
    public static ModelArchitecture MistralNemo { get; } =
        Dense("mistral-nemo", "Mistral NeMo 12B", "mistralai/Mistral-Nemo-Instruct-2407", 40, 5120, 32, 8, 14336, 131072, 131072);

    /// <summary>Mistral Large 2 (2407).</summary>
    public static ModelArchitecture MistralLarge { get; } =
        Dense("mistral-large", "Mistral Large 2", "mistralai/Mistral-Large-Instruct-2407", 88, 12288, 96, 8, 28672, 32768, 131072);

    /// <summary>Mixtral 8x7B.</summary>
    public static ModelArchitecture Mixtral_8x7B { get; } =
        Mixture("mixtral-8x7b", "Mixtral 8x7B", "mistralai/Mixtral-8x7B-v0.1", 32, 4096, 32, 8, new(8, 2, 14336), 32000, 32768);

    /// <summary>Mixtral 8x22B.</summary>
    public static ModelArchitecture Mixtral_8x22B { get; } =
        Mixture("mixtral-8x22b", "Mixtral 8x22B", "mistralai/Mixtral-8x22B-v0.1", 56, 6144, 48, 8, new(8, 2, 16384), 32000, 65536);

    /// <summary>Yi 34B.</summary>
    public static ModelArchitecture Yi_34B { get; } =
        Dense("yi-34b", "Yi 34B", "01-ai/Yi-34B", 60, 7168, 56, 8, 20480, 64000, 4096);

    /// <summary>InternLM 20B.</summary>
    public static ModelArchitecture InternLM_20B { get; } =
        Dense("internlm-20b", "InternLM 20B", "internlm/internlm-20b", 60, 5120, 40, 40, 13824, 103168, 4096);

    private static (ModelArchitecture, string[])[] LlamaFamily() =>
    [
        (Llama2_7B, []),
        (Llama2_13B, []),
        (Llama2_70B, []),
        (CodeLlama_34B, ["code-llama-34b"]),
        (Llama3_8B, []),
        (Llama3_70B, []),
        (Llama3_1_8B, []),
        (Llama3_1_70B, []),
        (Llama3_1_405B, []),
        (Llama3_2_1B, []),
        (Llama3_2_3B, []),
        (Llama3_3_70B, []),
        (Llama4_Scout, ["llama-4-scout-17b-16e"]),
        (Llama4_Maverick, ["llama-4-maverick-17b-128e"]),
        (Mistral_7B, []),
        (MistralNemo, ["mistral-nemo-12b"]),
        (MistralLarge, ["mistral-large-2", "mistral-large-123b"]),
        (Mixtral_8x7B, []),
        (Mixtral_8x22B, []),
        (Yi_34B, []),
        (InternLM_20B, []),
    ];

    /// <summary>
    /// Llama 4: three layers of four attend within chunks of 8,192 tokens (counted as a window of that length), every fourth to all.
    /// </summary>
    private static ModelArchitecture Llama4(string id, string name, string source, int experts, int expertStep, int context)
    {
        var chunked = new GroupedQueryAttention(40, 8, 128, Window: 8192);
        GroupedQueryAttention full = chunked with { Window = null };
        var mixture = new MixtureOfExperts(experts, 1, 8192, SharedIntermediate: 8192);
        var dense = new DenseFeedForward(16384);
        return new()
        {
            Id = id,
            Name = name,
            Source = source + " config.json",
            HiddenSize = 5120,
            VocabularySize = 202048,
            ContextWindow = context,
            Layers =
            [
                .. Enumerable.Range(1, 48).Select(n => new LayerSpec(
                    n % 4 == 0 ? full : chunked,
                    n % expertStep == 0 ? mixture : dense)),
            ],
        };
    }
}
