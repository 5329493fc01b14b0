namespace Simulator.Models.Architectures;

/// <content>Qwen.</content>
public static partial class ModelArchitectures
{
    /// <summary>Qwen 72B (the first generation; multi-head attention).</summary>
    public static ModelArchitecture Qwen_72B { get; } =
        Dense("qwen-72b", "Qwen 72B", "Qwen/Qwen-72B", 80, 8192, 64, 64, 24576, 152064, 32768);

    /// <summary>Qwen2.5 0.5B.</summary>
    public static ModelArchitecture Qwen2_5_0_5B { get; } =
        Dense("qwen2.5-0.5b", "Qwen2.5 0.5B", "Qwen/Qwen2.5-0.5B", 24, 896, 14, 2, 4864, 151936, 32768, headDim: 64, tied: true);

    /// <summary>Qwen2.5 1.5B.</summary>
    public static ModelArchitecture Qwen2_5_1_5B { get; } =
        Dense("qwen2.5-1.5b", "Qwen2.5 1.5B", "Qwen/Qwen2.5-1.5B", 28, 1536, 12, 2, 8960, 151936, 131072, tied: true);

    /// <summary>Qwen2.5 3B.</summary>
    public static ModelArchitecture Qwen2_5_3B { get; } =
        Dense("qwen2.5-3b", "Qwen2.5 3B", "Qwen/Qwen2.5-3B", 36, 2048, 16, 2, 11008, 151936, 32768, tied: true);

    /// <summary>Qwen2.5 7B.</summary>
    public static ModelArchitecture Qwen2_5_7B { get; } =
        Dense("qwen2.5-7b", "Qwen2.5 7B", "Qwen/Qwen2.5-7B-Instruct", 28, 3584, 28, 4, 18944, 152064, 32768);

    /// <summary>Qwen2.5 14B.</summary>
    public static ModelArchitecture Qwen2_5_14B { get; } =
        Dense("qwen2.5-14b", "Qwen2.5 14B", "Qwen/Qwen2.5-14B-Instruct", 48, 5120, 40, 8, 13824, 152064, 32768);

    /// <summary>Qwen2.5 32B.</summary>
    public static ModelArchitecture Qwen2_5_32B { get; } =
        Dense("qwen2.5-32b", "Qwen2.5 32B", "Qwen/Qwen2.5-32B-Instruct", 64, 5120, 40, 8, 27648, 152064, 32768);

    /// <summary>Qwen2.5 72B.</summary>
    public static ModelArchitecture Qwen2_5_72B { get; } =
        Dense("qwen2.5-72b", "Qwen2.5 72B", "Qwen/Qwen2.5-72B-Instruct", 80, 8192, 64, 8, 29568, 152064, 32768);

    /// <summary>Qwen3 0.6B.</summary>
    public static ModelArchitecture Qwen3_0_6B { get; } = Qwen3("0.6B", 28, 1024, 16, 3072, tied: true);

    /// <summary>Qwen3 1.7B.</summary>
    public static ModelArchitecture Qwen3_1_7B { get; } = Qwen3("1.7B", 28, 2048, 16, 6144, tied: true);

    /// <summary>Qwen3 4B.</summary>
    public static ModelArchitecture Qwen3_4B { get; } = Qwen3("4B", 36, 2560, 32, 9728, tied: true);

    /// <summary>Qwen3 8B.</summary>
    public static ModelArchitecture Qwen3_8B { get; } = Qwen3("8B", 36, 4096, 32, 12288);

    /// <summary>Qwen3 14B.</summary>
    public static ModelArchitecture Qwen3_14B { get; } = Qwen3("14B", 40, 5120, 40, 17408);

    /// <summary>Qwen3 32B.</summary>
    public static ModelArchitecture Qwen3_32B { get; } = Qwen3("32B", 64, 5120, 64, 25600);

    /// <summary>Qwen3 30B-A3B: 128 experts, 8 for each token.</summary>
    public static ModelArchitecture Qwen3_30B_A3B { get; } =
        Mixture("qwen3-30b-a3b", "Qwen3 30B-A3B", "Qwen/Qwen3-30B-A3B", 48, 2048, 32, 4, new(128, 8, 768), 151936, 40960);

    /// <summary>Qwen3 235B-A22B: 128 experts, 8 for each token.</summary>
    public static ModelArchitecture Qwen3_235B_A22B { get; } =
        Mixture("qwen3-235b-a22b", "Qwen3 235B-A22B", "Qwen/Qwen3-235B-A22B", 94, 4096, 64, 4, new(128, 8, 1536), 151936, 40960);

    /// <summary>Qwen3 Coder 480B-A35B: 160 experts, 8 for each token.</summary>
    public static ModelArchitecture Qwen3_Coder_480B_A35B { get; } = Mixture(
        "qwen3-coder-480b-a35b", "Qwen3 Coder 480B-A35B", "Qwen/Qwen3-Coder-480B-A35B-Instruct", 62, 6144, 96, 8,
        new(160, 8, 2560), 151936, 262144);

    /// <summary>Qwen3.5 27B: dense, linear attention in three layers of four.</summary>
    public static ModelArchitecture Qwen3_5_27B { get; } = Qwen3_5("27B", 64, 5120, 24, 4, 48, new DenseFeedForward(17408));

    /// <summary>Qwen3.5 35B-A3B: 256 experts, linear attention in three layers of four.</summary>
    public static ModelArchitecture Qwen3_5_35B_A3B { get; } =
        Qwen3_5("35B-A3B", 40, 2048, 16, 2, 32, new MixtureOfExperts(256, 8, 512, 512));

    /// <summary>Qwen3.5 122B-A10B: 256 experts, linear attention in three layers of four.</summary>
    public static ModelArchitecture Qwen3_5_122B_A10B { get; } =
        Qwen3_5("122B-A10B", 48, 3072, 32, 2, 64, new MixtureOfExperts(256, 8, 1024, 1024));

    /// <summary>Qwen3.5 397B-A17B: 512 experts, linear attention in three layers of four.</summary>
    public static ModelArchitecture Qwen3_5_397B_A17B { get; } =
        Qwen3_5("397B-A17B", 60, 4096, 32, 2, 64, new MixtureOfExperts(512, 10, 1024, 1024));

    private static (ModelArchitecture, string[])[] QwenFamily() =>
    [
        (Qwen_72B, []),
        (Qwen2_5_0_5B, []),
        (Qwen2_5_1_5B, []),
        (Qwen2_5_3B, []),
        (Qwen2_5_7B, []),
        (Qwen2_5_14B, []),
        (Qwen2_5_32B, []),
        (Qwen2_5_72B, []),
        (Qwen3_0_6B, []),
        (Qwen3_1_7B, []),
        (Qwen3_4B, []),
        (Qwen3_8B, []),
        (Qwen3_14B, []),
        (Qwen3_32B, ["qwen3-32b-fp8-static-pertensor"]),
        (Qwen3_30B_A3B, []),
        (Qwen3_235B_A22B, []),
        (Qwen3_Coder_480B_A35B, ["qwen3-coder-480b"]),
        (Qwen3_5_27B, []),
        (Qwen3_5_35B_A3B, []),
        (Qwen3_5_122B_A10B, []),
        (Qwen3_5_397B_A17B, []),
    ];

    private static ModelArchitecture Qwen3(string size, int layers, int hidden, int heads, int intermediate, bool tied = false) => Dense(
        $"qwen3-{size}".ToLowerInvariant(), $"Qwen3 {size}", $"Qwen/Qwen3-{size}", layers, hidden, heads, 8, intermediate,
        151936, 40960, tied: tied);

    /// <summary>Qwen3.5: every fourth layer has gated full attention, the others a gated delta rule.</summary>
    private static ModelArchitecture Qwen3_5(
        string size, int layers, int hidden, int heads, int kvHeads, int linearValueHeads, FeedForwardSpec feedForward)
    {
        var full = new LayerSpec(new GroupedQueryAttention(heads, kvHeads, 256, OutputGate: true), feedForward);
        var linear = new LayerSpec(new LinearAttention(16, linearValueHeads, 128, 128, 4), feedForward);
        return new()
        {
            Id = $"qwen3.5-{size}".ToLowerInvariant(),
            Name = $"Qwen3.5 {size}",
            Source = $"Qwen/Qwen3.5-{size} config.json",
            HiddenSize = hidden,
            VocabularySize = 248320,
            ContextWindow = 262144,
            Layers = [.. Enumerable.Range(1, layers).Select(n => n % 4 == 0 ? full : linear)],
        };
    }
}
