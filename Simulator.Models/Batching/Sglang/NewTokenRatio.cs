namespace Simulator.Models.Batching.Sglang;

/// <summary>The share of the output that running sequences may still generate for which SGLang sets KV memory aside (<c>new_token_ratio</c>).</summary>
/// <remarks>Mirrors the constants of <c>environ.py</c> (SGLANG_INIT_NEW_TOKEN_RATIO and the like) and <c>ScheduleBatch.retract_decode</c>.</remarks>
internal sealed class NewTokenRatio
{
    private const double Initial = 0.7;
    private const double LeastFactor = 0.14;
    private const int DecaySteps = 600;
    private const int RetractSteps = 20;

    private readonly double _initial;
    private readonly double _least;
    private readonly double _decay;

    /// <param name="conservativeness">0 or more.</param>
    public NewTokenRatio(double conservativeness)
    {
        _initial = Math.Min(Initial * conservativeness, 1);
        _least = Math.Min(_initial * LeastFactor, 1);
        _decay = (_initial - _least) / DecaySteps;
        Value = _initial;
    }

    public double Value { get; private set; }

    /// <summary>Back to the start, when the engine has nothing to do.</summary>
    public void Reset() => Value = _initial;

    /// <summary>Lowers the ratio after iterations of decodes, step by step as the engine does, so that every digit is the same.</summary>
    public void Decay(long iterations)
    {
        for (; iterations > 0 && Value > _least; iterations--) Value = Math.Max(Value - _decay, _least);
    }

    /// <summary>Takes the ratio from what the sequences that are left have generated.</summary>
    /// <param name="generated">Their tokens so far.</param>
    /// <param name="allowed">Most tokens that they may generate.</param>
    /// <param name="sequences">Their number.</param>
    public void Retracted(long generated, long allowed, int sequences) =>
        Value = Math.Min(1, (generated + RetractSteps * (long)sequences) / (double)(allowed + 1));
}
