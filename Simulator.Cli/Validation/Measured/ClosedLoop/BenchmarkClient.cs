using System.Text.RegularExpressions;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Cli.Validation.Measured.ClosedLoop;

/// <summary>The client of a benchmark: how many requests it sends, and how long they are.</summary>
/// <param name="Requests">Requests.</param>
/// <param name="Uniform">Whether lengths are uniform from 0.8 of the nominal length up to it; else all are of nominal length.</param>
/// <remarks>
/// InferenceX's <c>benchmark_serving.py</c> seeds numpy with 0, then draws all prompt lengths, then all output lengths, so that they can be
/// drawn again. Warm-ups end before the first request that counts, and leave nothing in a server that caches no prefixes.
/// </remarks>
internal sealed partial record BenchmarkClient(int Requests, bool Uniform)
{
    private const double LeastShare = 0.8;

    /// <summary>Reads the client's description in server_flags.csv.</summary>
    /// <exception cref="NotSupportedException">It does not say how many requests are sent.</exception>
    public static BenchmarkClient Of(string text, ClosedLoopPoint point)
    {
        Match each = RequestsEach().Match(text);
        if (!each.Success) throw new NotSupportedException("the client's requests are not known");
        int times = (int)FlagText.Evaluate(FlagText.Choose(each.Groups[1].Value, point), point)!.Value / point.Concurrency;
        return new(times * point.Concurrency, text.Contains("[0.8L, L]", StringComparison.Ordinal));
    }

    /// <summary>The requests, in the order in which they are sent.</summary>
    public IReadOnlyList<Request> Draw(int promptTokens, int outputTokens)
    {
        NumpyRandom random = new(0);
        int[] prompts = Lengths(promptTokens), outputs = Lengths(outputTokens);
        return [.. prompts.Select((prompt, i) => new Request
        {
            // Benchmarks ask for as many tokens as they allow, and have the end-of-sequence token ignored.
            Id = i, Arrival = SimTime.Zero, PromptTokens = prompt, OutputTokens = outputs[i], MaxOutputTokens = outputs[i],
        })];

        int[] Lengths(int nominal)
        {
            int[] lengths = new int[Requests];
            for (int i = 0; i < Requests; i++) lengths[i] = Uniform ? random.Next((int)(nominal * LeastShare), nominal) : nominal;
            return lengths;
        }
    }

    [GeneratedRegex(@"(?:num-prompts|requests) (\d+\*C(?: \(\d+\*C for [^)]*\))?)")]
    private static partial Regex RequestsEach();
}
