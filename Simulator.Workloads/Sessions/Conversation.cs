using Simulator.Core.Randomness;
using Simulator.Core.Time;
using Simulator.Workloads.Requests;
using Simulator.Workloads.Traces;

namespace Simulator.Workloads.Sessions;

/// <summary>One session of a profile: it draws each turn when it is asked for, from a stream of its own.</summary>
internal sealed class Conversation
{
    private readonly SessionProfile _profile;
    private readonly RandomStream _random;
    private readonly string _name;
    private readonly long _key;
    private readonly int _turns;
    private long _history;
    private int _turn;

    public Conversation(SessionProfile profile, RandomStream random, long number)
    {
        _profile = profile;
        _random = random;
        _name = $"{profile.SessionPrefix}{number}";
        _key = ContentKeys.OfSession(_name);
        _turns = Math.Max(1, profile.Turns.Next(random));
        _history = profile.SystemPromptTokens;
    }

    /// <summary>The next turn, or null when the conversation is over or its context is full.</summary>
    public Request? Next(long id, SimTime arrival)
    {
        if (_turn == _turns) return null;
        long prompt = _history + Math.Max(1, _profile.NewInput.Next(_random));
        int output = Math.Max(1, _profile.Output.Next(_random));
        if (prompt + output > _profile.MaxContextTokens) return null;
        _history = prompt + output;
        return new Request
        {
            Id = id,
            Arrival = arrival,
            PromptTokens = (int)prompt,
            OutputTokens = output,
            Model = _profile.Model,
            Class = _profile.Class,
            Session = _name,
            Turn = _turn++,
            Content = _profile.SystemPromptTokens == 0
                ? [new ContentSegment(_key, (int)prompt)]
                : [new ContentSegment(_profile.SystemPromptKey, _profile.SystemPromptTokens), new ContentSegment(_key, (int)prompt - _profile.SystemPromptTokens)],
        };
    }

    /// <summary>How long the user thinks before the next turn.</summary>
    public SimDuration Think() => _profile.Think.Next(_random);
}
