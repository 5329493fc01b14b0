using Simulator.Models.Batching.Sglang;
using Simulator.Models.Costs;

namespace Simulator.Tests.Models.Batching.Sglang;

/// <summary>SGLang's loop as its source has it: a running batch that is filtered when decodes run, a last batch that is merged, one split prompt.</summary>
internal sealed class NaiveSglang(SglangOptions options, long blocks, AffineCosts costs) : NaiveBlockEngine(options.PageSize, blocks, costs)
{
    private readonly List<Work> _batch = [];
    private List<Work> _lastPrefill = [];
    private Work? _chunked;
    private bool _isFull;
    private double _ratio = Math.Min(0.7 * options.ScheduleConservativeness, 1);

    public List<double> Ratios { get; } = [];

    private double Initial => Math.Min(0.7 * options.ScheduleConservativeness, 1);

    protected override List<Work> Schedule(bool wasIdle)
    {
        if (wasIdle) _ratio = Initial;
        while (true)
        {
            MergeLastPrefill();
            List<Work> scheduled = NewPrefill();
            if (scheduled.Count == 0 && _batch.Count > 0) scheduled = Decode();
            if (scheduled.Count > 0) return scheduled;
            // Nothing to run: the engine resets itself and looks again.
            if (_batch.Count == 0 && _chunked is null) _ratio = Initial;
            _isFull = _isFull && _batch.Count > 0;
        }
    }

    private static bool IsOver(Work work) => work.Generated == work.Request.OutputTokens;

    private int Limit(Work work)
    {
        long most = Math.Min(Window, Total * BlockTokens) - 2 - work.Request.PromptTokens;
        return (int)Math.Min(work.Allowed, Math.Max(1, most));
    }

    private void MergeLastPrefill()
    {
        if (_lastPrefill.Count == 0) return;
        List<Work> left = _lastPrefill.FindAll(work => !IsOver(work) && work != _chunked);
        if (left.Count < _lastPrefill.Count) _isFull = false;
        _batch.AddRange(left);
        _lastPrefill = [];
    }

    private List<Work> NewPrefill()
    {
        if ((_isFull || Waiting.Count == 0) && _chunked is null) return [];
        int running = _batch.Count;
        if (running >= options.MaxRunningRequests && _chunked is null)
        {
            _isFull = true;
            return [];
        }
        int mixed = options.MixedChunk ? running : 0;
        double offset = mixed;
        foreach (Work work in Running)
            if (!work.IsPrefill) offset += Math.Min(Limit(work) - work.Generated, 4096) * _ratio;
        long offsetNow = mixed, memory = Free * BlockTokens;
        long input = options.MaxPrefillTokens - mixed, chunk = (options.ChunkedPrefillSize ?? int.MaxValue) - (long)mixed;
        List<Work> adds = [];
        void Spend(Work work, int tokens, bool isWhole)
        {
            work.Scheduled = tokens;
            if (!TryHold(work, work.Computed + tokens)) throw new InvalidOperationException("No blocks for a prompt that was admitted.");
            adds.Add(work);
            long paged = Blocks(tokens) * BlockTokens;
            offset += paged + BlockTokens + (isWhole ? Math.Min(Limit(work), 4096) : 0);
            offsetNow += paged + BlockTokens;
            input -= paged;
            if (options.ChunkedPrefillSize is not null) chunk -= paged;
        }

        if (_chunked is { } started)
        {
            long left = (long)(memory - offset) > 0 ? Math.Min(chunk, (long)(memory - offset)) : chunk;
            int tokens = (int)Math.Min(Math.Min(started.Known - started.Computed, left), Free * BlockTokens + started.Blocks * BlockTokens - started.Computed);
            bool isWhole = tokens == started.Known - started.Computed;
            if (tokens > 0)
            {
                Spend(started, tokens, isWhole);
                if (isWhole) _chunked = null;
            }
        }
        IEnumerable<Work> queue = options.PriorityScheduling ? Waiting.OrderBy(work => (work.Request.Priority, work.Request.Arrival.Nanoseconds, work.Request.Id)) : Waiting;
        foreach (Work work in queue.ToList())
        {
            if (adds.Count >= options.MaxRunningRequests - running) _isFull = true;
            if (_isFull) break;
            bool isOnly = Running.Count == 0;
            if (!isOnly && !(work.Known + Math.Clamp(Limit(work) - work.Generated, 0, 4096) + BlockTokens < memory - offset))
            {
                _isFull = true;
                break;
            }
            long paged = Blocks(work.Known) * BlockTokens;
            if (options.ChunkedPrefillSize is null && adds.Count > 0 && paged >= input) break;
            bool splits = paged > chunk;
            int tokens = splits ? (int)(chunk / BlockTokens) * BlockTokens : work.Known;
            if (tokens <= 0) break;
            Waiting.Remove(work);
            Running.Add(work);
            Spend(work, tokens, !splits);
            if (splits) _chunked = work;
            if (memory - offset <= 0 || memory - offsetNow <= 0) _isFull = true;
            if (_isFull || input <= 0 || chunk <= 0) break;
        }
        if (adds.Count == 0) return adds;
        List<Work> prompts = [.. adds];
        _batch.RemoveAll(IsOver);
        if (options.MixedChunk && Free >= _batch.Count(work => work.Computed % BlockTokens == 0))
        {
            foreach (Work work in _batch)
            {
                work.Scheduled = 1;
                TryHold(work, work.Computed + 1);
            }
            prompts.AddRange(_batch);
            _batch.Clear();
        }
        _lastPrefill = prompts;
        return prompts;
    }

    private List<Work> Decode()
    {
        int before = _batch.Count;
        _batch.RemoveAll(IsOver);
        if (_batch.Count == 0)
        {
            _isFull = false;
            return [];
        }
        bool Fits() => _batch.Count(work => work.Computed % BlockTokens == 0) <= Free;
        if (Fits())
        {
            _ratio = Math.Max(_ratio - (Initial - Initial * 0.14) / 600, Initial * 0.14);
        }
        else
        {
            do
            {
                Work victim = _batch.Select((work, place) => (work, place))
                    .OrderBy(entry => entry.work.Generated).ThenByDescending(entry => entry.work.Request.PromptTokens)
                    .ThenByDescending(entry => Running.IndexOf(entry.work)).First().work;
                _batch.Remove(victim);
                Preempt(victim);
                Waiting.Add(victim);
            }
            while (!Fits());
            _ratio = Math.Min(1, (_batch.Sum(work => work.Generated) + 20.0 * _batch.Count) / (_batch.Sum(work => (double)Limit(work)) + 1));
        }
        if (_batch.Count < before) _isFull = false;
        Ratios.Add(_ratio);
        foreach (Work work in _batch)
        {
            work.Scheduled = 1;
            TryHold(work, work.Computed + 1);
        }
        return [.. _batch];
    }
}
