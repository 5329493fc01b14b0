using Simulator.Models.Caching;
using Simulator.Core.Time;
using Simulator.Models.Engines;

namespace Simulator.Models.Batching.TensorRtLlm;

/// <summary>The scheduler of TensorRT-LLM (version 1.1, PyTorch flow): decodes first, then prompts in order of arrival.</summary>
/// <remarks>
/// <para>Mirrors <c>capacityScheduler.cpp</c> and <c>microBatchScheduler.cpp</c> in <c>cpp/tensorrt_llm/batch_manager</c>, and <c>_schedule</c> of
/// <c>tensorrt_llm/_torch/pyexecutor/py_executor.py</c>. The capacity scheduler admits sequences until the first that does not fit:
/// to their end (<see cref="CapacityPolicy.GuaranteedNoEvict"/>) or for now (<see cref="CapacityPolicy.MaxUtilization"/>, which pauses the running
/// sequence that started last when a decode finds no block, and admits nothing in that iteration). A prompt takes the blocks of all its tokens
/// at once. Cached blocks count as needed all the same. A prompt whose next block is computed by another one in this iteration waits
/// for it to be cached.
/// In a pipeline, where the other slots' sequences are out of sight, the blocks to the end are taken at admission.</para>
/// <para>The micro-batch scheduler then gives the tokens that the decodes leave to the prompts: whole ones until the first that
/// does not fit, or with <see cref="TensorRtLlmOptions.ChunkedPrefill"/> as much as is left, in multiples of a block but for the last chunk. Cached tokens
/// are not counted (as of version 1.2; before, they were).</para>
/// <para>Prompts may be held back: see <see cref="TensorRtLlmOptions.BatchWaitTimeoutIters"/> and <see cref="TensorRtLlmOptions.AttentionDpBalance"/>. The engine's ranks have
/// queues of their own, here they share one, and a sequence goes to the rank with the fewest when it is admitted.</para>
/// <para>Where the real engine would get stuck, this one goes on: a paused sequence that has outgrown the tokens of an iteration is computed
/// in several; and a sequence that may generate more than KV memory holds is admitted alone.</para>
/// </remarks>
public sealed class TensorRtLlmScheduler : IBatchScheduler
{
    private readonly TensorRtLlmOptions _options;
    private readonly SchedulerContext _context;
    private readonly RankBalance? _balance;
    private readonly List<Prompt> _prompts = [];
    private readonly int[] _running;
    private readonly int[] _decoding;
    private readonly int[] _prefilling;
    private readonly int[] _tokensLeft;
    private int _waitedIterations;
    private SimTime? _fetchEnds;
    private SimTime _lastStart;
    private int _fetched;
    private long _refused = -1;
    private int _runningWhenRefused;
    private bool _passes;
    private bool _allDecode;
    private long _iterationsBefore;

    /// <summary>Creates the scheduler of one replica.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="context">What it may know of the replica.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists every fault.</exception>
    public TensorRtLlmScheduler(TensorRtLlmOptions options, SchedulerContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<string> faults = [.. options.Validate()];
        if (context.BlockTokens != options.TokensPerBlock)
            faults.Add($"TokensPerBlock is {options.TokensPerBlock} and a KV block has {context.BlockTokens} tokens; they must be the same.");
        if (options.AttentionDpBalance && context.Ranks < 2)
            faults.Add($"AttentionDpBalance is on and there is {context.Ranks} attention data-parallel rank; it needs at least 2.");
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        _options = options;
        _context = context;
        _balance = options.AttentionDpBalance ? new RankBalance(options) : null;
        _running = new int[context.Ranks];
        _decoding = new int[context.Ranks];
        _prefilling = new int[context.Ranks];
        _tokensLeft = new int[context.Ranks];
    }

    private bool IsGuaranteed => _options.CapacityPolicy == CapacityPolicy.GuaranteedNoEvict;

    private enum Verdict
    {
        GoOn,
        Skip,
        Stop,
    }

    /// <inheritdoc/>
    public BatchDecision Compose(BatchComposer batch)
    {
        if (MustFetch(batch, out SimDuration delay)) return BatchDecision.WaitFor(delay);
        CountPassed(batch);
        bool paused = batch.DecodeCount > 0 && !batch.TryDecodeAll() && DecodeInOrder(batch);
        CountRanks(batch);
        PlanStarted(batch);
        bool stopped = paused || IsRefusedStill(batch) || PlanWaiting(batch);
        bool held = HoldsBack(batch);
        if (!held) Run(batch);
        _lastStart = batch.Now;
        _fetched = batch.WaitingCount;
        if (batch.ScheduledDecodes + batch.ScheduledPrefills == 0) return BatchDecision.Wait;
        if (held || paused || batch.ScheduledPrefills > 0 || _options.BatchWaitTimeout > SimDuration.Zero) return BatchDecision.RunOnce;
        _passes = _balance is not null;
        _iterationsBefore = batch.DecodeIterations;
        return BatchDecision.RunWhileStable(arrivalsMatter: !stopped);
    }

    /// <summary>Before an iteration the engine waits until so many requests have come since it looked last, or for a time.</summary>
    private bool MustFetch(BatchComposer batch, out SimDuration delay)
    {
        delay = SimDuration.Zero;
        if (_options.BatchWaitTimeout == SimDuration.Zero) return false;
        bool overlaps = _options.OverlapScheduler && batch.RunningCount > 0;
        _fetchEnds ??= (overlaps ? _lastStart : batch.Now) + _options.BatchWaitTimeout;
        bool waits = batch.WaitingCount - _fetched < _options.MaxBatchSize && batch.Now < _fetchEnds.Value;
        if (waits) delay = _fetchEnds.Value - batch.Now;
        else _fetchEnds = null;
        return waits;
    }

    // Rank balance counts iterations without prompts too, those of a stretch here.
    private void CountPassed(BatchComposer batch)
    {
        if (_passes && _context.BatchSlots == 1) _balance!.Pass(batch.DecodeIterations - _iterationsBefore - 1, _allDecode);
        _passes = false;
    }

    /// <returns>True when a sequence was paused.</returns>
    private static bool DecodeInOrder(BatchComposer batch)
    {
        bool paused = false;
        for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
        {
            if (!view.IsDecoding) continue;
            while (!batch.TryDecode(view))
            {
                batch.TryLastRunning(out SequenceView victim);
                paused = true;
                if (!batch.Preempt(victim) || victim.Id == view.Id) return true;
            }
        }
        return paused;
    }

    // Who was refused stays so while the same sequences run: what they need to their end does not change, and free blocks only get fewer.
    private bool IsRefusedStill(BatchComposer batch) =>
        _context.BatchSlots == 1 && batch.RunningCount == _runningWhenRefused && batch.PrefillingCount == 0
        && batch.TryFirstWaiting(out SequenceView head) && head.Id == _refused;

    private void PlanStarted(BatchComposer batch)
    {
        _prompts.Clear();
        for (int i = 0; i < batch.PrefillingCount; i++)
        {
            SequenceView view = batch.Prefilling(i);
            int tokens = Tokens(view.PendingTokens, view.Rank);
            if (tokens > 0) Add(new(view, view.ComputedTokens, tokens, IsStarted: true), view.Rank);
        }
    }

    /// <returns>True when no prompt can run because one that waits was refused, and with it all behind it.</returns>
    private bool PlanWaiting(BatchComposer batch)
    {
        _refused = -1;
        if (!batch.TryFirstWaiting(out SequenceView head)) return false;
        long blocks = BlocksToGive(batch);
        SequenceView view = head;
        for (bool more = true; more; more = BatchComposer.TryNext(view, out view))
        {
            if (TryPlan(batch, view, ref blocks) != Verdict.Stop) continue;
            if (_prompts.Count > 0) return false;
            _refused = head.Id;
            _runningWhenRefused = batch.RunningCount;
            return true;
        }
        return false;
    }

    private Verdict TryPlan(BatchComposer batch, SequenceView view, ref long blocks)
    {
        int rank = RankWithFewest();
        if (_running[rank] >= _options.MaxBatchSize) return Verdict.Stop;
        PrefixHit hit = batch.FindPrefix(view);
        if (_options.BlockReuse && IsComputedByAnother(view, hit.Tokens)) return Verdict.Skip;
        long needed = IsGuaranteed ? BlocksToEnd(batch, view) : Blocks(view.KnownTokens);
        if (needed > blocks) return Verdict.Stop;
        int pending = view.KnownTokens - hit.Tokens;
        bool isWhole = !_options.ChunkedPrefill && view.KnownTokens <= _options.MaxNumTokens;
        int tokens = isWhole && pending > _tokensLeft[rank] ? 0 : Tokens(pending, rank);
        if (tokens == 0 && !_options.ChunkedPrefill)
        {
            // It waits for its rank, and those behind it may go to others.
            _running[rank]++;
            return _context.Ranks > 1 ? Verdict.Skip : Verdict.Stop;
        }
        blocks -= needed;
        _running[rank]++;
        if (tokens > 0) Add(new(view, hit.Tokens, tokens, IsStarted: false), rank);
        return Verdict.GoOn;
    }

    private void Add(Prompt prompt, int rank)
    {
        _prompts.Add(prompt);
        _tokensLeft[rank] -= prompt.Tokens;
        _prefilling[rank]++;
    }

    /// <summary>The rank that the engine will choose.</summary>
    private int RankWithFewest()
    {
        int fewest = 0;
        for (int rank = 1; rank < _running.Length; rank++)
            if (_running[rank] < _running[fewest]) fewest = rank;
        return fewest;
    }

    /// <summary>Tokens of a prompt that run now; 0 for none.</summary>
    private int Tokens(int pending, int rank)
    {
        int left = _tokensLeft[rank];
        return pending <= left ? pending : _options.ChunkedPrefill ? left / _options.TokensPerBlock * _options.TokensPerBlock : left;
    }

    private void CountRanks(BatchComposer batch)
    {
        for (int rank = 0; rank < _running.Length; rank++)
        {
            _running[rank] = _decoding[rank] = batch.RunningOfRank(rank);
            _prefilling[rank] = 0;
        }
        for (int i = 0; i < batch.PrefillingCount; i++) _decoding[batch.Prefilling(i).Rank]--;
        for (int rank = 0; rank < _running.Length; rank++) _tokensLeft[rank] = Math.Max(0, _options.MaxNumTokens - _decoding[rank]);
    }

    /// <summary>Blocks that waiting sequences can be given: those free, less what running ones still need to their end if that is guaranteed.</summary>
    private long BlocksToGive(BatchComposer batch)
    {
        long blocks = batch.BlocksAvailable;
        if (!IsGuaranteed || _context.BatchSlots > 1) return blocks;
        for (bool more = batch.TryFirstRunning(out SequenceView view); more; more = BatchComposer.TryNext(view, out view))
        {
            int held = view.IsDecoding ? view.ComputedTokens + batch.ScheduledTokens(view) : view.KnownTokens;
            blocks -= Math.Max(0, BlocksToEnd(batch, view) - Blocks(held));
        }
        return blocks;
    }

    private bool IsComputedByAnother(SequenceView view, int cached)
    {
        foreach (Prompt other in _prompts)
        {
            int from = other.From / _options.TokensPerBlock * _options.TokensPerBlock;
            if (from == cached && view.SharedPrefix(other.View) >= cached + _options.TokensPerBlock) return true;
        }
        return false;
    }

    /// <returns>True when the prompts wait, while there is something else to run.</returns>
    private bool HoldsBack(BatchComposer batch)
    {
        if (_balance is not null)
        {
            if (batch.ScheduledDecodes == 0 && _prompts.Count == 0) return false;
            _allDecode = !_decoding.AsSpan().Contains(0);
            return !_balance.GoAhead(_prefilling, _decoding) && _prompts.Count > 0;
        }
        if (_context.Ranks > 1 || _prompts.Count == 0 || batch.ScheduledDecodes == 0) return false;
        long tokens = batch.ScheduledDecodes;
        foreach (Prompt prompt in _prompts) tokens += prompt.Tokens;
        bool goesAhead = _waitedIterations >= _options.BatchWaitTimeoutIters || tokens >= _options.BatchWaitMaxTokensRatio * _options.MaxNumTokens;
        _waitedIterations = goesAhead ? 0 : _waitedIterations + 1;
        return !goesAhead;
    }

    private void Run(BatchComposer batch)
    {
        foreach (Prompt prompt in _prompts)
        {
            if (prompt.IsStarted) batch.TryPrefill(prompt.View, prompt.Tokens);
            else Admit(batch, prompt);
        }
    }

    // The blocks of those admitted before it may have been cached for it until now.
    private void Admit(BatchComposer batch, Prompt prompt)
    {
        SequenceView view = prompt.View;
        PrefixHit hit = batch.FindPrefix(view);
        int known = view.KnownTokens;
        bool isWhole = prompt.From + prompt.Tokens == known;
        int toEnd = view.PromptTokens + view.AllowedTokens;
        bool reserves = IsGuaranteed && _context.BatchSlots > 1 && Blocks(toEnd) <= batch.BlocksTotal;
        batch.TryAdmit(view, hit, isWhole ? known - hit.Tokens : prompt.Tokens, reserves ? toEnd : known);
    }

    private long BlocksToEnd(BatchComposer batch, SequenceView view) =>
        Math.Min(Blocks(view.PromptTokens + (long)view.AllowedTokens), batch.BlocksTotal);

    private long Blocks(long tokens) => KvBlockPool.BlocksFor(tokens, _options.TokensPerBlock);

    /// <param name="View">The sequence.</param>
    /// <param name="From">Tokens of it that are computed or cached.</param>
    /// <param name="Tokens">Tokens that run.</param>
    /// <param name="IsStarted">False for one that waits.</param>
    private readonly record struct Prompt(SequenceView View, int From, int Tokens, bool IsStarted);
}
