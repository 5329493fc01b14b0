using Simulator.Models.Architectures;
using Simulator.Models.Devices;

namespace Simulator.Tests.Models.Architectures;

public class ParameterCountTests
{
    // Sums over the tensors of the published checkpoints (safetensors metadata), without vision towers and drafting layers.
    [TestCase("llama-2-7b", 6_738_415_616)]
    [TestCase("llama-2-13b", 13_015_864_320)]
    [TestCase("llama-2-70b", 68_976_648_192)]
    [TestCase("codellama-34b", 33_743_970_304)]
    [TestCase("llama-3-8b", 8_030_261_248)]
    [TestCase("llama-3-70b", 70_553_706_496)]
    [TestCase("llama-3.1-405b", 405_853_388_800)]
    [TestCase("llama-3.2-1b", 1_235_814_400)]
    [TestCase("llama-3.2-3b", 3_212_749_824)]
    [TestCase("mistral-7b", 7_241_732_096)]
    [TestCase("mistral-nemo", 12_247_782_400)]
    [TestCase("mistral-large", 122_610_069_504)]
    [TestCase("mixtral-8x7b", 46_702_792_704)]
    [TestCase("yi-34b", 34_388_917_248)]
    public void ParameterCount_ModelWithoutBiases_IsThatOfTheCheckpoint(string id, long published) =>
        Assert.That(ModelArchitectures.Find(id).ParameterCount, Is.EqualTo(published));

    // Checkpoints with biases, head norms or router offsets, or whose card rounds.
    [TestCase("mixtral-8x22b", 140.62, 0.1)]
    [TestCase("qwen-72b", 72.29, 0.1)]
    [TestCase("qwen2.5-0.5b", 0.494, 0.1)]
    [TestCase("qwen2.5-1.5b", 1.5437, 0.1)]
    [TestCase("qwen2.5-3b", 3.0859, 0.1)]
    [TestCase("qwen2.5-7b", 7.6156, 0.1)]
    [TestCase("qwen2.5-14b", 14.770, 0.1)]
    [TestCase("qwen2.5-32b", 32.764, 0.1)]
    [TestCase("qwen2.5-72b", 72.706, 0.1)]
    [TestCase("qwen3-0.6b", 0.596, 0.1)]
    [TestCase("qwen3-1.7b", 1.7206, 0.1)]
    [TestCase("qwen3-4b", 4.0225, 0.1)]
    [TestCase("qwen3-8b", 8.1907, 0.1)]
    [TestCase("qwen3-14b", 14.768, 0.1)]
    [TestCase("qwen3-32b", 32.762, 0.1)]
    [TestCase("qwen3-30b-a3b", 30.532, 0.1)]
    [TestCase("qwen3-235b-a22b", 235.09, 0.1)]
    [TestCase("qwen3-coder-480b-a35b", 480.15, 0.1)]
    [TestCase("qwen3.5-27b", 27, 2)]
    [TestCase("qwen3.5-35b-a3b", 35, 2)]
    [TestCase("qwen3.5-122b-a10b", 122, 1)]
    [TestCase("qwen3.5-397b-a17b", 397, 1)]
    [TestCase("deepseek-v3", 671, 0.1)]
    [TestCase("deepseek-v2-lite", 15.7, 0.2)]
    [TestCase("kimi-k2", 1026, 0.1)]
    [TestCase("gpt-oss-20b", 20.91, 0.2)]
    [TestCase("gpt-oss-120b", 116.83, 0.1)]
    [TestCase("minimax-m2.5", 228.7, 0.1)]
    [TestCase("glm-5", 744, 1)]
    [TestCase("llama-4-scout", 107.77, 0.1)]
    [TestCase("llama-4-maverick", 400, 1)]
    [TestCase("phi-2", 2.7797, 0.1)]
    [TestCase("internlm-20b", 20.1, 0.2)]
    public void ParameterCount_PublishedSize_Matches(string id, double billions, double percent) =>
        Assert.That(ModelArchitectures.Find(id).ParameterCount / 1e9, Is.EqualTo(billions).Within(percent).Percent);

    [TestCase("gpt-oss-20b", 3.61, 1)] // model card: the unembedding counts, the embedding does not
    [TestCase("gpt-oss-120b", 5.13, 1)]
    [TestCase("llama-3.1-8b", 7.50, 0.1)]
    public void ActiveParametersPerToken_EmbeddingNotCounted_IsThatOfTheModelCard(string id, double billions, double percent) =>
        Assert.That(ModelArchitectures.Find(id).ActiveParametersPerToken / 1e9, Is.EqualTo(billions).Within(percent).Percent);

    [TestCase("mixtral-8x7b", 12.9, 1)]
    [TestCase("mixtral-8x22b", 39.1, 1)]
    [TestCase("qwen3-30b-a3b", 3.34, 1)]
    [TestCase("qwen3-235b-a22b", 22.2, 1)]
    [TestCase("qwen3-coder-480b-a35b", 35.4, 1)]
    [TestCase("deepseek-v3", 37.5, 1)]
    [TestCase("kimi-k2", 32.9, 1)]
    [TestCase("llama-4-scout", 17.2, 1)]
    public void ActiveParametersPerToken_WithEmbedding_IsThatOfTheModelCard(string id, double billions, double percent)
    {
        ModelArchitecture model = ModelArchitectures.Find(id);
        Assert.That((model.ActiveParametersPerToken + model.Parameters.Embedding) / 1e9, Is.EqualTo(billions).Within(percent).Percent);
    }

    [Test]
    public void Parameters_EveryModel_PartsAddUpAndActiveIsLess()
    {
        foreach (ModelArchitecture model in ModelArchitectures.All)
        {
            ParameterCounts parts = model.Parameters;
            long layers = model.Layers.Sum(l => l.ParameterCount(model.HiddenSize));
            Assert.That(parts.Total, Is.EqualTo(layers + parts.Embedding + parts.Head + model.HiddenSize), model.Id);
            Assert.That(model.ActiveParametersPerToken, Is.LessThanOrEqualTo(parts.Total), model.Id);
            Assert.That(parts.RoutedExperts > 0, Is.EqualTo(model.Layers.Any(l => l.FeedForward is MixtureOfExperts)), model.Id);
        }
    }

    [Test]
    public void Parameters_GptOss120B_PartsAreThoseOfTheModelCard()
    {
        ParameterCounts parts = ModelArchitectures.GptOss120B.Parameters;
        Assert.Multiple(() =>
        {
            Assert.That((parts.RoutedExperts + parts.Routers) / 1e9, Is.EqualTo(114.71).Within(0.1).Percent);
            Assert.That(parts.Attention / 1e9, Is.EqualTo(0.96).Within(1).Percent);
            Assert.That((parts.Embedding + parts.Head) / 1e9, Is.EqualTo(1.16).Within(1).Percent);
        });
    }

    [TestCase("qwen2.5-72b", NumberFormat.Bf16, 327_680)]
    [TestCase("llama-3.1-8b", NumberFormat.Bf16, 131_072)]
    [TestCase("llama-3.1-70b", NumberFormat.Bf16, 327_680)]
    [TestCase("llama-3.1-70b", NumberFormat.Fp8, 163_840)]
    [TestCase("llama-2-7b", NumberFormat.Bf16, 524_288)]
    [TestCase("deepseek-v3", NumberFormat.Bf16, 70_272)]
    [TestCase("gpt-oss-120b", NumberFormat.Bf16, 73_728)]
    [TestCase("qwen3.5-397b-a17b", NumberFormat.Bf16, 30_720)] // 15 of 60 layers keep keys and values
    public void KvBytesPerToken_KnownModel_Matches(string id, NumberFormat format, double bytes) =>
        Assert.That(ModelArchitectures.Find(id).KvBytesPerToken(format), Is.EqualTo(bytes));

    [Test]
    public void StateBytesPerSequence_LinearAttention_IsMatrixAndConvolutionOfEveryLayer()
    {
        // 45 linear layers; 64 heads x 128 x 128 x 4 bytes, and 3 inputs of (2 x 16 + 64) x 128 channels x 2 bytes.
        Assert.That(ModelArchitectures.Qwen3_5_397B_A17B.StateBytesPerSequence, Is.EqualTo(45 * (64L * 128 * 128 * 4 + 3 * 96 * 128 * 2)));
        Assert.That(ModelArchitectures.Llama3_1_8B.StateBytesPerSequence, Is.Zero);
    }

    [TestCase(1, 8)]
    [TestCase(2, 4)]
    [TestCase(8, 1)]
    [TestCase(16, 1)] // replicated
    public void KvElementsPerTokenOn_GroupedQuery_SplitsThenReplicates(int tensor, int heads) =>
        Assert.That(new GroupedQueryAttention(32, 8, 128).KvElementsPerTokenOn(tensor), Is.EqualTo(2 * heads * 128));

    [TestCase("llama-3.1-8b", 8, 0)]
    [TestCase("llama-3.1-8b", 16, 2L * 4096 * 128 * 8)] // each KV head in two devices
    [TestCase("deepseek-v3", 8, 7L * 7168 * (1536 + 576))] // projections down, in every device
    public void ParameterCountOn_TensorParallel_SplitsAllButWhatIsReplicated(string id, int tensor, long replicated)
    {
        ModelArchitecture model = ModelArchitectures.Find(id);
        AttentionSpec attention = model.Layers[0].Attention;
        Assert.That(
            tensor * attention.ParameterCountOn(model.HiddenSize, tensor),
            Is.EqualTo(attention.ParameterCount(model.HiddenSize) + replicated));
    }

    [Test]
    public void ParameterCountOn_LinearAttention_Splits()
    {
        var attention = new LinearAttention(16, 64, 128, 128, 4);
        Assert.That(8 * attention.ParameterCountOn(4096, 8), Is.EqualTo(attention.ParameterCount(4096)).Within(8));
        Assert.That(attention.KvElementsPerTokenOn(2) + attention.KvElementsPerToken, Is.Zero);
    }

    [Test]
    public void KvElementsPerTokenOn_Latent_IsReplicated() =>
        Assert.That(ModelArchitectures.DeepSeekV3.Layers[0].Attention.KvElementsPerTokenOn(8), Is.EqualTo(576));
}
