using System.Globalization;

namespace Simulator.Models.Results;

/// <summary>Something that was set for a run.</summary>
/// <param name="Path">What it is: <c>router</c>, <c>pools[chat].replicas</c>, <c>pools[chat].engine.tokenBudget</c>.</param>
/// <param name="Value">The value.</param>
public sealed record RunSetting(string Path, string Value)
{
    /// <summary>
    /// What is known of how a run was set: its <see cref="RunResult.Settings"/>; where it has none, the pools with their replicas and the
    /// SLOs, which any result tells.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <returns>The settings in a fixed order.</returns>
    public static IReadOnlyList<RunSetting> Of(RunResult run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Settings.Count > 0) return run.Settings;
        List<RunSetting> settings = [];
        foreach (IGrouping<string, ReplicaSummary> pool in run.Replicas.GroupBy(replica => replica.Pool))
            settings.Add(new($"pools[{pool.Key}].replicas", Text(pool.Count())));
        AddBound(settings, "goodput.ttftSeconds", run.Goodput?.TtftSeconds);
        AddBound(settings, "goodput.tpotSeconds", run.Goodput?.TpotSeconds);
        AddBound(settings, "goodput.e2eSeconds", run.Goodput?.E2eSeconds);
        return settings;
    }

    private static void AddBound(List<RunSetting> settings, string path, double? bound)
    {
        if (bound is { } seconds) settings.Add(new(path, Text(seconds)));
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
