using static Simulator.Models.Results.Comparison.FigureGoal;

namespace Simulator.Models.Results.Comparison;

/// <summary>Lists the figures of each part of a result, with units and goals.</summary>
internal sealed class FigureList
{
    private readonly List<Figure> _figures = [];

    public IReadOnlyList<Figure> Figures => _figures;

    public void Add(string path, string unit, FigureGoal goal, double? value) => _figures.Add(new Figure(path, unit, goal, value));

    public void Add(string path, RequestCounts counts)
    {
        Add($"{path}.injected", "requests", None, counts.Injected);
        Add($"{path}.completed", "requests", Higher, counts.Completed);
        Add($"{path}.rejected", "requests", Lower, counts.Rejected);
        Add($"{path}.timedOut", "requests", Lower, counts.TimedOut);
        Add($"{path}.failed", "requests", None, counts.Failed);
        Add($"{path}.inFlight", "requests", None, counts.InFlight);
    }

    public void Add(string path, RejectionCounts counts)
    {
        Add($"{path}.queueFull", "requests", Lower, counts.QueueFull);
        Add($"{path}.contextWindow", "requests", Lower, counts.ContextWindow);
        Add($"{path}.kvMemory", "requests", Lower, counts.KvMemory);
        Add($"{path}.noPool", "requests", Lower, counts.NoPool);
        Add($"{path}.emptyPrompt", "requests", Lower, counts.EmptyPrompt);
    }

    public void Add(string path, TokenCounts counts)
    {
        Add($"{path}.prompt", "tokens", None, counts.Prompt);
        Add($"{path}.output", "tokens", None, counts.Output);
        Add($"{path}.prefixHit", "tokens", None, counts.PrefixHit);
        Add($"{path}.truncatedRequests", "requests", Lower, counts.TruncatedRequests);
    }

    public void Add(string path, LatencySummary latency)
    {
        Add($"{path}.count", "samples", None, latency.Count);
        Add($"{path}.mean", "s", Lower, latency.Mean);
        Add($"{path}.p50", "s", Lower, latency.P50);
        Add($"{path}.p90", "s", Lower, latency.P90);
        Add($"{path}.p95", "s", Lower, latency.P95);
        Add($"{path}.p99", "s", Lower, latency.P99);
        Add($"{path}.max", "s", Lower, latency.Max);
    }

    public void Add(string path, Throughput throughput)
    {
        Add($"{path}.requestsPerSecond", "requests/s", Higher, throughput.RequestsPerSecond);
        Add($"{path}.outputTokensPerSecond", "tokens/s", Higher, throughput.OutputTokensPerSecond);
        Add($"{path}.totalTokensPerSecond", "tokens/s", Higher, throughput.TotalTokensPerSecond);
    }

    public void Add(string path, GoodputSummary? goodput)
    {
        Add($"{path}.requests", "requests", Higher, goodput?.Requests);
        Add($"{path}.share", "", Higher, goodput?.Share);
        Add($"{path}.requestsPerSecond", "requests/s", Higher, goodput?.RequestsPerSecond);
    }

    public void Add(string path, EngineSummary engine)
    {
        Add($"{path}.utilization", "", None, engine.Utilization);
        Add($"{path}.meanBatchSize", "rows", None, engine.MeanBatchSize);
        Add($"{path}.timeMeanBatchSize", "rows", None, engine.TimeMeanBatchSize);
        Add($"{path}.peakBatchSize", "rows", None, engine.PeakBatchSize);
        Add($"{path}.kvUtilization", "", None, engine.KvUtilization);
        Add($"{path}.peakKvUtilization", "", None, engine.PeakKvUtilization);
        Add($"{path}.kvBlocks", "blocks", None, engine.KvBlocks);
        Add($"{path}.peakWaiting", "requests", Lower, engine.PeakWaiting);
        Add($"{path}.preemptions", "preemptions", Lower, engine.Preemptions);
        Add($"{path}.prefixHitRate", "", Higher, engine.PrefixHitRate);
        Add($"{path}.mfu", "", Higher, engine.Mfu);
        Add($"{path}.mbu", "", Higher, engine.Mbu);
    }

    public void Add(string path, CostSummary cost)
    {
        Add($"{path}.devices", "devices", Lower, cost.Devices);
        Add($"{path}.energyJoules", "J", Lower, cost.EnergyJoules);
        Add($"{path}.joulesPerOutputToken", "J/token", Lower, cost.JoulesPerOutputToken);
        Add($"{path}.usd", "USD", Lower, cost.Usd);
        Add($"{path}.usdPerMillionOutputTokens", "USD/10⁶ tokens", Lower, cost.UsdPerMillionOutputTokens);
    }

    public void Add(string path, ClassSummary group)
    {
        Add($"{path}.requests", group.Requests);
        Add($"{path}.tokens", group.Tokens);
        Add($"{path}.ttft", group.Ttft);
        Add($"{path}.itl", group.Itl);
        Add($"{path}.tpot", group.Tpot);
        Add($"{path}.e2e", group.E2e);
        Add($"{path}.schedulingDelay", group.SchedulingDelay);
        Add($"{path}.queueingDelay", group.QueueingDelay);
        Add($"{path}.goodput", group.Goodput);
    }
}
