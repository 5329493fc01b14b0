namespace Simulator.Models.Costs;

/// <summary>A time that is affine in the sums of a batch, with the user's own constants.</summary>
/// <remarks>
/// <para><c>seconds = [prefill rows &gt; 0] · PrefillIteration + Σq · PrefillToken + Σ(q·c + q(q+1)/2) · PrefillPair
/// + [decode rows &gt; 0] · DecodeIteration + rows · DecodeRow + Σ context · DecodeContextToken</c>.</para>
/// <para>A mixed iteration costs the sum of both parts. Work and energy are not counted: they are zero.</para>
/// </remarks>
public sealed record AffineCosts : ICostModel<AffineCostAccumulator>
{
    /// <summary>Seconds of an iteration with prefill rows.</summary>
    public double PrefillIteration { get; init; }

    /// <summary>Seconds per prefill token.</summary>
    public double PrefillToken { get; init; }

    /// <summary>Seconds per query-key pair under the causal mask.</summary>
    public double PrefillPair { get; init; }

    /// <summary>Seconds of an iteration with decode rows.</summary>
    public double DecodeIteration { get; init; }

    /// <summary>Seconds per decode row.</summary>
    public double DecodeRow { get; init; }

    /// <summary>Seconds per token of context of the decode rows.</summary>
    public double DecodeContextToken { get; init; }

    /// <summary>The form of DistServe's simulator (LLMServe/DistServe, simdistserve), whose constants are in milliseconds:
    /// prefill <c>a + b·Σn + c·Σn²</c>, decode <c>a + b·Σcontext + c·rows</c>.</summary>
    /// <remarks>A prompt of n tokens has n(n+1)/2 pairs, so Σn² = 2·pairs − Σn; prompts run in chunks add up to the same.</remarks>
    /// <param name="prefill">Constants a, b, c of prefill, ms.</param>
    /// <param name="decode">Constants a, b, c of decode, ms.</param>
    public static AffineCosts FromDistServe((double A, double B, double C) prefill, (double A, double B, double C) decode) => new()
    {
        PrefillIteration = prefill.A / 1e3,
        PrefillToken = (prefill.B - prefill.C) / 1e3,
        PrefillPair = 2 * prefill.C / 1e3,
        DecodeIteration = decode.A / 1e3,
        DecodeContextToken = decode.B / 1e3,
        DecodeRow = decode.C / 1e3,
    };

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A constant is not finite, or negative enough to make a cost negative.</exception>
    public AffineCostAccumulator CreateAccumulator()
    {
        // One token is one pair, so the token constant may be negative up to the pair constant.
        foreach (double value in new[] { PrefillIteration, PrefillToken + PrefillPair, PrefillPair, DecodeIteration, DecodeRow, DecodeContextToken })
        {
            if (!(value >= 0 && value <= 1e5))
                throw new InvalidOperationException($"Constants must give costs from 0 to 10⁵ s, but {this} does not.");
        }
        return new(this);
    }
}
