using FsCheck;
using Simulator.Models.Costs;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Models.Costs;

[TestFixture]
public sealed class RooflineAccumulatorTests
{
    [SeededProperty(MaxTest = 300)]
    [Category("Invariant7")]
    public void Sum_OfStretches_EqualsStepsOneByOne(DoNotSize<int> anySeed)
    {
        int seed = anySeed.Item;
        RooflineCostModel model = TestModels.RandomCostModel(seed);
        int ranks = model.Parameters.Ranks;
        var pick = new TestModels.Picker(seed);
        var rows = new Rows();
        RooflineAccumulator stepped = model.CreateAccumulator(), stretched = model.CreateAccumulator();
        IterationCost steps = default, stretches = default;

        for (int round = 0; round < 12; round++)
        {
            for (int change = pick.Between(0, 6); change > 0 || rows.Count == 0; change--)
            {
                if (rows.Count > 0 && pick.Between(0, 2) == 0)
                {
                    (int gone, int rank) = rows.Take(pick.Between(0, rows.Count - 1));
                    stepped.RemoveDecode(gone, rank);
                    stretched.RemoveDecode(gone, rank);
                }
                else
                {
                    int context = pick.Between(0, pick.From(20, 200, 5000, 100_000));
                    int rank = pick.Between(0, ranks - 1);
                    rows.Add(context, rank);
                    stepped.AddDecode(context, rank);
                    stretched.AddDecode(context, rank);
                }
            }

            int total = pick.Between(1, pick.From(3, 40, 1500));
            for (int left = total; left > 0;)
            {
                CostProgression stretch = stretched.DecodeOnly(left);
                Assert.That(stretch.Iterations, Is.InRange(1, left));
                // Stretches may be cut anywhere, not only at their end.
                int run = pick.Between(1, stretch.Iterations);
                stretches += stretch.Sum(run);
                stretched.Advance(run);
                left -= run;
            }
            for (int i = 0; i < total; i++)
            {
                CostProgression step = stepped.DecodeOnly(1);
                steps += step.First;
                stepped.Advance(1);
            }
            rows.Grow(total);
            Assert.That(stretches, Is.EqualTo(steps));
            Assert.That(stretched.Shape, Is.EqualTo(stepped.Shape));
            Assert.That(Sums(stretched.Shape), Is.EqualTo(rows.Shape(model.Parameters.Window)));
            if (ranks > 1)
                Assert.That(Enumerable.Range(0, ranks).Select(rank => rows.RankShape(model.Parameters.Window, rank)), Does.Contain(stretched.Shape.Straggler));
        }
    }

    [SeededProperty(MaxTest = 300)]
    public void DecodeOnly_OfAnyBatch_IsWithinOneThousandthOfTheSmoothForm(DoNotSize<int> anySeed)
    {
        int seed = anySeed.Item;
        RooflineCostModel model = TestModels.RandomCostModel(seed);
        int ranks = model.Parameters.Ranks;
        var pick = new TestModels.Picker(seed);
        RooflineAccumulator accumulator = model.CreateAccumulator();
        for (int round = 0; round < 20; round++)
        {
            for (int add = pick.Between(1, pick.From(1, 30)); add > 0; add--)
                accumulator.AddDecode(pick.Between(0, pick.From(10, 1000, 131_072)), pick.Between(0, ranks - 1));
            CostProgression compiled = accumulator.DecodeOnly(int.MaxValue);
            AssertClose(compiled.First, accumulator.Shape, model);
            // The last iteration that the progression speaks for, too.
            int further = Math.Min(compiled.Iterations - 1, 100_000);
            if (further > 0)
            {
                accumulator.Advance(further);
                AssertClose(compiled.At(further), accumulator.Shape, model);
            }
        }
    }

    [Test]
    public void DecodeOnly_AcrossABreakpoint_EndsBeforeIt()
    {
        // So little arithmetic is reached that it binds attention from 24 tokens on; below, the queries' own traffic does.
        var options = new RooflineOptions { AttentionComputeEfficiency = 0.01 };
        var model = new RooflineCostModel(TestModels.Llama8B, ParallelPlan.Single, Quantization.Bf16, TestModels.H100, options);
        RooflineAccumulator accumulator = model.CreateAccumulator();
        accumulator.AddDecode(0);

        CostProgression memory = accumulator.DecodeOnly(int.MaxValue);
        // 16,384 (n + 1) ÷ 9.89·10¹² = (4,096 (n + 1) + 16,384) ÷ 2.881·10¹² at n = 23.2.
        Assert.That(memory.Iterations, Is.EqualTo(24));
        Assert.That(memory.Increment.Time, Is.EqualTo(131_072 / (3350e9 * 0.86) * 65536e9).Within(1));
        Assert.That(memory.Increment.MemoryBytes, Is.EqualTo(131_072));

        accumulator.Advance(24);
        CostProgression compute = accumulator.DecodeOnly(int.MaxValue);
        Assert.That(compute.Iterations, Is.EqualTo(int.MaxValue));
        Assert.That(compute.Increment.Time, Is.EqualTo(32 * 16_384 / 9.89e12 * 65536e9).Within(1));
    }

    [Test]
    public void DecodeOnly_WithWindow_EndsWhenARowFillsIt()
    {
        var model = new RooflineCostModel(TestModels.GptOss120B, ParallelPlan.Single, Quantization.Bf16, TestModels.H100);
        RooflineAccumulator accumulator = model.CreateAccumulator();
        accumulator.AddDecode(100);
        accumulator.AddDecode(120);
        accumulator.AddDecode(4000);

        CostProgression stretch = accumulator.DecodeOnly(1000);
        // 8 iterations fill the window of 128 from 120; the ninth still lies on the same line.
        Assert.That(stretch.Iterations, Is.EqualTo(9));
        accumulator.Advance(9);
        Assert.That(accumulator.Shape.DecodeWindowContext, Is.EqualTo(109 + 128 + 128));
        Assert.That(accumulator.DecodeOnly(1000).Iterations, Is.EqualTo(20));
        accumulator.Advance(20);
        Assert.That(accumulator.Shape.DecodeWindowContext, Is.EqualTo(3 * 128));
        Assert.That(accumulator.DecodeOnly(1000).Iterations, Is.EqualTo(1000));
    }

    [SeededProperty(MaxTest = 300)]
    public void Mixed_WithPrefill_RoundsTheSmoothForm(DoNotSize<int> anySeed)
    {
        int seed = anySeed.Item;
        RooflineCostModel model = TestModels.RandomCostModel(seed);
        int ranks = model.Parameters.Ranks;
        var pick = new TestModels.Picker(seed);
        RooflineAccumulator accumulator = model.CreateAccumulator();
        var decodes = new Rows();
        for (int i = pick.Between(0, 20); i > 0; i--)
        {
            int context = pick.Between(0, 5000), rank = pick.Between(0, ranks - 1);
            decodes.Add(context, rank);
            accumulator.AddDecode(context, rank);
        }
        IterationShape expected = decodes.Shape(model.Parameters.Window);
        long window = model.Parameters.Window > 0 ? model.Parameters.Window : long.MaxValue;
        for (int i = pick.Between(1, 5); i > 0; i--)
        {
            int q = pick.Between(1, 500), c = pick.From(0, 0, pick.Between(0, 3000));
            bool emits = pick.Between(0, 1) == 1;
            accumulator.AddPrefill(q, c, emits, pick.Between(0, ranks - 1));
            expected.PrefillRows++;
            expected.PrefillTokens += q;
            expected.PrefillContext += c;
            expected.LongestPrefill = Math.Max(expected.LongestPrefill, q);
            expected.EmittedTokens += emits ? 1 : 0;
            for (int token = 1; token <= q; token++)
            {
                expected.PrefillPairs += c + token;
                expected.PrefillWindowPairs += Math.Min(c + token, window);
            }
        }

        Assert.That(Sums(accumulator.Shape), Is.EqualTo(expected));
        Assert.That(accumulator.Mixed(), Is.EqualTo(RooflineCostModel.Round(model.Evaluate(accumulator.Shape))));
        accumulator.Advance(1);
        decodes.Grow(1);
        Assert.That(Sums(accumulator.Shape), Is.EqualTo(decodes.Shape(model.Parameters.Window)));
    }

    [Test]
    public void Mixed_WithoutPrefill_IsTheDecodeOnlyCost()
    {
        var model = new RooflineCostModel(TestModels.Llama8B, ParallelPlan.Single, Quantization.Bf16, TestModels.H100);
        RooflineAccumulator accumulator = model.CreateAccumulator();
        accumulator.AddDecode(700);
        Assert.That(accumulator.Mixed(), Is.EqualTo(accumulator.DecodeOnly(5).First));
    }

    [Test]
    public void DecodeOnly_WithMoreRowsThanTheTable_Grows()
    {
        var model = new RooflineCostModel(TestModels.Llama8B, ParallelPlan.Single, Quantization.Bf16, TestModels.H100);
        RooflineAccumulator accumulator = model.CreateAccumulator();
        for (int i = 0; i < 1000; i++)
            accumulator.AddDecode(10);
        AssertClose(accumulator.DecodeOnly(1).First, accumulator.Shape, model);
    }

    [Test]
    public void Members_UsedAgainstTheContract_Refuse()
    {
        var model = new RooflineCostModel(TestModels.GptOss120B, ParallelPlan.Single, Quantization.Bf16, TestModels.H100);
        RooflineAccumulator accumulator = model.CreateAccumulator();
        Assert.Throws<InvalidOperationException>(() => model.CreateAccumulator().DecodeOnly(1));
        Assert.Throws<InvalidOperationException>(() => model.CreateAccumulator().Mixed());
        Assert.Throws<InvalidOperationException>(() => model.CreateAccumulator().RemoveDecode(0));
        accumulator.AddDecode(50);
        Assert.Throws<InvalidOperationException>(() => accumulator.RemoveDecode(20), "a row of 50 tokens is not one of 20");
        Assert.Throws<ArgumentOutOfRangeException>(() => accumulator.AddDecode(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => accumulator.AddPrefill(0, 5, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => accumulator.DecodeOnly(0));
        accumulator.AddPrefill(10, 0, true);
        Assert.Throws<InvalidOperationException>(() => accumulator.DecodeOnly(1));
        Assert.Throws<InvalidOperationException>(() => accumulator.Advance(2));
    }

    [Test]
    public void Stretches_OnceCompiled_AllocateNothing()
    {
        var model = new RooflineCostModel(TestModels.GptOss120B, ParallelPlan.Single, Quantization.Bf16, TestModels.H100);
        RooflineAccumulator accumulator = model.CreateAccumulator();
        Run(ref accumulator);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(ref accumulator);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        static void Run(ref RooflineAccumulator accumulator)
        {
            for (int i = 0; i < 50; i++)
                accumulator.AddDecode(i * 7);
            for (int i = 0; i < 50; i++)
                accumulator.Advance(accumulator.DecodeOnly(3).Iterations);
            accumulator.AddPrefill(100, 20, true);
            accumulator.Mixed();
            accumulator.Advance(1);
            int grown = (int)(accumulator.Shape.DecodeContext - 49 * 50 / 2 * 7) / 50;
            for (int i = 0; i < 50; i++)
                accumulator.RemoveDecode(i * 7 + grown);
        }
    }

    // Slopes are whole units per token of context, so half a unit per token may be lost: of note for nanojoules alone.
    private static void AssertClose(IterationCost compiled, IterationShape shape, RooflineCostModel model)
    {
        IterationCost exact = RooflineCostModel.Round(model.Evaluate(shape));
        long rounding = 1 + (shape.DecodeContext + shape.DecodeWindowContext) / 2;
        Assert.Multiple(() =>
        {
            Assert.That(compiled.Time, Is.EqualTo(exact.Time).Within(exact.Time / 1000 + 1));
            Assert.That(compiled.Flops, Is.EqualTo(exact.Flops).Within(exact.Flops / 1000 + 1));
            Assert.That(compiled.MemoryBytes, Is.EqualTo(exact.MemoryBytes).Within(exact.MemoryBytes / 1000 + 1));
            Assert.That(compiled.LinkBytes, Is.EqualTo(exact.LinkBytes).Within(exact.LinkBytes / 1000 + 1));
            Assert.That(compiled.Nanojoules, Is.EqualTo(exact.Nanojoules).Within(exact.Nanojoules / 1000 + rounding));
        });
    }

    // What the rows add up to, without what the model decides about them.
    private static IterationShape Sums(IterationShape shape)
    {
        shape.Straggler = default;
        shape.StragglerCopyTokens = 0;
        shape.PaddedTokens = 0;
        shape.Launch = default;
        return shape;
    }

    /// <summary>The batch kept row by row, as an oracle for the sums.</summary>
    private sealed class Rows
    {
        private readonly List<(int Context, int Rank)> _rows = [];

        public int Count => _rows.Count;

        public void Add(int context, int rank) => _rows.Add((context, rank));

        public (int Context, int Rank) Take(int index)
        {
            (int Context, int Rank) row = _rows[index];
            _rows.RemoveAt(index);
            return row;
        }

        public void Grow(int tokens)
        {
            for (int i = 0; i < _rows.Count; i++)
                _rows[i] = (_rows[i].Context + tokens, _rows[i].Rank);
        }

        public IterationShape Shape(int window) => new()
        {
            DecodeRows = _rows.Count,
            EmittedTokens = _rows.Count,
            DecodeContext = _rows.Sum(row => (long)row.Context),
            DecodeWindowContext = _rows.Sum(row => window > 0 ? Math.Min(row.Context, window) : (long)row.Context),
        };

        public RankShape RankShape(int window, int rank)
        {
            (int Context, int Rank)[] own = [.. _rows.Where(row => row.Rank == rank)];
            return new()
            {
                DecodeRows = own.Length,
                EmittedTokens = own.Length,
                DecodeContext = own.Sum(row => (long)row.Context),
                DecodeWindowContext = own.Sum(row => window > 0 ? Math.Min(row.Context, window) : (long)row.Context),
            };
        }
    }
}
