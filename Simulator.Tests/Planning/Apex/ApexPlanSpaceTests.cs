using Simulator.Models.Architectures;
using Simulator.Models.Devices;
using Simulator.Planning.Apex;

namespace Simulator.Tests.Planning.Apex;

/// <summary>Plans that APEX itself generated for the models it ships, and the same grammar over the cells that models really have.</summary>
public sealed class ApexPlanSpaceTests
{
    private static int Count(ApexModel model, ApexDevice device, int nodes, int devicesPerNode, ApexFidelity fidelity = ApexFidelity.Compatible) =>
        ApexPlanSpace.Enumerate(model, new ApexCluster(device, nodes, devicesPerNode).Topology, device.MemoryBytes, NumberFormat.Bf16, fidelity).Count;

    [TestCase(1, 2, 3, 9)]
    [TestCase(1, 4, 11, 49)]
    [TestCase(1, 8, 26, 154)]
    [TestCase(2, 8, 50, 345)]
    [TestCase(8, 8, 128, 1071)]
    [TestCase(64, 8, 267, 2840)]
    public void Enumerate_OnH100_GivesAsManyPlansAsApex(int nodes, int devicesPerNode, int llama, int mixtral)
    {
        Assert.That(Count(ApexModels.Llama3_70B, ApexDevice.H100, nodes, devicesPerNode), Is.EqualTo(llama));
        Assert.That(Count(ApexModels.Mixtral8x7B, ApexDevice.H100, nodes, devicesPerNode), Is.EqualTo(mixtral));
    }

    [TestCase(1, 8, 25)]
    [TestCase(2, 8, 49)]
    [TestCase(8, 8, 127)]
    [TestCase(64, 8, 266)]
    public void Enumerate_MultiHeadLlama_GivesAsManyPlansAsApex(int nodes, int devicesPerNode, int plans) =>
        Assert.That(Count(ApexModels.Llama3_1_70B, ApexDevice.H100, nodes, devicesPerNode), Is.EqualTo(plans));

    [Test]
    public void Enumerate_OtherModelsAndPairsOfDevices_GivesAsManyPlansAsApex()
    {
        Assert.That(Count(ApexModels.Mixtral8x22B, ApexDevice.H100, 1, 8), Is.EqualTo(103));
        Assert.That(Count(ApexModels.Mistral7B, ApexDevice.H100, 1, 8), Is.EqualTo(30));
        Assert.That(Count(ApexModels.Mistral7B, ApexDevice.V100, 1, 4), Is.EqualTo(14));
        Assert.That(Count(ApexModels.Mistral7B, ApexDevice.V100, 4, 4), Is.EqualTo(55));
    }

    [TestCase(1, 2, 5)]
    [TestCase(1, 4, 19)]
    [TestCase(1, 8, 46)]
    [TestCase(2, 8, 85)]
    [TestCase(8, 8, 197)]
    [TestCase(64, 8, 364)]
    public void Enumerate_MixtralWithItsTrueCells_LeavesOutThePhantomNetwork(int nodes, int devicesPerNode, int plans)
    {
        ApexModel model = ApexModel.Of(ModelArchitectures.Mixtral_8x7B);

        Assert.That(model.Cells.Select(cell => cell.Name), Is.EqualTo(new[] { "MQA", "SwiMoE" }));
        Assert.That(Count(model, ApexDevice.H100, nodes, devicesPerNode, ApexFidelity.Corrected), Is.EqualTo(plans));
    }
}
