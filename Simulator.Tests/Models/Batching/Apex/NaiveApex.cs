using Simulator.Models.Batching.Apex;
using Simulator.Models.Costs;

namespace Simulator.Tests.Models.Batching.Apex;

/// <summary>APEX's loop the plain way: one running request after the other takes its token, and the last one goes when there is none.</summary>
internal sealed class NaiveApex(ApexOptions options, int blocks, int blockTokens, AffineCosts costs) : NaiveEngine(costs)
{
    private readonly List<Work> _stopped = [];

    protected override bool HasWork => base.HasWork || _stopped.Count > 0;

    protected override List<(Work Work, int Tokens)> Schedule(long now)
    {
        List<(Work Work, int Tokens)> rows = [];
        for (int i = 0; i < Running.Count; i++)
        {
            // Those that had their token hold the block for it, the others that of what they have computed.
            while (i < Running.Count && Running.Select((work, at) => Blocks(work.Computed + (at <= i ? 1 : 0))).Sum() > blocks) Stop();
            if (i < Running.Count) rows.Add((Running[i], 1));
        }
        _stopped.Sort((a, b) => a.Request.Id.CompareTo(b.Request.Id));
        while (_stopped.Count > 0 && Taken(rows) + Blocks(_stopped[0].Known) <= blocks)
        {
            Running.Add(_stopped[0]);
            rows.Add((_stopped[0], 1));
            _stopped.RemoveAt(0);
        }
        while (_stopped.Count == 0 && Waiting.Count > 0 && rows.Count < (options.MaxBatchSize ?? int.MaxValue)
            && rows.Sum(row => row.Tokens) + Waiting[0].Known <= options.TokenBudget && Taken(rows) + Blocks(Waiting[0].Known) <= blocks)
        {
            Work work = Start(now);
            rows.Add((work, work.Known));
        }
        return rows;
    }

    private void Stop()
    {
        Work last = Running[^1];
        Running.RemoveAt(Running.Count - 1);
        last.Preemptions++;
        if (options.Resumption == ApexResumption.Free)
        {
            _stopped.Add(last);
            return;
        }
        last.Computed = 0;
        Waiting.Insert(0, last);
    }

    private int Taken(List<(Work Work, int Tokens)> rows) => rows.Sum(row => Blocks(row.Work.Computed + row.Tokens));

    private int Blocks(int tokens) => (tokens + blockTokens - 1) / blockTokens;
}
