namespace Simulator.Models.Costs;

/// <summary>What one attention data-parallel rank computes in an iteration. Blittable; the members mean what those of <see cref="IterationShape"/> do.</summary>
public struct RankShape
{
    /// <summary>Decode rows of the rank.</summary>
    public int DecodeRows;

    /// <summary>Prefill rows of the rank.</summary>
    public int PrefillRows;

    /// <summary>Σ q over its prefill rows.</summary>
    public int PrefillTokens;

    /// <summary>Its rows whose last token needs the output head.</summary>
    public int EmittedTokens;

    /// <summary>Σ context over its decode rows, tokens.</summary>
    public long DecodeContext;

    /// <summary>Σ min(context, window) over its decode rows, tokens.</summary>
    public long DecodeWindowContext;

    /// <summary>Σ c over its prefill rows.</summary>
    public long PrefillContext;

    /// <summary>Query-key pairs of its prefill rows under the causal mask.</summary>
    public long PrefillPairs;

    /// <summary>The same pairs, under the sliding window.</summary>
    public long PrefillWindowPairs;

    /// <summary>Greatest q of its prefill rows, tokens.</summary>
    public int LongestPrefill;
}

/// <summary>A quantity that data-parallel ranks have different amounts of: work is counted by the mean, time goes by the straggler.</summary>
/// <param name="mean">Amount of a rank on average.</param>
/// <param name="straggler">Amount of the rank that takes longest.</param>
internal readonly struct PerRank(double mean, double straggler)
{
    public double Mean { get; } = mean;

    public double Straggler { get; } = straggler;

    public static PerRank operator +(PerRank a, PerRank b) => new(a.Mean + b.Mean, a.Straggler + b.Straggler);

    public static PerRank operator +(PerRank a, double b) => new(a.Mean + b, a.Straggler + b);

    public static PerRank operator *(PerRank a, double b) => new(a.Mean * b, a.Straggler * b);

    public static PerRank Min(PerRank a, PerRank b) => new(Math.Min(a.Mean, b.Mean), Math.Min(a.Straggler, b.Straggler));
}
