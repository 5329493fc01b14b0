using Simulator.Models.Engines;

namespace Simulator.Models.Batching.Sglang;

/// <summary>The scheduler of SGLang (version 0.5): prompts first and by themselves, admitted with an eye to what will be generated.</summary>
/// <remarks>
/// <para>Mirrors <c>scheduler.py</c>, <c>schedule_policy.py</c> and <c>schedule_batch.py</c> in <c>python/sglang/srt/managers</c>. When prompts can be
/// admitted, they run alone (or with the decodes, <see cref="SglangOptions.MixedChunk"/>); otherwise all decodes run. One prompt at a
/// time may be split, and its next chunk goes first.</para>
/// <para>A sequence is admitted while its tokens, all that it may generate (at most 4096) and a page fit into what is free or evictable
/// less a share of what the running ones may generate: see <see cref="NewTokenRatio"/>. When one is refused for memory or places, no
/// more are tried until a running one has ended and the decodes have run once after it.</para>
/// <para>When blocks are short for the decodes, the sequence that has generated least is retracted, of those the one with the longest
/// prompt, of those the last, until the others fit; it goes to the end of the queue and is computed again.</para>
/// <para>Where the real engine would end a request for want of memory, or fail, this one goes on: the last decode is retracted too; the
/// only sequence is admitted whatever it may generate; a chunk is cut to the blocks there are; the decodes of a mixed iteration stand
/// still when chunks leave no blocks for them; and of the prompts that the slots of a pipeline have split the last is retracted when they
/// hold all blocks between them. Sequences that ended in the last iteration count as running for one more
/// admission, as in the engine, but what they might still have generated does not.</para>
/// </remarks>
public sealed class SglangScheduler : IBatchScheduler
{
    /// <summary>Most output tokens that are set aside for a sequence (SGLANG_CLIP_MAX_NEW_TOKENS_ESTIMATION).</summary>
    private const int MostNewTokens = 4096;

    private readonly SglangOptions _options;
    private readonly NewTokenRatio _ratio;
    private readonly WaitingOrder _order;
    private readonly int _page;
    private readonly long _longest;
    private readonly bool _isAlone;
    private bool _isFull;
    private bool _prefilled;
    private bool _decoded;
    private int _runningBefore;
    private long _iterationsBefore;

    /// <summary>Creates the scheduler of one replica.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="context">What it may know of the replica.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists every fault.</exception>
    public SglangScheduler(SglangOptions options, SchedulerContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<string> faults = [.. options.Validate()];
        if (context.BlockTokens != options.PageSize)
            faults.Add($"PageSize is {options.PageSize} and a KV block has {context.BlockTokens} tokens; they must be the same.");
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        _options = options;
        _ratio = new NewTokenRatio(options.ScheduleConservativeness);
        _order = new WaitingOrder(options.SchedulePolicy == SglangPolicy.LongestPrefixMatch && options.RadixCache);
        _page = options.PageSize;
        _longest = Math.Min(context.ContextWindow, Math.Min(context.KvBlocks, int.MaxValue) * _page) - 2;
        _isAlone = context.BatchSlots == 1;
    }

    /// <inheritdoc/>
    public BatchDecision Compose(BatchComposer batch)
    {
        // The ratio was lowered for the first iteration of the last stretch when that was decided.
        if (_decoded && _isAlone) _ratio.Decay(batch.DecodeIterations - _iterationsBefore - 1);
        int ended = _decoded ? Math.Max(0, _runningBefore - batch.RunningCount) : 0;
        // After an iteration with prompts, a sequence that has ended and a prompt that was split make room at once.
        if (_prefilled && (batch.PrefillingCount > 0 || batch.RunningCount < _runningBefore)) _isFull = false;
        _decoded = _prefilled = false;
        if (batch.RunningCount == 0 && batch.Now > batch.LastIterationEnd) _ratio.Reset();

        bool prefills = TryPrefill(batch, ended);
        if (!prefills && batch.RunningCount == 0)
        {
            // The engine finds nothing to run, and looks again.
            _isFull = false;
            _ratio.Reset();
            prefills = TryPrefill(batch, ended: 0);
        }
        if (prefills)
        {
            if (_options.MixedChunk && batch.DecodeCount > 0) batch.TryDecodeAll();
            _prefilled = true;
            _runningBefore = batch.RunningCount;
            return BatchDecision.RunOnce;
        }
        return Decode(batch, ended);
    }

    private bool TryPrefill(BatchComposer batch, int ended)
    {
        bool isChunked = batch.PrefillingCount > 0;
        if ((_isFull || batch.WaitingCount == 0) && !isChunked) return false;
        int running = batch.RunningCount - batch.PrefillingCount + ended;
        if (running >= _options.MaxRunningRequests && !isChunked)
        {
            _isFull = true;
            return false;
        }
        PrefillBudget budget = new(_options, _page, batch.BlocksAvailable, _options.MixedChunk ? running : 0, SetAside(batch));
        if (isChunked) Continue(batch, ref budget);
        Admit(batch, running, ref budget);
        return batch.ScheduledPrefills > 0;
    }

    /// <summary>Runs the next chunk of the prompt that was split.</summary>
    private void Continue(BatchComposer batch, ref PrefillBudget budget)
    {
        SequenceView view = batch.Prefilling(0);
        int tokens = (int)Math.Min(Math.Min(view.PendingTokens, budget.Chunk), Capacity(batch, view));
        if (tokens < 1 || !batch.TryPrefill(view, tokens)) return;
        budget.Spend(tokens, tokens < view.PendingTokens ? 0 : NewTokens(Allowed(view)));
    }

    private void Admit(BatchComposer batch, int running, ref PrefillBudget budget)
    {
        _order.Begin(batch);
        while (_order.TryTake(out SequenceView view))
        {
            if (batch.ScheduledPrefills >= _options.MaxRunningRequests - running) _isFull = true;
            if (_isFull) return;
            PrefixHit hit = batch.FindPrefix(view);
            int tokens = view.KnownTokens - hit.Tokens;
            bool isOnly = batch.RunningCount == 0;
            budget.Lock(hit.IdleBlocks);
            if (!isOnly && !budget.Fits(tokens + (long)NewTokens(Allowed(view) - view.GeneratedTokens)))
            {
                _isFull = true;
                return;
            }
            int newTokens = NewTokens(Allowed(view));
            if (budget.IsOver(tokens, batch.ScheduledPrefills)) return;
            if (budget.Splits(tokens))
            {
                tokens = budget.FirstChunk(hit.Tokens);
                newTokens = 0;
                if (tokens < 1) return;
            }
            if (!batch.TryAdmit(view, hit, tokens))
            {
                _isFull = true;
                return;
            }
            budget.Spend(tokens, newTokens);
            if (!budget.HasMemory) _isFull = true;
            if (budget.IsSpent) return;
        }
    }

    private BatchDecision Decode(BatchComposer batch, int ended)
    {
        if (batch.DecodeCount == 0) return MakeRoomForPrompt(batch) ? Compose(batch) : BatchDecision.Wait;
        if (ended > 0) _isFull = false;
        if (batch.TryDecodeAll()) _ratio.Decay(1);
        else if (!TryRetract(batch)) return Compose(batch);
        _decoded = true;
        _runningBefore = batch.RunningCount;
        _iterationsBefore = batch.DecodeIterations;
        return batch.PrefillingCount > 0 ? BatchDecision.RunOnce : BatchDecision.RunWhileStable(arrivalsMatter: !_isFull);
    }

    /// <summary>Retracts one of several split prompts that hold all the memory there is, so that none of them gets on.</summary>
    private static bool MakeRoomForPrompt(BatchComposer batch)
    {
        if (batch.PrefillingCount < 2 || batch.RunningCount > batch.PrefillingCount) return false;
        batch.Preempt(batch.Prefilling(batch.PrefillingCount - 1), toFront: false);
        return true;
    }

    /// <returns>False when nothing is left that decodes.</returns>
    private bool TryRetract(BatchComposer batch)
    {
        _isFull = false;
        do batch.Preempt(Victim(batch), toFront: false);
        while (batch.DecodeCount > 0 && !batch.TryDecodeAll());
        long generated = 0, allowed = 0;
        for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
        {
            if (!view.IsDecoding) continue;
            generated += view.GeneratedTokens;
            allowed += Allowed(view);
        }
        _ratio.Retracted(generated, allowed, batch.DecodeCount);
        return batch.DecodeCount > 0;
    }

    private static SequenceView Victim(BatchComposer batch)
    {
        SequenceView victim = default;
        bool found = false;
        for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
        {
            if (!view.IsDecoding) continue;
            if (found && (view.GeneratedTokens, -view.PromptTokens).CompareTo((victim.GeneratedTokens, -victim.PromptTokens)) > 0) continue;
            victim = view;
            found = true;
        }
        return victim;
    }

    /// <summary>Tokens that are set aside for what the running sequences may still generate.</summary>
    private double SetAside(BatchComposer batch)
    {
        double tokens = 0;
        for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
            if (view.IsDecoding) tokens += Math.Min(Allowed(view) - view.GeneratedTokens, MostNewTokens) * _ratio.Value;
        return tokens;
    }

    private long Capacity(BatchComposer batch, SequenceView view) =>
        batch.BlocksAvailable * _page + (_page - view.ComputedTokens % _page) % _page;

    /// <summary>Most tokens that a sequence may generate, cut to what the context window and KV memory hold.</summary>
    private int Allowed(SequenceView view) => (int)Math.Min(view.AllowedTokens, Math.Max(_longest - view.PromptTokens, 1));

    private static int NewTokens(int allowed) => Math.Clamp(allowed, 0, MostNewTokens);
}
