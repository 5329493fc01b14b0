using Simulator.Reports.Charts;
using Simulator.Reports.Inputs;

namespace Simulator.Reports.Sections;

/// <summary>Queue, batch, KV cache, rate and power over time.</summary>
internal static class StateSection
{
    private const int MostLines = 6;

    // Of more samples, the least and the largest of each of so many spans are kept.
    private const int Spans = 600;

    public static ReportSection Of(IReadOnlyList<ReportRun> runs)
    {
        ReportRun[] sampled = [.. runs.Where(run => run.Samples.Count > 0)];
        var section = new ReportSection("time-series", "Over time");
        return sampled.Length == 0
            ? section with { Missing = "nothing was sampled; name the 'timeSeriesCsv' of a replay (a key of a scenario's results) after its result" }
            : section with { Charts = [.. sampled.SelectMany((run, number) => Charts(run, $"time-series-{number + 1}", sampled.Length > 1))] };
    }

    private static IEnumerable<Chart> Charts(ReportRun run, string id, bool several)
    {
        string of = several ? $", {run.Name}" : "";
        Dictionary<int, long> blocks = [];
        foreach (var replica in run.Result?.Replicas ?? [])
            if (replica.Engine.KvBlocks is { } total) blocks[replica.Replica] = total;
        bool hasShares = run.Samples.All(sample => blocks.ContainsKey(sample.Replica));
        yield return PerReplica("waiting", "Waiting requests", new("waiting", "requests"), sample => sample.Waiting);
        yield return PerReplica("running", "Batch", new("running", "requests"), sample => sample.Running);
        yield return hasShares
            ? PerReplica("kv", "KV cache", new("KV blocks in use", ""), sample => (double)sample.KvBlocks / blocks[sample.Replica])
            : PerReplica("kv", "KV cache", new("KV blocks in use", "blocks"), sample => sample.KvBlocks);
        if (Sum("tokens", "Generated tokens", new("rate, all replicas", "tokens/s"), sample => sample.TokensPerSecond) is { } tokens) yield return tokens;
        if (Sum("power", "Power", new("power, all devices", "W"), sample => sample.PowerWatts) is { } power) yield return power;

        Chart PerReplica(string name, string title, ChartAxis axis, Func<StateSample, double> value) => Chart(name, title, axis, Lines(run.Samples, value));

        Chart? Sum(string name, string title, ChartAxis axis, Func<StateSample, double?> value)
        {
            ChartPoint[] points =
            [
                .. run.Samples.Where(sample => value(sample) is not null).GroupBy(sample => sample.Seconds)
                    .Select(instant => new ChartPoint(instant.Key, instant.Sum(sample => value(sample)!.Value))),
            ];
            return points.Length == 0 ? null : Chart(name, title, axis, [new("all replicas", ChartMark.Line, 0, Thin(points))]);
        }

        Chart Chart(string name, string title, ChartAxis axis, IReadOnlyList<ChartSeries> lines) =>
            new($"{id}-{name}", title + of, new("time since the start", "seconds"), axis, lines);
    }

    private static IReadOnlyList<ChartSeries> Lines(IReadOnlyList<StateSample> samples, Func<StateSample, double> value)
    {
        IGrouping<int, StateSample>[] replicas = [.. samples.GroupBy(sample => sample.Replica).OrderBy(replica => replica.Key)];
        if (replicas.Length <= MostLines)
        {
            return [.. replicas.Select((replica, i) => new ChartSeries(
                $"replica {replica.Key}", ChartMark.Line, i, Thin([.. replica.Select(sample => new ChartPoint(sample.Seconds, value(sample)))])))];
        }
        IGrouping<double, StateSample>[] instants = [.. samples.GroupBy(sample => sample.Seconds)];
        return
        [
            new($"mean of {replicas.Length} replicas", ChartMark.Line, 0, Thin([.. instants.Select(instant => new ChartPoint(instant.Key, instant.Average(value)))])),
            new("largest", ChartMark.Line, 1, Thin([.. instants.Select(instant => new ChartPoint(instant.Key, instant.Max(value)))])),
        ];
    }

    private static IReadOnlyList<ChartPoint> Thin(ChartPoint[] points)
    {
        if (points.Length <= 2 * Spans) return points;
        double start = points[0].X, length = points[^1].X - start;
        var kept = new List<ChartPoint>(2 * Spans);
        foreach (IGrouping<int, ChartPoint> span in points.GroupBy(point => Math.Min(Spans - 1, (int)((point.X - start) / length * Spans))))
        {
            ChartPoint least = span.MinBy(point => point.Y), most = span.MaxBy(point => point.Y);
            kept.AddRange(least.X == most.X ? [least] : least.X < most.X ? [least, most] : [most, least]);
        }
        return kept;
    }
}
