using Simulator.Models.Batching;
using Simulator.Models.Caching;

namespace Simulator.Models.Engines;

/// <summary>The KV memory of a replica, and what its sequences hold of it.</summary>
/// <remarks>A sequence that holds n tokens holds ⌈n / block⌉ blocks, or as many as it has reserved. What decodes take is counted for all of them together.</remarks>
internal abstract class SequenceMemory(int blockTokens)
{
    public int BlockTokens => blockTokens;

    /// <summary>Blocks that sequences can hold.</summary>
    public abstract long Total { get; }

    /// <summary>Blocks that sequences hold.</summary>
    public abstract long Used { get; }

    /// <summary>Blocks that can be taken now.</summary>
    public long Available => Total - Used;

    /// <summary>Blocks that decodes can take over a stretch with the same effect whether they do so iteration by iteration or all at once.</summary>
    public abstract long AvailableToStretch { get; }

    /// <summary>Blocks that so many tokens fill or begin.</summary>
    public long For(int tokens) => KvBlockPool.BlocksFor(tokens, blockTokens);

    /// <summary>Blocks that a sequence holds when so many of its tokens are computed.</summary>
    public long Held(Sequence sequence, int tokens) => For(Math.Max(tokens, sequence.ReservedTokens));

    /// <summary>Leading tokens of a waiting sequence that are cached.</summary>
    public abstract PrefixHit FindPrefix(Sequence sequence);

    /// <summary>Holds a cached prefix.</summary>
    /// <returns>False when the prefix is not cached; the run cannot go on then.</returns>
    public abstract bool TryHold(Sequence sequence, PrefixHit hit);

    /// <summary>Takes blocks for decodes.</summary>
    /// <returns>False, with nothing taken, when fewer are available.</returns>
    public abstract bool TryTake(long blocks);

    /// <summary>Returns blocks that were taken, and have no content that can be found.</summary>
    public abstract void Return(long blocks);

    /// <summary>Takes the blocks that a sequence needs to hold so many tokens.</summary>
    public abstract bool TryGrow(Sequence sequence, int tokens);

    /// <summary>Takes the blocks for tokens that a sequence may come to hold, beyond those that it has.</summary>
    public bool TryReserve(Sequence sequence, int held, int tokens)
    {
        if (!TryTake(Math.Max(0, For(tokens) - For(held)))) return false;
        sequence.ReservedTokens = tokens;
        return true;
    }

    /// <summary>Hears that the known tokens that a sequence was given are computed.</summary>
    public virtual void OnComputed(Sequence sequence)
    {
    }

    /// <summary>Frees what a sequence holds; its content may stay cached.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="tokens">Tokens that its blocks were taken for.</param>
    public abstract void Release(Sequence sequence, int tokens);

    /// <summary>Frees what a preempted sequence holds.</summary>
    /// <inheritdoc cref="Release"/>
    public abstract void ReleaseToReturn(Sequence sequence, int tokens);

    /// <summary>Gives the blocks that must be copied to and from host memory before the next iteration, once.</summary>
    public virtual (long ToHost, long FromHost) TakeCopies() => (0, 0);

    /// <summary>Copies that were taken have been made.</summary>
    public virtual void EndCopies()
    {
    }
}
