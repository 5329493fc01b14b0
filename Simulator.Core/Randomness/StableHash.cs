namespace Simulator.Core.Randomness;

/// <summary>Hashes that are the same on every platform and in every version; unlike <see cref="HashCode"/>.</summary>
public static class StableHash
{
    /// <summary>One step of SplitMix64 (Steele, Lea, Flood 2014): advances the state and returns 64 well-mixed bits.</summary>
    /// <param name="state">The state; any value.</param>
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

    /// <summary>Mixes the bits of a value, one to one: a step of <see cref="SplitMix64"/> from it.</summary>
    /// <param name="value">Any value.</param>
    public static ulong Mix(ulong value) => SplitMix64(ref value);

    /// <summary>FNV-1a over the UTF-16 code units of a text, low byte first.</summary>
    /// <param name="text">Any text.</param>
    public static ulong OfText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        unchecked
        {
            ulong hash = 14695981039346656037;
            foreach (char c in text)
            {
                hash = (hash ^ (byte)c) * 1099511628211;
                hash = (hash ^ (byte)(c >> 8)) * 1099511628211;
            }
            return hash;
        }
    }

    /// <summary>A seed that depends on all bits of both arguments.</summary>
    /// <param name="seed">Any value.</param>
    /// <param name="value">Any value.</param>
    public static ulong Combine(ulong seed, ulong value) => Mix(Mix(seed) ^ value);

    /// <summary>A seed from a seed and a name.</summary>
    /// <param name="seed">Any value.</param>
    /// <param name="name">Any text.</param>
    public static ulong Combine(ulong seed, string name) => Combine(seed, OfText(name));
}
