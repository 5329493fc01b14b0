using Simulator.Planning.Plans;

namespace Simulator.Planning.Search;

/// <summary>Evaluates plans and keeps the best: for every objective, and the fronts of several.</summary>
public sealed record PlanSearch
{
    /// <summary>Plans that are evaluated before their outcomes are looked at, in their order.</summary>
    private const int Batch = 256;

    /// <summary>The plans.</summary>
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

    /// <summary>Plans that are shown beside the best ones, in the space or not.</summary>
    /// <value>None.</value>
    public IReadOnlyList<Baseline> Baselines { get; init; } = [];

    /// <summary>Evaluates all plans.</summary>
    /// <param name="cores">Plans to run at a time, at least 1. The result is the same for any number.</param>
    /// <param name="each">
    /// Called with every outcome, in the order of the plans, and with whether it can run and keeps the constraints; null for nothing.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cores"/> is below 1.</exception>
    public SearchResult Run(int cores = 1, Action<PlanOutcome, bool>? each = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cores, 1);
        var best = new SearchResult(Objectives, Fronts, Constraints);
        long number = 0;
        foreach (Plan[] batch in Plans.Chunk(Batch))
        {
            var outcomes = new PlanOutcome[batch.Length];
            long first = number;
            Parallel.For(0, batch.Length, new ParallelOptions { MaxDegreeOfParallelism = cores }, i => outcomes[i] = Evaluator.Evaluate(first + i, batch[i]));
            foreach (PlanOutcome outcome in outcomes)
            {
                best.Add(outcome);
                each?.Invoke(outcome, best.IsAdmissible(outcome));
            }
            number += batch.Length;
        }
        var baselines = new PlanOutcome[Baselines.Count];
        Parallel.For(0, baselines.Length, new ParallelOptions { MaxDegreeOfParallelism = cores }, i => baselines[i] = Evaluator.Evaluate(-1, Baselines[i].Plan));
        best.Baselines = [.. Baselines.Zip(baselines)];
        return best;
    }
}
