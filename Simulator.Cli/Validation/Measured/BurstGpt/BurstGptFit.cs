using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;

namespace Simulator.Cli.Validation.Measured.BurstGpt;

/// <summary>What one replay of BurstGPT says of its server that the other replays need: output lengths and three times, fitted on that replay alone.</summary>
internal sealed record BurstGptFit
{
    /// <summary>Most tokens of an output (<c>max_tokens</c> of the client).</summary>
    public const int MostOutputTokens = 1024;

    /// <summary>Outputs come to their most tokens when the samples give them nearly as many: the model seldom ends a text by itself so late.</summary>
    private const double NearlyMost = 0.93;

    /// <summary>Output of each row of BurstGPT, tokens.</summary>
    public required IReadOnlyDictionary<int, int> OutputTokens { get; init; }

    /// <summary>
    /// What the server takes beside its device. A sequence takes the Python of scheduling, sampling and detokenising, and streaming the whole
    /// text so far with every token.
    /// </summary>
    public required HostProfile Times { get; init; }

    /// <summary>Fits lengths and host times.</summary>
    /// <param name="requests">Requests of the replay.</param>
    /// <param name="samples">What its engine logged.</param>
    /// <exception cref="NotSupportedException">The replay says too little.</exception>
    public static BurstGptFit Of(IReadOnlyList<BurstGptRequest> requests, IReadOnlyList<EngineSample> samples)
    {
        // A sequence got as many tokens as any other that ran while it decoded.
        double[] tokensUntil = new double[samples.Count];
        for (int i = 1; i < samples.Count; i++)
            tokensUntil[i] = tokensUntil[i - 1] + (samples[i].Seconds - samples[i - 1].Seconds) * TokensPerSequence(samples[i]);
        Dictionary<int, int> outputs = [];
        foreach (BurstGptRequest request in requests)
        {
            double tokens = Until(request.SentSeconds + request.TotalSeconds) - Until(request.SentSeconds + request.TtftSeconds);
            outputs[request.Id] = tokens > NearlyMost * MostOutputTokens ? MostOutputTokens : 1 + (int)Math.Round(tokens);
        }

        // The host overlaps the device, and is the slower of the two.
        (double iteration, double sequence) = LeastSquares(samples.Where(IsDecodingAlone).Select(sample =>
        {
            double seconds = sample.Running / sample.TokensPerSecond;
            return (1.0, (double)sample.Running, seconds, 1 / (seconds * seconds));
        }));
        if (!(iteration >= 0 && sequence >= 0)) throw new NotSupportedException("the replay that the server is fitted on does not tell its host times");
        return new() { OutputTokens = outputs, Times = new() { IterationSeconds = iteration, SequenceSeconds = sequence, LaunchSeconds = CudaGraphs.Default.LaunchSeconds } };

        double Until(double seconds)
        {
            int after = 0;
            while (after < samples.Count && samples[after].Seconds < seconds) after++;
            if (after == 0) return tokensUntil[0];
            if (after == samples.Count) return tokensUntil[^1];
            double share = (seconds - samples[after - 1].Seconds) / (samples[after].Seconds - samples[after - 1].Seconds);
            return tokensUntil[after - 1] + share * (tokensUntil[after] - tokensUntil[after - 1]);
        }
    }

    private static bool IsDecodingAlone(EngineSample sample) =>
        sample is { Running: > 0, Pending: 0, TokensPerSecond: > 0, PromptTokensPerSecond: 0 };

    private static double TokensPerSequence(EngineSample sample) => sample.Running > 0 ? sample.TokensPerSecond / sample.Running : 0;

    /// <summary>The a and b that make Σ weight·(y − a·u − b·v)² least.</summary>
    private static (double A, double B) LeastSquares(IEnumerable<(double U, double V, double Y, double Weight)> points)
    {
        double uu = 0, uv = 0, vv = 0, uy = 0, vy = 0;
        foreach ((double u, double v, double y, double weight) in points)
        {
            uu += weight * u * u;
            uv += weight * u * v;
            vv += weight * v * v;
            uy += weight * u * y;
            vy += weight * v * y;
        }
        double determinant = uu * vv - uv * uv;
        return ((uy * vv - vy * uv) / determinant, (vy * uu - uy * uv) / determinant);
    }
}
