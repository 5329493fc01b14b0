namespace Simulator.Workloads.Traces;

/// <summary>Keys of content that are the same on every platform: FNV-1a over UTF-16 code units, mixed by SplitMix64's finaliser.</summary>
internal static class ContentKeys
{
    /// <summary>The key of a session's conversation.</summary>
    public static long OfSession(string session)
    {
        unchecked
        {
            ulong hash = 14695981039346656037;
            foreach (char c in session)
            {
                hash = (hash ^ (byte)c) * 1099511628211;
                hash = (hash ^ (byte)(c >> 8)) * 1099511628211;
            }
            return (long)Mix(hash);
        }
    }

    /// <summary>The key that content has when a trace plays for the n-th time again.</summary>
    public static long OfRepetition(long key, long round) => unchecked((long)Mix((ulong)key ^ Mix((ulong)round + 0x9E3779B97F4A7C15)));

    /// <summary>The key of a block that follows another: equal only where all before it is equal.</summary>
    public static long Chain(long previous, long next) => unchecked((long)Mix(Mix((ulong)previous) + (ulong)next));

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
