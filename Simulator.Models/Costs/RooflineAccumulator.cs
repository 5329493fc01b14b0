namespace Simulator.Models.Costs;

/// <summary>Follows one batch under a <see cref="RooflineCostModel"/>. Made by its <see cref="RooflineCostModel.CreateAccumulator"/>.</summary>
/// <remarks>
/// Decode-only iterations cost a look-up and a few integer products, whatever the batch; tables are compiled the first time a number of
/// rows is seen. A copy shares state with the original, so use only one of the two.
/// </remarks>
public struct RooflineAccumulator : ICostAccumulator
{
    private readonly RooflineCostModel _model;
    private BatchSums _sums;

    internal RooflineAccumulator(RooflineCostModel model)
    {
        _model = model;
        _sums = new BatchSums(model.Parameters.Window);
    }

    /// <inheritdoc/>
    public readonly IterationShape Shape => _sums.Shape;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The context is negative.</exception>
    public void AddDecode(int contextTokens, int rank = 0) => _sums.AddDecode(contextTokens);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The context is negative.</exception>
    /// <exception cref="InvalidOperationException">No such row can be in the batch.</exception>
    public void RemoveDecode(int contextTokens, int rank = 0) => _sums.RemoveDecode(contextTokens);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There is no query token, or the context is negative.</exception>
    public void AddPrefill(int queryTokens, int contextTokens, bool emits, int rank = 0) => _sums.AddPrefill(queryTokens, contextTokens, emits);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one iteration.</exception>
    /// <exception cref="InvalidOperationException">More than one iteration with prefill rows.</exception>
    public void Advance(int iterations) => _sums.Advance(iterations);

    /// <inheritdoc/>
    public void AdvancePrefill() => _sums.AdvancePrefill();

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The batch has no rows.</exception>
    public readonly IterationCost Mixed()
    {
        if (_sums.PrefillRows == 0)
            return DecodeOnly(1).First;
        return RooflineCostModel.Round(Roofline.Evaluate(_sums.Shape, _model.Parameters));
    }

    /// <inheritdoc/>
    public readonly IterationCost PrefillOnly() => RooflineCostModel.Round(Roofline.Evaluate(_sums.PrefillShape, _model.Parameters));

    /// <inheritdoc/>
    public readonly void StageTimes(bool withDecodes, Span<long> times)
    {
        long time = (withDecodes ? Mixed() : PrefillOnly()).Time;
        for (int stage = 0; stage < times.Length; stage++) times[stage] = time * (stage + 1) / times.Length - time * stage / times.Length;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one iteration is asked for.</exception>
    /// <exception cref="InvalidOperationException">The batch has no decode rows, or has prefill rows.</exception>
    public readonly CostProgression DecodeOnly(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        _sums.RequireDecodeOnly();
        int rows = _sums.DecodeRows;
        DecodeCosts costs = _model.DecodeCosts(rows);
        long context = _sums.DecodeContext;
        ref readonly DecodeCosts.Piece piece = ref costs.AtContext(context, out long end);
        IterationCost first = piece.Base + piece.Slope * context;
        IterationCost increment = piece.Slope * rows;
        long iterations = Math.Min(most, Until(context, rows, end));

        if (_sums.Ring is { } ring)
        {
            ref readonly DecodeCosts.Piece window = ref costs.AtWindow(ring.Sum, out end);
            first += window.Base + window.Slope * ring.Sum;
            if (ring.Growing > 0)
            {
                increment += window.Slope * ring.Growing;
                // A row that stops after n iterations still grows in each of them: n + 1 sums lie on one line.
                iterations = Math.Min(iterations, Math.Min(ring.UntilNextStop + 1, Until(ring.Sum, ring.Growing, end)));
            }
        }
        return new(first, increment, (int)iterations);
    }

    // Sums from this one, growing by the step, that lie below the end.
    private static long Until(long sum, long step, long end) => end == long.MaxValue ? long.MaxValue : (end - sum - 1) / step + 1;
}
