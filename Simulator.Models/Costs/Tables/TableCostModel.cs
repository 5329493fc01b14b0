namespace Simulator.Models.Costs.Tables;

/// <summary>The cost of an iteration as a sum of looked-up operator times, as Vidur computes it (MLSys '24, arXiv 2405.05465). Safe to share between threads.</summary>
/// <remarks>
/// <para>A stage takes <c>layers × (nine operators at the tokens, rounded up + the KV write at the tokens + decode attention at the rows and
/// their mean KV length, rounded up + prefill attention at the sum of KV lengths, each rounded up, and the root of the sum of squared
/// chunks + two all-reduces) + sending to the next stage</c>; see <c>_get_attention_prefill_execution_time</c> and its neighbours in
/// <c>vidur/execution_time_predictor/sklearn_execution_time_predictor.py</c>, and <c>vidur/entities/execution_time.py</c>. The KV
/// length of a decode row counts the token that it computes. Embedding, output head, sampling and the host cost nothing.</para>
/// <para>Times are rounded once for each stage. Operations, bytes and energy are not in the tables and stay 0.</para>
/// </remarks>
public sealed class TableCostModel : ICostModel<TableCostAccumulator>
{
    private const double UnitsPerMillisecond = 1e6 * IterationCost.TimeUnitsPerNanosecond;

    private readonly OperatorTables _tables;
    private readonly double[] _perToken;
    private readonly double _batching;

    /// <summary>Compiles.</summary>
    /// <param name="tables">The tables, of the model under the tensor parallel size of the options.</param>
    /// <param name="options">What to make of them.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists every fault.</exception>
    /// <exception cref="OperatorTableException">The table of all-reduces or of sends is needed and missing.</exception>
    public TableCostModel(OperatorTables tables, TableCostOptions options)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> faults = options.Validate();
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        if (options.TensorParallel > 1 && tables.AllReduce is null) throw tables.MissingTable("all_reduce", "tensor parallelism needs it");
        if (options.Stages > 1 && tables.SendReceive is null) throw tables.MissingTable("send_recv", "a pipeline needs it");
        (_tables, Options) = (tables, options);
        _batching = options.GroupedQueryAttention ? 1 + options.BatchingOverhead : 1;
        _perToken = new double[tables.PerToken.Max(table => table.Last) / options.TokenStep + 1];
        for (int step = 0; step < _perToken.Length; step++) _perToken[step] = SumPerToken(step * options.TokenStep);
    }

    /// <summary>What is made of the tables.</summary>
    public TableCostOptions Options { get; }

    /// <inheritdoc/>
    public TableCostAccumulator CreateAccumulator() => new(this);

    /// <summary>A KV length rounded up to a step of the tables.</summary>
    internal long RoundKv(long tokens) => (tokens + Options.KvStep - 1) / Options.KvStep * Options.KvStep;

    /// <summary>Times of a stage that sends on and of the last one, in <see cref="IterationCost.TimeUnitsPerNanosecond"/>.</summary>
    /// <exception cref="OperatorTableException">The tables do not reach that far.</exception>
    internal (long Inner, long Last) StageTimes(in TableBatch batch)
    {
        double layer = PerTokenAt(batch.Tokens) + _tables.KvCacheSave.At(batch.Tokens);
        if (batch.DecodeRows > 0)
            layer += _tables.Decode.At(batch.DecodeRows, RoundKv(batch.MeanKv)) * (batch.DecodeRows > 1 ? _batching : 1);
        if (batch.PrefillRows > 0)
        {
            long chunk = (long)Math.Round(Math.Sqrt(batch.ChunkSquares));
            layer += _tables.Prefill.At(batch.PrefillKv, chunk) * (batch.PrefillRows > 1 ? _batching : 1);
        }
        double stage = Options.LayersPerStage * layer;
        double send = Options.Stages > 1 ? _tables.SendReceive!.At(RoundTokens(batch.Tokens)) : 0;
        return (Units(stage + send), Units(stage));
    }

    private static long Units(double milliseconds) => checked((long)Math.Round(milliseconds * UnitsPerMillisecond));

    private int RoundTokens(int tokens) => (tokens + Options.TokenStep - 1) / Options.TokenStep * Options.TokenStep;

    private double PerTokenAt(int tokens)
    {
        int step = (tokens + Options.TokenStep - 1) / Options.TokenStep;
        return step < _perToken.Length && !double.IsNaN(_perToken[step]) ? _perToken[step] : throw MissingPerToken(RoundTokens(tokens));
    }

    private double SumPerToken(int tokens)
    {
        double sum = 0;
        foreach (OperatorTable table in _tables.PerToken) sum += table.Find(tokens);
        return Options.TensorParallel > 1 ? sum + 2 * (_tables.AllReduce!.Find(tokens) + Options.AllReduceLaunchMilliseconds) : sum;
    }

    private OperatorTableException MissingPerToken(int tokens)
    {
        OperatorTable? without = Array.Find(_tables.PerToken, table => double.IsNaN(table.Find(tokens)));
        return (without ?? _tables.AllReduce!).Missing(tokens);
    }
}

/// <summary>What the cost of an iteration by tables depends on.</summary>
/// <param name="Tokens">Tokens of all rows.</param>
/// <param name="DecodeRows">Decode rows.</param>
/// <param name="MeanKv">Mean KV length of the decode rows, rounded down.</param>
/// <param name="PrefillRows">Prefill rows.</param>
/// <param name="PrefillKv">Sum of the KV lengths of prefill rows, each rounded up.</param>
/// <param name="ChunkSquares">Sum of the squared tokens of prefill rows.</param>
internal readonly record struct TableBatch(int Tokens, int DecodeRows, long MeanKv, int PrefillRows, long PrefillKv, long ChunkSquares);
