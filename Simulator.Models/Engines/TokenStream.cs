using Simulator.Models.Costs;
using Simulator.Models.Results;

namespace Simulator.Models.Engines;

/// <summary>When the clients of a slot's decode rows hear of their tokens: of the first, of every n-th after it, and of the last.</summary>
/// <remarks>
/// A row that was told in an iteration is told again n iterations later. Rows are counted by the residue of these iterations, so that an
/// iteration costs nothing per row, and a stretch takes n steps whatever its length. Rows that were last told at some other time, such as
/// the end of a prefill that ran alone, stand aside until they are told once.
/// </remarks>
internal sealed class TokenStream
{
    private readonly int _interval;
    private readonly List<GroupStatistics> _groups;
    private readonly Int128[] _ends;
    private readonly int[][] _rows;
    private readonly List<Sequence>[] _aside;

    /// <param name="interval">Tokens between two messages to a client, at least 1.</param>
    /// <param name="groups">Takes the times between messages.</param>
    public TokenStream(int interval, List<GroupStatistics> groups)
    {
        _interval = interval;
        _groups = groups;
        _ends = new Int128[interval];
        Array.Fill(_ends, -1);
        _rows = new int[interval][];
        _aside = new List<Sequence>[interval];
        for (int residue = 0; residue < interval; residue++) (_rows[residue], _aside[residue]) = (new int[4], []);
    }

    /// <summary>Takes a row that has just become a decode row.</summary>
    public void Add(Sequence sequence)
    {
        if (sequence.Group < 0) return;
        int residue = ResidueOf(sequence);
        sequence.StandsAside = _ends[residue] != sequence.LastMessage;
        if (sequence.StandsAside) _aside[residue].Add(sequence);
        else Count(residue, sequence.Group, 1);
    }

    /// <summary>Lets go of a row, which then knows itself when it was last told.</summary>
    public void Remove(Sequence sequence)
    {
        if (sequence.Group < 0) return;
        int residue = ResidueOf(sequence);
        if (sequence.StandsAside)
        {
            _aside[residue].Remove(sequence);
            return;
        }
        Count(residue, sequence.Group, -1);
        sequence.LastMessage = _ends[residue];
    }

    /// <summary>Tells of a token that came outside of the decode rows, at the end of a prefill.</summary>
    /// <param name="sequence">The sequence, its token counted.</param>
    /// <param name="now">The present, in cost time units.</param>
    public void Tell(Sequence sequence, Int128 now)
    {
        if (sequence.Generated == 1) sequence.LastMessage = now;
        else if ((sequence.Generated - 1) % _interval == 0) Message(sequence, now);
    }

    /// <summary>Tells of what is left when a sequence has its last token.</summary>
    /// <inheritdoc cref="Tell"/>
    public void TellRest(Sequence sequence, Int128 now)
    {
        if (sequence.LastMessage != now) Message(sequence, now);
    }

    /// <summary>Tells of the tokens of iterations that ran, before their slot moves past them.</summary>
    public void Record(BatchSlot slot, int ran)
    {
        for (int residue = 0; residue < _interval; residue++)
        {
            long after = (residue - slot.Iteration) % _interval;
            int first = (int)(after <= 0 ? after + _interval : after);
            if (first <= ran) Record(slot, ran, residue, first);
        }
        for (int k = Math.Max(1, ran - _interval + 1); k <= ran; k++) _ends[(slot.Iteration + k) % _interval] = slot.ExactEnd(k);
    }

    private void Record(BatchSlot slot, int ran, int residue, int first)
    {
        Int128 end = slot.ExactEnd(first);
        int[] rows = _rows[residue];
        for (int group = 0; group < rows.Length; group++)
            if (rows[group] > 0) _groups[group].Itl.Add(Nanoseconds(end - _ends[residue]), rows[group]);
        foreach (Sequence sequence in _aside[residue])
        {
            Message(sequence, end);
            sequence.StandsAside = false;
            Count(residue, sequence.Group, 1);
        }
        _aside[residue].Clear();
        int further = (ran - first) / _interval;
        if (further == 0) return;
        long gap = slot.Duration(first + _interval) - slot.Duration(first);
        long growth = slot.Costs.Increment.Time * _interval * _interval;
        rows = _rows[residue];
        for (int group = 0; group < rows.Length; group++)
            if (rows[group] > 0) _groups[group].Itl.AddArithmetic(gap, growth, further, rows[group], 16);
    }

    private void Message(Sequence sequence, Int128 now)
    {
        if (sequence.Group >= 0) _groups[sequence.Group].Itl.Add(Nanoseconds(now - sequence.LastMessage), 1);
        sequence.LastMessage = now;
    }

    private static long Nanoseconds(Int128 time) => (long)(time / IterationCost.TimeUnitsPerNanosecond);

    // Iterations after which a multiple of the interval has come since the first token.
    private int ResidueOf(Sequence sequence) =>
        (int)(((sequence.Request.PromptTokens - sequence.Offset) % _interval + _interval) % _interval);

    private void Count(int residue, int group, int change)
    {
        if (group >= _rows[residue].Length) Array.Resize(ref _rows[residue], 2 * group);
        _rows[residue][group] += change;
    }
}
