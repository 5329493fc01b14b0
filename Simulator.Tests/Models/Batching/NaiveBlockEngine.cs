using Simulator.Models.Costs;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Batching;

/// <summary>
/// An engine written down once more, the plain way, for oracles: every sequence on its own, one iteration after the other, blocks as a
/// number, no prefix caching. It shares nothing with the real one but the cost constants.
/// </summary>
internal abstract class NaiveBlockEngine(int blockTokens, long blocks, AffineCosts costs)
{
    public const int Window = 4096;

    public List<Outcome> Outcomes { get; } = [];

    public int Iterations { get; private set; }

    public int Preemptions { get; private set; }

    protected List<Work> Waiting { get; } = [];

    protected List<Work> Running { get; } = [];

    protected long Free { get; set; } = blocks;

    protected long Total { get; } = blocks;

    protected int BlockTokens { get; } = blockTokens;

    /// <summary>What the next iteration runs, with the tokens of each; more than the running ones hold must be taken from <see cref="Free"/>.</summary>
    /// <param name="wasIdle">Nothing ran before it.</param>
    protected abstract List<Work> Schedule(bool wasIdle);

    public void Run(IReadOnlyList<Request> requests)
    {
        int next = 0;
        Int128 clock = 0;
        bool wasIdle = true;
        while (next < requests.Count || Waiting.Count + Running.Count > 0)
        {
            if (Waiting.Count + Running.Count == 0 && requests[next].Arrival.Nanoseconds >= (long)(clock / IterationCost.TimeUnitsPerNanosecond))
            {
                Int128 arrival = (Int128)requests[next].Arrival.Nanoseconds * IterationCost.TimeUnitsPerNanosecond;
                wasIdle = arrival / IterationCost.TimeUnitsPerNanosecond > clock / IterationCost.TimeUnitsPerNanosecond;
                clock = Int128.Max(clock, arrival);
                while (next < requests.Count && requests[next].Arrival.Nanoseconds <= (long)(clock / IterationCost.TimeUnitsPerNanosecond))
                    Waiting.Add(new Work(requests[next++]));
            }
            long now = (long)(clock / IterationCost.TimeUnitsPerNanosecond);
            while (next < requests.Count && requests[next].Arrival.Nanoseconds < now) Waiting.Add(new Work(requests[next++]));
            List<Work> scheduled = Schedule(wasIdle);
            wasIdle = false;
            if (scheduled.Count == 0) throw new InvalidOperationException("The oracle is stuck.");
            foreach (Work work in scheduled) work.FirstScheduled ??= now;
            clock += Duration(scheduled);
            Iterations++;
            Finish(scheduled, (long)(clock / IterationCost.TimeUnitsPerNanosecond));
        }
    }

    protected long Blocks(long tokens) => (tokens + BlockTokens - 1) / BlockTokens;

    /// <summary>Takes blocks so that a sequence holds so many tokens.</summary>
    protected bool TryHold(Work work, long tokens)
    {
        long wanted = Math.Max(0, Blocks(tokens) - work.Blocks);
        if (wanted > Free) return false;
        Free -= wanted;
        work.Blocks += wanted;
        return true;
    }

    /// <summary>Takes a sequence off, to be computed again.</summary>
    protected void Preempt(Work work)
    {
        Running.Remove(work);
        Free += work.Blocks;
        work.Blocks = work.Computed = 0;
        work.IsPrefill = true;
        work.Preemptions++;
        Preemptions++;
    }

    private long Duration(List<Work> scheduled)
    {
        AffineCostAccumulator cost = costs.CreateAccumulator();
        foreach (Work work in scheduled)
        {
            if (work.IsPrefill) cost.AddPrefill(work.Scheduled, work.Computed, work.Computed + work.Scheduled == work.Known);
            else cost.AddDecode(work.Computed);
        }
        return cost.Mixed().Time;
    }

    private void Finish(List<Work> scheduled, long now)
    {
        foreach (Work work in scheduled)
        {
            work.Computed += work.Scheduled;
            work.IsPrefill = work.Computed < work.Known;
            if (work.IsPrefill) continue;
            work.Generated++;
            work.FirstToken ??= now;
            work.LastToken = now;
            if (work.Generated < work.Request.OutputTokens) continue;
            Running.Remove(work);
            Free += work.Blocks;
            Outcomes.Add(new(work.Request.Id, work.FirstScheduled!.Value, work.FirstToken.Value, now, work.Preemptions));
        }
    }

    internal sealed record Outcome(long Id, long FirstScheduled, long FirstToken, long End, int Preemptions);

    internal sealed class Work(Request request)
    {
        public Request Request { get; } = request;
        public int Computed;
        public int Generated;
        public int Scheduled;
        public int Preemptions;
        public long Blocks;

        /// <summary>True until its known tokens are computed.</summary>
        public bool IsPrefill = true;
        public long? FirstScheduled;
        public long? FirstToken;
        public long LastToken;

        public int Known => Request.PromptTokens + Generated;

        public int Allowed => Math.Min(Request.MaxOutputTokens ?? int.MaxValue, Window - Request.PromptTokens);
    }
}
