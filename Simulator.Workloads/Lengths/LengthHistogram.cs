namespace Simulator.Workloads.Lengths;

/// <summary>How often each length occurs: exact, in space that grows with the number of different lengths.</summary>
internal sealed class LengthHistogram
{
    private readonly Dictionary<int, long> _counts = [];
    private (int Tokens, long UpTo)[]? _sorted;

    public long Count { get; private set; }

    public long Total { get; private set; }

    public void Add(int tokens)
    {
        _counts[tokens] = _counts.GetValueOrDefault(tokens) + 1;
        Count++;
        Total += tokens;
        _sorted = null;
    }

    /// <summary>The least length that at least a share of all lengths does not exceed (nearest rank).</summary>
    public int Quantile(double probability)
    {
        _sorted ??= Sort();
        long rank = Math.Clamp((long)Math.Ceiling(probability * Count), 1, Count);
        int low = 0;
        int high = _sorted.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_sorted[middle].UpTo >= rank) high = middle;
            else low = middle + 1;
        }
        return _sorted[low].Tokens;
    }

    private (int Tokens, long UpTo)[] Sort()
    {
        long upTo = 0;
        return [.. _counts.OrderBy(entry => entry.Key).Select(entry => (entry.Key, upTo += entry.Value))];
    }
}
