namespace Simulator.Models.Costs;

/// <summary>Affine costs with other constants for iterations of many decode rows than for those of few.</summary>
/// <remarks>The form of DistServe's simulator (LLMServe/DistServe, <c>simdistserve/estimators/time_estimator.py</c>), whose decode kernels change at some batch size.</remarks>
/// <param name="Few">Costs of iterations with fewer decode rows.</param>
/// <param name="Many">Costs of iterations with so many decode rows or more.</param>
/// <param name="ManyRows">The decode rows from which <paramref name="Many"/> holds, at least 1.</param>
public sealed record TwoRegimeCosts(AffineCosts Few, AffineCosts Many, int ManyRows) : ICostModel<TwoRegimeCostAccumulator>
{
    /// <summary>DistServe's constants, in milliseconds: prefill <c>a + b·Σn + c·Σn²</c>, decode <c>a + b·Σcontext + c·rows</c>.</summary>
    /// <param name="prefill">Constants a, b, c of prefill, ms.</param>
    /// <param name="few">Constants a, b, c of decode below the threshold, ms (<c>decoding_smallbs</c>).</param>
    /// <param name="many">Constants a, b, c of decode from the threshold on, ms (<c>decoding_largebs</c>).</param>
    /// <param name="manyRows">The threshold in decode rows (<c>decoding_large_small_bs_threshold</c>), at least 1.</param>
    public static TwoRegimeCosts FromDistServe(
        (double A, double B, double C) prefill, (double A, double B, double C) few, (double A, double B, double C) many, int manyRows) =>
        new(AffineCosts.FromDistServe(prefill, few), AffineCosts.FromDistServe(prefill, many), manyRows);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A constant is out of range, or <see cref="ManyRows"/> is.</exception>
    public TwoRegimeCostAccumulator CreateAccumulator()
    {
        if (ManyRows < 1) throw new InvalidOperationException($"The second regime begins at {ManyRows} decode rows; it must be at least 1.");
        return new(Few.CreateAccumulator(), Many.CreateAccumulator(), ManyRows);
    }
}
