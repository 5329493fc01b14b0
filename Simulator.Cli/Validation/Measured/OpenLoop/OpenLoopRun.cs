namespace Simulator.Cli.Validation.Measured.OpenLoop;

/// <summary>One measured run of an open-loop benchmark: how it was set up, and what was measured.</summary>
internal sealed record OpenLoopRun
{
    /// <summary>Names under which the run is known: its experiment in each data set that has it, the first of them its own.</summary>
    public required IReadOnlyList<string> Experiments { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Name of the device.</summary>
    public required string Hardware { get; init; }

    public required int TensorParallel { get; init; }

    public required int DataParallel { get; init; }

    /// <summary>FP16 or FP8.</summary>
    public required string Precision { get; init; }

    public required int MaxBatchedTokens { get; init; }

    public required int MaxSequences { get; init; }

    /// <summary>Share of the device's memory that the server takes; null where it is not recorded.</summary>
    public required double? MemoryUtilization { get; init; }

    /// <summary>KV blocks that the server reported; null where they are not recorded.</summary>
    public required long? KvBlocks { get; init; }

    /// <summary>Name of the workload.</summary>
    public required string Workload { get; init; }

    /// <summary>Stages of the load.</summary>
    public required IReadOnlyList<OpenLoopStage> Stages { get; init; }

    /// <summary>Tokens of the system prompt, as stated.</summary>
    public required int SystemPromptTokens { get; init; }

    /// <summary>Tokens of the question, as stated.</summary>
    public required int QuestionTokens { get; init; }

    /// <summary>Tokens that every request generates, as stated: the end of a text is ignored.</summary>
    public required int OutputTokens { get; init; }

    /// <summary>Requests that were sent.</summary>
    public required int Requests { get; init; }

    /// <summary>What was measured over the whole run, by the name of the metric; times in milliseconds.</summary>
    public required IReadOnlyDictionary<string, double> Measured { get; init; }

    /// <summary>Mean output as the client counts it, tokens: what the three mean times say, which are tied by it; as stated without them.</summary>
    /// <remarks>
    /// The benchmark gives ITL = (E2E − TTFT)/(mean output − 1), and tokenizes the text that came back to count it. Text that another tokenization
    /// makes shorter, or of which little is left where a model without instruction tuning goes on after its end, has fewer tokens than were generated: of
    /// requests that are recorded, those of 0 to 50 tokens take as long as those of 247.
    /// </remarks>
    public double CountedOutputTokens =>
        Measured.TryGetValue("itl_mean", out double itl) && Measured.TryGetValue("e2e_mean", out double e2e) && Measured.TryGetValue("ttft_mean", out double ttft)
        && itl > 0 && e2e > ttft ? (e2e - ttft) / itl + 1 : OutputTokens;

    /// <summary>Share of the requests that failed; 0 where failures are not recorded.</summary>
    public double FailedShare => Requests > 0 ? Measured.GetValueOrDefault("failures") / Requests : 0;

    /// <summary>Tells whether the other is the same run under another name: same server and load, and mean latencies equal to six digits.</summary>
    public bool IsSameAs(OpenLoopRun other) =>
        Model == other.Model && Hardware == other.Hardware && TensorParallel == other.TensorParallel && Workload == other.Workload
        && Measured.TryGetValue("e2e_mean", out double mine) && other.Measured.TryGetValue("e2e_mean", out double theirs)
        && Math.Abs(mine - theirs) <= 1e-6 * mine;
}

/// <summary>A stage of a load.</summary>
/// <param name="RequestsPerSecond">Rate, above 0.</param>
/// <param name="Seconds">Duration, above 0.</param>
internal readonly record struct OpenLoopStage(double RequestsPerSecond, double Seconds)
{
    /// <summary>Requests of the stage.</summary>
    public int Requests => (int)Math.Round(RequestsPerSecond * Seconds);
}
