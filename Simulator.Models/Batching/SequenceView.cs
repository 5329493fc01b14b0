using Simulator.Core.Time;
using Simulator.Models.Engines;
using Simulator.Workloads.Requests;

namespace Simulator.Models.Batching;

/// <summary>What a scheduler may know of a sequence: all but its output length (invariant 5).</summary>
public readonly struct SequenceView
{
    private readonly Sequence? _sequence;

    internal SequenceView(Sequence? sequence) => _sequence = sequence;

    internal Sequence Sequence => _sequence ?? throw new InvalidOperationException(
        "This view shows no sequence: what gave it returned false. Look at that before using the view.");

    /// <summary>Id of its request.</summary>
    public long Id => Sequence.Request.Id;

    /// <summary>When its request arrived.</summary>
    public SimTime Arrival => Sequence.Request.Arrival;

    /// <summary>Priority; the lower value goes first.</summary>
    public int Priority => Sequence.Request.Priority;

    /// <summary>Request class; empty for none.</summary>
    public string Class => Sequence.Request.Class;

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens => Sequence.Request.PromptTokens;

    /// <summary>Most tokens that it may generate: what its client allows and the context window holds.</summary>
    public int AllowedTokens => Sequence.AllowedTokens;

    /// <summary>Attention data-parallel rank that holds its KV cache, while it runs.</summary>
    public int Rank => Sequence.Rank;

    /// <summary>Tokens generated so far.</summary>
    public int GeneratedTokens => Sequence.Emitted;

    /// <summary>Tokens known so far: prompt and generated (vLLM's <c>num_tokens</c>).</summary>
    public int KnownTokens => PromptTokens + GeneratedTokens;

    /// <summary>Tokens whose keys and values are in the cache (vLLM's <c>num_computed_tokens</c>).</summary>
    public int ComputedTokens => Sequence.ComputedNow;

    /// <summary>Known tokens still to be computed: 1 for a sequence that decodes.</summary>
    public int PendingTokens => KnownTokens - ComputedTokens;

    /// <summary>True when its known tokens are computed but for the last generated one.</summary>
    public bool IsDecoding => Sequence.State == SequenceState.Decoding;

    /// <summary>Times it was preempted.</summary>
    public int Preemptions => Sequence.Preemptions;

    /// <summary>Leading tokens that two prompts have in common, as far as their content is known.</summary>
    public int SharedPrefix(SequenceView other)
    {
        IReadOnlyList<ContentSegment> mine = Sequence.Request.Content, others = other.Sequence.Request.Content;
        int shared = 0;
        for (int i = 0; i < mine.Count && i < others.Count && mine[i].Key == others[i].Key; i++)
        {
            shared += Math.Min(mine[i].Tokens, others[i].Tokens);
            if (mine[i].Tokens != others[i].Tokens) break;
        }
        return shared;
    }
}
