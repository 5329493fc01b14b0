using Simulator.Models.Architectures;
using Simulator.Models.Parallelism;
using Simulator.Planning.Apex;

namespace Simulator.Tests.Planning.Apex;

public sealed class ApexClusterTests
{
    private static int[] Parts(ApexCluster cluster) => [.. Enumerable.Range(1, cluster.Devices).Where(cluster.Topology.IsPartitionable)];

    [Test]
    public void IsPartitionable_OfEachTopology_FollowsItsLevels()
    {
        Assert.That(Parts(new(ApexDevice.H100 with { Topology = ApexTopology.Flat }, 1, 6)), Is.EqualTo(new[] { 1, 2, 3, 6 }));
        Assert.That(Parts(new(ApexDevice.H100, 6, 4)), Is.EqualTo(new[] { 1, 2, 3, 6, 12, 24 }), "4 and 8 parts would cut nodes unevenly");
        Assert.That(Parts(new(ApexDevice.V100, 1, 8)), Is.EqualTo(new[] { 1, 2, 4, 8 }));
        Assert.That(Parts(new(ApexDevice.V100, 3, 2)), Is.EqualTo(new[] { 1, 3, 6 }));
        Assert.That(Parts(new(ApexDevice.V100, 1, 1)), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Constructor_CountsOutOfRange_Throws()
    {
        Assert.That(() => new ApexCluster(ApexDevice.H100, 0, 8), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ApexCluster(ApexDevice.H100, 1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ApexCluster(ApexDevice.V100, 1, 6), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ApexCluster(ApexDevice.H100 with { Topology = ApexTopology.Flat }, 2, 2), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [TestCase("llama3_L40.json", "MQA", 40)]
    [TestCase("models/llama3_70b_config.json", "MQA", 80)]
    [TestCase("llama3.1_8b_config.json", "MHA", 32)]
    [TestCase("llama3.1_70b_L20.json", "MHA", 20)]
    [TestCase("mixtral8x22b_config.json", "MQA", 56)]
    [TestCase("mixtral8x7b_L16.json", "MQA", 16)]
    [TestCase("mistral_config.json", "MQA", 32)]
    public void Find_NamesOfConfigurations_GiveTheFamilyAndItsLayers(string file, string attention, int layers)
    {
        ApexModel model = ApexModels.Find(file)!;
        Assert.That((model.Attention.Name, model.Blocks), Is.EqualTo((attention, layers)));
    }

    [TestCase("gpt2.json")]
    [TestCase("llama3_L0.json")]
    [TestCase("")]
    public void Find_UnknownNames_GivesNull(string file) => Assert.That(ApexModels.Find(file), Is.Null);

    [Test]
    public void Of_ModelsOutsideTheGrammar_SaysWhy()
    {
        Assert.That(ApexModel.Of(ModelArchitectures.Llama3_70B).Cells.Select(cell => cell.Name), Is.EqualTo(new[] { "MQA", "SwiGLU" }));
        ModelArchitecture latent = ModelArchitectures.Llama3_70B with
        {
            Layers = [new(new LatentAttention(16, 0, 512, 128, 64, 128), new DenseFeedForward(1024))],
        };
        Assert.That(() => ApexModel.Of(latent), Throws.TypeOf<PlanException>().With.Message.Contains("grouped-query"));
        ModelArchitecture mixed = ModelArchitectures.Llama3_70B with
        {
            Layers = [ModelArchitectures.Llama3_70B.Layers[0], ModelArchitectures.Mixtral_8x7B.Layers[0]],
        };
        Assert.That(() => ApexModel.Of(mixed), Throws.TypeOf<PlanException>().With.Message.Contains("layers differ"));
    }
}
