using Simulator.Planning.Plans;

namespace Simulator.Planning.Search;

/// <summary>Evaluates plans and keeps the best: for every objective, and the fronts of several.</summary>
public sealed record PlanSearch
{
    /// <summary>Plans that are evaluated before their outcomes are looked at, in their order.</summary>
    private const int Batch = 256;

    /// <summary>The plans. They are enumerated anew, in the same order, as often as a search looks at them.</summary>
    public required IEnumerable<Plan> Plans { get; init; }

    /// <summary>What runs them.</summary>
    public required PlanEvaluator Evaluator { get; init; }

    /// <summary>What plans are compared by, one by one; at least one, with different names.</summary>
    public required IReadOnlyList<Objective> Objectives { get; init; }

    /// <summary>Objectives whose trade-off is looked for, 2 or 3 in each.</summary>
    /// <value>Throughput per device against the speed that a user sees.</value>
    public IReadOnlyList<IReadOnlyList<Objective>> Fronts { get; init; } = [[Search.Objectives.ThroughputPerDevice, Search.Objectives.UserSpeed]];

    /// <summary>What a plan must keep to be best, or on a front.</summary>
    public IReadOnlyList<Constraint> Constraints { get; init; } = [];

    /// <summary>Plans of different ids that are shown beside the best ones, in the space or not.</summary>
    /// <value>None.</value>
    public IReadOnlyList<Baseline> Baselines { get; init; } = [];

    /// <summary>Drops plans that do badly on the first requests; null to run every plan with all of them.</summary>
    /// <value>Null.</value>
    public Halving? Halving { get; init; }

    /// <summary>Searches.</summary>
    /// <param name="cores">Plans to run at a time, at least 1. The result is the same for any number.</param>
    /// <param name="each">
    /// Called with every outcome of all requests, in the order of the plans, and with whether it can run and keeps the constraints; null for
    /// nothing.
    /// </param>
    /// <param name="progress">Called with the number of runs that are done, of plans in the space; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cores"/> is below 1.</exception>
    public SearchResult Run(int cores = 1, Action<PlanOutcome, bool>? each = null, Action<long>? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cores, 1);
        var result = new SearchResult(Objectives, Fronts, Constraints);
        Dictionary<string, PlanOutcome?> baselines = Baselines.ToDictionary(baseline => baseline.Plan.Id, _ => (PlanOutcome?)null);
        long done = 0;
        void Take(PlanOutcome outcome)
        {
            result.Add(outcome);
            if (baselines.ContainsKey(outcome.Plan.Id)) baselines[outcome.Plan.Id] = outcome;
            each?.Invoke(outcome, result.IsAdmissible(outcome));
        }

        var runner = new Runner(Evaluator, cores, () => progress?.Invoke(Interlocked.Increment(ref done)));
        if (Halving is null) runner.Run(Numbered, null, Take);
        else Halving.Run(this, runner, result, Take);
        IEnumerable<Plan> beside = Baselines.Select(baseline => baseline.Plan).Where(plan => baselines[plan.Id] is null);
        new Runner(Evaluator, cores, null).Run(beside.Select(plan => (-1L, plan)), null, outcome => baselines[outcome.Plan.Id] = outcome);
        result.Baselines = [.. Baselines.Select(baseline => (baseline, baselines[baseline.Plan.Id]!))];
        return result;
    }

    internal IEnumerable<(long Number, Plan Plan)> Numbered => Plans.Select((plan, number) => ((long)number, plan));

    /// <summary>Runs plans on several cores and hands on what became of them in their order.</summary>
    internal sealed class Runner(PlanEvaluator evaluator, int cores, Action? done)
    {
        /// <param name="plans">The plans and their places in the space.</param>
        /// <param name="requests">Requests to run, the first ones; null for all.</param>
        /// <param name="take">Takes every outcome, on the thread of the caller.</param>
        public void Run(IEnumerable<(long Number, Plan Plan)> plans, int? requests, Action<PlanOutcome> take)
        {
            foreach ((long Number, Plan Plan)[] batch in plans.Chunk(Batch))
            {
                var outcomes = new PlanOutcome[batch.Length];
                Parallel.For(0, batch.Length, new ParallelOptions { MaxDegreeOfParallelism = cores }, i =>
                {
                    outcomes[i] = evaluator.Evaluate(batch[i].Number, batch[i].Plan, requests);
                    done?.Invoke();
                });
                foreach (PlanOutcome outcome in outcomes) take(outcome);
            }
        }
    }
}
