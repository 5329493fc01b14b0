namespace Simulator.Models.Costs;

/// <summary>What one iteration computes, in sums over its rows: all that the analytic cost depends on.</summary>
/// <remarks>
/// Blittable, so that batches of shapes can be evaluated on a GPU. A decode row has one query token and a context of
/// the tokens already in its KV cache; a prefill row has q query tokens after c cached ones.
/// </remarks>
public struct IterationShape
{
    /// <summary>Decode rows: sequences that generate one token.</summary>
    public int DecodeRows;

    /// <summary>Prefill rows: prompts, or parts of them, that are processed.</summary>
    public int PrefillRows;

    /// <summary>Σ q over prefill rows.</summary>
    public int PrefillTokens;

    /// <summary>Rows whose last token needs the output head: decode rows and prefills that finish.</summary>
    public int EmittedTokens;

    /// <summary>Σ context over decode rows, tokens.</summary>
    public long DecodeContext;

    /// <summary>Σ min(context, window) over decode rows, tokens; equals <see cref="DecodeContext"/> without a window.</summary>
    public long DecodeWindowContext;

    /// <summary>Σ c over prefill rows: tokens whose keys and values are read again.</summary>
    public long PrefillContext;

    /// <summary>Σ over prefill rows of the query-key pairs under the causal mask: q·c + q(q+1)/2.</summary>
    public long PrefillPairs;

    /// <summary>The same pairs, under the sliding window.</summary>
    public long PrefillWindowPairs;

    /// <summary>Greatest q of the prefill rows, tokens: a recurrent layer walks them one chunk after another.</summary>
    public int LongestPrefill;

    /// <summary>
    /// Tokens of all ranks whose feed-forward the straggler's copy of it computes; of use only with a straggler, and where a copy serves several
    /// ranks but not all.
    /// </summary>
    public int StragglerCopyTokens;

    /// <summary>
    /// The rank that takes longest; all zero when the ranks share the batch evenly. Attention and whatever else is a rank's own takes
    /// its time; experts take all tokens, and work is counted over all ranks.
    /// </summary>
    public RankShape Straggler;

    /// <summary>Tokens that every rank runs, padded to a captured size; 0 when the iteration is not padded.</summary>
    public int PaddedTokens;

    /// <summary>How the kernels are started.</summary>
    public LaunchMode Launch;
}
