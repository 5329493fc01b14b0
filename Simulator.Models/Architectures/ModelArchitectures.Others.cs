namespace Simulator.Models.Architectures;

/// <content>DeepSeek, Kimi, GLM, MiniMax, gpt-oss and Phi.</content>
public static partial class ModelArchitectures
{
    private static readonly LatentAttention DeepSeekAttention = new(128, 1536, 512, 128, 64, 128);

    /// <summary>
    /// DeepSeek-V3, and R1, V3.1 and V3.2, which have its shape (V3.2 adds an indexer, see <see cref="LatentAttention"/>).
    /// </summary>
    public static ModelArchitecture DeepSeekV3 { get; } = Latent(
        "deepseek-v3", "DeepSeek-V3", "deepseek-ai/DeepSeek-V3", 61, 7168, DeepSeekAttention, 3, 18432,
        new(256, 8, 2048, 2048), 129280, 163840);

    /// <summary>DeepSeek-V2-Lite.</summary>
    public static ModelArchitecture DeepSeekV2Lite { get; } = Latent(
        "deepseek-v2-lite", "DeepSeek-V2-Lite", "deepseek-ai/DeepSeek-V2-Lite", 27, 2048, new(16, 0, 512, 128, 64, 128), 1, 10944,
        new(64, 6, 1408, 2816), 102400, 163840);

    /// <summary>Kimi K2.</summary>
    public static ModelArchitecture KimiK2 { get; } = Latent(
        "kimi-k2", "Kimi K2", "moonshotai/Kimi-K2-Instruct", 61, 7168, DeepSeekAttention with { Heads = 64 }, 1, 18432,
        new(384, 8, 2048, 2048), 163840, 131072);

    /// <summary>Kimi K2.5: the language model of K2 with a longer context.</summary>
    public static ModelArchitecture KimiK2_5 { get; } = KimiK2 with
    {
        Id = "kimi-k2.5", Name = "Kimi K2.5", Source = "moonshotai/Kimi-K2.5 config.json", ContextWindow = 262144,
    };

    /// <summary>GLM-5 (its sparse attention's indexer is left out, see <see cref="LatentAttention"/>).</summary>
    public static ModelArchitecture Glm5 { get; } = Latent(
        "glm-5", "GLM-5", "zai-org/GLM-5", 78, 6144, new(64, 2048, 512, 192, 64, 256), 3, 12288, new(256, 8, 2048, 2048), 154880, 202752);

    /// <summary>MiniMax-M2.5.</summary>
    public static ModelArchitecture MiniMaxM2_5 { get; } =
        Mixture("minimax-m2.5", "MiniMax-M2.5", "MiniMaxAI/MiniMax-M2.5", 62, 3072, 48, 8, new(256, 8, 1536), 200064, 196608);

    /// <summary>gpt-oss-20b.</summary>
    public static ModelArchitecture GptOss20B { get; } = GptOss("gpt-oss-20b", 24, 32);

    /// <summary>gpt-oss-120b.</summary>
    public static ModelArchitecture GptOss120B { get; } = GptOss("gpt-oss-120b", 36, 128);

    /// <summary>Phi-2.</summary>
    public static ModelArchitecture Phi2 { get; } = new()
    {
        Id = "phi-2",
        Name = "Phi-2",
        Source = "microsoft/phi-2 config.json",
        HiddenSize = 2560,
        VocabularySize = 51200,
        ContextWindow = 2048,
        Layers = Repeat(32, new GroupedQueryAttention(32, 32, 80), new DenseFeedForward(10240, Gated: false)),
    };

    private static (ModelArchitecture, string[])[] OtherFamilies() =>
    [
        (DeepSeekV3, ["deepseek-r1", "deepseek-v3.1", "deepseek-v3.2"]),
        (DeepSeekV2Lite, []),
        (KimiK2, []),
        (KimiK2_5, []),
        (Glm5, []),
        (MiniMaxM2_5, ["minimax-m2"]),
        (GptOss20B, []),
        (GptOss120B, []),
        (Phi2, []),
    ];

    /// <summary>gpt-oss: layers with a window of 128 tokens and layers without alternate.</summary>
    private static ModelArchitecture GptOss(string id, int layers, int experts)
    {
        var mixture = new MixtureOfExperts(experts, 4, 2880);
        var full = new LayerSpec(new GroupedQueryAttention(64, 8, 64), mixture);
        var windowed = new LayerSpec(new GroupedQueryAttention(64, 8, 64, Window: 128), mixture);
        return new()
        {
            Id = id,
            Name = id,
            Source = $"openai/{id} config.json",
            HiddenSize = 2880,
            VocabularySize = 201088,
            ContextWindow = 131072,
            Layers = [.. Enumerable.Range(0, layers).Select(n => n % 2 == 0 ? windowed : full)],
        };
    }
}
