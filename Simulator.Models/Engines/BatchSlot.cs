using Simulator.Core.Events;
using Simulator.Core.Time;
using Simulator.Models.Batching;
using Simulator.Models.Costs;

namespace Simulator.Models.Engines;

/// <summary>One batch of a replica that may be in flight, with the sequences that run in it.</summary>
/// <remarks>
/// Its decode rows all gain a token in every iteration, so they are kept as sums: a counter of iterations, a queue of
/// finishing iterations, and how many rows cross a block boundary in each residue class of the iteration counter.
/// </remarks>
internal sealed class BatchSlot(int index, int blockTokens, TokenStream? stream)
{
    private readonly int[] _crossings = new int[blockTokens];
    private int _crossingRows;

    public int Index { get; } = index;

    /// <summary>When clients hear of tokens, where that is not at once; null otherwise.</summary>
    public TokenStream? Stream => stream;

    /// <summary>All its sequences, in running order.</summary>
    public SequenceList Running { get; } = new();

    /// <summary>Those with known tokens still to be computed, in running order.</summary>
    public List<Sequence> Prefilling { get; } = [];

    /// <summary>Those that decode but are left out of the iteration in progress.</summary>
    public List<Sequence> Held { get; } = [];

    /// <summary>Sequences whose last token came at another time than that of the other decode rows, until they run together.</summary>
    public List<Sequence> Rejoined { get; } = [];

    /// <summary>Sequences that are over but run in the iteration in progress, which was put together before their end was known.</summary>
    public List<Sequence> Lingering { get; } = [];

    /// <summary>Lingering sequences that run, and whose token is thrown away.</summary>
    public int WastedRows { get; set; }

    /// <summary>Prefill rows of the iteration in progress.</summary>
    public List<Sequence> PrefillRows { get; } = [];

    public FinishQueue Finishing { get; } = new();

    /// <summary>Decode rows of each statistics group; grows with the groups.</summary>
    public int[] DecodesByGroup { get; private set; } = new int[4];

    /// <summary>Iterations run so far.</summary>
    public long Iteration { get; set; }

    public int Decodes => Finishing.Count;

    /// <summary>False while an iteration of prefill rows alone is in progress, and the decode rows stand still.</summary>
    public bool DecodesRun { get; set; } = true;

    /// <summary>Decode rows of the iterations in progress.</summary>
    public int DecodeRows => DecodesRun ? Decodes : 0;

    /// <summary>Sequences that are not in the iteration in progress.</summary>
    public int Idle => Held.Count + Prefilling.Count - PrefillRows.Count;

    public bool IsBusy { get; set; }

    /// <summary>KV blocks that swapping copies to host memory before the iteration starts.</summary>
    public long SwapOuts { get; set; }

    /// <summary>KV blocks that swapping copies from host memory before the iteration starts.</summary>
    public long SwapIns { get; set; }

    /// <summary>Copies that the iteration waits for.</summary>
    public int CopiesInFlight { get; set; }

    /// <summary>What was decided for the iteration that waits for its copies.</summary>
    public BatchDecision Decision { get; set; }

    public bool HasAbandoned { get; set; }

    public bool HasYielding { get; set; }

    public bool ArrivalsMatter { get; set; }

    /// <summary>Iterations planned from <see cref="Start"/> on; cut when something happens before.</summary>
    public int Planned { get; set; }

    public CostProgression Costs { get; set; }

    /// <summary>Duration of the first planned iteration, in cost time units; the pipeline may stretch it.</summary>
    public long FirstTime { get; set; }

    /// <summary>Start of the plan, and the fraction of a nanosecond beyond it in cost time units.</summary>
    public SimTime Start { get; set; }

    /// <inheritdoc cref="Start"/>
    public long StartFraction { get; set; }

    /// <summary>When the decode rows got their last token.</summary>
    public SimTime LastToken { get; set; }

    /// <summary>True when the plan started some time after the last one's end: the gap between tokens is longer than its iteration.</summary>
    public bool HasWaited { get; set; }

    public EventHandle Done { get; set; }

    /// <summary>Cost time units from the whole nanosecond of <see cref="Start"/> to the end of the k-th planned iteration.</summary>
    public long EndTime(int k) => StartFraction + Duration(k);

    /// <summary>Duration of the first k planned iterations, in cost time units.</summary>
    public long Duration(int k) => FirstTime * k + Costs.Increment.Time * ((long)k * (k - 1) / 2);

    /// <summary>End of the k-th planned iteration, in cost time units.</summary>
    public Int128 ExactEnd(int k) => Math.BigMul(Start.Nanoseconds, IterationCost.TimeUnitsPerNanosecond) + EndTime(k);

    /// <summary>End of the k-th planned iteration, cut to whole nanoseconds.</summary>
    public SimTime End(int k) => Start + SimDuration.FromNanoseconds(EndTime(k) / IterationCost.TimeUnitsPerNanosecond);

    /// <summary>Planned iterations that have ended by an instant.</summary>
    public int EndedBy(SimTime time)
    {
        int low = 0, high = Planned;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (End(middle) <= time) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    public void AddDecode(Sequence sequence)
    {
        sequence.State = SequenceState.Decoding;
        sequence.Offset = sequence.Computed - Iteration;
        sequence.FinishIteration = Iteration + sequence.OutputTokens - sequence.Generated;
        CountCrossing(sequence, 1);
        if (stream is null) CountInGroup(sequence, 1);
        else stream.Add(sequence);
        Finishing.Add(sequence);
    }

    /// <summary>Takes a sequence out of the decode rows, its progress now stored in itself.</summary>
    public void RemoveDecode(Sequence sequence)
    {
        (sequence.Generated, sequence.Computed) = (sequence.Emitted, sequence.ComputedNow);
        CountCrossing(sequence, -1);
        if (stream is null) CountInGroup(sequence, -1);
        else stream.Remove(sequence);
        Finishing.Remove(sequence);
    }

    /// <summary>Changes the decode rows of the sequence's statistics group.</summary>
    public void CountInGroup(Sequence sequence, int change)
    {
        if (sequence.Group < 0) return;
        if (sequence.Group >= DecodesByGroup.Length)
        {
            int[] longer = new int[2 * sequence.Group];
            DecodesByGroup.CopyTo(longer, 0);
            DecodesByGroup = longer;
        }
        DecodesByGroup[sequence.Group] += change;
    }

    /// <summary>True when the sequence's next token starts a new block.</summary>
    public bool NeedsBlock(Sequence sequence) => !sequence.IsReserved && sequence.ComputedNow % blockTokens == 0;

    /// <summary>Blocks that the decode rows start in iterations <paramref name="from"/> to from + count − 1, counted from now.</summary>
    public long BlocksStarted(long from, long count)
    {
        long blocks = count / blockTokens * _crossingRows;
        long at = (Iteration + from) % blockTokens;
        for (long left = count % blockTokens; left > 0; left--)
        {
            blocks += _crossings[at];
            if (++at == blockTokens) at = 0;
        }
        return blocks;
    }

    /// <summary>Iterations that can run when the first has its blocks and so many are left for the others.</summary>
    public int IterationsWithin(long blocks, int most)
    {
        if (((long)most / blockTokens + 1) * _crossingRows <= blocks) return most;
        long cycles = blocks / _crossingRows;
        long left = blocks - cycles * _crossingRows;
        long iterations = 1 + cycles * blockTokens;
        for (long at = (Iteration + iterations) % blockTokens; iterations < most; iterations++)
        {
            left -= _crossings[at];
            if (left < 0) break;
            if (++at == blockTokens) at = 0;
        }
        return (int)Math.Min(iterations, most);
    }

    /// <summary>Time integral of the blocks started after the first planned iteration, to the end of the <paramref name="ran"/>-th.</summary>
    /// <returns>Blocks × cost time units: what stepping through the iterations one by one would add up to.</returns>
    public Int128 BlockTimeStarted(int ran)
    {
        Int128 total = 0, whole = Duration(ran);
        for (int residue = 0; residue < blockTokens; residue++)
        {
            int rows = _crossings[residue];
            if (rows == 0) continue;
            long first = (residue - Iteration % blockTokens + blockTokens) % blockTokens;
            if (first == 0) first = blockTokens;
            if (first >= ran) continue;
            Int128 n = (ran - 1 - first) / blockTokens + 1;
            Int128 sum = n * first + blockTokens * (n * (n - 1) / 2);
            Int128 squares = n * first * first + 2 * (Int128)first * blockTokens * (n * (n - 1) / 2)
                + (Int128)blockTokens * blockTokens * ((n - 1) * n * (2 * n - 1) / 6);
            Int128 starts = FirstTime * sum + Costs.Increment.Time * ((squares - sum) / 2);
            total += rows * (n * whole - starts);
        }
        return total;
    }

    private void CountCrossing(Sequence sequence, int change)
    {
        if (sequence.IsReserved) return;
        _crossings[Crossing(sequence)] += change;
        _crossingRows += change;
    }

    private int Crossing(Sequence sequence) => (int)(((-sequence.Offset) % blockTokens + blockTokens) % blockTokens);
}
