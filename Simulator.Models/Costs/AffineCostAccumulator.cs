namespace Simulator.Models.Costs;

/// <summary>Follows one batch under <see cref="AffineCosts"/>. Made by its <see cref="AffineCosts.CreateAccumulator"/>.</summary>
public struct AffineCostAccumulator : ICostAccumulator
{
    private readonly long _prefillIteration;
    private readonly double _prefillToken;
    private readonly double _prefillPair;
    private readonly long _decodeIteration;
    private readonly long _decodeRow;
    private readonly long _decodeContextToken;
    private BatchSums _sums;

    internal AffineCostAccumulator(AffineCosts costs)
    {
        _prefillIteration = Units(costs.PrefillIteration);
        _prefillToken = costs.PrefillToken;
        _prefillPair = costs.PrefillPair;
        _decodeIteration = Units(costs.DecodeIteration);
        _decodeRow = Units(costs.DecodeRow);
        _decodeContextToken = Units(costs.DecodeContextToken);
        _sums = new BatchSums(window: 0);
    }

    /// <inheritdoc/>
    public readonly IterationShape Shape => _sums.Shape(withDecodes: true);

    /// <inheritdoc/>
    public void AddDecode(int contextTokens, int rank = 0) => _sums.AddDecode(contextTokens, rank: 0);

    /// <inheritdoc/>
    public void RemoveDecode(int contextTokens, int rank = 0) => _sums.RemoveDecode(contextTokens, rank: 0);

    /// <inheritdoc/>
    public void AddPrefill(int queryTokens, int contextTokens, bool emits, int rank = 0) => _sums.AddPrefill(queryTokens, contextTokens, emits, rank: 0);

    /// <inheritdoc/>
    public void Advance(int iterations) => _sums.Advance(iterations);

    /// <inheritdoc/>
    public void AdvancePrefill() => _sums.AdvancePrefill();

    /// <inheritdoc/>
    public readonly IterationCost Mixed()
    {
        IterationShape shape = _sums.Shape(withDecodes: true);
        if (shape.PrefillRows == 0)
            return DecodeOnly(1).First;
        IterationCost prefill = PrefillOnly();
        return shape.DecodeRows > 0 ? prefill with { Time = prefill.Time + DecodeTime() } : prefill;
    }

    /// <inheritdoc/>
    public readonly IterationCost PrefillOnly()
    {
        IterationShape shape = _sums.Shape(withDecodes: true);
        return new(_prefillIteration + Units(shape.PrefillTokens * _prefillToken + shape.PrefillPairs * _prefillPair), 0, 0, 0, 0);
    }

    /// <inheritdoc/>
    /// <remarks>The stages share the time equally.</remarks>
    public readonly void StageTimes(bool withDecodes, long time, Span<long> times) => Equally(time, times);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The batch has no decode rows, or has prefill rows.</exception>
    public readonly CostProgression DecodeOnly(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        _sums.RequireDecodeOnly();
        return new(new(DecodeTime(), 0, 0, 0, 0), new(_decodeContextToken * _sums.DecodeRows, 0, 0, 0, 0), most);
    }

    private readonly long DecodeTime() => _decodeIteration + _decodeRow * _sums.DecodeRows + _decodeContextToken * _sums.DecodeContext;

    private static void Equally(long time, Span<long> times)
    {
        for (int stage = 0; stage < times.Length; stage++) times[stage] = time * (stage + 1) / times.Length - time * stage / times.Length;
    }

    private static long Units(double seconds) => checked((long)Math.Round(seconds * (1e9 * IterationCost.TimeUnitsPerNanosecond)));
}
