namespace Simulator.Core.Randomness;

/// <summary>The random numbers of one run: independent streams, each derived from the run's seed and a name.</summary>
/// <remarks>
/// Every consumer asks for a stream of its own ("arrivals", "lengths", "router"), so that adding, removing or reordering one
/// consumer changes what no other draws. That is what makes two runs comparable under common random numbers.
/// </remarks>
/// <param name="seed">Any number; the same seed and names give the same streams on every platform.</param>
public sealed class RandomStreams(ulong seed)
{
    /// <summary>The seed of the run.</summary>
    public ulong Seed => seed;

    /// <summary>A stream at its beginning; asking twice with one name gives two equal streams.</summary>
    /// <param name="name">Name of the consumer, compared by its UTF-16 code units.</param>
    public RandomStream Stream(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new RandomStream(StableHash.Combine(seed, name));
    }
}
