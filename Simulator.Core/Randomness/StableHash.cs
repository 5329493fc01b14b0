namespace Simulator.Core.Randomness;

/// <summary>Hashes that are the same on every platform and in every version; unlike <see cref="HashCode"/>.</summary>
internal static class StableHash
{
    /// <summary>One step of SplitMix64 (Steele, Lea, Flood 2014): advances the state and returns 64 well-mixed bits.</summary>
    public static ulong SplitMix64(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>A seed that depends on all bits of both arguments.</summary>
    public static ulong Combine(ulong seed, ulong value)
    {
        ulong state = seed;
        state = SplitMix64(ref state) ^ value;
        return SplitMix64(ref state);
    }

    /// <summary>A seed from a seed and a name: FNV-1a over the name's UTF-16 code units, then mixed.</summary>
    public static ulong Combine(ulong seed, string name)
    {
        unchecked
        {
            ulong hash = 14695981039346656037;
            foreach (char c in name)
            {
                hash = (hash ^ (byte)c) * 1099511628211;
                hash = (hash ^ (byte)(c >> 8)) * 1099511628211;
            }
            return Combine(seed, hash);
        }
    }
}
