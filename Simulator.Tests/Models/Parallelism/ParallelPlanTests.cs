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

    [TestCase("llama-3-70b", 8, 1, 1, 2)]
    [TestCase("llama-3-70b", 2, 4, 1, 8)]
    [TestCase("llama-3-70b", 2, 4, 1, 4)]
    [TestCase("mixtral-8x7b", 8, 1, 4, 4)]
    [TestCase("mixtral-8x7b", 8, 1, 2, 4)]
    [TestCase("deepseek-v3", 1, 16, 16, 16)]
    public void Validate_FeedForwardThatDivides_HasNoFault(string model, int tensor, int data, int expert, int feedForward) => Assert.That(
        new ParallelPlan(tensor, 1, data, expert) { FeedForward = feedForward }.Validate(ModelArchitectures.Find(model)), Is.Empty);

    [TestCase("llama-3-70b", 8, 1, 1, 3, "feed-forward parallel 3 does not divide tensor x data = 8; 2 and 4 do")]
    [TestCase("llama-3-70b", 4, 6, 1, 6, "feed-forward parallel 6 neither divides tensor parallel 4 nor is a multiple of it; 4 and 24 do")]
    [TestCase("llama-3-70b", 8, 1, 1, -1, "feed-forward parallel is -1; it must be at least 1, or 0 for the split that engines take")]
    [TestCase("mixtral-8x7b", 8, 1, 8, 4, "expert parallel 8 does not divide feed-forward parallel = 4; at most 4 does")]
    [TestCase("internlm-20b", 1, 5, 1, 5, "feed-forward parallel 5 does not divide the 13824 columns of the feed-forward; 4 and 6 do")]
    [TestCase("gpt-oss-120b", 1, 128, 1, 128, "each expert is split over feed-forward parallel / expert = 128 devices, which does not divide its 2880 columns; raise expert parallel")]
    [TestCase("deepseek-v3", 1, 3, 1, 3, "feed-forward parallel 3 does not divide the 2048 columns of the shared expert; 2 and 4 do")]
    public void Validate_FeedForwardThatDoesNotDivide_SaysSo(string model, int tensor, int data, int expert, int feedForward, string fault) => Assert.That(
        new ParallelPlan(tensor, 1, data, expert) { FeedForward = feedForward }.Validate(ModelArchitectures.Find(model)), Does.Contain(fault));

    [Test]
    public void Validate_FeedForwardWithContextParallel_IsRefused() => Assert.That(
        new ParallelPlan(4, Context: 2) { FeedForward = 2 }.Validate(ModelArchitectures.Llama3_8B),
        Is.EqualTo(new[] { "feed-forward parallel 2 cannot be combined with context parallel 2; leave one of the two out" }));

    [TestCase(61, 4, new[] { 15, 15, 16, 15 })]
    [TestCase(62, 4, new[] { 15, 16, 16, 15 })]
    [TestCase(63, 4, new[] { 16, 16, 16, 15 })]
    [TestCase(80, 4, new[] { 20, 20, 20, 20 })]
    [TestCase(7, 1, new[] { 7 })]
    public void LayersOfStage_Remainder_GoesBeforeTheLastStage(int layers, int pipeline, int[] expected) =>
        Assert.That(Enumerable.Range(0, pipeline).Select(s => new ParallelPlan(Pipeline: pipeline).LayersOfStage(layers, s)),
            Is.EqualTo(expected));

    [SeededProperty]
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

    [Test]
    public void Devices_WithContextParallel_CountsThem()
    {
        Assert.That(new ParallelPlan(2, 3, 4, 8, Context: 5).Devices, Is.EqualTo(120));
        Assert.That(new ParallelPlan(Context: 2).Validate(ModelArchitectures.Llama3_8B), Is.Empty);
        Assert.That(
            new ParallelPlan(Context: 2).Validate(ModelArchitectures.Find("qwen3.5-397b-a17b")),
            Has.Some.Contains("context parallel 2 cannot split the linear attention"));
    }

    [Test]
    public void LayersOfStage_WithStageLayers_AreThose()
    {
        ParallelPlan plan = new(Pipeline: 3) { StageLayers = [10, 12, 10] };
        Assert.That(Enumerable.Range(0, 3).Select(stage => (plan.LayersOfStage(32, stage), plan.FirstLayerOfStage(32, stage))),
            Is.EqualTo(new[] { (10, 0), (12, 10), (10, 22) }));
        Assert.That(plan.Validate(ModelArchitectures.Llama3_8B), Is.Empty);
    }

    [TestCase(2, new[] { 20, 13 }, "the stages hold 33 layers (20, 13); they must add up to the 32 of llama-3-8b")]
    [TestCase(3, new[] { 16, 16 }, "layers are given for 2 stages (16, 16), but pipeline parallel is 3; give one number for each stage")]
    [TestCase(2, new[] { 32, 0 }, "a stage has fewer than 1 layer (32, 0); every stage must have at least 1")]
    public void Validate_StageLayersThatDoNotFit_SaysWhy(int pipeline, int[] layers, string fault) => Assert.That(
        new ParallelPlan(Pipeline: pipeline) { StageLayers = StageLayers.Of(layers) }.Validate(ModelArchitectures.Llama3_8B), Is.EqualTo(new[] { fault }));

    [TestCase(3, "tensor parallel 3 does not divide the 32 attention heads; 2 and 4 do")]
    [TestCase(12, "tensor parallel 12 does not divide the 32 attention heads; 8 and 16 do")]
    [TestCase(64, "tensor parallel 64 does not divide the 32 attention heads; at most 32 does")]
    public void Validate_DegreeThatDoesNotDivide_NamesTheNearestThatDo(int tensor, string fault) =>
        Assert.That(new ParallelPlan(tensor).Validate(ModelArchitectures.Llama3_8B), Does.Contain(fault));

    [Test]
    public void StageLayers_CompareByContent()
    {
        StageLayers one = [20, 12], same = StageLayers.Of(20, 12), other = [12, 20];
        Assert.That(one == same && one.Equals((object)same) && one != other && !one.Equals("20, 12"), Is.True);
        Assert.That(one.GetHashCode(), Is.EqualTo(same.GetHashCode()));
        Assert.That((one.ToString(), default(StageLayers).ToString()), Is.EqualTo(("20, 12", "equal")));
        Assert.That(StageLayers.Of(), Is.EqualTo(default(StageLayers)));
        Assert.That(new ParallelPlan(Pipeline: 2) { StageLayers = one }, Is.EqualTo(new ParallelPlan(Pipeline: 2) { StageLayers = same }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = one[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = one[-1]);
    }
}
