namespace Simulator.Planning.Sweeps;

/// <summary>A part of the points of a manifest: every <paramref name="Count"/>-th from <paramref name="Index"/> on.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Count">How many shards there are, at least 1.</param>
public readonly record struct Shard(long Index, long Count)
{
    /// <summary>All points.</summary>
    public static Shard Whole => new(0, 1);

    /// <summary>Whether a point is in the shard.</summary>
    /// <param name="number">Its place in the manifest, from 0.</param>
    public bool Has(long number) => number % Count == Index;

    /// <summary>How many points the shard has.</summary>
    /// <param name="all">How many the manifest has.</param>
    public long PointsOf(long all) => all <= Index ? 0 : (all - Index - 1) / Count + 1;
}
