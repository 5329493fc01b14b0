using Simulator.Models.Batching.DistServe;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Engines;
using Simulator.Tests.Models.Engines;
using static Simulator.Tests.Models.Engines.TestEngines;

namespace Simulator.Tests.Models.Costs;

/// <summary>The constants of OPT-13B on one A100 in DistServe's simulator, milliseconds.</summary>
public sealed class TwoRegimeCostsTests
{
    private static readonly TwoRegimeCosts Opt13B =
        TwoRegimeCosts.FromDistServe((18.10, 0.1019, 7.12e-6), (19.93, 6.27e-4, 0.0385), (7.17, 5.80e-4, 0.1583), 95);

    [TestCase(1, 19.93, 6.27e-4, 0.0385)]
    [TestCase(94, 19.93, 6.27e-4, 0.0385)]
    [TestCase(95, 7.17, 5.80e-4, 0.1583)]
    [TestCase(200, 7.17, 5.80e-4, 0.1583)]
    public void DecodeOnly_BatchOfSomeSize_HasTheConstantsOfItsRegime(int rows, double a, double b, double c)
    {
        TwoRegimeCostAccumulator accumulator = Batch(rows);
        CostProgression stretch = accumulator.DecodeOnly(100);
        Assert.That(stretch.Iterations, Is.EqualTo(100));
        for (int i = 0; i < 5; i++)
        {
            double context = rows * 300.0 + rows * (rows - 1) / 2.0 + i * rows;
            Assert.That(Milliseconds(stretch.At(i)), Is.EqualTo(a + b * context + c * rows).Within(1e-6));
            Assert.That(accumulator.Mixed(), Is.EqualTo(stretch.At(i)));
            accumulator.Advance(1);
        }
    }

    [Test]
    public void RemoveDecode_BelowTheThreshold_GoesBackToTheOtherRegime()
    {
        TwoRegimeCostAccumulator accumulator = Batch(95);
        accumulator.RemoveDecode(300 + 94);
        Assert.That(accumulator.Mixed(), Is.EqualTo(Batch(94).Mixed()));
        Assert.That(accumulator.Shape.DecodeRows, Is.EqualTo(94));
    }

    [TestCase(10)]
    [TestCase(100)]
    public void Mixed_WithPrompts_AddsTheirCostAndPrefillOnlyIsThatAlone(int rows)
    {
        TwoRegimeCostAccumulator accumulator = Batch(rows);
        double decode = Milliseconds(accumulator.Mixed());
        accumulator.AddPrefill(500, 0, true);
        const double Prefill = 18.10 + 0.1019 * 500 + 7.12e-6 * 500 * 500;
        Assert.That(Milliseconds(accumulator.PrefillOnly()), Is.EqualTo(Prefill).Within(1e-6));
        Assert.That(Milliseconds(accumulator.Mixed()), Is.EqualTo(Prefill + decode).Within(1e-6));
        foreach (bool withDecodes in (bool[])[true, false])
        {
            long[] stages = new long[3];
            accumulator.StageTimes(withDecodes, (withDecodes ? accumulator.Mixed() : accumulator.PrefillOnly()).Time, stages);
            Assert.That(stages.Sum(), Is.EqualTo((withDecodes ? accumulator.Mixed() : accumulator.PrefillOnly()).Time));
        }
        accumulator.AdvancePrefill();
        Assert.That(Milliseconds(accumulator.Mixed()), Is.EqualTo(decode).Within(1e-9));
    }

    [Test]
    public void Run_DecodeInstanceOfDistServe_IterationsFollowTheRegimes()
    {
        // 100 requests of two more tokens, six of which take one token only.
        PoolSpec pool = (TestPools.Small with { CostModel = Opt13B, Engine = ServingEngines.DistServeDecode(new DistServeDecodeOptions()) }).WithBlocks(null);
        (_, Recorder seen) = Record(pool, Enumerable.Range(0, 100).Select(i => Request(i, 0, 100, i < 6 ? 2 : 3)));
        double first = 7.17 + 5.80e-4 * 100 * 100 + 0.1583 * 100, second = 19.93 + 6.27e-4 * 94 * 101 + 0.0385 * 94;
        Assert.That(seen.Requests[0].End.Ms(), Is.EqualTo(first).Within(1e-6));
        Assert.That(seen.Requests[99].End.Ms(), Is.EqualTo(first + second).Within(1e-5));
    }

    [Test]
    public void CreateAccumulator_ConstantsOutOfRange_Refuses()
    {
        Assert.Throws<InvalidOperationException>(() => (Opt13B with { ManyRows = 0 }).CreateAccumulator());
        Assert.Throws<InvalidOperationException>(() => (Opt13B with { Few = new AffineCosts { DecodeRow = -1 } }).CreateAccumulator());
        Assert.Throws<InvalidOperationException>(() => (Opt13B with { Many = new AffineCosts { DecodeRow = -1 } }).CreateAccumulator());
        Assert.DoesNotThrow(() => (Opt13B with { ManyRows = 1 }).CreateAccumulator());
    }

    private static TwoRegimeCostAccumulator Batch(int rows)
    {
        TwoRegimeCostAccumulator accumulator = Opt13B.CreateAccumulator();
        for (int i = 0; i < rows; i++) accumulator.AddDecode(300 + i);
        return accumulator;
    }

    private static double Milliseconds(IterationCost cost) => cost.Time / (1e6 * IterationCost.TimeUnitsPerNanosecond);
}
