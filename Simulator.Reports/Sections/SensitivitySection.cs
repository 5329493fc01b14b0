using System.Globalization;
using Simulator.Reports.Drawing;
using Simulator.Reports.Inputs;

namespace Simulator.Reports.Sections;

/// <summary>How the choices of a plan search hold when the cost model errs.</summary>
internal static class SensitivitySection
{
    private const int MostRivals = 5;

    public static ReportSection Of(SearchFile search)
    {
        var section = new ReportSection("sensitivity", "Were the cost model wrong");
        if (search.Sensitivity is not { Count: > 0 } all)
            return section with { Missing = "'plan search --sensitivity 20%' runs the best plans again with a cost model that errs" };
        string by = all[0].Share is { } share ? $" by {Numbers.Share(share)}" : "";
        return section with
        {
            Lead = $"The best plans were run again with arithmetic, memory, links and the host each slower and faster{by}, in all combinations: in how many another plan is best, "
                + "and how much better it is at most (regret).",
            Tables = [new("Sensitivity", ["objective", "best plan", "another is best", "regret", "which"], [.. all.Select(Row)])],
        };
    }

    private static IReadOnlyList<string> Row(SearchSensitivity own) =>
    [
        own.Objective, own.Plan, string.Create(CultureInfo.InvariantCulture, $"{own.Changes} of {own.Cases}"),
        own.Regret is { } regret ? Numbers.Share(regret) : "breaks a constraint",
        string.Join(", ", own.Rivals.Take(MostRivals)) + (own.Rivals.Count > MostRivals ? ", …" : ""),
    ];
}
