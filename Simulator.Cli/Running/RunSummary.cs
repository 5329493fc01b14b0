using System.Globalization;
using Simulator.Cli.Terminal;
using Simulator.Models.Clusters;
using Simulator.Models.Results;
using Simulator.Models.Results.Accuracy;
using Simulator.Models.Results.Comparison;
using Spectre.Console;

namespace Simulator.Cli.Running;

/// <summary>A result as people read it, on a terminal of 80 columns.</summary>
internal static class RunSummary
{
    private const int LabelWidth = 12;
    private const int LineWidth = 80;

    public static void Write(TextWriter output, ClusterSpec cluster, RunResult run)
    {
        WriteCluster(output, cluster, $"seed {run.Seed}");
        RequestCounts requests = run.Requests;
        Line(output, "requests", [
            $"{Figures.Count(requests.Injected)} arrived", $"{Figures.Count(requests.Completed)} completed",
            Unless(requests.Failed, "failed in the trace"), Unless(requests.Rejected, "rejected"),
            Unless(requests.TimedOut, "timed out"), Unless(requests.InFlight, "still in flight")]);
        RejectionCounts rejections = run.Rejections;
        Line(output, "rejected", [
            Unless(rejections.QueueFull, "for a full queue"), Unless(rejections.ContextWindow, "too long for the context window"),
            Unless(rejections.KvMemory, "too long for the KV memory"), Unless(rejections.NoPool, "for a model that no pool serves"),
            Unless(rejections.EmptyPrompt, "for an empty prompt")]);
        Line(output, "tokens", [
            $"{Figures.Count(run.Tokens.Prompt)} prompt", $"{Figures.Count(run.Tokens.Output)} output",
            run.Tokens.PrefixHit > 0 ? $"{Figures.Share(run.Engine.PrefixHitRate)} of prompts cached" : "",
            Unless(run.Tokens.TruncatedRequests, "outputs cut at the context window")]);
        Line(output, "time", [
            $"{Figures.Seconds(run.SimulatedSeconds)} simulated",
            $"{Figures.Count(run.Iterations)} iterations"]);
        bool hasWindow = run.MeasuredSeconds < run.SimulatedSeconds;
        if (hasWindow)
        {
            Line(output, "measured", [
                $"{Figures.Count(run.Classes.Sum(group => group.Requests.Injected))} requests that arrived within {Figures.Seconds(run.MeasuredSeconds)}: "
                + "tokens, latencies, throughput and goodput are theirs"]);
        }
        output.WriteLine();
        WriteLatencies(output, run);
        output.WriteLine();
        Line(output, "throughput", [
            $"{Figures.Number(run.Throughput.RequestsPerSecond)} requests/s", $"{Figures.Number(run.Throughput.OutputTokensPerSecond)} output tokens/s",
            $"{Figures.Number(run.Throughput.TotalTokensPerSecond)} tokens/s in all"]);
        if (run.Goodput is { } goodput)
        {
            Line(output, "goodput", [
                $"{Figures.Number(goodput.RequestsPerSecond)} requests/s", $"{Figures.Share(goodput.Share)} of requests meet their SLO",
                Bound("TTFT", goodput.TtftSeconds), Bound("TPOT", goodput.TpotSeconds), Bound("E2E", goodput.E2eSeconds)]);
        }
        EngineSummary engine = run.Engine;
        Line(output, "engine", [
            $"{Figures.Share(engine.Utilization)} busy{(hasWindow ? " (whole run)" : "")}", $"batch {Figures.Number(engine.MeanBatchSize)} mean, {Figures.Count(engine.PeakBatchSize)} peak",
            engine.KvBlocks is null ? "KV memory unlimited" : $"KV {Figures.Share(engine.KvUtilization)} mean, {Figures.Share(engine.PeakKvUtilization)} peak",
            $"{Figures.Count(engine.PeakWaiting)} waiting at most", Unless(engine.Preemptions, "preemptions")]);
        Line(output, "hardware", [$"MFU {Figures.Share(engine.Mfu)}", $"MBU {Figures.Share(engine.Mbu)} while busy"]);
        Line(output, "cost", [
            $"{Figures.Number(run.Cost.Usd)} USD{(hasWindow ? " (whole run)" : "")}", $"{Figures.Number(run.Cost.UsdPerMillionOutputTokens)} USD per million output tokens",
            $"{Figures.Number(run.Cost.EnergyJoules / 3.6e6)} kWh", $"{Figures.Number(run.Cost.JoulesPerOutputToken)} J per output token"]);
        if (run.Classes.Count > 1) WriteClasses(output, run);
        foreach (PoolAccuracy pool in run.Accuracy ?? []) WriteAccuracy(output, cluster, pool);
    }

    public static void Write(TextWriter output, ClusterSpec cluster, ReplicationResult result)
    {
        WriteCluster(output, cluster, $"seeds {result.Seeds[0]} to {result.Seeds[^1]}");
        output.WriteLine();
        Table table = TextTable.Create("figure", "mean", $"± ({Figures.Level(result.ConfidenceLevel)})", "deviation", "unit");
        foreach (ReplicatedFigure figure in result.Figures)
        {
            if (figure.Path.Contains('[') || figure.Values.All(value => value is null or 0)) continue;
            table.AddTexts(
                figure.Path, Figures.OfUnit(figure.Mean, figure.Unit), Figures.OfUnit((figure.Upper - figure.Lower) / 2, figure.Unit),
                Figures.OfUnit(figure.StandardDeviation, figure.Unit), Figures.UnitBeside(figure.Unit));
        }
        output.WriteTable(table);
    }

    private static void WriteCluster(TextWriter output, ClusterSpec cluster, string seeds)
    {
        foreach (PoolSpec pool in cluster.Pools)
        {
            string devices = pool.Plan.Devices == 1 ? $"on {pool.Device.Name}"
                : $"{(pool.Replicas == 1 ? "" : "each ")}on {pool.Plan.Devices} × {pool.Device.Name}";
            Line(output, cluster.Pools.Count > 1 ? pool.Name : "cluster", [
                $"{Figures.Count(pool.Replicas)} × {pool.Model.Name} {devices}", ReferenceEquals(pool, cluster.Pools[^1]) ? seeds : ""]);
        }
    }

    private static void WriteLatencies(TextWriter output, RunResult run)
    {
        Table table = TextTable.Create("latency", "mean", "p50", "p90", "p95", "p99", "max");
        AddLatency(table, "TTFT", run.Ttft);
        AddLatency(table, "ITL", run.Itl);
        AddLatency(table, "TPOT", run.Tpot);
        AddLatency(table, "E2E", run.E2e);
        AddLatency(table, "scheduling delay", run.SchedulingDelay);
        if (run.Engine.Preemptions > 0) AddLatency(table, "queueing delay", run.QueueingDelay);
        output.WriteTable(table);
    }

    private static void WriteClasses(TextWriter output, RunResult run)
    {
        output.WriteLine();
        Table table = TextTable.Create("class", "requests", "TTFT p50", "p99", "TPOT p50", "p99", "E2E p99");
        foreach (ClassSummary group in run.Classes)
        {
            string[] names = [.. new[] { run.Classes.Any(other => other.Pool != group.Pool) ? group.Pool : "", group.Class }.Where(name => name.Length > 0)];
            table.AddTexts(
                names.Length == 0 ? "(none)" : string.Join("/", names), Figures.Count(group.Requests.Injected), Figures.Seconds(group.Ttft.P50),
                Figures.Seconds(group.Ttft.P99), Figures.Seconds(group.Tpot.P50), Figures.Seconds(group.Tpot.P99), Figures.Seconds(group.E2e.P99));
        }
        output.WriteTable(table);
    }

    private static void WriteAccuracy(TextWriter output, ClusterSpec cluster, PoolAccuracy pool)
    {
        string name = cluster.Pools.Count > 1 ? $"{pool.Pool}: " : "";
        if (pool.Conditions is not { } of)
        {
            Line(output, "accuracy", [$"{name}no band: {pool.NoBand}"]);
            return;
        }
        output.WriteLine();
        Line(output, "accuracy", [
            $"{name}against real servers under {of.Engine} on {of.Device}",
            of.Model == ModelKind.Dense ? "dense model" : "mixture of experts", $"mean batch {Batch(of.Load)}"]);
        output.WriteLine();
        Table table = TextTable.Create("mean", "8 of 10 are off by", "median", "points", "measured on");
        foreach (FigureAccuracy band in pool.Figures)
        {
            table.AddTexts(
                Name(band.Figure), $"{Signed(band.LowPercent)} to {Signed(band.HighPercent)}", Signed(band.MedianPercent), Figures.Count(band.Points),
                Scope(band.Scope, of));
        }
        output.WriteTable(table);
        if (pool.LeftOutSeconds is not { } seconds) return;
        output.WriteLine();
        output.WriteLine($"  TTFT and E2E leave out {Figures.Seconds(seconds)} a request for HTTP (engine.requestOverhead)");
    }

    /// <summary>The error bands of a pool in a line: <c>TTFT -18 % to +82 %; TPOT, ITL -13 % to +2 %</c>.</summary>
    public static string Bands(PoolAccuracy pool) =>
        string.Join("; ", pool.Figures.Select(band => $"{Name(band.Figure)} {Signed(band.LowPercent)} to {Signed(band.HighPercent)}"))
        + (pool.Figures.Any(band => band.Extrapolates) ? " (extrapolated)" : "");

    private static string Name(AccuracyFigure figure) => figure switch
    {
        AccuracyFigure.Ttft => "TTFT",
        AccuracyFigure.Tpot => "TPOT, ITL",
        AccuracyFigure.E2e => "E2E",
        _ => "throughput",
    };

    private static string Batch(LoadRegion load) => load switch
    {
        LoadRegion.BatchUpTo16 => "up to 16",
        LoadRegion.Batch16To64 => "16 to 64",
        _ => "above 64",
    };

    private static string Scope(BandScope scope, RunConditions of) => scope switch
    {
        BandScope.SameConditions => "such runs",
        BandScope.SameDeviceAndEngine => $"extrapolated: {of.Device}, {of.Engine}",
        BandScope.SameEngine => $"extrapolated: all {of.Engine}",
        _ => "extrapolated: all engines",
    };

    private static string Signed(double percent) => percent.ToString("+0;-0;0", CultureInfo.InvariantCulture) + " %";

    private static void AddLatency(Table table, string name, LatencySummary latency) => table.AddTexts(
        name, Figures.Seconds(latency.Mean), Figures.Seconds(latency.P50), Figures.Seconds(latency.P90), Figures.Seconds(latency.P95),
        Figures.Seconds(latency.P99), Figures.Seconds(latency.Max));

    private static string Unless(long count, string what) => count == 0 ? "" : $"{Figures.Count(count)} {what}";

    private static string Bound(string figure, double? seconds) => seconds is null ? "" : $"{figure} ≤ {Figures.Seconds(seconds)}";

    /// <summary>Writes a label and the parts that are not empty, on as many lines as they need.</summary>
    private static void Line(TextWriter output, string label, IEnumerable<string> parts)
    {
        string line = label.PadRight(LabelWidth) + "  ";
        bool isFirst = true;
        foreach (string part in parts.Where(part => part.Length > 0))
        {
            if (isFirst) line += part;
            else if (line.Length + part.Length + 3 <= LineWidth) line += $", {part}";
            else
            {
                output.WriteLine(line + ",");
                line = new string(' ', LabelWidth + 2) + part;
            }

            isFirst = false;
        }

        if (!isFirst) output.WriteLine(line);
    }
}
