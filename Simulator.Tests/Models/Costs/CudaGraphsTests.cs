using Simulator.Models.Costs;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Models.Costs;

[TestFixture]
public sealed class CudaGraphsTests
{
    [Test]
    public void CaptureSizes_Default_AreThoseOfVllm()
    {
        // [1, 2, 4] + range(8, 256, 8) + range(256, 513, 16)
        List<int> sizes = [1, 2, 4];
        for (int size = 8; size < 256; size += 8) sizes.Add(size);
        for (int size = 256; size < 513; size += 16) sizes.Add(size);
        Assert.That(CudaGraphs.Default.CaptureSizes, Is.EqualTo(sizes));
        Assert.That(CudaGraphs.Default.Validate(), Is.Empty);
    }

    [TestCase(1, 1)]
    [TestCase(3, 4)]
    [TestCase(5, 8)]
    [TestCase(9, 16)]
    [TestCase(248, 248)]
    [TestCase(249, 256)]
    [TestCase(257, 272)]
    [TestCase(512, 512)]
    [TestCase(513, 0)]
    public void Shape_OfDecodeRows_IsPaddedToTheNextSize(int rows, int size)
    {
        IterationShape shape = Decoding(CudaGraphs.Default, rows);
        Assert.That((shape.PaddedTokens, shape.Launch), Is.EqualTo((size, size > 0 ? LaunchMode.FullGraph : LaunchMode.Eager)));
        Assert.That(shape.DecodeRows, Is.EqualTo(rows));
    }

    [TestCase(CudaGraphMode.None, LaunchMode.Eager, LaunchMode.Eager)]
    [TestCase(CudaGraphMode.Piecewise, LaunchMode.PiecewiseGraph, LaunchMode.PiecewiseGraph)]
    [TestCase(CudaGraphMode.Full, LaunchMode.FullGraph, LaunchMode.FullGraph)]
    [TestCase(CudaGraphMode.FullDecodeOnly, LaunchMode.FullGraph, LaunchMode.Eager)]
    [TestCase(CudaGraphMode.FullAndPiecewise, LaunchMode.FullGraph, LaunchMode.PiecewiseGraph)]
    public void Shape_InEachMode_IsLaunchedAsVllmDoes(CudaGraphMode mode, LaunchMode decode, LaunchMode mixed)
    {
        RooflineAccumulator batch = Model(new CudaGraphs { Mode = mode }).CreateAccumulator();
        batch.AddDecode(100);
        Assert.That(batch.Shape.Launch, Is.EqualTo(decode));
        batch.AddPrefill(20, 0, true);
        Assert.That(batch.Shape.Launch, Is.EqualTo(mixed));
        Assert.That(batch.Shape.PaddedTokens, Is.EqualTo(mixed == LaunchMode.Eager ? 0 : 24));
        batch.AddPrefill(500, 0, true);
        Assert.That((batch.Shape.Launch, batch.Shape.PaddedTokens), Is.EqualTo((LaunchMode.Eager, 0)));
    }

    [Test]
    public void Shape_WithoutSizes_IsEager()
    {
        IterationShape shape = Decoding(new CudaGraphs { CaptureSizes = [] }, 1);
        Assert.That((shape.PaddedTokens, shape.Launch), Is.EqualTo((0, LaunchMode.Eager)));
    }

    [Test]
    public void Validate_Faults_NamesEach()
    {
        var graphs = new CudaGraphs { Mode = (CudaGraphMode)9, LaunchSeconds = -1, CaptureSizes = [0, 4, 4, 100_000] };
        string faults = string.Join("\n", new RooflineOptions { Graphs = graphs }.Validate());
        Assert.That(faults, Does.Contain("Graphs.Mode is 9").And.Contain("LaunchSeconds is -1 s; it must be from 0 to 1 s")
            .And.Contain("CaptureSizes has 0; a size must be from 1 to 65536").And.Contain("has 4 after 4; sizes must ascend").And.Contain("has 100000;"));
        RooflineParameters parameters = Model(CudaGraphs.Default).Parameters;
        Assert.That(Assert.Throws<ArgumentException>(() => new RooflineCostModel(parameters, graphs))!.Message, Does.Contain("sizes must ascend"));
    }

    [Test]
    public void Equals_GoesByTheSizes()
    {
        CudaGraphs one = new() { CaptureSizes = [1, 2] }, same = new() { CaptureSizes = new List<int> { 1, 2 } }, other = new() { CaptureSizes = [1, 3] };
        Assert.That(one, Is.EqualTo(same));
        Assert.That(one.GetHashCode(), Is.EqualTo(same.GetHashCode()));
        Assert.That(one, Is.Not.EqualTo(other));
        Assert.That(one, Is.Not.EqualTo(CudaGraphs.Eager));
    }

    private static IterationShape Decoding(CudaGraphs graphs, int rows)
    {
        RooflineAccumulator batch = Model(graphs).CreateAccumulator();
        for (int row = 0; row < rows; row++) batch.AddDecode(100);
        return batch.Shape;
    }

    private static RooflineCostModel Model(CudaGraphs graphs) =>
        new(TestModels.Llama8B, ParallelPlan.Single, Quantization.Bf16, TestModels.H100, new() { Graphs = graphs });
}
