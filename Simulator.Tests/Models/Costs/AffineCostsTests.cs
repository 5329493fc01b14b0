using Simulator.Models.Costs;

namespace Simulator.Tests.Models.Costs;

[TestFixture]
public sealed class AffineCostsTests
{
    // OPT-13B on one A100: prefill and decode constants of simdistserve, in milliseconds, for batches below 95.
    private static readonly AffineCosts Opt13B = AffineCosts.FromDistServe((18.10, 0.1019, 7.12e-6), (19.93, 6.27e-4, 0.0385));

    [Test]
    public void Mixed_OfPrompts_FollowsDistServe()
    {
        AffineCostAccumulator accumulator = Opt13B.CreateAccumulator();
        accumulator.AddPrefill(500, 0, true);
        accumulator.AddPrefill(1200, 0, true);
        double expected = 18.10 + 0.1019 * 1700 + 7.12e-6 * (500.0 * 500 + 1200.0 * 1200);
        Assert.That(Milliseconds(accumulator.Mixed()), Is.EqualTo(expected).Within(1e-9));
    }

    [Test]
    public void Mixed_OfAPromptInChunks_AddsUpToTheWhole()
    {
        double chunks = 0;
        for (int done = 0; done < 2000; done += 500)
        {
            AffineCostAccumulator accumulator = Opt13B.CreateAccumulator();
            accumulator.AddPrefill(500, done, done == 1500);
            chunks += Milliseconds(accumulator.Mixed()) - 18.10;
        }
        Assert.That(chunks, Is.EqualTo(0.1019 * 2000 + 7.12e-6 * 2000 * 2000).Within(1e-9));
    }

    [Test]
    public void DecodeOnly_OfABatch_FollowsDistServe()
    {
        AffineCostAccumulator accumulator = Opt13B.CreateAccumulator();
        accumulator.AddDecode(100);
        accumulator.AddDecode(900);
        accumulator.AddDecode(50);
        accumulator.RemoveDecode(50);
        CostProgression stretch = accumulator.DecodeOnly(1000);
        Assert.That(stretch.Iterations, Is.EqualTo(1000));
        for (int i = 0; i < 10; i++)
        {
            double expected = 19.93 + 6.27e-4 * (1000 + 2 * i) + 0.0385 * 2;
            Assert.That(Milliseconds(stretch.At(i)), Is.EqualTo(expected).Within(1e-6));
            Assert.That(accumulator.DecodeOnly(1).First, Is.EqualTo(stretch.At(i)));
            accumulator.Advance(1);
        }
        Assert.That(accumulator.Shape.DecodeContext, Is.EqualTo(1020));
    }

    [Test]
    public void Mixed_OfBothKinds_CostsTheSum()
    {
        AffineCostAccumulator accumulator = Opt13B.CreateAccumulator();
        accumulator.AddDecode(300);
        IterationCost decode = accumulator.Mixed();
        Assert.That(decode, Is.EqualTo(accumulator.DecodeOnly(1).First));
        accumulator.AddPrefill(64, 0, false);
        double prefill = 18.10 + 0.1019 * 64 + 7.12e-6 * 64 * 64;
        Assert.That(Milliseconds(accumulator.Mixed()), Is.EqualTo(Milliseconds(decode) + prefill).Within(1e-9));
    }

    [Test]
    public void CreateAccumulator_WithNegativeOrInfiniteConstants_Refuses()
    {
        Assert.Throws<InvalidOperationException>(() => new AffineCosts { DecodeRow = -1 }.CreateAccumulator());
        Assert.Throws<InvalidOperationException>(() => new AffineCosts { PrefillPair = double.PositiveInfinity }.CreateAccumulator());
        Assert.Throws<InvalidOperationException>(() => new AffineCosts { PrefillToken = double.NaN }.CreateAccumulator());
    }

    [Test]
    public void DecodeOnly_WithoutDecodeRows_Refuses()
    {
        AffineCostAccumulator accumulator = Opt13B.CreateAccumulator();
        Assert.Throws<InvalidOperationException>(() => accumulator.DecodeOnly(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => accumulator.DecodeOnly(0));
    }

    private static double Milliseconds(IterationCost cost) => cost.Time / (1e6 * IterationCost.TimeUnitsPerNanosecond);
}
