namespace Simulator.Workloads.Lengths;

/// <summary>How often each length occurs: exact, in space that grows with the number of different lengths.</summary>
internal sealed class LengthHistogram
{
    private readonly Dictionary<int, long> counts = [];
    private (int Tokens, long UpTo)[]? sorted;

    public long Count { get; private set; }

    public long Total { get; private set; }

    public void Add(int tokens)
    {
        counts[tokens] = counts.GetValueOrDefault(tokens) + 1;
        Count++;
        Total += tokens;
        sorted = null;
    }

    /// <summary>The least length that at least a share of all lengths does not exceed (nearest rank).</summary>
    public int Quantile(double probability)
    {
        sorted ??= Sort();
        long rank = Math.Clamp((long)Math.Ceiling(probability * Count), 1, Count);
        int low = 0;
        int high = sorted.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle].UpTo >= rank) high = middle;
            else low = middle + 1;
        }
        return sorted[low].Tokens;
    }

    private (int Tokens, long UpTo)[] Sort()
    {
        long upTo = 0;
        return [.. counts.OrderBy(entry => entry.Key).Select(entry => (entry.Key, upTo += entry.Value))];
    }
}
