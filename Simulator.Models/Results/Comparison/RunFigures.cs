namespace Simulator.Models.Results.Comparison;

/// <summary>The numbers of a run result in one list, for statistics over runs and for comparisons.</summary>
/// <remarks>
/// A path is that of the number in the result's JSON: <c>ttft.p99</c>, <c>engine.mfu</c>. Classes are named by pool and class, as in
/// <c>classes[chat/api].e2e.mean</c>; a slash in the name of a pool has a backslash before it. The figures of single replicas and what was set for the run (seed, SLOs) are left out.
/// </remarks>
public static class RunFigures
{
    /// <summary>Lists the figures of a run: those of the whole, in the order of the JSON, then those of each class.</summary>
    /// <param name="run">The run.</param>
    /// <returns>The same paths in the same order for all runs with the same classes; figures that are not defined are null.</returns>
    public static IReadOnlyList<Figure> Of(RunResult run)
    {
        ArgumentNullException.ThrowIfNull(run);
        FigureList figures = new();
        figures.Add("requests", run.Requests);
        figures.Add("rejections", run.Rejections);
        figures.Add("tokens", run.Tokens);
        figures.Add("simulatedSeconds", "s", FigureGoal.None, run.SimulatedSeconds);
        figures.Add("measuredSeconds", "s", FigureGoal.None, run.MeasuredSeconds);
        figures.Add("iterations", "iterations", FigureGoal.None, run.Iterations);
        figures.Add("ttft", run.Ttft);
        figures.Add("itl", run.Itl);
        figures.Add("tpot", run.Tpot);
        figures.Add("e2e", run.E2e);
        figures.Add("schedulingDelay", run.SchedulingDelay);
        figures.Add("queueingDelay", run.QueueingDelay);
        figures.Add("throughput", run.Throughput);
        figures.Add("goodput", run.Goodput);
        figures.Add("engine", run.Engine);
        figures.Add("cost", run.Cost);
        foreach (ClassSummary group in run.Classes) figures.Add($"classes[{Escape(group.Pool)}/{group.Class}]", group);
        return figures.Figures;
    }

    // So that no two groups share a path.
    private static string Escape(string pool) => pool.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("/", "\\/", StringComparison.Ordinal);
}
