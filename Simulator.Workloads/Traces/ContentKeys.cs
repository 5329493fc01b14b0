using Simulator.Core.Randomness;

namespace Simulator.Workloads.Traces;

/// <summary>Keys of content, the same on every platform.</summary>
internal static class ContentKeys
{
    /// <summary>The key of a session's conversation.</summary>
    public static long OfSession(string session) => unchecked((long)StableHash.Mix(StableHash.OfText(session)));

    /// <summary>The key that content has when a trace plays for the n-th time again.</summary>
    public static long OfRepetition(long key, long round) => unchecked((long)StableHash.Mix((ulong)key ^ StableHash.Mix((ulong)round + 0x9E3779B97F4A7C15)));

    /// <summary>The key of a block that follows another: equal only where all before it is equal.</summary>
    public static long Chain(long previous, long next) => unchecked((long)StableHash.Mix(StableHash.Mix((ulong)previous) + (ulong)next));
}
