using Simulator.Models.Costs;
using Simulator.Models.Results;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Engines;

/// <summary>What a replica did over a run, in integers.</summary>
internal sealed class ReplicaStatistics
{
    private readonly long[] _outcomes = new long[4];

    public long Iterations { get; private set; }

    public long GeneratedTokens { get; set; }

    public long PrefillTokens { get; private set; }

    public long Preemptions { get; set; }

    public int PeakWaiting { get; set; }

    public int PeakRows { get; private set; }

    public long PeakBlocks { get; private set; }

    /// <summary>Time with a batch in flight, summed over slots, in cost time units.</summary>
    public Int128 BusyTime { get; private set; }

    /// <summary>Rows of the batch × time, in cost time units.</summary>
    public Int128 RowTime { get; private set; }

    /// <summary>Blocks in use while a batch ran × time, in cost time units.</summary>
    public Int128 BlockTime { get; private set; }

    /// <summary>Rows of the batch, summed over iterations.</summary>
    public long RowIterations { get; private set; }

    public Int128 Flops { get; private set; }

    public Int128 MemoryBytes { get; private set; }

    public Int128 LinkBytes { get; private set; }

    public Int128 Nanojoules { get; private set; }

    public Int128 TtftNanoseconds { get; private set; }

    public long FirstTokens { get; private set; }

    public Int128 E2eNanoseconds { get; private set; }

    public long this[RequestOutcome outcome] => _outcomes[(int)outcome];

    public long PrefixHitTokens { get; private set; }

    /// <summary>Prompt tokens of requests that were scheduled and are over.</summary>
    public long PromptTokens { get; private set; }

    public void Add(in RequestRecord record)
    {
        PrefixHitTokens += record.PrefixHitTokens;
        if (record.FirstScheduled is not null) PromptTokens += record.Request.PromptTokens;
        _outcomes[(int)record.Outcome]++;
        if (record.Ttft is { } ttft)
        {
            TtftNanoseconds += ttft.Nanoseconds;
            FirstTokens++;
        }
        if (record.Outcome == RequestOutcome.Completed) E2eNanoseconds += record.E2e.Nanoseconds;
    }

    public void Reject() => _outcomes[(int)RequestOutcome.Rejected]++;

    /// <summary>Adds the iterations of a plan that ran, before its slot moves past them.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="ran">Iterations that ran.</param>
    /// <param name="blocksUsed">Blocks in use in the first of them.</param>
    /// <param name="blocksStarted">Blocks that the others started.</param>
    public void Add(BatchSlot slot, int ran, long blocksUsed, long blocksStarted)
    {
        IterationCost cost = slot.Costs.Sum(ran);
        int rows = slot.DecodeRows + slot.WastedRows + slot.PrefillRows.Count;
        long time = slot.Duration(ran);
        foreach (Sequence sequence in slot.PrefillRows) PrefillTokens += sequence.ScheduledTokens;
        Iterations += ran;
        GeneratedTokens += (long)ran * slot.DecodeRows;
        BusyTime += time;
        RowTime += Math.BigMul(rows, time);
        RowIterations += (long)rows * ran;
        BlockTime += Math.BigMul(blocksUsed, time);
        if (ran > 1) BlockTime += slot.BlockTimeStarted(ran);
        PeakRows = Math.Max(PeakRows, rows);
        PeakBlocks = Math.Max(PeakBlocks, blocksUsed + blocksStarted);
        Flops += cost.Flops;
        MemoryBytes += cost.MemoryBytes;
        LinkBytes += cost.LinkBytes;
        Nanojoules += cost.Nanojoules;
    }
}
