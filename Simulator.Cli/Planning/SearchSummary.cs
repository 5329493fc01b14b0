using Simulator.Cli.Terminal;
using Simulator.Planning.Fronts;
using Simulator.Planning.Search;
using Spectre.Console;

namespace Simulator.Cli.Planning;

/// <summary>What a search found, as people read it.</summary>
internal static class SearchSummary
{
    private static readonly string[] Columns = ["throughput-per-device", "user-speed", "ttft-p99", "tpot-mean", "e2e-mean", "energy", "cost"];

    public static void Write(TextWriter output, SearchResult result, IReadOnlyList<Sensitivity> sensitivity)
    {
        foreach ((int requests, long plans) in result.Rungs) output.WriteLine($"{Figures.Count(plans)} plans ran the first {Figures.Count(requests)} requests.");
        output.WriteLine(
            $"{Figures.Count(result.Plans)} plans{(result.Rungs.Count > 0 ? " and their neighbours" : "")}, {Figures.Count(result.Feasible)} of which fit and ran all requests, "
            + $"{Figures.Count(result.Admissible)} of which keep the constraints.");
        output.WriteLine();
        Table best = TextTable.Create("objective", "best plan", "value");
        foreach ((Objective objective, (PlanOutcome Outcome, double Value)? found) in result.Objectives.Zip(result.Best))
            best.AddTexts(objective.Name, found?.Outcome.Plan.Id ?? Figures.Undefined, found is { } plan ? $"{WithUnit(plan.Value, objective)}{(objective.Unit is "s" or "" ? "" : " " + objective.Unit)}" : Figures.Undefined);
        output.WriteTable(best);
        foreach ((IReadOnlyList<Objective> objectives, ParetoFront<PlanOutcome> front) in result.FrontObjectives.Zip(result.Fronts))
        {
            output.WriteLine();
            output.WriteLine($"Trade-off of {string.Join(" and ", objectives.Select(objective => objective.Name))}, hypervolume {Figures.Number(front.Hypervolume)}:");
            Objective[] shown = [.. objectives.Concat(Columns.Select(name => Objectives.Find(name)!)).DistinctBy(objective => objective.Name)];
            WriteTable(output, shown, front.Points.Select(point => ((point.Item.Plan.Id == front.Knee?.Item.Plan.Id ? "knee" : ""), point.Item)));
        }
        if (sensitivity.Count > 0) WriteSensitivity(output, sensitivity);
        output.WriteLine();
        output.WriteLine("Rules of thumb:");
        WriteTable(output, [.. Columns.Select(name => Objectives.Find(name)!)], result.Baselines.Select(pair => (pair.Baseline.Name, pair.Outcome)));
        foreach ((Baseline baseline, PlanOutcome outcome) in result.Baselines.Where(pair => !pair.Outcome.Fit.Feasible))
            output.WriteLine($"{baseline.Name}: {outcome.Fit.Reason}");
    }

    private static void WriteSensitivity(TextWriter output, IReadOnlyList<Sensitivity> sensitivity)
    {
        output.WriteLine();
        output.WriteLine("Were the cost model wrong, how often another plan would be best, and how much better:");
        Table table = TextTable.Create("objective", "best plan", "changes", "regret", "rivals");
        foreach (Sensitivity own in sensitivity)
        {
            table.AddTexts(
                own.Objective.Name, own.Plan.Plan.Id, $"{own.Changes} of {own.Cases}", double.IsFinite(own.Regret) ? Figures.Share(own.Regret) : "breaks a constraint",
                string.Join(", ", own.Rivals.Take(3).Select(rival => rival.Id)));
        }
        output.WriteTable(table);
    }

    private static void WriteTable(TextWriter output, IReadOnlyList<Objective> objectives, IEnumerable<(string Note, PlanOutcome Outcome)> rows)
    {
        Table table = TextTable.Create(["plan", .. objectives.Select(objective => objective.Name), ""]);
        foreach ((string note, PlanOutcome outcome) in rows)
            table.AddTexts([outcome.Plan.Id, .. objectives.Select(objective => WithUnit(objective.Value(outcome), objective)), note]);
        output.WriteTable(table);
    }

    private static string WithUnit(double? value, Objective objective) => objective.Unit switch
    {
        "s" => Figures.Seconds(value),
        "" when objective.Name == "attainment" => Figures.Share(value),
        _ => Figures.Number(value),
    };
}
