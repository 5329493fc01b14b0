using Simulator.Core.Statistics;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Results;

/// <summary>Statistics of the measured requests of one class in one pool, in nanoseconds and counts; exact but for the sketches.</summary>
internal sealed class GroupStatistics(string pool, string requestClass)
{
    private readonly long[] _outcomes = new long[4];

    public string Pool { get; } = pool;

    public string Class { get; } = requestClass;

    public QuantileSketch Ttft { get; } = new();

    public QuantileSketch Itl { get; } = new();

    public QuantileSketch Tpot { get; } = new();

    public QuantileSketch E2e { get; } = new();

    public QuantileSketch SchedulingDelay { get; } = new();

    public QuantileSketch QueueingDelay { get; } = new();

    public long Injected { get; set; }

    public long WithinSlo { get; private set; }

    public long PromptTokens { get; private set; }

    public long OutputTokens { get; private set; }

    public long PrefixHitTokens { get; private set; }

    /// <summary>Prompt tokens of requests that were scheduled and are over.</summary>
    public long ScheduledPromptTokens { get; private set; }

    public long Preemptions { get; private set; }

    public long Truncated { get; private set; }

    public long this[RequestOutcome outcome] => _outcomes[(int)outcome];

    public void Add(in RequestRecord record, in SloTargets slo)
    {
        _outcomes[(int)record.Outcome]++;
        Preemptions += record.Preemptions;
        OutputTokens += record.GeneratedTokens;
        PrefixHitTokens += record.PrefixHitTokens;
        if (record.Truncated) Truncated++;
        if (record.FirstScheduled is { } scheduled)
        {
            QueueingDelay.Add(record.Queued.Nanoseconds, 1);
            SchedulingDelay.Add((scheduled - record.Request.Arrival).Nanoseconds, 1);
            ScheduledPromptTokens += record.Request.PromptTokens;
        }
        if (record.Ttft is { } ttft) Ttft.Add(ttft.Nanoseconds, 1);
        if (record.Outcome != RequestOutcome.Completed) return;
        PromptTokens += record.Request.PromptTokens;
        E2e.Add(record.E2e.Nanoseconds, 1);
        if (record.Tpot is { } tpot) Tpot.Add(tpot.Nanoseconds, 1);
        if (slo.IsMet(record)) WithinSlo++;
    }

    public void Merge(GroupStatistics other)
    {
        for (int i = 0; i < _outcomes.Length; i++) _outcomes[i] += other._outcomes[i];
        Injected += other.Injected;
        WithinSlo += other.WithinSlo;
        PromptTokens += other.PromptTokens;
        OutputTokens += other.OutputTokens;
        PrefixHitTokens += other.PrefixHitTokens;
        ScheduledPromptTokens += other.ScheduledPromptTokens;
        Preemptions += other.Preemptions;
        Truncated += other.Truncated;
        Ttft.Merge(other.Ttft);
        Itl.Merge(other.Itl);
        Tpot.Merge(other.Tpot);
        E2e.Merge(other.E2e);
        SchedulingDelay.Merge(other.SchedulingDelay);
        QueueingDelay.Merge(other.QueueingDelay);
    }
}
