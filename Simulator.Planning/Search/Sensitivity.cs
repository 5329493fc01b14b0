using Simulator.Planning.Plans;

namespace Simulator.Planning.Search;

/// <summary>How the choice by one objective holds when the cost model is wrong.</summary>
/// <param name="Objective">The objective.</param>
/// <param name="Plan">The plan that was chosen.</param>
/// <param name="Cases">Ways in which the cost model was made wrong.</param>
/// <param name="Changes">Cases in which another of the contenders is best.</param>
/// <param name="Regret">
/// How much worse the chosen plan is than the best of a case, as a share of the best value: the largest of all cases. 0 when it is always best,
/// infinite when it no longer keeps the constraints in a case.
/// </param>
/// <param name="Rivals">Plans that are best in some case, most frequent first, the chosen one left out.</param>
public sealed record Sensitivity(Objective Objective, PlanOutcome Plan, int Cases, int Changes, double Regret, IReadOnlyList<Plan> Rivals)
{
    /// <summary>The error of each class of work, in (0, 1): 0.2 for ±20 %.</summary>
    public required double Share { get; init; }

    /// <summary>Runs the contenders of a search anew with every combination of errors.</summary>
    /// <param name="search">The search.</param>
    /// <param name="result">What it found.</param>
    /// <param name="share">Error of each class of work, in (0, 1).</param>
    /// <param name="cores">Runs at a time, at least 1. The result is the same for any number.</param>
    /// <param name="progress">Called with the number of runs that are done; null for none.</param>
    public static IReadOnlyList<Sensitivity> Of(PlanSearch search, SearchResult result, double share = 0.2, int cores = 1, Action<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(search);
        ArgumentNullException.ThrowIfNull(result);
        IReadOnlyList<CostErrors> cases = CostErrors.Corners(share);
        PlanOutcome[] contenders = [.. result.Contenders.SelectMany(ofOne => ofOne).DistinctBy(outcome => outcome.Number).OrderBy(outcome => outcome.Number)];
        var outcomes = new PlanOutcome[cases.Count * contenders.Length];
        long done = 0;
        Parallel.For(0, outcomes.Length, new ParallelOptions { MaxDegreeOfParallelism = cores }, i =>
        {
            PlanOutcome contender = contenders[i % contenders.Length];
            Plan wrong = contender.Plan with { Pools = [.. contender.Plan.Pools.Select(cases[i / contenders.Length].Apply)] };
            outcomes[i] = search.Evaluator.Evaluate(contender.Number, wrong) with { Plan = contender.Plan };
            progress?.Invoke(Interlocked.Increment(ref done));
        });
        IReadOnlyList<PlanOutcome[]> byCase = [.. outcomes.Chunk(Math.Max(1, contenders.Length))];
        return
        [
            .. from i in Enumerable.Range(0, result.Objectives.Count)
               where result.Best[i] is not null
               select Of(result.Objectives[i], result.Best[i]!.Value.Outcome, byCase, result.IsAdmissible, share),
        ];
    }

    private static Sensitivity Of(Objective objective, PlanOutcome chosen, IReadOnlyList<PlanOutcome[]> cases, Func<PlanOutcome, bool> admissible, double share)
    {
        List<Plan> winners = [];
        double regret = 0;
        foreach (PlanOutcome[] outcomes in cases)
        {
            (PlanOutcome Outcome, double Value)? best = null;
            double? own = null;
            foreach (PlanOutcome outcome in outcomes.Where(admissible))
            {
                if (objective.Value(outcome) is not { } value) continue;
                if (outcome.Number == chosen.Number) own = value;
                if (best is null || objective.IsBetter(value, best.Value.Value)) best = (outcome, value);
            }
            if (best is null) continue;
            double first = best.Value.Value;
            if (own is { } held && !objective.IsBetter(first, held)) continue;
            winners.Add(best.Value.Outcome.Plan);
            regret = own is { } behind ? Math.Max(regret, Math.Abs(behind - first) / Math.Abs(first)) : double.PositiveInfinity;
        }
        Plan[] rivals = [.. winners.GroupBy(plan => plan.Id).OrderByDescending(same => same.Count()).ThenBy(same => same.Key, StringComparer.Ordinal).Select(same => same.First())];
        return new(objective, chosen, cases.Count, winners.Count, regret, rivals) { Share = share };
    }
}
