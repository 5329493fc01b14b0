using Simulator.Models.Batching.VllmV1;
using Simulator.Models.Costs;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Engines;

/// <summary>
/// vLLM v1 written down once more, the plain way: every sequence and every block on its own, one iteration after the other.
/// It shares nothing with the engine but the cost constants, and is the oracle for it.
/// </summary>
internal sealed class NaiveVllmV1(VllmV1Options options, int blockTokens, int blocks, bool prefixCaching, AffineCosts costs)
{
    private readonly List<Block> _queue = [.. Enumerable.Range(0, blocks).Select(_ => new Block())];
    private readonly Dictionary<string, List<Block>> _cached = [];
    private readonly List<Work> _waiting = [];
    private readonly List<Work> _running = [];
    private readonly List<Work> _lingering = [];

    public List<Outcome> Outcomes { get; } = [];

    public int Iterations { get; private set; }

    public int Preemptions { get; private set; }

    public void Run(IReadOnlyList<Request> requests)
    {
        int next = 0;
        Int128 clock = 0;
        long lastStart = -1;
        void See(Func<long, bool> isSeen)
        {
            while (next < requests.Count && isSeen(requests[next].Arrival.Nanoseconds)) Enqueue(new Work(requests[next++]));
        }

        while (next < requests.Count || _waiting.Count > 0 || _running.Count > 0 || _lingering.Exists(work => work.IsWasted))
        {
            long now = (long)(clock / IterationCost.TimeUnitsPerNanosecond);
            // An iteration that ends at an instant is followed by the next before an arrival at that instant is seen. An
            // iteration that was put together when the last one started has not seen what arrived since.
            See(arrival => options.AsyncScheduling ? arrival < lastStart : arrival < now);
            List<Work> scheduled = Schedule(now);
            if (scheduled.Count == 0 && !_lingering.Exists(work => work.IsWasted))
            {
                EndLingering();
                scheduled = Schedule(now);
            }
            if (scheduled.Count + _lingering.Count == 0)
            {
                // Nothing to run: what is here already is seen at once, or else the next to arrive.
                if (next == requests.Count) throw new InvalidOperationException("The oracle is stuck.");
                if (requests[next].Arrival.Nanoseconds >= now)
                    clock = Int128.Max(clock, (Int128)requests[next].Arrival.Nanoseconds * IterationCost.TimeUnitsPerNanosecond);
                bool waits = requests[next].Arrival.Nanoseconds >= now;
                now = (long)(clock / IterationCost.TimeUnitsPerNanosecond);
                See(arrival => waits ? arrival <= now : arrival < now);
                scheduled = Schedule(now);
            }
            lastStart = now;
            clock += Duration(scheduled);
            Iterations++;
            Finish(scheduled, (long)(clock / IterationCost.TimeUnitsPerNanosecond));
        }
    }

    private void Enqueue(Work work)
    {
        int place = _waiting.Count;
        while (ByPriority && place > 0 && Rank(_waiting[place - 1]).CompareTo(Rank(work)) > 0) place--;
        _waiting.Insert(place, work);
    }

    private bool ByPriority => options.Policy == VllmV1Policy.Priority;

    private static (int, long, long) Rank(Work work) => (work.Request.Priority, work.Request.Arrival.Nanoseconds, work.Request.Id);

    private void EndLingering()
    {
        _lingering.ForEach(Free);
        _lingering.Clear();
    }

    private List<Work> Schedule(long now)
    {
        int preemptions;
        List<Work> scheduled;
        do
        {
            preemptions = Preemptions;
            scheduled = ScheduleOnce(now);
        }
        while (scheduled.Count == 0 && Preemptions > preemptions && _running.Count > 0);
        return scheduled;
    }

    private List<Work> ScheduleOnce(long now)
    {
        List<Work> scheduled = [];
        int budget = options.TokenBudget;
        bool preempted = false;
        for (int i = 0; i < _running.Count && budget > 0; i++)
        {
            Work work = _running[i];
            int tokens = Math.Min(Chunk(work.Known - work.Computed), budget);
            bool allocated = false;
            while (!(allocated = Allocate(work, tokens, [])))
            {
                Work victim = ByPriority ? _running.MaxBy(Rank)! : _running[^1];
                int place = _running.IndexOf(victim);
                _running.RemoveAt(place);
                if (scheduled.Remove(victim))
                {
                    budget += victim.Scheduled;
                    i--;
                }
                Free(victim);
                victim.Computed = 0;
                victim.Recomputes = true;
                victim.Preemptions++;
                Preemptions++;
                if (ByPriority) Enqueue(victim);
                else _waiting.Insert(0, victim);
                preempted = true;
                if (victim == work) break;
            }
            if (!allocated) break;
            work.Scheduled = tokens;
            budget -= tokens;
            scheduled.Add(work);
        }
        while (!preempted && _waiting.Count > 0 && budget > 0 && _running.Count + _lingering.Count < options.MaxSequences)
        {
            Work work = _waiting[0];
            List<Block> hit = Hit(work);
            int tokens = Chunk(work.Known - hit.Count * blockTokens);
            if (tokens > budget && !options.ChunkedPrefill) break;
            tokens = Math.Min(tokens, budget);
            work.Computed = hit.Count * blockTokens;
            if (!Allocate(work, tokens, hit))
            {
                work.Computed = 0;
                break;
            }
            _waiting.RemoveAt(0);
            _running.Add(work);
            work.FirstScheduled ??= now;
            work.Scheduled = tokens;
            budget -= tokens;
            scheduled.Add(work);
        }
        return scheduled;
    }

    private int Chunk(int tokens) => options.LongPrefillThreshold > 0 ? Math.Min(tokens, options.LongPrefillThreshold) : tokens;

    private List<Block> Hit(Work work)
    {
        List<Block> hit = [];
        if (!prefixCaching) return hit;
        for (int i = 0; i < (work.Known - 1) / blockTokens; i++)
        {
            if (!_cached.TryGetValue(work.Name(i, blockTokens), out List<Block>? found)) break;
            hit.Add(found[0]);
        }
        return hit;
    }

    private bool Allocate(Work work, int tokens, List<Block> hit)
    {
        int wanted = (work.Computed + tokens + blockTokens - 1) / blockTokens - work.Blocks.Count - hit.Count;
        if (wanted + hit.Count(block => block.Holders == 0) > _queue.Count) return false;
        foreach (Block block in hit)
        {
            if (block.Holders++ == 0) _queue.Remove(block);
            work.Blocks.Add(block);
        }
        for (int i = 0; i < wanted; i++)
        {
            Block block = _queue[0];
            _queue.RemoveAt(0);
            if (block.Name is { } old)
            {
                _cached[old].Remove(block);
                if (_cached[old].Count == 0) _cached.Remove(old);
            }
            block.Name = null;
            block.Holders = 1;
            work.Blocks.Add(block);
        }
        if (!prefixCaching) return true;
        for (int i = 0; i < (work.Computed + tokens) / blockTokens; i++)
        {
            if (work.Blocks[i].Name is not null) continue;
            string name = work.Name(i, blockTokens);
            work.Blocks[i].Name = name;
            if (!_cached.TryGetValue(name, out List<Block>? same)) _cached.Add(name, same = []);
            same.Add(work.Blocks[i]);
        }
        return true;
    }

    private void Free(Work work)
    {
        for (int i = work.Blocks.Count - 1; i >= 0; i--)
            if (--work.Blocks[i].Holders == 0) _queue.Add(work.Blocks[i]);
        work.Blocks.Clear();
    }

    private long Duration(List<Work> scheduled)
    {
        AffineCostAccumulator cost = costs.CreateAccumulator();
        foreach (Work work in _lingering)
            if (work.IsWasted) cost.AddDecode(work.Computed);
        foreach (Work work in scheduled)
        {
            if (work.Computed >= work.Request.PromptTokens && work.Known - work.Computed == 1 && !work.Recomputes) cost.AddDecode(work.Computed);
            else cost.AddPrefill(work.Scheduled, work.Computed, work.Computed + work.Scheduled == work.Known);
        }
        return cost.Mixed().Time;
    }

    private void Finish(List<Work> scheduled, long now)
    {
        EndLingering();
        foreach (Work work in scheduled)
        {
            work.Computed += work.Scheduled;
            work.Recomputes = work.Computed < work.Known;
            if (work.Recomputes) continue;
            work.Generated++;
            work.FirstToken ??= now;
            work.TokenTimes.Add(now);
            if (work.Generated < work.Request.OutputTokens) continue;
            _running.Remove(work);
            if (options.AsyncScheduling) _lingering.Add(work);
            else Free(work);
            Outcomes.Add(new Outcome(work.Request.Id, work.FirstScheduled!.Value, work.FirstToken.Value, now, work.Preemptions, work.TokenTimes));
        }
    }

    internal sealed record Outcome(long Id, long FirstScheduled, long FirstToken, long End, int Preemptions, List<long> TokenTimes);

    private sealed class Block
    {
        public string? Name;
        public int Holders;
    }

    private sealed class Work(Request request)
    {
        public Request Request { get; } = request;
        public int Computed;
        public int Generated;
        public int Scheduled;
        public int Preemptions;

        // True until its known tokens are computed for the first time since it was admitted.
        public bool Recomputes = true;
        public long? FirstScheduled;
        public long? FirstToken;
        public List<long> TokenTimes { get; } = [];
        public List<Block> Blocks { get; } = [];

        public int Known => Request.PromptTokens + Generated;

        /// <summary>True when its end is not known in advance, so that it runs once too often.</summary>
        public bool IsWasted => Request.OutputTokens < (Request.MaxOutputTokens ?? int.MaxValue);

        /// <summary>The content of the first blocks, spelled out token by token.</summary>
        public string Name(int block, int blockTokens)
        {
            System.Text.StringBuilder text = new();
            int covered = Request.Content.Sum(segment => segment.Tokens);
            for (int token = 0; token < (block + 1) * blockTokens; token++)
            {
                int segment = 0, offset = token;
                while (segment < Request.Content.Count - 1 && offset >= Request.Content[segment].Tokens)
                    offset -= Request.Content[segment++].Tokens;
                bool known = Request.Content.Count > 0 && (covered >= Request.PromptTokens || token < covered);
                text.Append(known ? $"{Request.Content[segment].Key}.{offset} " : $"own{Request.Id}.{token} ");
            }
            return text.ToString();
        }
    }
}
