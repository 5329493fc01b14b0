using Simulator.Models.Architectures;
using Simulator.Models.Catalogues;

namespace Simulator.Tests.Models.Architectures;

public class ModelArchitecturesTests
{
    [TestCase("llama3-70b", "llama-3-70b")]
    [TestCase("Llama-3.1-8B", "llama-3.1-8b")]
    [TestCase("llama3.1_8b", "llama-3.1-8b")]
    [TestCase("meta-llama/Meta-Llama-3.1-8B-Instruct", "llama-3.1-8b")]
    [TestCase("meta-llama/Llama-2-7b-chat-hf", "llama-2-7b")]
    [TestCase("mistralai/Mixtral-8x7B-Instruct-v0.1", "mixtral-8x7b")]
    [TestCase("Qwen/Qwen2.5-7B-Instruct", "qwen2.5-7b")]
    [TestCase("deepseek-ai/DeepSeek-R1", "deepseek-v3")]
    [TestCase("nvidia/DeepSeek-V3.1-NVFP4", "deepseek-v3")]
    [TestCase("deepseek-ai/DeepSeek-V3-0324", "deepseek-v3")]
    [TestCase("Qwen/Qwen3-235B-A22B-Thinking-2507", "qwen3-235b-a22b")]
    [TestCase("openai/gpt-oss-120b", "gpt-oss-120b")]
    public void Find_AliasCaseOrSeparators_FindsTheModel(string name, string id) =>
        Assert.That(ModelArchitectures.Find(name).Id, Is.EqualTo(id));

    [Test]
    public void Find_NearMiss_NamesTheClosestAndTheListing()
    {
        UnknownNameException e = Assert.Throws<UnknownNameException>(() => ModelArchitectures.Find("lama-3.1-8b"))!;
        Assert.That(e.Closest[0], Is.EqualTo("llama-3.1-8b"));
        Assert.That(e.Message,
            Does.Contain("'lama-3.1-8b'").And.Contain("Did you mean llama-3.1-8b").And.Contain("simulator catalog models"));
    }

    [Test]
    public void TryFind_UnknownName_IsFalse() => Assert.That(ModelArchitectures.TryFind("gpt-9", out _), Is.False);

    [Test]
    public void All_EveryModel_IsSoundAndFoundByItsId()
    {
        Assert.That(ModelArchitectures.All.Select(m => m.Id), Is.Unique);
        foreach (ModelArchitecture model in ModelArchitectures.All)
        {
            Assert.That(ModelArchitectures.Find(model.Id), Is.SameAs(model));
            Assert.That(model.Id, Is.EqualTo(model.Id.ToLowerInvariant()));
            Assert.That(model.Source, Is.Not.Empty);
            foreach (GroupedQueryAttention attention in model.Layers.Select(l => l.Attention).OfType<GroupedQueryAttention>())
                Assert.That(attention.QueryHeads % attention.KvHeads, Is.Zero, model.Id);
        }
    }
}
