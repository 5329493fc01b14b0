namespace Simulator.Models.Costs;

/// <summary>Follows one batch under a <see cref="RooflineCostModel"/>. Made by its <see cref="RooflineCostModel.CreateAccumulator"/>.</summary>
/// <remarks>
/// <para>
/// Decode-only iterations cost a few look-ups and integer products for each data-parallel rank, whatever the batch; tables are compiled the
/// first time a number of rows is seen. A copy shares state with the original, so use only one of the two.
/// </para>
/// <para>
/// The ranks step together: an iteration takes as long as the rank that takes longest, and a progression ends where another one does.
/// </para>
/// </remarks>
public struct RooflineAccumulator : ICostAccumulator
{
    private readonly RooflineCostModel _model;
    private BatchSums _sums;

    internal RooflineAccumulator(RooflineCostModel model)
    {
        _model = model;
        _sums = new BatchSums(model.Parameters.Window, model.Parameters.Ranks);
    }

    /// <inheritdoc/>
    public readonly IterationShape Shape => Describe(withDecodes: true);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The context is negative, or the plan has no such rank.</exception>
    public void AddDecode(int contextTokens, int rank = 0) => _sums.AddDecode(contextTokens, rank);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The context is negative, or the plan has no such rank.</exception>
    /// <exception cref="InvalidOperationException">No such row can be in the batch.</exception>
    public void RemoveDecode(int contextTokens, int rank = 0) => _sums.RemoveDecode(contextTokens, rank);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There is no query token, the context is negative, or the plan has no such rank.</exception>
    public void AddPrefill(int queryTokens, int contextTokens, bool emits, int rank = 0) => _sums.AddPrefill(queryTokens, contextTokens, emits, rank);

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
        return RooflineCostModel.Round(Roofline.Evaluate(Describe(withDecodes: true), _model.Parameters));
    }

    /// <inheritdoc/>
    public readonly IterationCost PrefillOnly() => RooflineCostModel.Round(Roofline.Evaluate(Describe(withDecodes: false), _model.Parameters));

    /// <inheritdoc/>
    /// <remarks>
    /// A stage has its layers and the transfer to the next; the first has the embedding and the host's work before the pass too, the last
    /// the output head and the host's work after it. Time that the device waits for the host is shared in proportion.
    /// </remarks>
    /// <exception cref="ArgumentException">There is not one place for each stage of the plan.</exception>
    public readonly void StageTimes(bool withDecodes, long time, Span<long> times)
    {
        if (times.Length != _model.Parameters.Stages)
            throw new ArgumentException($"The plan has {_model.Parameters.Stages} pipeline stages, not {times.Length}.", nameof(times));
        StageSeconds seconds = default;
        if (times.Length > 1 && withDecodes && _sums.PrefillRows == 0)
            seconds = StagesOfDecodes();
        else if (times.Length > 1)
            Roofline.Visit(Describe(withDecodes), _model.Parameters, ref seconds);
        seconds.Divide(time, _model.StageLayers, times);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one iteration is asked for.</exception>
    /// <exception cref="InvalidOperationException">The batch has no decode rows, or has prefill rows.</exception>
    public readonly CostProgression DecodeOnly(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        _sums.RequireDecodeOnly();
        ReadOnlySpan<BatchSums.RankSums> ranks = _sums.Ranks;
        long window = 0, stop = long.MaxValue;
        int growing = 0, mostRows = 0;
        foreach (ref readonly BatchSums.RankSums rank in ranks)
        {
            mostRows = Math.Max(mostRows, rank.Sums.DecodeRows);
            if (rank.Ring is not { } ring)
                continue;
            window += ring.Sum;
            growing += ring.Growing;
            stop = Math.Min(stop, ring.UntilNextStop);
        }
        // A row that stops after n iterations still grows in each of them: n + 1 sums lie on one line. Among ranks, the next choice of the
        // straggler has to see that it has stopped.
        if (ranks.Length == 1 && stop < long.MaxValue)
            stop++;

        (LaunchMode launch, int size) = _model.Choose(mostRows, decodeOnly: true);
        DecodeBatchCosts batch = _model.BatchCosts(_sums.DecodeRows);
        TimeLine time = Straggler(ranks, size > 0, out _);
        IterationCost launches = _model.Launches(launch), host = batch.Host;
        if (size > 0)
        {
            IterationCost padded = _model.SizeCosts(size);
            time.Time += padded.Time;
            time.Nanojoules += padded.Nanojoules;
        }
        if (_model.Parameters.HostOverlapped != 0)
        {
            time.RaiseTo(host + launches);
            time.Time += batch.Exposed.Time;
            time.Nanojoules += batch.Exposed.Nanojoules;
        }
        else
        {
            time.RaiseTo(launches);
            time.Time += host.Time;
            time.Nanojoules += host.Nanojoules;
        }
        IterationCost first = new(time.Time, 0, 0, 0, time.Nanojoules), increment = new(time.TimeStep, 0, 0, 0, time.NanojoulesStep);
        long iterations = Math.Min(most, Math.Min(stop, time.Iterations));
        batch.Work.AddWork(_sums.DecodeContext, _sums.DecodeRows, window, growing, ref first, ref increment, ref iterations);
        return new(first, increment, (int)iterations);
    }

    // The rank that takes longest, with the copy of the feed-forward that serves it, for as long as it does. Of equals the one that grows
    // fastest, so that none can overtake it at once.
    private readonly TimeLine Straggler(ReadOnlySpan<BatchSums.RankSums> ranks, bool padded, out int index)
    {
        index = 0;
        int together = padded ? 0 : _model.CopyRanks;
        TimeLine straggler = default;
        IterationCost copy = default;
        for (int i = 0; i < ranks.Length; i++)
        {
            if (together > 0 && i % together == 0)
                copy = Copy(CopiedRows(ranks, i, together));
            TimeLine line = Line(ranks[i], padded);
            line.Time += copy.Time;
            line.Nanojoules += copy.Nanojoules;
            if (i == 0)
            {
                straggler = line;
                continue;
            }
            long iterations = Math.Min(straggler.Iterations, line.Iterations);
            long ahead = line.Time - straggler.Time, faster = line.TimeStep - straggler.TimeStep;
            // The lines cross where what one is ahead is used up; from there on the other is the straggler.
            if (ahead != 0 && faster != 0 && ahead > 0 == faster < 0)
                iterations = Math.Min(iterations, (Math.Abs(ahead) + Math.Abs(faster) - 1) / Math.Abs(faster));
            if (ahead > 0 || (ahead == 0 && faster > 0))
                (straggler, index) = (line, i);
            straggler.Iterations = iterations;
        }
        return straggler;
    }

    private readonly IterationCost Copy(int rows) => rows == 0 ? default : _model.CopyCosts(rows);

    // Decode rows of the ranks that one copy of the feed-forward serves.
    private static int CopiedRows(ReadOnlySpan<BatchSums.RankSums> ranks, int first, int together)
    {
        int rows = 0;
        foreach (ref readonly BatchSums.RankSums rank in ranks.Slice(first, together)) rows += rank.Sums.DecodeRows;
        return rows;
    }

    // As a visit of the rank that takes longest, with what goes by rows alone out of tables.
    private readonly StageSeconds StagesOfDecodes()
    {
        ReadOnlySpan<BatchSums.RankSums> ranks = _sums.Ranks;
        int most = 0, together = _model.CopyRanks;
        foreach (ref readonly BatchSums.RankSums own in ranks) most = Math.Max(most, own.Sums.DecodeRows);
        int size = _model.Choose(most, decodeOnly: true).Size;
        Straggler(ranks, size > 0, out int index);
        ref readonly BatchSums.RankSums rank = ref ranks[index];
        int rows = rank.Sums.DecodeRows;
        StageSeconds seconds = _model.StagesOfRows(rows, size, size > 0 || together == 0 ? 0 : CopiedRows(ranks, index - index % together, together));

        ref readonly RooflineParameters p = ref _model.OneRank;
        long context = rank.Sums.DecodeContext, window = rank.Ring?.Sum ?? context;
        for (int kind = 0; kind < p.Kinds; kind++)
        {
            ref readonly LayerParameters layer = ref DecodeCosts.Kind(p, kind);
            long keys = layer.Windowed != 0 ? window : context;
            seconds.Add(Roofline.AttentionDecode(layer, kind, new(rows, rows), new(keys, keys), p));
        }
        if (p.HostOverlapped == 0)
        {
            int all = _sums.DecodeRows;
            seconds.AddHost(p.HostSchedule.Seconds(all) + p.HostPrepare.Seconds(all), p.HostSample.Seconds(all) + p.HostDetokenize.Seconds(all));
        }
        return seconds;
    }

    private readonly TimeLine Line(in BatchSums.RankSums rank, bool padded)
    {
        int rows = rank.Sums.DecodeRows;
        return rows == 0
            ? new() { Iterations = long.MaxValue }
            : _model.RankCosts(rows, padded).Times(rank.Sums.DecodeContext, rows, rank.Ring);
    }

    // The next iteration: its sums, the graph that it runs in, and the rank that takes longest.
    private readonly IterationShape Describe(bool withDecodes)
    {
        IterationShape shape = _sums.Shape(withDecodes);
        if (shape.DecodeRows + shape.PrefillRows == 0)
            return shape;
        int most = 0;
        foreach (ref readonly BatchSums.RankSums rank in _sums.Ranks)
        {
            RankShape own = rank.Shape(withDecodes);
            most = Math.Max(most, own.DecodeRows + (int)Math.Ceiling(own.PrefillTokens * _model.Parameters.ContextShare));
        }
        (shape.Launch, shape.PaddedTokens) = _model.Choose(most, shape.PrefillRows == 0);
        if (_sums.Ranks.Length == 1)
            return shape;

        IterationShape longest = shape;
        double seconds = -1;
        bool copies = _model.Parameters.FeedForwardCopies > 0 && _model.CopyRanks > 1;
        for (int i = 0; i < _sums.Ranks.Length; i++)
        {
            if (copies && i % _model.CopyRanks == 0)
                shape.StragglerCopyTokens = Tokens(_sums.Ranks.Slice(i, _model.CopyRanks), withDecodes);
            shape.Straggler = _sums.Ranks[i].Shape(withDecodes);
            if (shape.Straggler.DecodeRows + shape.Straggler.PrefillRows == 0)
                continue;
            double own = Roofline.Evaluate(shape, _model.Parameters).DeviceSeconds;
            if (own <= seconds)
                continue;
            seconds = own;
            longest = shape;
        }
        return longest;
    }

    private static int Tokens(ReadOnlySpan<BatchSums.RankSums> ranks, bool withDecodes)
    {
        int tokens = 0;
        foreach (ref readonly BatchSums.RankSums rank in ranks)
        {
            RankShape own = rank.Shape(withDecodes);
            tokens += own.DecodeRows + own.PrefillTokens;
        }
        return tokens;
    }
}
