using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;

namespace Simulator.Cli.Validation.Measured.OpenLoop;

/// <summary>The load of inference-perf's shared-prefix generator, which sends 100 distinct prompts in turn.</summary>
/// <remarks>
/// Ten groups of ten prompts: those of a group begin with the same system prompt. The first hundred requests are therefore cold and
/// every later one finds nearly all of its prompt in a prefix cache that is large enough. Arrivals of a stage are a Poisson process given
/// their number, and between two stages the client pauses.
/// </remarks>
internal static class OpenLoopWorkload
{
    private const int Prompts = 100;
    private const int PromptsOfGroup = 10;

    /// <summary>Tokens of a prompt as the server counts them, for each that the profile states: text that was made of tokens is tokenized anew.</summary>
    /// <remarks>Mean lengths of six recorded runs (Llama-2, CodeLlama and Mixtral; code generation, chat and reasoning) over the stated ones: 1.041 to 1.051.</remarks>
    private const double PromptTokensPerStated = 1.046;

    /// <summary>Pause of the client between two stages, seconds: gaps of 4.2 to 7.1 s in five recorded runs, arrivals around them included.</summary>
    private const double PauseSeconds = 6;

    /// <summary>The requests of a run as they were recorded.</summary>
    public static IReadOnlyList<Request> Recorded(OpenLoopRun run, IReadOnlyList<OpenLoopRequest> recorded) =>
    [
        .. recorded.Where(request => request.InputTokens > 0).Select((request, i) => Request(run, i, request.Index, request.Arrival, request.InputTokens)),
    ];

    /// <summary>Requests as a run states them, with random arrivals that depend on its name alone.</summary>
    public static IReadOnlyList<Request> Stated(OpenLoopRun run)
    {
        RandomStream random = new RandomStreams(0).Stream("open_loop/" + run.Experiments[0]);
        List<Request> requests = [];
        int prompt = (int)Math.Round((run.SystemPromptTokens + run.QuestionTokens) * PromptTokensPerStated);
        double start = 0;
        foreach (OpenLoopStage stage in run.Stages)
        {
            double[] arrivals = [.. Enumerable.Range(0, stage.Requests).Select(_ => start + random.NextDouble() * stage.Seconds)];
            Array.Sort(arrivals);
            foreach (double arrival in arrivals)
                requests.Add(Request(run, requests.Count, requests.Count, SimTime.FromSeconds(arrival), prompt));
            start += stage.Seconds + PauseSeconds;
        }
        return requests;
    }

    private static Request Request(OpenLoopRun run, long id, int index, SimTime arrival, int prompt)
    {
        int system = Math.Min(prompt - 1, (int)Math.Round(run.SystemPromptTokens * PromptTokensPerStated));
        long content = index % Prompts;
        ContentSegment question = new(content, prompt - Math.Max(0, system));
        return new()
        {
            Id = id, Arrival = arrival, PromptTokens = prompt, OutputTokens = run.OutputTokens,
            Content = system > 0 ? [new(Prompts + content / PromptsOfGroup, system), question] : [question],
        };
    }
}
