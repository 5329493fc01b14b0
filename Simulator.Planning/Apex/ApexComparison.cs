using System.Globalization;
using System.Text.Json;

namespace Simulator.Planning.Apex;

/// <summary>Compares figures with recorded ones, keeping the first mismatch and the largest error of times.</summary>
internal sealed class ApexComparison
{
    /// <summary>Recorded lists of iterations and tokens are rounded to 10⁻⁶ µs; other figures have all digits of a double.</summary>
    private const double RoundingMicroseconds = 1e-6;
    private const double RelativeTolerance = 1e-9;

    private const double Micro = 1e-6;
    private const double Milli = 1e-3;

    public double LargestErrorSeconds { get; private set; }

    public string? FirstMismatch { get; private set; }

    /// <summary>Compares what must be the same word or whole number.</summary>
    public void Text(string what, object expected, object found)
    {
        if (!expected.Equals(found)) Miss(what, expected, found);
    }

    /// <summary>Compares every recorded figure of a plan.</summary>
    public void Plan(int number, JsonElement recorded, ApexOutcome outcome)
    {
        string plan = $"plan {number}: ";
        foreach (JsonProperty property in recorded.EnumerateObject())
        {
            JsonElement value = property.Value;
            string what = plan + property.Name;
            switch (property.Name)
            {
                case "plan" or "error": break;
                case "dp": Number(what, value, outcome.Plan.Replicas); break;
                case "pp": Number(what, value, outcome.Plan.Stages); break;
                case "blocks_per_stage": Number(what, value, outcome.Plan.BlocksPerStage); break;
                case "cells": Text(what, Line(value.EnumerateArray().Select(CellText)), Line(outcome.Plan.Cells.Select(CellText))); break;
                case "comms": Text(what, Line(value.EnumerateArray().Select(CollectivesText)), Line(outcome.Plan.Collectives.Select(CollectivesText))); break;
                case "total_time_us": Time(what, value, outcome.TotalMicroseconds, Micro); break;
                case "energy": Number(what, value, outcome.Microjoules); break;
                case "param_gib": Number(what, value, outcome.ParameterBytes / (double)(1L << 30)); break;
                case "act_gib": Number(what, value, outcome.ActivationBytes / (double)(1L << 30)); break;
                case "reqs_per_iter": Number(what, value, outcome.RequestsPerIteration); break;
                case "tok_per_iter": Number(what, value, outcome.TokensPerIteration); break;
                case "metrics": Metrics(plan, value, outcome.Metrics!); break;
                case "slo":
                    Number(what, value[0], outcome.Metrics!.FirstTokenMetPercent(10));
                    Number(what, value[1], outcome.Metrics!.OutputTokenMetPercent(10));
                    break;
                case "breakdown": Breakdown(plan, value, outcome.Breakdown); break;
                case "subs": Shares(plan, value, outcome); break;
                default: Text(what, value.ToString(), "a figure that is not known here"); break;
            }
        }
    }

    private void Metrics(string plan, JsonElement recorded, ApexMetrics metrics)
    {
        foreach (JsonProperty property in recorded.EnumerateObject())
        {
            JsonElement value = property.Value;
            string what = plan + property.Name;
            switch (property.Name.Trim())
            {
                case "Throughput: Avg. Tokens generated per second": Number(what, value, metrics.GeneratedTokensPerSecond); break;
                case "Throughput: Avg. Tokens processed per second": Number(what, value, metrics.ProcessedTokensPerSecond); break;
                case "Throughput: Requests per second": Number(what, value, metrics.RequestsPerSecond); break;
                case "Latency: Avg. Time to first token (TTFT in msec)": Time(what, value, metrics.FirstTokenMilliseconds, Milli); break;
                case "Latency: Avg. Time per output token (TPOT in msec)": Time(what, value, metrics.OutputTokenMilliseconds, Milli); break;
                case "Avg. MFU Per iteration": Number(what, value, metrics.ModelFlopsUtilizationPercent); break;
                case "MBU": Number(what, value, metrics.ModelBandwidthUtilizationPercent); break;
                case var name when Percent(name, "Avg. TBT Percentile: P", "") is { } percent:
                    Time(what, value, metrics.TimeBetweenTokensMilliseconds(percent), Milli);
                    break;
                case var name when Percent(name, "Request Completion Latency: ", "th percentile") is { } percent:
                    Time(what, value, metrics.CompletionSeconds(percent), 1);
                    break;
                default: Text(what, value.ToString(), "a figure that is not known here"); break;
            }
        }
    }

    private void Breakdown(string plan, JsonElement recorded, IReadOnlyList<ApexTimePart> breakdown)
    {
        Text(plan + "parts of the breakdown", Line(recorded.EnumerateObject().Select(part => part.Name)), Line(breakdown.Select(part => part.Name)));
        foreach (ApexTimePart part in breakdown)
        {
            if (!recorded.TryGetProperty(part.Name, out JsonElement value)) continue;
            Time($"{plan}mean time of {part.Name}", value[0], part.MeanMicroseconds, Micro);
            Time($"{plan}deviation of {part.Name}", value[1], part.DeviationMicroseconds, Micro);
        }
    }

    private void Shares(string plan, JsonElement recorded, ApexOutcome outcome)
    {
        Number(plan + "number of shares", recorded.GetArrayLength(), outcome.Shares.Count);
        foreach ((int index, JsonElement share) in recorded.EnumerateArray().Take(outcome.Shares.Count).Index())
            Share($"{plan}share {index}: ", share, outcome.Shares[index], outcome.Plan);
    }

    private void Share(string prefix, JsonElement recorded, ApexShareRun share, ApexPlan plan)
    {
        foreach (JsonProperty property in recorded.EnumerateObject())
        {
            JsonElement value = property.Value;
            string what = prefix + property.Name;
            switch (property.Name)
            {
                case "n_req": Number(what, value, share.Requests); break;
                case "n_attn": Number(what, value, plan.AttentionReplicas); break;
                case "max_tok": Number(what, value, share.CapacityTokens); break;
                case "energy": Number(what, value, share.Microjoules); break;
                case "stamps": Times(what, value, share.FinishMicroseconds); break;
                case "iters": Times(what, value, [.. share.Iterations.SelectMany(run => Enumerable.Repeat(run.Microseconds, run.Count))]); break;
                case "n_iters": Number(what, value, share.Iterations.Sum(run => run.Count)); break;
                case "iters_distinct": Times(what, value, [.. share.Iterations.Select(run => run.Microseconds).Distinct().Order()]); break;
                case "tokens":
                    Number(what, value.EnumerateObject().Count(), share.Requests);
                    foreach ((int id, JsonProperty tokens) in value.EnumerateObject().Take(share.Requests).Index())
                    {
                        Text(what, tokens.Name, id.ToString(CultureInfo.InvariantCulture));
                        Times($"{what} of request {id}", tokens.Value, share.TokenMicroseconds![id]);
                    }
                    break;
                case "tokens_n":
                    Number(what, value.EnumerateObject().Count(), share.Requests);
                    foreach ((int id, JsonProperty count) in value.EnumerateObject().Take(share.Requests).Index())
                    {
                        Text(what, count.Name, id.ToString(CultureInfo.InvariantCulture));
                        Number($"{what} of request {id}", count.Value, share.Times[id].Tokens);
                    }
                    break;
                default: Text(what, value.ToString(), "a figure that is not known here"); break;
            }
        }
    }

    private void Times(string what, JsonElement recorded, IReadOnlyList<double> found)
    {
        Number($"{what}, number of them", recorded.GetArrayLength(), found.Count);
        foreach ((int i, JsonElement value) in recorded.EnumerateArray().Take(found.Count).Index())
            Time($"{what} [{i}]", value, found[i], Micro);
    }

    /// <summary>Compares a time given in units of so many seconds.</summary>
    private void Time(string what, JsonElement recorded, double found, double unitSeconds)
    {
        double expected = Value(recorded);
        double error = Math.Abs(expected - found);
        if (double.IsFinite(error)) LargestErrorSeconds = Math.Max(LargestErrorSeconds, error * unitSeconds);
        Same(what, expected, found, unitSeconds == Micro ? RoundingMicroseconds : 0);
    }

    private void Number(string what, JsonElement recorded, double found) => Same(what, Value(recorded), found, 0);

    private void Number(string what, double expected, double found) => Same(what, expected, found, 0);

    private void Same(string what, double expected, double found, double rounding)
    {
        if (double.IsNaN(expected) && double.IsNaN(found)) return;
        double tolerance = RelativeTolerance * Math.Max(Math.Abs(expected), Math.Abs(found)) + rounding;
        if (!(Math.Abs(expected - found) <= tolerance)) Miss(what, expected, found);
    }

    private void Miss(string what, object expected, object found) =>
        FirstMismatch ??= string.Create(CultureInfo.InvariantCulture, $"{what}: {expected} expected, {found} found");

    private static double Value(JsonElement recorded) => recorded.ValueKind == JsonValueKind.Number ? recorded.GetDouble() : double.NaN;

    private static double? Percent(string name, string before, string after) =>
        name.StartsWith(before, StringComparison.Ordinal) && name.EndsWith(after, StringComparison.Ordinal)
        && double.TryParse(name.AsSpan()[before.Length..^after.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out double percent) ? percent : null;

    private static string Line(IEnumerable<string> parts) => string.Join(", ", parts);

    private static string CellText(JsonElement cell) =>
        $"{cell.GetProperty("cell").GetString()} {cell.GetProperty("replicas")}×{cell.GetProperty("devs")} {cell.GetProperty("template").GetString()}";

    private static string CellText(ApexCellPlan cell) => $"{cell.Cell.Name} {cell.Replicas}×{cell.Devices} {cell.Template}";

    private static string CollectivesText(JsonElement collectives) => "[" + Line(collectives.EnumerateArray().Select(
        collective => CollectiveText(collective[0].GetString()!, collective[1].GetInt32(), collective[2].GetDouble()))) + "]";

    private static string CollectivesText(IReadOnlyList<ApexCollective> collectives) => "[" + Line(collectives.Select(
        collective => CollectiveText(collective.Kind.ToString(), collective.Devices, collective.SizeFactor))) + "]";

    private static string CollectiveText(string kind, int devices, double factor) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}({devices}) ×{factor}");
}
