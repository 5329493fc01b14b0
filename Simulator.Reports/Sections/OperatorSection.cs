using Simulator.Models.Results;
using Simulator.Reports.Charts;
using Simulator.Reports.Drawing;
using Simulator.Reports.Inputs;

namespace Simulator.Reports.Sections;

/// <summary>What the devices' time and energy went to.</summary>
internal static class OperatorSection
{
    private const string Other = "other kernels";

    private static readonly (string Name, int Colour, string[] Operators)[] Classes =
    [
        ("attention", 0, ["attentionPrefill", "attentionDecode"]),
        ("projections", 5, ["inputProjection", "queryUpProjection", "keyValueUpProjection", "outputProjection"]),
        ("feed-forward, experts", 2, ["router", "experts", "gateUpProjection", "activation", "downProjection"]),
        ("communication", 1,
        [
            "embeddingAllReduce", "contextGather", "contextMerge", "attentionAllReduce", "expertDispatch", "expertCombine", "feedForwardAllReduce",
            "stageTransfer", "logitsGather",
        ]),
        (Other, 3, []),
        ("host", 4, ["hostSchedule", "hostPrepare", "hostSample", "hostDetokenize", "hostWait"]),
        ("pipeline wait", ChartColours.Grey, ["pipelineWait"]),
        ("idle", ChartColours.LightGrey, ["idle"]),
    ];

    public static ReportSection Of(IReadOnlyList<ReportRun> runs)
    {
        ReportRun[] known = [.. runs.Where(run => run.Result?.Operators is { Count: > 0 }).Take(LatencySection.MostRuns)];
        var section = new ReportSection("operators", "Where time and energy go");
        if (known.Length == 0)
            return section with { Missing = "the results do not tell operators apart; set 'operators: true' in the results of the scenario" };
        return section with
        {
            Lead = "All devices over the whole run, idle time included. Communication is what the device waits for; idle is the time without a batch.",
            Charts =
            [
                Chart("operators-time", "Device time by operator", new("device time", "device-seconds"), known, use => use.DeviceSeconds),
                Chart("operators-energy", "Energy by operator", new("energy", "J"), known, use => use.EnergyJoules),
            ],
            Tables = [Table(known)],
        };
    }

    private static Chart Chart(string id, string title, ChartAxis axis, ReportRun[] runs, Func<OperatorUse, double> value) =>
        new(id, title, axis, new("run", "", ChartScale.Category) { Categories = [.. runs.Select(run => run.Name)] },
        [
            .. from kind in Classes
               let points = runs.Select((run, i) => new ChartPoint(run.Result!.Operators!.Where(use => IsOf(kind.Name, kind.Operators, use)).Sum(value), i))
               let shown = points.Where(point => point.X > 0).ToArray()
               where shown.Length > 0
               select new ChartSeries(kind.Name, ChartMark.Bars, kind.Colour, shown),
        ]);

    private static bool IsOf(string name, string[] operators, OperatorUse use) =>
        name == Other ? Classes.All(group => !group.Operators.Contains(use.Operator)) : operators.Contains(use.Operator);

    private static ReportTable Table(ReportRun[] runs)
    {
        string[] operators = [.. runs.SelectMany(run => run.Result!.Operators!).Select(use => use.Operator).Distinct()];
        double[] seconds = [.. runs.Select(run => run.Result!.Operators!.Sum(use => use.DeviceSeconds))];
        double[] joules = [.. runs.Select(run => run.Result!.Operators!.Sum(use => use.EnergyJoules))];
        return new("Every operator", ["operator", .. runs.SelectMany(run => new[] { $"{run.Name}: time", "energy" })],
        [
            .. operators.Select(name => (IReadOnlyList<string>)[Words(name), .. runs.SelectMany((run, i) => new[]
            {
                Numbers.Share(Sum(run, name, use => use.DeviceSeconds) / seconds[i]), Numbers.Share(Sum(run, name, use => use.EnergyJoules) / joules[i]),
            })]),
        ]) { Folded = true };
    }

    private static double Sum(ReportRun run, string name, Func<OperatorUse, double> value) => run.Result!.Operators!.Where(use => use.Operator == name).Sum(value);

    /// <summary><c>attentionAllReduce</c> as <c>attention all reduce</c>.</summary>
    private static string Words(string name) => string.Concat(name.Select(c => char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : c.ToString()));
}
