using Simulator.Core.Time;
using Simulator.Workloads.Lengths;
using Simulator.Workloads.Spans;

namespace Simulator.Workloads.Sessions;

/// <summary>
/// Conversations: the prompt of each turn holds all that went before, prompt(k+1) = prompt(k) + output(k) + new input, after a gap in
/// which the user thinks.
/// </summary>
public sealed record SessionProfile
{
    /// <summary>Turns of a session; a draw below 1 counts as 1.</summary>
    public required ILengthDistribution Turns { get; init; }

    /// <summary>What the user writes in each turn, in tokens; a draw below 1 counts as 1.</summary>
    public required ILengthDistribution NewInput { get; init; }

    /// <summary>Output of each turn, in tokens; a draw below 1 counts as 1.</summary>
    public required ILengthDistribution Output { get; init; }

    /// <summary>From the end of a turn to the next one.</summary>
    public required ISpanDistribution Think { get; init; }

    /// <summary>Tokens that begin the prompts of all sessions alike, at least 0; 0 by default.</summary>
    public int SystemPromptTokens { get; init; }

    /// <summary>Key of the content of the system prompt, for several profiles with one each.</summary>
    public long SystemPromptKey { get; init; }

    /// <summary>A session ends rather than send a prompt that, with its output, is longer than this; no limit by default.</summary>
    public int MaxContextTokens { get; init; } = int.MaxValue;

    /// <summary>Class of the requests; <c>conversation</c> by default.</summary>
    public string Class { get; init; } = "conversation";

    /// <summary>Model of the requests; empty by default.</summary>
    public string Model { get; init; } = "";

    /// <summary>Prefix of the names of sessions, for several profiles in one workload.</summary>
    public string SessionPrefix { get; init; } = "s";

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Turns);
        ArgumentNullException.ThrowIfNull(NewInput);
        ArgumentNullException.ThrowIfNull(Output);
        ArgumentNullException.ThrowIfNull(Think);
        ArgumentOutOfRangeException.ThrowIfNegative(SystemPromptTokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxContextTokens, 1);
    }
}

/// <summary>How long a response is taken to last when turns are planned ahead: a part for the request and a part for each token.</summary>
/// <param name="PerRequest">For the request, at least 0.</param>
/// <param name="PerOutputToken">For each token that is generated, at least 0.</param>
public readonly record struct ResponseEstimate(SimDuration PerRequest, SimDuration PerOutputToken)
{
    /// <summary>The duration of a response.</summary>
    /// <param name="outputTokens">Tokens that it generates.</param>
    public SimDuration Of(int outputTokens) => PerRequest + (PerOutputToken * outputTokens);
}
