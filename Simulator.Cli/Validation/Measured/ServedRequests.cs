using Simulator.Models.Clusters;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;
using Simulator.Models.Results.Accuracy;
using Simulator.Models.Routing;
using Simulator.Workloads.Requests;

namespace Simulator.Cli.Validation.Measured;

/// <summary>What the clients of a simulated run saw. Times are in seconds.</summary>
internal sealed class ServedRequests : IRunObserver
{
    private readonly List<RequestRecord> _completed = [];

    private ServedRequests()
    {
    }

    public bool WantsIterations => false;

    /// <summary>What the pool ran under; null when its costs are not calibrated.</summary>
    public RunConditions? Conditions { get; private set; }

    /// <summary>Requests that completed.</summary>
    public int Completed => _completed.Count;

    /// <summary>Mean time to the first token.</summary>
    public double MeanTtft => Mean(Ttft);

    /// <summary>Mean time to the last token.</summary>
    public double MeanE2e => Mean(E2e);

    /// <summary>Mean output, tokens.</summary>
    public double MeanOutputTokens => Mean(record => record.GeneratedTokens);

    /// <summary>Mean over the requests of (E2E − TTFT)/(output − 1); those of one token have none.</summary>
    public double MeanTpot => Tpots().DefaultIfEmpty().Average();

    /// <summary>Runs requests through one pool, in turn through its replicas.</summary>
    /// <exception cref="NotSupportedException">The pool cannot serve the model.</exception>
    public static ServedRequests By(PoolSpec pool, IReadOnlyList<Request> requests)
    {
        ServedRequests served = new();
        try
        {
            RunResult run = ServingSimulation.Run(
                new ClusterSpec { Pools = [pool], Router = Routers.RoundRobin }, requests, options: new RunOptions { Observer = served });
            served.Conditions = RunConditions.Of(pool, run);
        }
        catch (Exception e) when (e is ClusterException or PlanException)
        {
            throw new NotSupportedException("the model does not fit the devices, or cannot be spread over them, by our memory plan");
        }
        if (served.Completed == 0) throw new NotSupportedException("no request completed");
        return served;
    }

    /// <summary>A quantile of the times to the first token.</summary>
    public double QuantileOfTtft(double share) => Quantile(_completed.Select(Ttft), share);

    /// <summary>A quantile of the times to the last token.</summary>
    public double QuantileOfE2e(double share) => Quantile(_completed.Select(E2e), share);

    /// <summary>A quantile of the times per output token.</summary>
    public double QuantileOfTpot(double share) => Quantile(Tpots(), share);

    /// <summary>From the first arrival to the last token.</summary>
    public double Makespan => (_completed.Max(record => record.End) - _completed.Min(record => record.Request.Arrival)).ToSeconds();

    public void OnRequestEnded(in RequestRecord record)
    {
        if (record.Outcome == RequestOutcome.Completed) _completed.Add(record);
    }

    public void OnIteration(in IterationRecord record)
    {
    }

    public void OnSample(in ReplicaSample sample)
    {
    }

    private static double Ttft(RequestRecord record) => record.Ttft!.Value.ToSeconds();

    private static double E2e(RequestRecord record) => record.E2e.ToSeconds();

    private static double Quantile(IEnumerable<double> values, double share) => ErrorSummary.Quantile([.. values.Order()], share);

    private double Mean(Func<RequestRecord, double> figure) => _completed.Average(figure);

    private IEnumerable<double> Tpots() => _completed.Where(record => record.GeneratedTokens > 1)
        .Select(record => (E2e(record) - Ttft(record)) / (record.GeneratedTokens - 1));
}
