using FsCheck;
using FsCheck.Fluent;
using Simulator.Models.Architectures;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Models.Parallelism;

public class ParallelPlanTests
{
    [TestCase("llama-3-70b", 8, 1, 1, 1)]
    [TestCase("llama-3-70b", 16, 5, 1, 1)] // 8 KV heads on 16 devices are replicated
    [TestCase("deepseek-v3", 8, 1, 1, 8)]
    [TestCase("deepseek-v3", 1, 1, 32, 32)]
    [TestCase("gpt-oss-120b", 2, 1, 4, 8)]
    [TestCase("mixtral-8x7b", 4, 1, 1, 2)] // an expert over two devices
    [TestCase("qwen3.5-397b-a17b", 8, 1, 1, 8)]
    public void Validate_PlanThatDivides_HasNoFault(string model, int tensor, int pipeline, int data, int expert) =>
        Assert.That(new ParallelPlan(tensor, pipeline, data, expert).Validate(ModelArchitectures.Find(model)), Is.Empty);

    [TestCase("qwen2.5-7b", 8, 1, 1, 1, "tensor parallel 8 does not divide the 28 attention heads")]
    [TestCase("llama-3-70b", 1, 81, 1, 1, "pipeline parallel 81 exceeds the 80 layers")]
    [TestCase("llama-3-70b", 2, 1, 1, 2, "has no experts")]
    [TestCase("mixtral-8x7b", 2, 1, 1, 4, "expert parallel 4 does not divide tensor x data = 2")]
    [TestCase("qwen3-coder-480b-a35b", 1, 1, 64, 64, "expert parallel 64 does not divide the 160 experts")]
    [TestCase("qwen3.5-397b-a17b", 32, 1, 1, 32, "16 key heads")]
    [TestCase("deepseek-v3", 3, 1, 1, 3, "tensor parallel 3 does not divide the 128 attention heads")]
    [TestCase("gpt-oss-120b", 64, 1, 2, 1, "which does not divide its 2880 columns")]
    [TestCase("internlm-20b", 5, 1, 1, 1, "does not divide the 13824 columns")]
    public void Validate_PlanThatDoesNotDivide_SaysSo(string model, int tensor, int pipeline, int data, int expert, string fault) =>
        Assert.That(new ParallelPlan(tensor, pipeline, data, expert).Validate(ModelArchitectures.Find(model)), Has.Some.Contains(fault));

    [Test]
    public void Validate_KvHeadsNeitherDividedNorReplicated_IsAFault() =>
        Assert.That(new ParallelPlan(12).Validate(ModelArchitectures.Llama3_2_3B), Has.Some.Contains("neither divides the 8 KV heads"));

    [Test]
    public void Validate_SeveralFaults_ReportsAll()
    {
        IReadOnlyList<string> faults = new ParallelPlan(3, 100, 1, 7).Validate(ModelArchitectures.Llama3_8B);
        Assert.That(faults, Has.Count.GreaterThanOrEqualTo(5)); // heads, KV heads, columns, stages, expert twice
        Assert.That(default(ParallelPlan).Validate(ModelArchitectures.Llama3_8B), Has.Count.EqualTo(5));
    }

    [TestCase(61, 4, new[] { 15, 15, 16, 15 })]
    [TestCase(62, 4, new[] { 15, 16, 16, 15 })]
    [TestCase(63, 4, new[] { 16, 16, 16, 15 })]
    [TestCase(80, 4, new[] { 20, 20, 20, 20 })]
    [TestCase(7, 1, new[] { 7 })]
    public void LayersOfStage_Remainder_GoesBeforeTheLastStage(int layers, int pipeline, int[] expected) =>
        Assert.That(Enumerable.Range(0, pipeline).Select(s => new ParallelPlan(Pipeline: pipeline).LayersOfStage(layers, s)),
            Is.EqualTo(expected));

    [FsCheck.NUnit.Property]
    public Property LayersOfStage_AnyPlan_CoversEveryLayerOnce() => Prop.ForAll(
        Gen.Choose(1, 200).ToArbitrary(), Gen.Choose(1, 64).ToArbitrary(), (layers, pipeline) =>
        {
            var plan = new ParallelPlan(Pipeline: pipeline);
            int[] stages = [.. Enumerable.Range(0, pipeline).Select(s => plan.LayersOfStage(layers, s))];
            return stages.Sum() == layers && stages.Max() - stages.Min() <= 1
                && Enumerable.Range(0, pipeline).All(s => plan.FirstLayerOfStage(layers, s) == stages[..s].Sum());
        });

    [Test]
    public void Devices_Plan_IsTensorTimesPipelineTimesData() => Assert.That(new ParallelPlan(2, 3, 4, 8).Devices, Is.EqualTo(24));
}
