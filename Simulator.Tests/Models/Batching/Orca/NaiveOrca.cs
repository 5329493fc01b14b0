using Simulator.Models.Costs;

namespace Simulator.Tests.Models.Batching.Orca;

/// <summary>Iteration-level scheduling the plain way: who runs has its blocks, and the rest is free.</summary>
internal sealed class NaiveOrca(int maxBatch, int blocks, int blockTokens, AffineCosts costs) : NaiveEngine(costs)
{
    protected override List<(Work Work, int Tokens)> Schedule(long now)
    {
        List<(Work Work, int Tokens)> rows = [.. Running.Select(work => (work, 1))];
        while (Waiting.Count > 0 && rows.Count < maxBatch && Running.Append(Waiting[0]).Sum(Reserved) <= blocks)
        {
            Work work = Start(now);
            rows.Add((work, work.Request.PromptTokens));
        }
        return rows;
    }

    private int Reserved(Work work) => (work.Request.PromptTokens + work.Allowed + blockTokens - 1) / blockTokens;
}
