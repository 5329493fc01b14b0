using System.Globalization;
using System.Text.Json.Nodes;
using Simulator.Cli.Terminal;
using Spectre.Console;

namespace Simulator.Cli.Validation.Measured;

/// <summary>Whether the plans that served the same requests come in the measured order, and how far speed-ups of one over another are from the measured ones.</summary>
/// <remarks>
/// That is what a search for plans is trusted for; APEX states 10.7 % for its own speed-ups (arXiv 2411.17651). A plan of several replicas has the
/// figures of all their requests, and counts when all replicas have figures.
/// </remarks>
internal sealed class PlanOrder
{
    /// <summary>Figures that plans are put in order by.</summary>
    private static readonly string[] FigureNames = ["e2e", "tpot"];

    private PlanOrder(IReadOnlyList<FigureOrder> orders, IReadOnlyList<(string Workload, string Plan, string Reason)> leftOut) => (Orders, LeftOut) = (orders, leftOut);

    /// <summary>An error above this counts against a speed-up, percent.</summary>
    public static double MostPercent => 10;

    /// <summary>The order of every workload by every figure.</summary>
    public IReadOnlyList<FigureOrder> Orders { get; }

    /// <summary>Plans that are in no order, with the reason.</summary>
    public IReadOnlyList<(string Workload, string Plan, string Reason)> LeftOut { get; }

    /// <summary>Errors of all speed-ups, with their signs, in percent.</summary>
    public IEnumerable<double> Errors => Orders.SelectMany(order => order.SpeedUps).Select(speedUp => speedUp.ErrorPercent);

    /// <summary>Puts the plans of rows in order; null when no row says which plan it is of.</summary>
    public static PlanOrder? Of(IReadOnlyList<MeasuredRow> rows)
    {
        MeasuredRow[] planned = [.. rows.Where(row => row.Share is not null)];
        if (planned.Length == 0) return null;
        List<FigureOrder> orders = [];
        List<(string, string, string)> leftOut = [];
        foreach (var workload in planned.GroupBy(row => row.Share!.Workload).OrderBy(workload => workload.Key, StringComparer.Ordinal))
        {
            List<(string Plan, MeasuredRow[] Replicas)> plans = [];
            foreach (var plan in workload.GroupBy(row => row.Share!.Plan).OrderBy(plan => plan.Key, StringComparer.Ordinal))
            {
                MeasuredRow[] replicas = [.. plan];
                if (replicas.Length == replicas[0].Share!.Replicas && replicas.All(HasFigures)) plans.Add((plan.Key, replicas));
                else leftOut.Add((workload.Key, plan.Key, "not all of its replicas have figures"));
            }
            // Plans can be compared when they served the same requests.
            foreach (var same in plans.GroupBy(plan => (plan.Replicas.Sum(row => row.Share!.Requests), plan.Replicas.Sum(row => row.Share!.PromptTokens))))
            {
                if (same.Count() > 1) orders.AddRange(FigureNames.Select(figure => new FigureOrder(workload.Key, figure, [.. same.Select(plan => Pooled(plan.Plan, plan.Replicas, figure))])));
                else leftOut.Add((workload.Key, same.First().Plan, "no other plan served the same requests"));
            }
        }
        return new(orders, leftOut);
    }

    /// <summary>The orders as JSON.</summary>
    public JsonObject ToJson()
    {
        double[] errors = [.. Errors.Select(Math.Abs)];
        return new()
        {
            ["orders"] = Orders.Count,
            ["rightOrders"] = Orders.Count(order => order.IsRight),
            ["speedUps"] = errors.Length,
            ["within10Percent"] = errors.Count(error => error <= MostPercent),
            ["mape"] = Rounded(errors.DefaultIfEmpty().Average()),
            ["largestError"] = Rounded(errors.DefaultIfEmpty().Max()),
            ["workloads"] = new JsonArray([.. Orders.Select(order => order.ToJson())]),
            ["leftOut"] = new JsonArray([.. LeftOut.Select(plan => new JsonObject { ["workload"] = plan.Workload, ["plan"] = plan.Plan, ["reason"] = plan.Reason })]),
        };
    }

    /// <summary>Writes the orders as a table.</summary>
    public void Write(TextWriter output)
    {
        output.WriteLine($"{this}:");
        output.WriteLine();
        Table table = TextTable.Create("workload", "by", "measured, fastest first", "predicted", "largest error of a speed-up");
        foreach (FigureOrder order in Orders)
            table.AddTexts(order.Workload, order.Figure, string.Join(", ", order.Measured), order.IsRight ? "the same" : string.Join(", ", order.Predicted), Signed(order.LargestError));
        output.WriteTable(table);
        output.WriteLine();
        foreach (var plans in LeftOut.GroupBy(plan => plan.Reason))
            output.WriteLine($"not compared, {plans.Key}: {string.Join(", ", plans.Select(plan => $"{plan.Workload} {plan.Plan}"))}");
        if (LeftOut.Count > 0) output.WriteLine();
    }

    /// <summary>The sum of it in a sentence, without a full stop.</summary>
    public override string ToString()
    {
        double[] errors = [.. Errors.Select(Math.Abs)];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Orders.Count(order => order.IsRight)} of {Orders.Count} orders of plans are the measured ones; {errors.Count(error => error <= MostPercent)} of {errors.Length} speed-ups of a plan "
            + $"over another are within {MostPercent:0} % of the measured ones (mean {errors.DefaultIfEmpty().Average():0.0} %, largest {errors.DefaultIfEmpty().Max():0.0} %)");
    }

    private static bool HasFigures(MeasuredRow row) => row.NotRun is null && FigureNames.All(name => row.Figures.Any(figure => figure.Name == name));

    private static PlanFigure Pooled(string plan, MeasuredRow[] replicas, string name)
    {
        double requests = replicas.Sum(row => row.Share!.Requests);
        return new(plan, Mean(figure => figure.Measured), Mean(figure => figure.Predicted!.Value));

        double Mean(Func<MeasuredFigure, double> value) =>
            replicas.Sum(row => row.Share!.Requests * value(row.Figures.First(figure => figure.Name == name))) / requests;
    }

    internal static double Rounded(double percent) => Math.Round(percent, 4);

    private static string Signed(double percent) => percent.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
}

/// <summary>The part of a plan that a row measured: one of its replicas, with its share of the requests.</summary>
/// <param name="Workload">What was served, the same for all plans that are compared.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Replicas">Replicas that it has.</param>
/// <param name="Requests">Requests that this one served.</param>
/// <param name="PromptTokens">Their prompts, tokens.</param>
internal sealed record PlanShare(string Workload, string Plan, int Replicas, int Requests, long PromptTokens);

/// <summary>A figure of a plan, the less the better.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Measured">What was measured, above 0.</param>
/// <param name="Predicted">What we predict.</param>
internal readonly record struct PlanFigure(string Plan, double Measured, double Predicted);

/// <summary>How much faster a plan is than another.</summary>
/// <param name="Faster">The one that was measured to be faster.</param>
/// <param name="Slower">The other.</param>
/// <param name="Measured">Ratio of the measured figures, at least 1.</param>
/// <param name="Predicted">Ratio of the predicted ones.</param>
internal readonly record struct SpeedUp(string Faster, string Slower, double Measured, double Predicted)
{
    /// <summary>Error of the prediction, above 0 when the speed-up is predicted too high.</summary>
    public double ErrorPercent => ErrorSummary.Percent(Predicted, Measured);
}

/// <summary>The plans of a workload in the order of a figure.</summary>
internal sealed class FigureOrder
{
    private readonly PlanFigure[] _plans;

    /// <param name="workload">What was served.</param>
    /// <param name="figure">The figure.</param>
    /// <param name="plans">The plans, in any order.</param>
    public FigureOrder(string workload, string figure, IReadOnlyList<PlanFigure> plans)
    {
        (Workload, Figure) = (workload, figure);
        _plans = [.. plans.OrderBy(plan => plan.Measured).ThenBy(plan => plan.Plan, StringComparer.Ordinal)];
        Predicted = [.. _plans.OrderBy(plan => plan.Predicted).Select(plan => plan.Plan)];
        SpeedUps =
        [
            .. from slower in Enumerable.Range(0, _plans.Length)
               from faster in Enumerable.Range(0, slower)
               select new SpeedUp(
                   _plans[faster].Plan, _plans[slower].Plan, _plans[slower].Measured / _plans[faster].Measured, _plans[slower].Predicted / _plans[faster].Predicted),
        ];
    }

    /// <summary>What was served.</summary>
    public string Workload { get; }

    /// <summary>The figure: <c>e2e</c>.</summary>
    public string Figure { get; }

    /// <summary>The plans as they were measured, fastest first.</summary>
    public IEnumerable<string> Measured => _plans.Select(plan => plan.Plan);

    /// <summary>The plans as they are predicted, fastest first.</summary>
    public IReadOnlyList<string> Predicted { get; }

    /// <summary>True when both orders are the same.</summary>
    public bool IsRight => Measured.SequenceEqual(Predicted);

    /// <summary>Every plan over every slower one.</summary>
    public IReadOnlyList<SpeedUp> SpeedUps { get; }

    /// <summary>The error of the speed-up that is furthest off, with its sign, percent.</summary>
    public double LargestError => SpeedUps.Select(speedUp => speedUp.ErrorPercent).MaxBy(Math.Abs);

    /// <summary>The order as JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["workload"] = Workload,
        ["figure"] = Figure,
        ["plans"] = new JsonArray([.. _plans.Select(plan => new JsonObject { ["plan"] = plan.Plan, ["measured"] = plan.Measured, ["predicted"] = plan.Predicted })]),
        ["measuredOrder"] = new JsonArray([.. Measured.Select(plan => JsonValue.Create(plan))]),
        ["predictedOrder"] = new JsonArray([.. Predicted.Select(plan => JsonValue.Create(plan))]),
        ["speedUps"] = new JsonArray([.. SpeedUps.Select(speedUp => new JsonObject
        {
            ["faster"] = speedUp.Faster, ["slower"] = speedUp.Slower, ["measured"] = PlanOrder.Rounded(speedUp.Measured), ["predicted"] = PlanOrder.Rounded(speedUp.Predicted),
            ["errorPercent"] = PlanOrder.Rounded(speedUp.ErrorPercent),
        })]),
    };
}
