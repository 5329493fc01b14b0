using System.Globalization;

namespace Simulator.Models.Results.Comparison;

/// <summary>Something that was set for a run, as far as its result tells.</summary>
/// <param name="Path">What it is: <c>pools[chat].replicas</c>, <c>goodput.ttftSeconds</c>.</param>
/// <param name="Value">The value.</param>
public sealed record RunSetting(string Path, string Value)
{
    /// <summary>Lists the pools with their replicas, and the SLOs that are set, in a fixed order.</summary>
    /// <param name="run">The run.</param>
    public static IReadOnlyList<RunSetting> Of(RunResult run)
    {
        ArgumentNullException.ThrowIfNull(run);
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
