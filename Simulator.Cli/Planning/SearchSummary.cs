using Simulator.Cli.Running;
using Simulator.Cli.Terminal;
using Simulator.Planning.Fronts;
using Simulator.Planning.Search;
using Spectre.Console;

namespace Simulator.Cli.Planning;

/// <summary>What a search found, as people read it.</summary>
internal static class SearchSummary
{
    private static readonly string[] Columns = ["throughput-per-device", "user-speed", "ttft-p99", "tpot-mean", "e2e-mean", "energy", "cost"];

    // Plans whose rates of completed requests differ by less are not what limits them.
    private const double KeepsUp = 1.01;

    /// <param name="output">Where to write.</param>
    /// <param name="result">What was found.</param>
    /// <param name="shown">Plans with their whole results and error bands.</param>
    /// <param name="sensitivity">How the choices hold; empty when that was not looked at.</param>
    public static void Write(TextWriter output, SearchResult result, IReadOnlyList<PlanOutcome> shown, IReadOnlyList<Sensitivity> sensitivity)
    {
        foreach ((int requests, long plans) in result.Rungs) output.WriteLine($"{Plural(plans)} ran the first {Figures.Count(requests)} requests.");
        output.WriteLine(Counts(result));
        if (result.Admissible > 0) WriteBest(output, result, shown);
        if (sensitivity.Count > 0) WriteSensitivity(output, sensitivity);
        WriteBaselines(output, result);
    }

    private static string Counts(SearchResult result)
    {
        string neighbours = result.Rungs.Count > 0 ? " and their neighbours" : "";
        string plans = $"{Plural(result.Plans)}{neighbours}, {Of(result.Feasible, result.Plans)} of which fit and ran all requests";
        return result.Constraints.Count == 0 ? $"{plans}." : $"{plans}; {Of(result.Admissible, result.Feasible)} of these keep the constraints.";

        static string Of(long some, long all) => some == 0 ? "none" : some == all ? "all" : Figures.Count(some);
    }

    private static void WriteBest(TextWriter output, SearchResult result, IReadOnlyList<PlanOutcome> shown)
    {
        output.WriteLine();
        Table best = TextTable.Create("objective", "best plan", "value");
        foreach ((Objective objective, (PlanOutcome Outcome, double Value)? found) in result.Objectives.Zip(result.Best))
            best.AddTexts(objective.Name, found?.Outcome.Plan.Id ?? Figures.Undefined, found is { } plan ? $"{Text(plan.Value, objective)} {Unit(objective)}".TrimEnd() : Figures.Undefined);
        output.WriteTable(best);
        WriteBands(output, result, shown);
        foreach ((IReadOnlyList<Objective> objectives, ParetoFront<PlanOutcome> front) in result.FrontObjectives.Zip(result.Fronts))
        {
            if (front.Points.Count == 0) continue;
            string names = string.Join(" and ", objectives.Select(objective => objective.Name));
            output.WriteLine();
            output.WriteLine(front.Points.Count == 1
                ? $"Trade-off of {names}: none, one plan is best in {(objectives.Count == 2 ? "both" : "all")}:"
                : $"Trade-off of {names}, hypervolume {Figures.Number(front.Hypervolume)}:");
            Objective[] columns = [.. objectives.Concat(Columns.Select(name => Objectives.Find(name)!)).DistinctBy(objective => objective.Name)];
            Table table = TextTable.Create(["plan", .. columns.Select(Heading), ""]);
            foreach (PlanOutcome outcome in front.Points.Select(point => point.Item))
                table.AddTexts([outcome.Plan.Id, .. Values(columns, outcome), front.Points.Count > 1 && outcome.Plan.Id == front.Knee?.Item.Plan.Id ? "knee" : ""]);
            output.WriteTable(table);
        }
    }

    // Of the first objective's: the figures of one plan are as far off as those of the next.
    private static void WriteBands(TextWriter output, SearchResult result, IReadOnlyList<PlanOutcome> shown)
    {
        if (result.Best.FirstOrDefault(found => found is not null)?.Outcome.Plan.Id is not { } id) return;
        if (shown.First(outcome => outcome.Plan.Id == id).Result is not { Accuracy: [{ Figures.Count: > 0 } pool] }) return;
        output.WriteLine();
        output.WriteLine($"Against real servers, 8 of 10 means such as those of {id} are off by: {RunSummary.Bands(pool)}.");
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

    private static void WriteBaselines(TextWriter output, SearchResult result)
    {
        output.WriteLine();
        Objective[] columns = [.. Columns.Select(name => Objectives.Find(name)!)];
        Table table = TextTable.Create(["rule of thumb", "plan", .. columns.Select(Heading)]);
        foreach ((Baseline baseline, PlanOutcome outcome) in result.Baselines) table.AddTexts([baseline.Name, outcome.Plan.Id, .. Values(columns, outcome)]);
        output.WriteTable(table);
        PlanOutcome[] unfit = [.. result.Baselines.Select(pair => pair.Outcome).Where(outcome => !outcome.Fit.Feasible)];
        if (unfit.Length > 0) output.WriteLine();
        foreach (PlanOutcome outcome in unfit) output.WriteLine($"{outcome.Plan.Id} does not fit: {outcome.Fit.Reason}");
        double[] rates = [.. result.Baselines.Select(pair => Objectives.Find("requests")!.Value(pair.Outcome)).OfType<double>()];
        if (rates.Length < 2 || rates.Max() > KeepsUp * rates.Min()) return;
        output.WriteLine();
        output.WriteLine("The rules of thumb keep up with these requests: throughput is that of the load, and cost follows the number of devices.");
        output.WriteLine("More requests a second (--rate, --speedup) show how much a plan can serve.");
    }

    private static IEnumerable<string> Values(IReadOnlyList<Objective> objectives, PlanOutcome outcome) =>
        objectives.Select(objective => Text(objective.Value(outcome), objective));

    private static string Heading(Objective objective) => $"{objective.Name}\n{Unit(objective)}";

    // Times and shares carry their units themselves.
    private static string Unit(Objective objective) => objective.Unit == "s" ? "" : objective.Unit;

    private static string Plural(long plans) => $"{Figures.Count(plans)} plan{(plans == 1 ? "" : "s")}";

    private static string Text(double? value, Objective objective) => objective.Unit switch
    {
        "s" => Figures.Seconds(value),
        "" when objective.Name == "attainment" => Figures.Share(value),
        _ => Figures.Number(value),
    };
}
