namespace Simulator.Models.Costs;

/// <summary>Follows one batch under <see cref="TwoRegimeCosts"/>. Made by its <see cref="TwoRegimeCosts.CreateAccumulator"/>.</summary>
public struct TwoRegimeCostAccumulator : ICostAccumulator
{
    private readonly int _manyRows;
    private AffineCostAccumulator _few;
    private AffineCostAccumulator _many;

    internal TwoRegimeCostAccumulator(AffineCostAccumulator few, AffineCostAccumulator many, int manyRows) =>
        (_few, _many, _manyRows) = (few, many, manyRows);

    /// <inheritdoc/>
    public readonly IterationShape Shape => _few.Shape;

    private readonly bool IsMany => _few.Shape.DecodeRows >= _manyRows;

    /// <inheritdoc/>
    public void AddDecode(int contextTokens, int rank = 0)
    {
        _few.AddDecode(contextTokens, rank);
        _many.AddDecode(contextTokens, rank);
    }

    /// <inheritdoc/>
    public void RemoveDecode(int contextTokens, int rank = 0)
    {
        _few.RemoveDecode(contextTokens, rank);
        _many.RemoveDecode(contextTokens, rank);
    }

    /// <inheritdoc/>
    public void AddPrefill(int queryTokens, int contextTokens, bool emits, int rank = 0)
    {
        _few.AddPrefill(queryTokens, contextTokens, emits, rank);
        _many.AddPrefill(queryTokens, contextTokens, emits, rank);
    }

    /// <inheritdoc/>
    public readonly IterationCost Mixed() => IsMany ? _many.Mixed() : _few.Mixed();

    /// <inheritdoc/>
    /// <remarks>The decode rows stand still, so the constants are those for few.</remarks>
    public readonly IterationCost PrefillOnly() => _few.PrefillOnly();

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The batch has no decode rows, or has prefill rows.</exception>
    public readonly CostProgression DecodeOnly(int most) => IsMany ? _many.DecodeOnly(most) : _few.DecodeOnly(most);

    /// <inheritdoc/>
    public readonly void StageTimes(bool withDecodes, long time, Span<long> times)
    {
        if (withDecodes && IsMany) _many.StageTimes(withDecodes, time, times);
        else _few.StageTimes(withDecodes, time, times);
    }

    /// <inheritdoc/>
    public void Advance(int iterations)
    {
        _few.Advance(iterations);
        _many.Advance(iterations);
    }

    /// <inheritdoc/>
    public void AdvancePrefill()
    {
        _few.AdvancePrefill();
        _many.AdvancePrefill();
    }
}
