namespace Simulator.Models.Costs;

/// <summary>A cost model that follows one batch: it keeps the sums that its iterations depend on.</summary>
/// <remarks>
/// Implemented by structs; the engine is generic over it, so that a call is neither virtual nor an allocation. Each batch
/// slot of a replica holds one. Decode rows stay from iteration to iteration and grow by one token in each; prefill rows
/// are set anew for every iteration.
/// </remarks>
public interface ICostAccumulator
{
    /// <summary>Adds a decode row.</summary>
    /// <param name="contextTokens">Tokens in its KV cache before the next iteration.</param>
    /// <param name="rank">Attention data-parallel rank that holds it, from 0.</param>
    void AddDecode(int contextTokens, int rank = 0);

    /// <summary>Removes a decode row.</summary>
    /// <param name="contextTokens">Tokens in its KV cache before the next iteration.</param>
    /// <param name="rank">Rank that it was added to.</param>
    void RemoveDecode(int contextTokens, int rank = 0);

    /// <summary>Adds a prefill row to the next iteration.</summary>
    /// <param name="queryTokens">Tokens to process, at least 1.</param>
    /// <param name="contextTokens">Tokens of the same sequence already in the KV cache.</param>
    /// <param name="emits">True when the row ends its prompt, and so yields a token.</param>
    /// <param name="rank">Attention data-parallel rank that holds it, from 0.</param>
    void AddPrefill(int queryTokens, int contextTokens, bool emits, int rank = 0);

    /// <summary>Cost of the next iteration with its decode and prefill rows.</summary>
    IterationCost Mixed();

    /// <summary>Cost of the next iteration with its prefill rows alone, while the decode rows stand still.</summary>
    IterationCost PrefillOnly();

    /// <summary>Costs of the next iterations while there are decode rows only.</summary>
    /// <param name="most">At most so many iterations, at least 1.</param>
    /// <returns>A progression for 1 to <paramref name="most"/> iterations.</returns>
    CostProgression DecodeOnly(int most);

    /// <summary>Divides the time of the next iteration between the pipeline stages.</summary>
    /// <param name="withDecodes">Whether the decode rows run in it.</param>
    /// <param name="time">Its time, as <see cref="Mixed"/>, <see cref="PrefillOnly"/> or <see cref="DecodeOnly"/> give it; what the stages add up to.</param>
    /// <param name="times">Receives one time for each stage, in <see cref="IterationCost.TimeUnitsPerNanosecond"/>.</param>
    void StageTimes(bool withDecodes, long time, Span<long> times);

    /// <summary>Moves past iterations: every decode context grows by that many tokens, prefill rows go.</summary>
    /// <param name="iterations">Iterations that ran, at least 1; 1 if there were prefill rows.</param>
    void Advance(int iterations);

    /// <summary>Moves past an iteration of the prefill rows alone: they go, and the decode contexts stay.</summary>
    void AdvancePrefill();

    /// <summary>Sums that describe the next iteration.</summary>
    IterationShape Shape { get; }
}
