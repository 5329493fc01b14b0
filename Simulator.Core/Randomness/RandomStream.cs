using System.Numerics;

namespace Simulator.Core.Randomness;

/// <summary>One stream of random numbers: xoshiro256** (Blackman and Vigna 2018), period 2²⁵⁶ − 1.</summary>
/// <remarks>
/// The same seed gives the same numbers, bit for bit, on every platform: the variates use <see cref="DeterministicMath"/>. No
/// method keeps a spare value, so the state is the generator's 256 bits and nothing else. Not safe for concurrent use.
/// </remarks>
public sealed partial class RandomStream
{
    private readonly ulong _seed;
    private ulong _s0, _s1, _s2, _s3;

    /// <summary>A stream whose state is drawn from the seed by SplitMix64, as the generator's authors advise.</summary>
    /// <param name="seed">Any number.</param>
    public RandomStream(ulong seed)
    {
        _seed = seed;
        ulong state = seed;
        _s0 = StableHash.SplitMix64(ref state);
        _s1 = StableHash.SplitMix64(ref state);
        _s2 = StableHash.SplitMix64(ref state);
        _s3 = StableHash.SplitMix64(ref state);
    }

    internal RandomStream(ulong s0, ulong s1, ulong s2, ulong s3) => (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);

    /// <summary>A stream derived from this one's seed and a name. It does not depend on what this stream has drawn.</summary>
    /// <param name="name">Name of the part that will draw from it.</param>
    public RandomStream Substream(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new RandomStream(StableHash.Combine(_seed, name));
    }

    /// <summary>A stream derived from this one's seed and a number. It does not depend on what this stream has drawn.</summary>
    /// <param name="index">Number of the part that will draw from it: a client, a replica, a request.</param>
    public RandomStream Substream(long index) => new(StableHash.Combine(_seed, unchecked((ulong)index)));

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        unchecked
        {
            ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
            ulong t = _s1 << 17;
            _s2 ^= _s0;
            _s3 ^= _s1;
            _s1 ^= _s2;
            _s0 ^= _s3;
            _s2 ^= t;
            _s3 = BitOperations.RotateLeft(_s3, 45);
            return result;
        }
    }

    /// <summary>A number at least 0 and below 1, a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1L << 53));

    /// <summary>A whole number from 0 to <paramref name="exclusiveMax"/> − 1, each equally likely (Lemire 2019).</summary>
    /// <param name="exclusiveMax">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound is below 1.</exception>
    public int NextInt32(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusiveMax, 1);
        uint range = (uint)exclusiveMax;
        ulong product = (NextUInt64() >> 32) * range;
        if ((product & uint.MaxValue) < range)
        {
            uint threshold = unchecked(0 - range) % range;
            while ((product & uint.MaxValue) < threshold) product = (NextUInt64() >> 32) * range;
        }
        return (int)(product >> 32);
    }
}
