using Simulator.Cli.Validation.Measured;
using Simulator.Models.Costs;

namespace Simulator.Tests.Cli.Validation.Measured;

public sealed class MeasuredServersTests
{
    [TestCase("meta-llama/Llama-2-7b-hf", TokenSampling.TopP)]
    [TestCase("RedHatAI/Llama-4-Scout-17B-16E-Instruct-FP8-dynamic", TokenSampling.TopP)]
    [TestCase("Qwen3-32B", TokenSampling.TopP)]
    [TestCase("codellama/CodeLlama-34b-Instruct-hf", TokenSampling.Greedy)]
    [TestCase("mistralai/Mixtral-8x7B-v0.1", TokenSampling.Greedy)]
    public void DefaultSampling_NameOfAModel_IsThatOfItsGenerationConfig(string model, TokenSampling expected) =>
        Assert.That(MeasuredServers.DefaultSampling(model), Is.EqualTo(expected));
}
