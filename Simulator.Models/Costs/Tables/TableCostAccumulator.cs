namespace Simulator.Models.Costs.Tables;

/// <summary>Follows one batch under a <see cref="TableCostModel"/>. Made by its <see cref="TableCostModel.CreateAccumulator"/>.</summary>
/// <remarks>Every decode row grows by a token in each iteration, so their mean does: the cost stays until the mean passes a multiple of the KV step.</remarks>
public struct TableCostAccumulator : ICostAccumulator
{
    private readonly TableCostModel _model;
    private BatchSums _sums;
    private long _prefillKv;
    private long _chunkSquares;

    internal TableCostAccumulator(TableCostModel model)
    {
        _model = model;
        _sums = new BatchSums(window: 0);
    }

    /// <inheritdoc/>
    public readonly IterationShape Shape => _sums.Shape(withDecodes: true);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The context is negative.</exception>
    public void AddDecode(int contextTokens, int rank = 0) => _sums.AddDecode(contextTokens, rank: 0);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The context is negative.</exception>
    /// <exception cref="InvalidOperationException">No such row can be in the batch.</exception>
    public void RemoveDecode(int contextTokens, int rank = 0) => _sums.RemoveDecode(contextTokens, rank: 0);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There is no query token, or the context is negative.</exception>
    public void AddPrefill(int queryTokens, int contextTokens, bool emits, int rank = 0)
    {
        _sums.AddPrefill(queryTokens, contextTokens, emits, rank: 0);
        _prefillKv += _model.RoundKv(contextTokens);
        _chunkSquares += (long)queryTokens * queryTokens;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one iteration.</exception>
    /// <exception cref="InvalidOperationException">More than one iteration with prefill rows.</exception>
    public void Advance(int iterations)
    {
        _sums.Advance(iterations);
        _prefillKv = _chunkSquares = 0;
    }

    /// <inheritdoc/>
    public void AdvancePrefill()
    {
        _sums.AdvancePrefill();
        _prefillKv = _chunkSquares = 0;
    }

    /// <inheritdoc/>
    /// <exception cref="OperatorTableException">The tables do not reach that far.</exception>
    public readonly IterationCost Mixed() => Cost(withDecodes: true);

    /// <inheritdoc/>
    /// <exception cref="OperatorTableException">The tables do not reach that far.</exception>
    public readonly IterationCost PrefillOnly() => Cost(withDecodes: false);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There are not as many stages as the model was compiled for.</exception>
    /// <exception cref="OperatorTableException">The tables do not reach that far.</exception>
    public readonly void StageTimes(bool withDecodes, long time, Span<long> times)
    {
        if (times.Length != _model.Options.Stages)
            throw new InvalidOperationException($"The plan has {times.Length} pipeline stages and the table costs are for {_model.Options.Stages}; give both the same.");
        (long inner, long last) = _model.StageTimes(Batch(withDecodes));
        times[..^1].Fill(inner);
        times[^1] = last;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one iteration is asked for.</exception>
    /// <exception cref="InvalidOperationException">The batch has no decode rows, or has prefill rows.</exception>
    /// <exception cref="OperatorTableException">The tables do not reach that far.</exception>
    public readonly CostProgression DecodeOnly(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        _sums.RequireDecodeOnly();
        long mean = Batch(withDecodes: true).MeanKv;
        return new(Mixed(), default, (int)Math.Min(most, _model.RoundKv(mean) - mean + 1));
    }

    private readonly IterationCost Cost(bool withDecodes)
    {
        (long inner, long last) = _model.StageTimes(Batch(withDecodes));
        return new(inner * (_model.Options.Stages - 1) + last, 0, 0, 0, 0);
    }

    private readonly TableBatch Batch(bool withDecodes)
    {
        IterationShape shape = _sums.Shape(withDecodes: true);
        int rows = withDecodes ? shape.DecodeRows : 0;
        return new(rows + shape.PrefillTokens, rows, rows > 0 ? shape.DecodeContext / rows + 1 : 0, shape.PrefillRows, _prefillKv, _chunkSquares);
    }
}
