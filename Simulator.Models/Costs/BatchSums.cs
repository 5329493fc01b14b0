namespace Simulator.Models.Costs;

/// <summary>Keeps the sums of a batch, rank by rank, as rows come, grow and go. O(1) per row and, amortised, per iteration and rank.</summary>
/// <remarks>A struct that holds references: a copy shares the ranks with the original, so only one of them may be used.</remarks>
internal struct BatchSums
{
    private readonly RankSums[] _ranks;

    public BatchSums(int window, int ranks = 1)
    {
        _ranks = new RankSums[ranks];
        for (int rank = 0; rank < ranks; rank++) _ranks[rank] = new RankSums(window > 0 ? new WindowRing(window) : null);
    }

    /// <summary>The ranks.</summary>
    public readonly ReadOnlySpan<RankSums> Ranks => _ranks;

    /// <summary>Decode rows of all ranks.</summary>
    public int DecodeRows { get; private set; }

    /// <summary>Prefill rows of all ranks.</summary>
    public int PrefillRows { get; private set; }

    /// <summary>Σ context over the decode rows of all ranks.</summary>
    public long DecodeContext { get; private set; }

    /// <summary>Sums of the next iteration over all ranks.</summary>
    /// <param name="withDecodes">Whether the decode rows run in it.</param>
    public readonly IterationShape Shape(bool withDecodes)
    {
        IterationShape all = default;
        foreach (ref readonly RankSums rank in Ranks)
        {
            RankShape own = rank.Shape(withDecodes);
            all.DecodeRows += own.DecodeRows;
            all.PrefillRows += own.PrefillRows;
            all.PrefillTokens += own.PrefillTokens;
            all.EmittedTokens += own.EmittedTokens;
            all.DecodeContext += own.DecodeContext;
            all.DecodeWindowContext += own.DecodeWindowContext;
            all.PrefillContext += own.PrefillContext;
            all.PrefillPairs += own.PrefillPairs;
            all.PrefillWindowPairs += own.PrefillWindowPairs;
            all.LongestPrefill = Math.Max(all.LongestPrefill, own.LongestPrefill);
        }
        return all;
    }

    public void AddDecode(int contextTokens, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(contextTokens);
        ref RankSums own = ref At(rank);
        own.Sums.DecodeRows++;
        own.Sums.DecodeContext += contextTokens;
        own.Ring?.Add(contextTokens);
        DecodeRows++;
        DecodeContext += contextTokens;
    }

    public void RemoveDecode(int contextTokens, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(contextTokens);
        ref RankSums own = ref At(rank);
        if (own.Sums.DecodeRows == 0 || contextTokens > own.Sums.DecodeContext)
            throw new InvalidOperationException($"No decode row of {contextTokens} tokens is in the batch.");
        own.Ring?.Remove(contextTokens);
        own.Sums.DecodeRows--;
        own.Sums.DecodeContext -= contextTokens;
        DecodeRows--;
        DecodeContext -= contextTokens;
    }

    public void AddPrefill(int queryTokens, int contextTokens, bool emits, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queryTokens, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(contextTokens);
        ref RankSums own = ref At(rank);
        long q = queryTokens, c = contextTokens;
        own.Sums.PrefillRows++;
        own.Sums.PrefillTokens += queryTokens;
        own.Sums.PrefillContext += c;
        own.Sums.PrefillPairs += q * c + q * (q + 1) / 2;
        own.Sums.LongestPrefill = Math.Max(own.Sums.LongestPrefill, queryTokens);
        if (own.Ring is not null)
            own.Sums.PrefillWindowPairs += WindowPairs(q, c, own.Ring.Window);
        if (emits)
            own.Sums.EmittedTokens++;
        PrefillRows++;
    }

    public void Advance(int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        if (PrefillRows > 0)
        {
            if (iterations != 1)
                throw new InvalidOperationException("A batch with prefill rows advances by one iteration.");
            AdvancePrefill();
        }
        for (int rank = 0; rank < _ranks.Length; rank++)
        {
            ref RankSums own = ref _ranks[rank];
            own.Sums.DecodeContext += (long)iterations * own.Sums.DecodeRows;
            own.Ring?.Advance(iterations);
        }
        DecodeContext += (long)iterations * DecodeRows;
    }

    public void AdvancePrefill()
    {
        PrefillRows = 0;
        for (int rank = 0; rank < _ranks.Length; rank++)
        {
            ref RankSums own = ref _ranks[rank];
            own.Sums = new() { DecodeRows = own.Sums.DecodeRows, DecodeContext = own.Sums.DecodeContext };
        }
    }

    public readonly void RequireDecodeOnly()
    {
        if (DecodeRows == 0 || PrefillRows > 0)
            throw new InvalidOperationException($"A batch of {DecodeRows} decode rows and {PrefillRows} prefill rows has no decode-only iteration.");
    }

    private readonly ref RankSums At(int rank)
    {
        if (rank < 0 || rank >= _ranks.Length)
            throw new ArgumentOutOfRangeException(nameof(rank), rank, $"The plan has {_ranks.Length} attention data-parallel ranks, from 0.");
        return ref _ranks[rank];
    }

    // Σ over i = 1…q of min(c + i, w): a ramp until the window is full, then flat.
    private static long WindowPairs(long q, long c, long w)
    {
        long ramp = Math.Clamp(w - c, 0, q);
        return ramp * c + ramp * (ramp + 1) / 2 + (q - ramp) * w;
    }

    /// <summary>The sums of one rank.</summary>
    internal struct RankSums(WindowRing? ring)
    {
        /// <summary>Those kept as rows come; <see cref="Shape"/> completes them.</summary>
        public RankShape Sums;

        public readonly WindowRing? Ring => ring;

        /// <summary>The rank's part of the next iteration.</summary>
        public readonly RankShape Shape(bool withDecodes)
        {
            RankShape shape = Sums;
            shape.DecodeWindowContext = ring?.Sum ?? shape.DecodeContext;
            if (ring is null)
                shape.PrefillWindowPairs = shape.PrefillPairs;
            if (withDecodes)
                shape.EmittedTokens += shape.DecodeRows;
            else
                shape.DecodeRows = 0;
            if (shape.DecodeRows == 0)
                shape.DecodeContext = shape.DecodeWindowContext = 0;
            return shape;
        }
    }
}
