using Simulator.Models.Costs;

namespace Simulator.Tests.Models.Batching.DistServe;

/// <summary>DistServe's prefill instance the plain way.</summary>
internal sealed class NaiveDistServePrefill(int maxBatch, int tokenLimit, int blocks, int blockTokens, AffineCosts costs) : NaiveEngine(costs)
{
    protected override void Arrive(Work work)
    {
        work.Output = 1;
        base.Arrive(work);
    }

    protected override List<(Work Work, int Tokens)> Schedule(long now)
    {
        List<Work> batch = [];
        foreach (Work work in Waiting)
        {
            Work[] more = [.. batch, work];
            bool fits = more.Length <= maxBatch && more.Sum(w => (w.Request.PromptTokens + blockTokens - 1) / blockTokens) <= blocks
                && (more.Length == 1 || more.Sum(w => w.Request.PromptTokens) <= tokenLimit);
            if (!fits) break;
            batch.Add(work);
        }
        foreach (Work _ in batch) Start(now);
        return [.. batch.Select(work => (work, work.Request.PromptTokens))];
    }
}

/// <summary>DistServe's decode instance the plain way: the blocks of a request are those of its prompt and all its output so far.</summary>
internal sealed class NaiveDistServeDecode(int maxBatch, int hostBlocks, int blocks, int blockTokens, AffineCosts costs) : NaiveEngine(costs)
{
    private readonly List<Work> _swapped = [];

    protected override bool HasWork => base.HasWork || _swapped.Count > 0;

    protected override void Arrive(Work work)
    {
        work.TokenTimes.Add(work.Request.Arrival.Nanoseconds);
        if (work.Output > 1)
        {
            base.Arrive(work);
            return;
        }
        work.FirstScheduled = work.End = work.Request.Arrival.Nanoseconds;
        Ended.Add(work);
    }

    protected override List<(Work Work, int Tokens)> Schedule(long now)
    {
        while (Running.Sum(Blocks) > blocks)
        {
            Work last = Running[^1];
            Running.RemoveAt(Running.Count - 1);
            last.Preemptions++;
            if (_swapped.Append(last).Sum(OnHost) <= hostBlocks) _swapped.Add(last);
            else Waiting.Insert(0, last);
        }
        while (_swapped.Count + Waiting.Count > 0)
        {
            Work next = _swapped.Count > 0 ? _swapped[0] : Waiting[0];
            if (Running.Count == maxBatch || Running.Append(next).Sum(Blocks) > blocks) break;
            if (_swapped.Remove(next)) Running.Add(next);
            else Start(now);
            next.Computed = next.Known - 1;
        }
        return [.. Running.Select(work => (work, 1))];
    }

    private int Blocks(Work work) => (work.Known + blockTokens - 1) / blockTokens;

    private int OnHost(Work work) => (work.Computed + blockTokens - 1) / blockTokens;
}
