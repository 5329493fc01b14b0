using Simulator.Models.Costs;

namespace Simulator.Tests.Models.Batching.FasterTransformer;

/// <summary>Static batching the plain way: nobody comes or gets memory back until all have left.</summary>
internal sealed class NaiveFasterTransformer(int maxBatch, int blocks, int blockTokens, AffineCosts costs) : NaiveEngine(costs)
{
    protected override List<(Work Work, int Tokens)> Schedule(long now)
    {
        if (Running.Count > 0) return [.. Running.Select(work => (work, 1))];
        List<(Work Work, int Tokens)> rows = [];
        int taken = 0;
        while (Waiting.Count > 0 && rows.Count < maxBatch)
        {
            taken += (Waiting[0].Request.PromptTokens + Waiting[0].Allowed + blockTokens - 1) / blockTokens;
            if (taken > blocks) break;
            Work work = Start(now);
            rows.Add((work, work.Request.PromptTokens));
        }
        return rows;
    }
}
