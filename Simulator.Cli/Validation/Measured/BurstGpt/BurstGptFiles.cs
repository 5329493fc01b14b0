using Simulator.Workloads.Traces;

namespace Simulator.Cli.Validation.Measured.BurstGpt;

/// <summary>The files of BurstGPT replays: <c>requests.csv</c> and <c>engine_samples.csv</c>, plain or gzip.</summary>
internal static class BurstGptFiles
{
    public const string RequestsFile = "requests.csv";
    public const string SamplesFile = "engine_samples.csv";

    /// <summary>Requests by speed-up, in the order of sending; the first is sent at 0.</summary>
    /// <exception cref="TraceFormatException">The file cannot be read, or a row is faulty.</exception>
    public static IReadOnlyDictionary<int, IReadOnlyList<BurstGptRequest>> ReadRequests(string file)
    {
        List<(int Scale, BurstGptRequest Request)> rows = [];
        using MeasuredCsv table = new(file);
        while (table.Read())
        {
            double total = table.Number("total_s");
            rows.Add((table.Whole("scale"), new(
                table.Whole("event_id"), table.Number("finish_record_s") - total, Math.Max(1, table.Whole("prompt_tokens")), table.Number("ttft_s"), total)));
        }
        return rows.GroupBy(row => row.Scale, row => row.Request).ToDictionary(scale => scale.Key, scale =>
        {
            double first = scale.Min(request => request.SentSeconds);
            return (IReadOnlyList<BurstGptRequest>)
                [.. scale.Select(request => request with { SentSeconds = request.SentSeconds - first }).OrderBy(request => request.SentSeconds).ThenBy(request => request.Id)];
        });
    }

    /// <summary>Samples of the engine by speed-up, in the order of time.</summary>
    /// <exception cref="TraceFormatException">The file cannot be read, or a row is faulty.</exception>
    public static IReadOnlyDictionary<int, IReadOnlyList<EngineSample>> ReadSamples(string file)
    {
        List<(int Scale, EngineSample Sample)> rows = [];
        using MeasuredCsv table = new(file);
        while (table.Read())
        {
            rows.Add((table.Whole("scale"), new(
                table.Number("t_s"), table.Number("prompt_tok_per_s"), table.Number("gen_tok_per_s"), table.Whole("running"), table.Whole("pending"))));
        }
        return rows.GroupBy(row => row.Scale, row => row.Sample)
            .ToDictionary(scale => scale.Key, scale => (IReadOnlyList<EngineSample>)[.. scale.OrderBy(sample => sample.Seconds)]);
    }
}

/// <summary>A request of a replay. Times are in seconds.</summary>
/// <param name="Id">Its row in BurstGPT.</param>
/// <param name="SentSeconds">When it was sent.</param>
/// <param name="PromptTokens">Prompt, tokens.</param>
/// <param name="TtftSeconds">Until the first part of the response.</param>
/// <param name="TotalSeconds">Until the last.</param>
internal readonly record struct BurstGptRequest(int Id, double SentSeconds, int PromptTokens, double TtftSeconds, double TotalSeconds);

/// <summary>What an engine logged at an instant.</summary>
/// <param name="Seconds">The instant.</param>
/// <param name="PromptTokensPerSecond">Prompt tokens since the last sample.</param>
/// <param name="TokensPerSecond">Generated tokens since the last sample.</param>
/// <param name="Running">Sequences that run.</param>
/// <param name="Pending">Sequences that wait.</param>
internal readonly record struct EngineSample(double Seconds, double PromptTokensPerSecond, double TokensPerSecond, int Running, int Pending);
