using Simulator.Planning.Plans;

namespace Simulator.Planning.Search;

/// <summary>Successive halving (K. Jamieson and A. Talwalkar, 2016): all plans run the first requests, the better of them more requests, and so on.</summary>
/// <remarks>
/// <para>
/// All plans of a rung run the same requests, so that none is lucky. The plans that go on are taken in turn from the orders of every objective
/// and the layers of every front (of plans that none of the rest covers, then of those that only these cover, …), plans that keep the constraints first.
/// </para>
/// <para>
/// A local search follows on all requests: neighbours of the best plans and of those on a front that were dropped run too, until none is better.
/// Neighbours differ in one key of their setting, or have the same setting and a layout that moves at most one factor of two from one
/// axis to another.
/// </para>
/// </remarks>
/// <param name="Requests">Requests of the workload, at least 1.</param>
public sealed record Halving(int Requests)
{
    /// <summary>Requests of the first rung, at least 1.</summary>
    /// <value>64.</value>
    public int FirstRequests { get; init; } = 64;

    /// <summary>How many times more requests the next rung has, and how many times fewer plans; at least 2.</summary>
    /// <value>4.</value>
    public int Factor { get; init; } = 4;

    /// <summary>Plans that at least go on from every rung.</summary>
    /// <value>64.</value>
    public int LeastPlans { get; init; } = 64;

    internal void Run(PlanSearch search, PlanSearch.Runner runner, SearchResult result, Action<PlanOutcome> take)
    {
        HashSet<long>? survivors = null;
        for (long requests = FirstRequests; requests < Requests; requests *= Factor)
        {
            List<Score> scores = [];
            runner.Run(Among(search, survivors), (int)requests, outcome =>
            {
                if (outcome.Fit.Feasible) scores.Add(Score.Of(search, result, outcome));
            });
            result.AddRung((int)requests, survivors?.Count ?? scores.Count);
            survivors = Best(search, scores, Math.Max(LeastPlans, (scores.Count + Factor - 1) / Factor));
        }
        HashSet<long> full = [];
        runner.Run(Among(search, survivors), null, outcome =>
        {
            full.Add(outcome.Number);
            take(outcome);
        });
        Climb(search, runner, result, full, take);
    }

    private static IEnumerable<(long Number, Plan Plan)> Among(PlanSearch search, HashSet<long>? survivors) =>
        survivors is null ? search.Numbered : search.Numbered.Where(plan => survivors.Contains(plan.Number));

    /// <summary>The first so many plans of all orders, taken in turn.</summary>
    private static HashSet<long> Best(PlanSearch search, List<Score> scores, int count)
    {
        List<Score[]> orders = [.. Enumerable.Range(0, search.Objectives.Count).Select(i => scores.OrderByDescending(score => score.Admissible).ThenBy(score => score.Losses[i]).ToArray())];
        int start = search.Objectives.Count;
        foreach (IReadOnlyList<Objective> front in search.Fronts)
        {
            orders.Add(ByLayers(scores, start, front.Count));
            start += front.Count;
        }
        HashSet<long> kept = [];
        for (int place = 0; place < scores.Count && kept.Count < count; place++)
        {
            foreach (Score[] order in orders)
            {
                if (kept.Count < count) kept.Add(order[place].Number);
            }
        }
        return kept;
    }

    private static Score[] ByLayers(List<Score> scores, int start, int axes)
    {
        // Sorted by the first axis, a point is covered by points before it alone, and so belongs behind the last layer that covers it.
        List<List<Score>> layers = [];
        foreach (Score score in scores.OrderByDescending(score => score.Admissible).ThenBy(score => score.Losses[start]).ThenBy(score => score.Losses[start + 1]).ThenBy(score => score.Number))
        {
            int layer = 0;
            while (layer < layers.Count && layers[layer].Exists(other => other.Covers(score, start, axes))) layer++;
            if (layer == layers.Count) layers.Add([]);
            layers[layer].Add(score);
        }
        return [.. layers.SelectMany(layer => layer)];
    }

    private static void Climb(PlanSearch search, PlanSearch.Runner runner, SearchResult result, HashSet<long> full, Action<PlanOutcome> take)
    {
        HashSet<long> looked = [];
        while (true)
        {
            PlanOutcome[] heads =
            [
                .. result.Best.Where(best => best is not null).Select(best => best!.Value.Outcome)
                    .Concat(result.Fronts.SelectMany(front => front.Points).Select(point => point.Item)).DistinctBy(outcome => outcome.Number)
                    .Where(outcome => looked.Add(outcome.Number)),
            ];
            HashSet<long> next =
            [
                .. search.Numbered.Where(plan => !full.Contains(plan.Number) && heads.Any(head => AreNeighbours(head.Plan, plan.Plan))).Select(plan => plan.Number),
            ];
            if (next.Count == 0) return;
            full.UnionWith(next);
            runner.Run(Among(search, next), null, take);
        }
    }

    private static bool AreNeighbours(Plan a, Plan b)
    {
        if (a.Layout == b.Layout)
        {
            string[] ofA = a.Setting.Split(','), ofB = b.Setting.Split(',');
            return ofA.Zip(ofB).Count(pair => pair.First != pair.Second) <= 1;
        }
        return a.Setting == b.Setting && a.Pools.Count == b.Pools.Count && a.Devices == b.Devices && a.Pools.Zip(b.Pools).Sum(pair => Distance(pair.First, pair.Second)) <= 2;
    }

    private static int Distance(Models.Clusters.PoolSpec a, Models.Clusters.PoolSpec b) =>
        Axes(a).Zip(Axes(b)).Sum(pair => pair.First == pair.Second ? 0 : Math.Max(1, Math.Abs(int.Log2(pair.First) - int.Log2(pair.Second))));

    private static int[] Axes(Models.Clusters.PoolSpec pool) =>
        [pool.Replicas, pool.Plan.Tensor, pool.Plan.Pipeline, pool.Plan.Data, pool.Plan.Context, pool.Plan.Expert, Math.Max(1, pool.Plan.FeedForward)];

    /// <summary>A plan on a rung: its loss by every objective, then by those of every front; less is better, and a figure that it lacks is worst.</summary>
    private sealed record Score(long Number, bool Admissible, double[] Losses)
    {
        public static Score Of(PlanSearch search, SearchResult result, PlanOutcome outcome) => new(
            outcome.Number, result.IsAdmissible(outcome),
            [.. search.Objectives.Concat(search.Fronts.SelectMany(front => front)).Select(objective => Loss(objective, outcome))]);

        public bool Covers(Score other, int start, int axes)
        {
            for (int i = start; i < start + axes; i++)
            {
                if (Losses[i] > other.Losses[i]) return false;
            }
            return Admissible || !other.Admissible;
        }

        private static double Loss(Objective objective, PlanOutcome outcome) =>
            objective.Value(outcome) is { } value ? objective.HigherIsBetter ? -value : value : double.PositiveInfinity;
    }
}
