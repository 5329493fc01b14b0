using Simulator.Models.Architectures;
using Simulator.Models.Costs;
using Simulator.Models.Costs.Tables;
using Simulator.Models.Parallelism;
using Simulator.Tests.Cli;
using Simulator.Tests.Models.Batching;

namespace Simulator.Tests.Models.Costs.Tables;

/// <summary>The recipe against sums written out by hand from the same tables.</summary>
public sealed class TableCostModelTests
{
    private const double Millisecond = 1e6 * IterationCost.TimeUnitsPerNanosecond;

    private static readonly Lazy<OperatorTables> Tables = new(() =>
        OperatorTables.Read(TableFiles.Write(Path.Combine(TestContext.CurrentContext.WorkDirectory, "cost-tables"))));

    private static TableCostAccumulator Batch(TableCostOptions options) => new TableCostModel(Tables.Value, options).CreateAccumulator();

    private static double T(string name, int first, int second = 0) => TableFiles.Times[(name, first, second)];

    private static double PerToken(int tokens) => NaiveVidur.TokenOperators.Sum(name => T(name, tokens));

    private static long Units(double milliseconds) => (long)Math.Round(milliseconds * Millisecond);

    [TestCase(false, 1.0)]
    [TestCase(true, 1.1)]
    public void Mixed_DecodesAndPrompts_SumsTheTables(bool grouped, double factor)
    {
        TableCostAccumulator batch = Batch(new() { LayersPerStage = 3, GroupedQueryAttention = grouped });
        batch.AddDecode(100);
        batch.AddDecode(156);
        batch.AddPrefill(30, 0, emits: true);
        batch.AddPrefill(40, 65, emits: false);
        // 72 tokens; decodes at 101 and 157, mean 129, up to 192; prompts at 0 + 128, √(900 + 1600) = 50.
        double layer = PerToken(72) + T("attn_kv_cache_save", 72) + factor * T("attn_decode", 2, 192) + factor * T("attn_prefill", 128, 2500);
        Assert.That(batch.Mixed().Time, Is.EqualTo(Units(3 * layer)));
        Assert.That((batch.Mixed().Flops, batch.Mixed().MemoryBytes, batch.Mixed().LinkBytes, batch.Mixed().Nanojoules), Is.EqualTo((0, 0, 0, 0)));
        double alone = PerToken(72) + T("attn_kv_cache_save", 70) + factor * T("attn_prefill", 128, 2500);
        Assert.That(batch.PrefillOnly().Time, Is.EqualTo(Units(3 * alone)));
    }

    [Test]
    public void Mixed_SingleRows_HaveNoBatchingOverhead()
    {
        TableCostAccumulator batch = Batch(new() { LayersPerStage = 1, GroupedQueryAttention = true });
        batch.AddDecode(63);
        batch.AddPrefill(8, 0, emits: true);
        Assert.That(batch.Mixed().Time, Is.EqualTo(Units(
            PerToken(16) + T("attn_kv_cache_save", 9) + T("attn_decode", 1, 64) + T("attn_prefill", 0, 64))));
    }

    [Test]
    public void StageTimes_Pipeline_AllButTheLastSend()
    {
        TableCostAccumulator batch = Batch(new() { LayersPerStage = 2, Stages = 3, TensorParallel = 4 });
        batch.AddDecode(10);
        long[] times = new long[3];
        batch.StageTimes(withDecodes: true, batch.Mixed().Time, times);
        double stage = 2 * (PerToken(8) + T("attn_kv_cache_save", 1) + T("attn_decode", 1, 64) + 2 * (T("all_reduce", 8) + 0.02));
        Assert.That(times, Is.EqualTo(new[] { Units(stage + T("send_recv", 8)), Units(stage + T("send_recv", 8)), Units(stage) }));
        Assert.That(batch.Mixed().Time, Is.EqualTo(times.Sum()));
        Assert.That(batch.DecodeOnly(1).First.Time, Is.EqualTo(times.Sum()));
        Assert.That(() => batch.StageTimes(true, 0, new long[2]), Throws.InvalidOperationException.With.Message.Contains("2 pipeline stages"));
    }

    /// <summary>Invariant 7 for the costs: a progression is what stepping gives, and ends where the cost changes.</summary>
    [SeededProperty(MaxTest = 200)]
    public void DecodeOnly_AnyContexts_EqualsStepping(byte[] contexts)
    {
        if (contexts.Length == 0) return;
        contexts = contexts[..Math.Min(contexts.Length, TableFiles.MostRows)];
        TableCostAccumulator batch = Batch(new() { LayersPerStage = 2 });
        foreach (byte context in contexts) batch.AddDecode(context);
        CostProgression costs = batch.DecodeOnly(1000);
        Assert.That(costs.Iterations, Is.InRange(1, 64));
        for (int i = 0; i < costs.Iterations; i++)
        {
            Assert.That(batch.DecodeOnly(1).First, Is.EqualTo(costs.At(i)));
            batch.Advance(1);
        }
        // One step on, the mean has passed a multiple of 64.
        Assert.That((batch.Shape.DecodeContext / contexts.Length + 1) % 64, Is.EqualTo(1));
        Assert.That(Batch(new() { LayersPerStage = 2 }).Shape.DecodeRows, Is.Zero);
    }

    [Test]
    public void RemoveDecodeAndAdvance_Batch_IsAsIfMadeAnew()
    {
        TableCostAccumulator batch = Batch(new() { LayersPerStage = 2 });
        batch.AddDecode(5);
        batch.AddDecode(70);
        batch.AddPrefill(9, 3, emits: false);
        batch.Advance(1);
        batch.RemoveDecode(6);
        TableCostAccumulator same = Batch(new() { LayersPerStage = 2 });
        same.AddDecode(71);
        Assert.That(batch.Mixed(), Is.EqualTo(same.Mixed()));
        batch.AddPrefill(9, 3, emits: false);
        batch.AdvancePrefill();
        Assert.That(batch.Mixed(), Is.EqualTo(same.Mixed()));
    }

    [Test]
    public void Mixed_OutsideTheTables_NamesTableKeyRangeAndRemedy()
    {
        TableCostAccumulator batch = Batch(new() { LayersPerStage = 2 });
        batch.AddPrefill(600, 0, emits: true);
        OperatorTableException tokens = Assert.Throws<OperatorTableException>(() => batch.Mixed())!;
        Assert.That(tokens.Path, Does.Contain("attn_pre_proj.csv"));
        Assert.That(tokens.Message, Does.EndWith(
            ": an iteration needs the time at num_tokens 600, and the table has num_tokens 1 to 512. "
            + "Extend the table, or keep iterations within it by the scheduler's limits on tokens and sequences."));

        batch = Batch(new() { LayersPerStage = 2 });
        batch.AddDecode(600);
        OperatorTableException kv = Assert.Throws<OperatorTableException>(() => batch.DecodeOnly(5))!;
        Assert.That(kv.Path, Does.Contain("attn_decode.csv"));
        Assert.That(kv.Fault, Is.EqualTo(
            "an iteration needs the time at batch_size 1, kv_cache_size 640, and the table has batch_size 1 to 32 and kv_cache_size 0 to 512 by 64"));
    }

    [Test]
    public void Constructor_TableOfALinkMissing_SaysWhatForItIsNeeded()
    {
        using TemporaryFiles files = new();
        string folder = TableFiles.Write(files["tables"]);
        foreach (string file in Directory.GetFiles(folder, "all_reduce*").Concat(Directory.GetFiles(folder, "send_recv*"))) File.Delete(file);
        OperatorTables tables = OperatorTables.Read(folder);
        Assert.That(() => new TableCostModel(tables, new() { LayersPerStage = 1 }), Throws.Nothing);
        Assert.That(
            () => new TableCostModel(tables, new() { LayersPerStage = 1, TensorParallel = 2 }),
            Throws.TypeOf<OperatorTableException>().With.Message.Contains("all_reduce.csv: the table does not exist, and tensor parallelism needs it"));
        Assert.That(
            () => new TableCostModel(tables, new() { LayersPerStage = 1, Stages = 2 }),
            Throws.TypeOf<OperatorTableException>().With.Message.Contains("send_recv.csv: the table does not exist, and a pipeline needs it"));
    }

    [Test]
    public void For_CatalogueModel_GivesLayersOfAStageAndHeads()
    {
        Assert.That(
            TableCostOptions.For(ModelArchitectures.Find("meta-llama/Llama-2-70b-hf"), new ParallelPlan(2, 2)),
            Is.EqualTo(new TableCostOptions { LayersPerStage = 40, Stages = 2, TensorParallel = 2, GroupedQueryAttention = true }));
        Assert.That(
            TableCostOptions.For(ModelArchitectures.Find("llama-2-7b"), ParallelPlan.Single), Is.EqualTo(new TableCostOptions { LayersPerStage = 32 }));
    }

    [TestCase("llama-2-7b", 1, 3, 1, "Pipeline parallel 3 does not divide the 32 layers of llama-2-7b.")]
    [TestCase("llama-2-7b", 1, 1, 2, "Operator tables know tensor and pipeline parallelism only; set data and expert parallel to 1.")]
    [TestCase("gpt-oss-20b", 1, 1, 1, "Operator tables describe one kind of layer, and gpt-oss-20b has several.")]
    public void For_PlanOrModelThatTablesCannotDescribe_SaysWhy(string model, int tensor, int pipeline, int data, string fault) => Assert.That(
        () => TableCostOptions.For(ModelArchitectures.Find(model), new ParallelPlan(tensor, pipeline, data)),
        Throws.ArgumentException.With.Message.StartsWith(fault));

    [Test]
    public void Constructor_OptionsOutOfRange_ReportsAll()
    {
        TableCostOptions options = new()
        {
            LayersPerStage = 0, Stages = 0, TensorParallel = -1, TokenStep = 0, KvStep = 0, BatchingOverhead = double.NaN, AllReduceLaunchMilliseconds = -1,
        };
        Assert.That(options.Validate(), Has.Count.EqualTo(7).And.All.Contains("must be from"));
        Assert.That(() => new TableCostModel(Tables.Value, options), Throws.ArgumentException);
    }
}
