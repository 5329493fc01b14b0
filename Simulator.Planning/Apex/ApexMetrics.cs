namespace Simulator.Planning.Apex;

/// <summary>Figures of the requests under a plan (<c>Simulator.get_metrics</c>).</summary>
public sealed class ApexMetrics
{
    private readonly ApexRequestTimes[] _times;
    private readonly double[] _sortedGaps;
    private readonly double[] _sortedTotals;

    internal ApexMetrics(
        ApexProblem problem, ApexFidelity fidelity, double totalMicroseconds, ApexRequestTimes[] times, IEnumerable<double> tokensPerIteration)
    {
        _times = times;
        int requests = problem.Requests.Count;
        double outputs = problem.Requests.Average(request => (double)request.OutputTokens) * requests;
        double inputs = problem.Requests.Average(request => (double)request.InputTokens) * requests;
        double seconds = totalMicroseconds / 1e6;
        GeneratedTokensPerSecond = outputs / seconds;
        ProcessedTokensPerSecond = (inputs + outputs) / seconds;
        RequestsPerSecond = requests / seconds;
        FirstTokenMilliseconds = times.Average(time => time.FirstTokenMicroseconds) / 1e3;
        OutputTokenMilliseconds = times.Sum(time => time.TotalMicroseconds - time.FirstTokenMicroseconds) / times.Sum(time => time.Tokens - 1L) / 1e3;
        int fewer = fidelity == ApexFidelity.Compatible ? 0 : 1;
        _sortedGaps = Sorted(times.Select(time => time.Tokens > 1 ? (time.TotalMicroseconds - time.FirstTokenMicroseconds) / (time.Tokens - fewer) : 0));
        _sortedTotals = Sorted(times.Select(time => time.TotalMicroseconds));

        if (fidelity == ApexFidelity.Corrected)
        {
            ModelFlopsUtilizationPercent = ModelBandwidthUtilizationPercent = double.NaN;
            return;
        }
        ApexAttention attention = problem.Model.Attention;
        double layers = problem.Model.Blocks;
        double width = (double)attention.QueryHeads * (attention.HiddenSize / attention.QueryHeads);
        double weights = layers * attention.HiddenSize * attention.HiddenSize * 12;
        ModelFlopsUtilizationPercent = tokensPerIteration.Average(
            tokens => GeneratedTokensPerSecond / (problem.PeakFlopsPerSecond / (6 * weights + 12 * layers * width * tokens)) * 100);
        double cache = 2 * layers * width * ApexFormats.Bytes(problem.Formats.KvCache);
        ModelBandwidthUtilizationPercent = (weights + cache) / (OutputTokenMilliseconds / 1e3) / problem.Cluster.Device.MemoryBytesPerSecond * 100;
    }

    /// <summary>Tokens generated a second.</summary>
    public double GeneratedTokensPerSecond { get; }

    /// <summary>Tokens of prompts and outputs a second.</summary>
    public double ProcessedTokensPerSecond { get; }

    /// <summary>Requests a second.</summary>
    public double RequestsPerSecond { get; }

    /// <summary>Mean time to first token, ms.</summary>
    public double FirstTokenMilliseconds { get; }

    /// <summary>Mean time of a later token, ms; NaN when no request has one.</summary>
    public double OutputTokenMilliseconds { get; }

    /// <summary>
    /// APEX's model FLOPs utilisation, %: six operations a weight, as in training, and the peak of one device for the whole cluster.
    /// NaN in the corrected simulation, which has no such figure.
    /// </summary>
    public double ModelFlopsUtilizationPercent { get; }

    /// <summary>
    /// APEX's model bandwidth utilisation, %: it adds weights, not their bytes, to the bytes of one token's cache. NaN in the
    /// corrected simulation, which has no such figure.
    /// </summary>
    public double ModelBandwidthUtilizationPercent { get; }

    /// <summary>Requests that were counted: APEX loses those whose keys clash.</summary>
    public int Requests => _times.Length;

    /// <summary>Percentile over requests of the mean time between tokens, ms; APEX divides by the number of tokens, not of gaps.</summary>
    /// <param name="percent">From 0 to 100.</param>
    public double TimeBetweenTokensMilliseconds(double percent) => Percentile(_sortedGaps, percent) / 1e3;

    /// <summary>Percentile over requests of the time to completion, s.</summary>
    /// <param name="percent">From 0 to 100.</param>
    public double CompletionSeconds(double percent) => Percentile(_sortedTotals, percent) / 1e6;

    /// <summary>Share of the requests whose first token came in time, %.</summary>
    /// <param name="milliseconds">Bound on the time to first token, ms.</param>
    public double FirstTokenMetPercent(double milliseconds) =>
        100.0 * _times.Count(time => time.FirstTokenMicroseconds / 1e3 <= milliseconds) / _times.Length;

    /// <summary>Share of the requests whose later tokens came in time on average, %; a request without later tokens does not count as met.</summary>
    /// <param name="milliseconds">Bound on the mean time of later tokens, ms.</param>
    public double OutputTokenMetPercent(double milliseconds) => 100.0 * _times.Count(
        time => (time.TotalMicroseconds - time.FirstTokenMicroseconds) / (time.Tokens - 1) / 1e3 <= milliseconds) / _times.Length;

    private static double[] Sorted(IEnumerable<double> values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>Linear interpolation between order statistics, as numpy's default.</summary>
    private static double Percentile(double[] sorted, double percent)
    {
        double position = (sorted.Length - 1) * percent / 100;
        int below = Math.Min((int)position, sorted.Length - 1);
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
    }
}
