namespace Simulator.Core.Statistics;

/// <summary>How many values fell between fixed edges.</summary>
/// <remarks>Bin i holds values from edge i up to but without edge i + 1; what lies outside is counted, never dropped.</remarks>
public sealed class Histogram
{
    private readonly double[] _edges;
    private readonly long[] _counts; // below the first edge, each bin, from the last edge on

    /// <summary>An empty histogram.</summary>
    /// <param name="edges">At least two finite numbers, each larger than the one before.</param>
    /// <exception cref="ArgumentException">There are fewer than two edges, or they do not ascend.</exception>
    public Histogram(params ReadOnlySpan<double> edges)
    {
        if (edges.Length < 2) throw new ArgumentException("A histogram needs at least two edges.", nameof(edges));
        for (int i = 0; i < edges.Length; i++)
            if (!double.IsFinite(edges[i]) || (i > 0 && !(edges[i] > edges[i - 1])))
                throw new ArgumentException($"The edges must be finite and ascend; number {i + 1}, {edges[i]}, does not.", nameof(edges));
        _edges = edges.ToArray();
        _counts = new long[edges.Length + 1];
    }

    /// <summary>The edges, ascending.</summary>
    public ReadOnlySpan<double> Edges => _edges;

    /// <summary>Values in each bin: one fewer than there are edges.</summary>
    public ReadOnlySpan<long> Counts => _counts.AsSpan(1, _edges.Length - 1);

    /// <summary>Values below the first edge.</summary>
    public long Below => _counts[0];

    /// <summary>Values at or above the last edge.</summary>
    public long Above => _counts[^1];

    /// <summary>All values.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a value.</summary>
    /// <param name="value">Any number, infinities included.</param>
    /// <param name="weight">How often it counts, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or the weight is negative.</exception>
    public void Add(double value, long weight = 1)
    {
        if (double.IsNaN(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "A histogram takes numbers only.");
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        int found = Array.BinarySearch(_edges, value);
        Count += weight;
        _counts[found >= 0 ? found + 1 : ~found] += weight;
    }

    /// <summary>Adds all that another histogram has seen.</summary>
    /// <param name="other">One with the same edges; it stays as it is.</param>
    /// <exception cref="ArgumentException">The edges differ.</exception>
    public void Merge(Histogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Edges.SequenceEqual(other.Edges)) throw new ArgumentException("Histograms merge only if their edges agree.", nameof(other));
        Count += other.Count;
        for (int i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
    }
}
