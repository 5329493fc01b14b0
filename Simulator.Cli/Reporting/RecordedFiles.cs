using Simulator.Cli.Faults;
using Simulator.Models.Results;
using Simulator.Reports.Inputs;

namespace Simulator.Cli.Reporting;

/// <summary>The files that a replay writes beside its result, as reports take them.</summary>
internal static class RecordedFiles
{
    private static readonly string[] OfSamples = ["time_s", "replica", "running", "waiting", "kv_blocks_used"];
    private static readonly string[] OfRequests = ["outcome", "ttft_s", "tpot_s", "e2e_s"];

    /// <summary>Adds what a file tells to a run.</summary>
    /// <exception cref="InputException">The file is neither of requests nor of samples, or has faults.</exception>
    public static ReportRun AddTo(ReportRun run, string file, Stream stream)
    {
        using var table = new RecordedTable(file, stream);
        if (OfSamples.All(column => table.Find(column) >= 0)) return run with { Samples = Samples(table) };
        if (OfRequests.All(column => table.Find(column) >= 0)) return run with { Latencies = Latencies(table, run.Result?.Distributions) };
        throw new InputException(
            $"{file}:1: has neither the columns of a time series nor those of requests; name what 'timeSeriesCsv' or 'requestsCsv' of a scenario's results wrote");
    }

    private static List<StateSample> Samples(RecordedTable table)
    {
        int[] at = [.. OfSamples.Select(table.Find)];
        (int rate, int power) = (table.Find("tokens_per_second"), table.Find("power_w"));
        var samples = new List<StateSample>();
        while (table.Read())
        {
            samples.Add(new(
                table.RequiredNumber(at[0]), (int)table.RequiredNumber(at[1]), (long)table.RequiredNumber(at[2]), (long)table.RequiredNumber(at[3]),
                (long)table.RequiredNumber(at[4]), rate < 0 ? null : table.Number(rate), power < 0 ? null : table.Number(power)));
        }
        return samples;
    }

    /// <summary>Exact quantiles of the requests; gaps between tokens, which requests do not tell, are those of the result.</summary>
    private static LatencyDistributions Latencies(RecordedTable table, LatencyDistributions? known)
    {
        int[] at = [.. OfRequests.Select(table.Find)];
        List<double>[] values = [[], [], []];
        while (table.Read())
        {
            bool completed = table.Text(at[0]) == "completed";
            for (int i = 0; i < values.Length; i++)
                if ((completed || i == 0) && table.Number(at[i + 1]) is { } value) values[i].Add(value);
        }
        bool sameShares = known?.Shares.SequenceEqual(LatencyDistributions.StandardShares) == true;
        return new(LatencyDistributions.StandardShares, Quantiles(values[0]), sameShares ? known!.Itl : [], Quantiles(values[1]), Quantiles(values[2]));
    }

    private static double[] Quantiles(List<double> values)
    {
        if (values.Count == 0) return [];
        values.Sort();
        return [.. LatencyDistributions.StandardShares.Select(share => values[Math.Max(0, (int)decimal.Ceiling((decimal)share * values.Count) - 1)])];
    }
}
