using Simulator.Core.Time;
using Simulator.Models.Results;

namespace Simulator.Reports.Timelines;

/// <summary>Records the first requests of a run for a <see cref="Timeline"/>.</summary>
/// <remarks>It is told of every row of a run, which then visits the sequences of every iteration: a picture of a long run costs time.</remarks>
/// <param name="requests">Requests to record, those with the lowest identities; at least 1.</param>
public sealed class TimelineRecorder(int requests) : IRunObserver
{
    private readonly Dictionary<long, RequestRecord> _ended = [];
    private readonly List<RowRecord> _rows = [];
    private readonly List<PreemptionRecord> _preemptions = [];
    private readonly List<IterationRecord> _iterations = [];
    private SimTime _end = SimTime.Zero;

    /// <summary>True.</summary>
    public bool WantsIterations => true;

    /// <summary>True.</summary>
    public bool WantsRows => true;

    /// <inheritdoc/>
    public void OnRequestEnded(in RequestRecord record)
    {
        if (record.Request.Id >= requests) return;
        _ended.Add(record.Request.Id, record);
        _end = record.End;
    }

    /// <inheritdoc/>
    public void OnIteration(in IterationRecord record)
    {
        if (_ended.Count < requests || record.Start < _end) _iterations.Add(record);
    }

    /// <inheritdoc/>
    public void OnRow(in RowRecord record)
    {
        if (record.Request < requests) _rows.Add(record);
    }

    /// <inheritdoc/>
    public void OnPreemption(in PreemptionRecord record)
    {
        if (record.Request < requests) _preemptions.Add(record);
    }

    /// <summary>Nothing.</summary>
    public void OnSample(in ReplicaSample sample)
    {
    }

    /// <summary>What was recorded so far, of the requests that have ended.</summary>
    public Timeline ToTimeline()
    {
        ILookup<int, RequestTimeline> ofReplica = _ended.Values
            .Where(record => record.Replica >= 0).OrderBy(record => record.Request.Id).ToLookup(record => record.Replica, Trace);
        ILookup<int, IterationRecord> iterations = _iterations.Where(iteration => iteration.Start < _end).ToLookup(iteration => iteration.Replica);
        return new Timeline([
            .. ofReplica.OrderBy(group => group.Key).Select(group => new ReplicaTimeline(group.Key, [.. group], [.. iterations[group.Key]])),
        ]);
    }

    private RequestTimeline Trace(RequestRecord record)
    {
        long id = record.Request.Id;
        Queue<PreemptionRecord> preemptions = new(_preemptions.Where(preemption => preemption.Request == id));
        List<TimelineSpan> spans = [];
        SimTime at = record.Request.Arrival;
        foreach (RowRecord row in _rows.Where(row => row.Request == id).OrderBy(row => row.Start))
        {
            AddGap(spans, at, row.Start, preemptions);
            Add(spans, row);
            at = row.End;
        }
        if (at < record.End && record.Outcome != Workloads.Requests.RequestOutcome.Completed) AddGap(spans, at, record.End, preemptions);
        return new RequestTimeline(record, spans);
    }

    private static void AddGap(List<TimelineSpan> spans, SimTime from, SimTime to, Queue<PreemptionRecord> preemptions)
    {
        RequestActivity activity = spans.Count == 0 ? RequestActivity.Waiting : RequestActivity.Stalled;
        while (preemptions.TryPeek(out PreemptionRecord preemption) && preemption.Time <= to)
        {
            preemptions.Dequeue();
            if (from < preemption.Time) spans.Add(new TimelineSpan(activity, from, preemption.Time));
            activity = preemption.Swapped ? RequestActivity.Swapped : RequestActivity.Preempted;
            from = preemption.Time;
        }
        if (from < to) spans.Add(new TimelineSpan(activity, from, to));
    }

    private static void Add(List<TimelineSpan> spans, in RowRecord row)
    {
        bool decodes = row.Kind == RowKind.Decode;
        if (decodes && spans.Count > 0 && spans[^1] is { Activity: RequestActivity.Decode } last && last.End == row.Start)
            spans[^1] = last with { End = row.End, Tokens = last.Tokens + 1 };
        else
            spans.Add(new TimelineSpan(decodes ? RequestActivity.Decode : RequestActivity.Prefill, row.Start, row.End, row.Tokens, row.ContextTokens));
    }
}
