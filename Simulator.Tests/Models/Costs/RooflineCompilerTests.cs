using System.Runtime.CompilerServices;
using Simulator.Models.Architectures;
using Simulator.Models.Costs;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Models.Costs;

[TestFixture]
public sealed class RooflineCompilerTests
{
    [Test]
    public void Compile_OfEqualLayers_MakesOneKind()
    {
        Assert.That(Compile(TestModels.Llama8B).Kinds, Is.EqualTo(1));
        Assert.That(Compile(TestModels.Llama8B).Kind0.Count, Is.EqualTo(32));
        RooflineParameters deepSeek = Compile(TestModels.DeepSeekV3);
        Assert.That((deepSeek.Kinds, deepSeek.Kind0.Count, deepSeek.Kind1.Count), Is.EqualTo((2, 3, 58)));
        RooflineParameters gptOss = Compile(TestModels.GptOss120B);
        Assert.That((gptOss.Kinds, gptOss.Window, gptOss.Kind0.Windowed, gptOss.Kind1.Windowed), Is.EqualTo((2, 128, 1, 0)));
    }

    [Test]
    public void Compile_WithPlanThatDoesNotFitTheModel_SaysWhichDegree()
    {
        Refused(TestModels.Llama8B, new(Tensor: 3), "llama-3.1-8b: tensor parallel 3 does not divide the 32 attention heads; 2 and 4 do");
        Refused(TestModels.Llama8B, new(Tensor: 0), "must be at least 1");
        Refused(TestModels.Llama8B, new(Pipeline: 33), "pipeline parallel 33 exceeds the 32 layers of llama-3.1-8b; it must be from 1 to 32");
        Refused(TestModels.Mixtral, new(Tensor: 4, Expert: 3), "expert parallel 3 does not divide tensor x data = 4; 2 and 4 do");
        Refused(TestModels.Mixtral, new(Tensor: 16, Expert: 16), "expert parallel 16 does not divide the 8 experts; at most 8 does");
        Refused(TestModels.HybridLinear, new(Context: 2), "context parallel 2 cannot split the linear attention of hybrid-80b");
        Refused(TestModels.Llama8B, new(Pipeline: 2) { StageLayers = [20, 13] }, "the stages hold 33 layers (20, 13); they must add up to the 32 of llama-3.1-8b");
    }

    [Test]
    public void Compile_WithModelBeyondItsMeans_SaysWhat()
    {
        LayerSpec Windowed(int? window, int inner = 4096) => new(new GroupedQueryAttention(8, 8, 64, window), new DenseFeedForward(inner));
        Refused(TestModels.Model("two", 512, 1000, [Windowed(128), Windowed(null), Windowed(256)]), new(1), "windows of 128 and 256 tokens");
        Refused(TestModels.Model("none", 512, 1000, []), new(1), "has no layers");
        Refused(TestModels.Model("five", 512, 1000, [.. Enumerable.Range(1, 5).Select(i => Windowed(null, i * 64))]), new(1), "5 kinds of layers");
        Refused(TestModels.Model("odd", 512, 1000, [new(new OtherAttention(), new DenseFeedForward(64))]), new(1), "OtherAttention");
        Refused(TestModels.Model("odd", 512, 1000, [new(new GroupedQueryAttention(8, 8, 64), new OtherFeedForward())]), new(1), "OtherFeedForward");
    }

    [Test]
    public void Compile_WithUnsoundOptions_NamesEveryFault()
    {
        var options = new RooflineOptions { MatrixComputeEfficiency = 1.2, AttentionMemoryEfficiency = double.NaN, MatrixKernelSeconds = -1 };
        ArgumentException? fault = Assert.Throws<ArgumentException>(() => Compile(TestModels.Llama8B, options: options));
        Assert.That(fault!.Message, Does.Contain("MatrixComputeEfficiency is 1.2").And.Contain("AttentionMemoryEfficiency is NaN").And.Contain("MatrixKernelSeconds is -1 s"));
        Assert.That(RooflineOptions.Default.Validate(), Is.Empty);
    }

    [Test]
    public void Compile_OfEveryTestModel_GivesPositiveCosts([Values(1, 2, 4, 8)] int tensor)
    {
        foreach (ModelArchitecture model in TestModels.All)
        {
            RooflineParameters p = Compile(model, new(tensor));
            var shape = new IterationShape { DecodeRows = 1, EmittedTokens = 1, DecodeContext = 100, DecodeWindowContext = 100 };
            IterationEstimate cost = Roofline.Evaluate(shape, p);
            Assert.That(cost.Seconds, Is.InRange(1e-3, 1), model.Id);
            Assert.That(cost.LinkBytes > 0, Is.EqualTo(tensor > 1), model.Id);
        }
    }

    [Test]
    public void Compiled_Types_HoldNoReferences()
    {
        // A GPU kernel takes them as they lie in memory.
        Assert.That(RuntimeHelpers.IsReferenceOrContainsReferences<RooflineParameters>(), Is.False);
        Assert.That(RuntimeHelpers.IsReferenceOrContainsReferences<IterationShape>(), Is.False);
        Assert.That(RuntimeHelpers.IsReferenceOrContainsReferences<IterationEstimate>(), Is.False);
        Assert.That(RuntimeHelpers.IsReferenceOrContainsReferences<IterationCost>(), Is.False);
    }

    [Test]
    public void Explain_OfACostModel_BreaksItsOwnCostDown()
    {
        var model = new RooflineCostModel(TestModels.Llama8B, ParallelPlan.Single, Quantization.Bf16, TestModels.H100);
        var shape = new IterationShape { DecodeRows = 1, EmittedTokens = 1, DecodeContext = 100, DecodeWindowContext = 100 };
        Assert.That(model.Explain(shape).Total, Is.EqualTo(model.Evaluate(shape)));
    }

    private static void Refused(ModelArchitecture model, ParallelPlan plan, string message) =>
        Assert.That(Assert.Throws<ArgumentException>(() => Compile(model, plan))!.Message, Does.Contain(message));

    private static RooflineParameters Compile(ModelArchitecture model, ParallelPlan? plan = null, RooflineOptions? options = null) =>
        RooflineCompiler.Compile(model, plan ?? ParallelPlan.Single, Quantization.Bf16, TestModels.H100, options);

    private sealed record OtherAttention : AttentionSpec
    {
        public override long ParameterCountOn(int hiddenSize, int tensor) => 0;

        public override long KvElementsPerToken => 0;

        public override long ParameterCount(int hiddenSize) => 0;

        public override long KvElementsPerTokenOn(int tensor) => 0;
    }

    private sealed record OtherFeedForward : FeedForwardSpec
    {
        public override long ParameterCount(int hiddenSize) => 0;

        public override long ActiveParameterCount(int hiddenSize) => 0;
    }
}
