using System.Globalization;
using Simulator.Reports.Charts;
using Simulator.Reports.Drawing;
using Simulator.Reports.Inputs;

namespace Simulator.Reports.Sections;

/// <summary>The trade-offs of a plan search, and how the best plans compare with the rules of thumb.</summary>
internal static class FrontSection
{
    // Scales are logarithmic from this ratio of the largest to the least value on.
    private const double LogFrom = 20;

    // A difference below this ratio is told in percent.
    private const double PercentBelow = 1.1;

    public static ReportSection TradeOff(SearchFile search) => new("trade-off", "Trade-off")
    {
        Charts = [.. search.Fronts.Select((front, number) => Front(search, front, number))],
    };

    public static ReportSection Best(SearchFile search)
    {
        var section = new ReportSection("best", "Best plans");
        return search.Best.Count == 0 ? section with { Missing = "no plan keeps the constraints of the search; loosen them" } : section with
        {
            Lead = "The best plan by each objective, beside the best of the rules of thumb.",
            Tables =
            [
                new("Best plans and rules of thumb", ["objective", "best plan", "value", "than the best rule", "the rule of thumb", "its value"],
                    [.. search.Best.Select(best => Row(search, best))]),
            ],
        };
    }

    private static IReadOnlyList<string> Row(SearchFile search, SearchBest best)
    {
        SearchObjective objective = search.Objectives.First(objective => objective.Name == best.Objective);
        SearchBaseline? rule = null;
        // A rule that breaks a constraint stands here only when all do.
        foreach (SearchBaseline baseline in search.Baselines.Where(baseline => baseline.Feasible).OrderByDescending(Keeps))
        {
            if (Value(baseline) is { } value && (rule is null || (Keeps(baseline) == Keeps(rule) && objective.IsBetter(value, Value(rule)!.Value)))) rule = baseline;
        }
        double? of = rule is null ? null : Value(rule);
        return
        [
            objective.Name, best.Plan, Text(best.Value),
            of is null ? "" : Keeps(rule!) ? Compared(objective, best.Value, of.Value) : "keeps the constraints",
            rule is null ? "none fits" : $"{rule.Name} ({rule.Plan})", of is null ? "" : Text(of.Value),
        ];

        bool Keeps(SearchBaseline baseline) => search.Constraints.All(constraint =>
            baseline.Values.GetValueOrDefault(constraint.Objective) is { } value
            && !search.Objectives.First(bounded => bounded.Name == constraint.Objective).IsBetter(constraint.Bound, value));
        double? Value(SearchBaseline baseline) => baseline.Values.GetValueOrDefault(best.Objective);
        string Text(double value) => objective.Name == "attainment" ? Numbers.Share(value) : Numbers.WithUnit(value, objective.Unit);
    }

    private static string Compared(SearchObjective objective, double best, double other)
    {
        if (best == other) return "equal";
        if (best <= 0 || other <= 0) return objective.IsBetter(best, other) ? "better" : "worse";
        double ratio = objective.HigherIsBetter ? best / other : other / best;
        string verdict = ratio >= 1 ? "better" : "worse";
        ratio = Math.Max(ratio, 1 / ratio);
        return ratio < PercentBelow
            ? string.Create(CultureInfo.InvariantCulture, $"{(ratio - 1) * 100:0.0} % {verdict}")
            : string.Create(CultureInfo.InvariantCulture, $"{ratio:0.##} × {verdict}");
    }

    private static Chart Front(SearchFile search, SearchFront front, int number)
    {
        SearchObjective x = search.Objectives.First(objective => objective.Name == front.Objectives[0]);
        SearchObjective y = search.Objectives.First(objective => objective.Name == front.Objectives[1]);
        var plans = search.PlansAndBaselines.Where(plan => plan.Value(x.Name) is not null && plan.Value(y.Name) is not null)
            .DistinctBy(plan => plan.Id).ToDictionary(plan => plan.Id);
        HashSet<string> baselines = [.. search.Baselines.Select(baseline => baseline.Plan)];
        SearchPlan[] onFront = [.. front.Plans.Where(plans.ContainsKey).Select(id => plans[id])];
        List<ChartSeries> series =
        [
            new("plans", ChartMark.Points, ChartColours.Grey, Points(plans.Values.Where(plan => plan.Admissible))),
            new("plans that break a constraint", ChartMark.Hollow, ChartColours.Grey,
                Points(plans.Values.Where(plan => !plan.Admissible && !baselines.Contains(plan.Id)))),
        ];
        // With three objectives no line in this plane is the front.
        if (front.Objectives.Count == 2)
        {
            series.Add(new("front", x.HigherIsBetter ? ChartMark.StepDown : ChartMark.StepAcross, 0,
                [.. Points(onFront).OrderBy(point => point.X)]));
        }
        series.Add(new("rules of thumb", ChartMark.Points, 1, Points(plans.Values.Where(plan => baselines.Contains(plan.Id)))));
        series.Add(new("plans of the front", ChartMark.Points, 0, Points(onFront)));
        if (front.Knee is { } id && plans.TryGetValue(id, out SearchPlan? middle)) series.Add(new("knee", ChartMark.Points, 2, [Point(middle)]));
        string beyond = front.Objectives.Count > 2 ? $" (and {front.Objectives[2]})" : "";
        return new($"front-{number + 1}", $"Trade-off of {x.Name} and {y.Name}{beyond}", Axis(x, plans.Values), Axis(y, plans.Values), series);

        IReadOnlyList<ChartPoint> Points(IEnumerable<SearchPlan> some) => [.. some.Select(Point)];
        ChartPoint Point(SearchPlan plan) => new(plan.Value(x.Name)!.Value, plan.Value(y.Name)!.Value, plan.Id);
    }

    private static ChartAxis Axis(SearchObjective objective, IReadOnlyCollection<SearchPlan> plans)
    {
        double[] values = [.. plans.Select(plan => plan.Value(objective.Name)!.Value)];
        bool isLog = values.Length > 0 && values.Min() > 0 && values.Max() / values.Min() >= LogFrom;
        // Without a unit an axis has shares.
        string unit = objective.Unit.Length > 0 || objective.Name == "attainment" ? objective.Unit : "count";
        return new($"{objective.Name} ({(objective.HigherIsBetter ? "more" : "less")} is better)", unit, isLog ? ChartScale.Log : ChartScale.Linear);
    }
}
