using Simulator.Workloads.Traces;

namespace Simulator.Cli.Validation.Measured.ClosedLoop;

/// <summary>One point: a server under a number of users that each send a request when the one before has ended.</summary>
internal sealed record ClosedLoopPoint
{
    /// <summary>Name.</summary>
    public required string Id { get; init; }

    /// <summary>Device, as the data names it: <c>h100_sxm</c>.</summary>
    public required string System { get; init; }

    /// <summary>Model, as the data names it: <c>Llama-70B</c>.</summary>
    public required string Model { get; init; }

    /// <summary>Engine: vllm, sglang or trtllm.</summary>
    public required string Engine { get; init; }

    /// <summary>Format of the weights: bf16, fp8, fp4 or int4; empty for what the checkpoint is stored in.</summary>
    public required string Precision { get; init; }

    /// <summary>Nominal prompt length, tokens.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Nominal output length, tokens.</summary>
    public required int OutputTokens { get; init; }

    /// <summary>Users; 0 where they are not recorded.</summary>
    public required int Concurrency { get; init; }

    /// <summary>Devices that split each matrix.</summary>
    public required int Tensor { get; init; }

    /// <summary>Attention data-parallel ranks.</summary>
    public required int AttentionData { get; init; }

    /// <summary>Devices over which whole experts are spread; 1 for dense models.</summary>
    public required int Experts { get; init; }

    /// <summary>Day of the measurement as yyyy-mm-dd; empty where it is not recorded.</summary>
    public required string Day { get; init; }

    /// <summary>Mean time to first token, seconds.</summary>
    public required double TtftSeconds { get; init; }

    /// <summary>Mean time per output token after the first, seconds.</summary>
    public required double TpotSeconds { get; init; }

    /// <summary>AIConfigurator's prediction of both, seconds; null where it has none.</summary>
    public required (double Ttft, double Tpot)? Aiconfigurator { get; init; }

    /// <summary>Reads points.csv.</summary>
    /// <exception cref="TraceFormatException">The file cannot be read, or a row is faulty.</exception>
    public static IReadOnlyList<ClosedLoopPoint> ReadAll(string file)
    {
        const double Milli = 1e-3;
        List<ClosedLoopPoint> points = [];
        using MeasuredCsv csv = new(file);
        while (csv.Read())
        {
            double? ttft = csv.PositiveOrNull("aiconfigurator_ttft_ms"), tpot = csv.PositiveOrNull("aiconfigurator_tpot_ms");
            points.Add(new()
            {
                Id = csv.Text("id"),
                System = csv.Text("system"),
                Model = csv.Text("model_short"),
                Engine = csv.Text("backend"),
                Precision = csv.Text("precision"),
                PromptTokens = csv.Count("isl"),
                OutputTokens = csv.Count("osl"),
                Concurrency = csv.CountOrNull("concurrency") ?? 0,
                Tensor = csv.Count("tp"),
                AttentionData = csv.Count("attention_dp"),
                Experts = csv.Count("moe_ep"),
                Day = csv.Text("measured") is { Length: >= 10 } day ? day[..10] : "",
                TtftSeconds = csv.Positive("measured_ttft_ms") * Milli,
                TpotSeconds = csv.Positive("measured_tpot_ms") * Milli,
                Aiconfigurator = ttft is { } first && tpot is { } each ? (first * Milli, each * Milli) : null,
            });
        }
        return points;
    }
}
