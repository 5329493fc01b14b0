using Simulator.Models.Costs;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Batching;

/// <summary>An engine written down once more, the plain way: every sequence on its own, one iteration after the other.</summary>
/// <remarks>It shares nothing with the engine but the cost constants. What is scheduled, and who has which blocks, is its scheduler's business.</remarks>
internal abstract class NaiveEngine(AffineCosts costs)
{
    protected List<Work> Waiting { get; } = [];

    protected List<Work> Running { get; } = [];

    public List<Work> Ended { get; } = [];

    public int Iterations { get; private set; }

    public void Run(IReadOnlyList<Request> requests, int contextWindow)
    {
        int next = 0;
        Int128 clock = 0;
        while (next < requests.Count || HasWork)
        {
            // An iteration that ends at an instant is followed by the next before an arrival at that instant is seen, unless
            // nothing was there to run.
            bool idle = !HasWork;
            if (idle) clock = Int128.Max(clock, (Int128)requests[next].Arrival.Nanoseconds * IterationCost.TimeUnitsPerNanosecond);
            long now = (long)(clock / IterationCost.TimeUnitsPerNanosecond);
            while (next < requests.Count && (idle ? requests[next].Arrival.Nanoseconds <= now : requests[next].Arrival.Nanoseconds < now))
                Arrive(new Work(requests[next++], contextWindow));
            if (!HasWork) continue;
            List<(Work Work, int Tokens)> rows = Schedule(now);
            if (rows.Count == 0) throw new InvalidOperationException("The oracle is stuck.");
            clock += Duration(rows);
            Iterations++;
            Finish(rows, (long)(clock / IterationCost.TimeUnitsPerNanosecond));
        }
    }

    protected virtual bool HasWork => Waiting.Count + Running.Count > 0;

    protected virtual void Arrive(Work work) => Waiting.Add(work);

    /// <summary>Decides the next iteration: the rows and their tokens.</summary>
    protected abstract List<(Work Work, int Tokens)> Schedule(long now);

    /// <summary>Moves the head of the queue to the running ones.</summary>
    protected Work Start(long now)
    {
        Work work = Waiting[0];
        Waiting.RemoveAt(0);
        Running.Add(work);
        work.FirstScheduled ??= now;
        return work;
    }

    private long Duration(List<(Work Work, int Tokens)> rows)
    {
        AffineCostAccumulator cost = costs.CreateAccumulator();
        foreach ((Work work, int tokens) in rows)
        {
            if (work.Computed > 0) cost.AddDecode(work.Computed);
            else cost.AddPrefill(tokens, 0, true);
        }
        return cost.Mixed().Time;
    }

    private void Finish(List<(Work Work, int Tokens)> rows, long now)
    {
        foreach ((Work work, int tokens) in rows)
        {
            work.Computed += tokens;
            work.TokenTimes.Add(now);
            if (work.TokenTimes.Count < work.Output) continue;
            work.End = now;
            Running.Remove(work);
            Ended.Add(work);
        }
    }

    internal sealed class Work(Request request, int contextWindow)
    {
        public Request Request { get; } = request;

        public int Allowed { get; } = Math.Min(request.MaxOutputTokens ?? int.MaxValue, contextWindow - request.PromptTokens);

        public int Output { get; set; } = Math.Min(
            request.OutputTokens, Math.Min(request.MaxOutputTokens ?? int.MaxValue, contextWindow - request.PromptTokens));

        public int Computed { get; set; }

        public int Preemptions { get; set; }

        public long? FirstScheduled { get; set; }

        public long End { get; set; }

        public List<long> TokenTimes { get; } = [];

        public int Known => Request.PromptTokens + TokenTimes.Count;
    }
}
