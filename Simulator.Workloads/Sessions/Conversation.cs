using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Workloads.Sessions;

/// <summary>One session of a profile: it draws each turn when it is asked for, from a stream of its own.</summary>
internal sealed class Conversation
{
    private readonly SessionProfile profile;
    private readonly RandomStream random;
    private readonly string name;
    private readonly long key;
    private readonly int turns;
    private long history;
    private int turn;

    public Conversation(SessionProfile profile, RandomStream random, long number)
    {
        this.profile = profile;
        this.random = random;
        name = $"{profile.SessionPrefix}{number}";
        key = ContentKeys.OfSession(name);
        turns = Math.Max(1, profile.Turns.Next(random));
        history = profile.SystemPromptTokens;
    }

    /// <summary>The next turn, or null when the conversation is over or its context is full.</summary>
    public Request? Next(long id, SimTime arrival)
    {
        if (turn == turns) return null;
        long prompt = history + Math.Max(1, profile.NewInput.Next(random));
        int output = Math.Max(1, profile.Output.Next(random));
        if (prompt + output > profile.MaxContextTokens) return null;
        history = prompt + output;
        return new Request
        {
            Id = id,
            Arrival = arrival,
            PromptTokens = (int)prompt,
            OutputTokens = output,
            Model = profile.Model,
            Class = profile.Class,
            Session = name,
            Turn = turn++,
            Content = profile.SystemPromptTokens == 0
                ? [new ContentSegment(key, (int)prompt)]
                : [new ContentSegment(profile.SystemPromptKey, profile.SystemPromptTokens), new ContentSegment(key, (int)prompt - profile.SystemPromptTokens)],
        };
    }

    /// <summary>How long the user thinks before the next turn.</summary>
    public SimDuration Think() => profile.Think.Next(random);
}
