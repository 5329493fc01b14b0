using System.Numerics;

namespace Simulator.Core.Statistics;

/// <summary>Quantiles of a stream of non-negative whole numbers (nanoseconds, tokens), in bounded space.</summary>
/// <remarks>
/// <para>
/// Buckets as in an HDR histogram: values below 2048 have one each, and every octave above is cut into 1024 equal buckets. A
/// quantile is reported as the middle of its bucket, so it is exact below 2048 and within a relative error of 2⁻¹¹ (0.049 %)
/// above. Count, sum, mean, minimum and maximum are exact.
/// </para>
/// <para>
/// The state depends on which values were added, never on their order or on how sketches were merged. An octave takes 8 KiB
/// once a value falls into it; all 53 together take 432 KiB.
/// </para>
/// </remarks>
public sealed class QuantileSketch
{
    private const int BucketBits = 10;
    private const int BucketsPerOctave = 1 << BucketBits;
    private const int Octaves = 64 - BucketBits; // the first holds the values below 1024

    private readonly long[]?[] _octaves = new long[]?[Octaves];
    private long _min = long.MaxValue;
    private long _max;

    /// <summary>Values added, each as often as its weight.</summary>
    public long Count { get; private set; }

    /// <summary>Exact sum of the values.</summary>
    public Int128 Sum { get; private set; }

    /// <summary>Mean, exact up to its rounding; null without values.</summary>
    public double? Mean => Count == 0 ? null : (double)Sum / Count;

    /// <summary>Smallest value, exact; null without values.</summary>
    public long? Min => Count == 0 ? null : _min;

    /// <summary>Largest value, exact; null without values.</summary>
    public long? Max => Count == 0 ? null : _max;

    /// <summary>The buckets that hold values, ascending: least and greatest value that falls into each, and how many did.</summary>
    public IEnumerable<(long Lower, long Upper, long Count)> Buckets
    {
        get
        {
            for (int octave = 0; octave < Octaves; octave++)
            {
                if (_octaves[octave] is not { } counts) continue;
                for (int i = 0; i < BucketsPerOctave; i++)
                    if (counts[i] > 0) yield return (LowerEnd(octave, i), UpperEnd(octave, i), counts[i]);
            }
        }
    }

    /// <summary>Adds a value.</summary>
    /// <param name="value">At least 0.</param>
    /// <param name="weight">How often it counts, at least 0; 0 adds nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value or the weight is negative.</exception>
    /// <exception cref="OverflowException">More than 2⁶³ − 1 values.</exception>
    public void Add(long value, long weight = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        if (weight == 0) return;
        Extend(value, value, weight, Math.BigMul(value, weight));
        (int octave, int index) = Locate(value);
        Counts(octave)[index] += weight;
    }

    /// <summary>Adds an arithmetic progression: the values ⌊(first + j·step) / 2^shift⌋ for j = 0 … count − 1.</summary>
    /// <remarks>
    /// The state is the same as after adding them one by one. The time taken depends on how many buckets the values fall into,
    /// not on their number: a bucket takes its share in one step, and the sum of floors is found by Euclid's algorithm. It is
    /// meant for a stretch of iterations whose durations grow linearly and are held in units finer than those recorded.
    /// </remarks>
    /// <param name="first">First value before the shift, at least 0.</param>
    /// <param name="step">Difference of consecutive values before the shift, at least 0.</param>
    /// <param name="count">Number of values, at least 0.</param>
    /// <param name="weight">How often each counts, at least 0.</param>
    /// <param name="shift">Bits that each value loses, 0 to 62.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    /// <exception cref="OverflowException">The last value before the shift, or the number of values, exceeds 2⁶³ − 1.</exception>
    public void AddArithmetic(long first, long step, long count, long weight = 1, int shift = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        ArgumentOutOfRangeException.ThrowIfNegative(shift);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shift, 62);
        if (count == 0 || weight == 0) return;
        if (count == 1)
        {
            Add(first >> shift, weight);
            return;
        }

        long last = checked(first + step * (count - 1));
        Extend(first >> shift, last >> shift, checked(count * weight), (Int128)FloorSum.Of(first, step, count, shift) * weight);

        (int lastOctave, int lastIndex) = Locate(last >> shift);
        while (true)
        {
            (int octave, int index) = Locate(first >> shift);
            long[] counts = Counts(octave);
            if (octave == lastOctave && index == lastIndex)
            {
                counts[index] += count * weight;
                return;
            }

            // `last` lies beyond this bucket, so the bucket's end is a long also before the shift.
            long end = ((UpperEnd(octave, index) + 1) << shift) - 1;
            long here = (end - first) / step + 1;
            counts[index] += here * weight;
            first += here * step;
            count -= here;
        }
    }

    /// <summary>Adds all that another sketch has seen.</summary>
    /// <param name="other">Stays as it is.</param>
    /// <exception cref="OverflowException">More than 2⁶³ − 1 values.</exception>
    public void Merge(QuantileSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count == 0) return;
        Extend(other._min, other._max, other.Count, other.Sum);
        for (int octave = 0; octave < Octaves; octave++)
        {
            if (other._octaves[octave] is not { } added) continue;
            long[] counts = Counts(octave);
            for (int i = 0; i < BucketsPerOctave; i++) counts[i] += added[i];
        }
    }

    /// <summary>The value of rank ⌈q·Count⌉ (at least 1) among the values in ascending order; null without values.</summary>
    /// <remarks>
    /// That is the smallest value with at least a share q of all values at or below it; no interpolation. Ranks 1 and Count
    /// give the exact minimum and maximum. The fraction is read as the decimal number it was written as, so that 0.07 of 100
    /// values is rank 7 and not 8.
    /// </remarks>
    /// <param name="q">Share, from 0 to 1: 0.99 for the 99th percentile.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public long? Quantile(double q)
    {
        if (!(q >= 0 && q <= 1)) throw new ArgumentOutOfRangeException(nameof(q), q, "The share of a quantile lies between 0 and 1.");
        if (Count == 0) return null;
        long rank = Rank(q);
        if (rank <= 1) return _min;
        if (rank == Count) return _max;
        foreach ((long lower, long upper, long count) in Buckets)
        {
            rank -= count;
            if (rank <= 0) return Math.Clamp(lower + (upper - lower + 1) / 2, _min, _max);
        }
        throw new InvalidOperationException("The buckets hold fewer values than the sketch has counted.");
    }

    /// <summary>Several quantiles in one pass, each as <see cref="Quantile(double)"/> gives it.</summary>
    /// <param name="shares">Shares from 0 to 1, ascending.</param>
    /// <returns>A value for each; none without values.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A share is not from 0 to 1, or below the one before.</exception>
    public IReadOnlyList<long> Quantiles(params ReadOnlySpan<double> shares)
    {
        for (int i = 0; i < shares.Length; i++)
        {
            if (!(shares[i] >= (i == 0 ? 0 : shares[i - 1]) && shares[i] <= 1))
                throw new ArgumentOutOfRangeException(nameof(shares), shares[i], "Shares of quantiles lie between 0 and 1, in ascending order.");
        }
        if (Count == 0) return [];
        long[] quantiles = new long[shares.Length];
        long[] ranks = new long[shares.Length];
        for (int i = 0; i < ranks.Length; i++) ranks[i] = Rank(shares[i]);
        int at = 0;
        for (; at < ranks.Length && ranks[at] <= 1; at++) quantiles[at] = _min;
        long below = 0;
        foreach ((long lower, long upper, long count) in Buckets)
        {
            below += count;
            for (; at < ranks.Length && ranks[at] <= below; at++)
                quantiles[at] = ranks[at] == Count ? _max : Math.Clamp(lower + (upper - lower + 1) / 2, _min, _max);
            if (at == ranks.Length) break;
        }
        return quantiles;
    }

    private long Rank(double q) => (long)decimal.Ceiling((decimal)q * Count);

    /// <summary>Takes values into the exact figures; throws before anything has changed.</summary>
    private void Extend(long least, long greatest, long count, Int128 sum)
    {
        (Count, Sum) = (checked(Count + count), checked(Sum + sum));
        _min = Math.Min(_min, least);
        _max = Math.Max(_max, greatest);
    }

    private long[] Counts(int octave) => _octaves[octave] ??= new long[BucketsPerOctave];

    private static (int Octave, int Index) Locate(long value)
    {
        int octave = Math.Max(0, BitOperations.Log2((ulong)value) - BucketBits + 1);
        return octave == 0 ? (0, (int)value) : (octave, (int)(value >> (octave - 1)) - BucketsPerOctave);
    }

    private static long LowerEnd(int octave, int index) => octave == 0 ? index : (long)(BucketsPerOctave + index) << (octave - 1);

    private static long UpperEnd(int octave, int index) => LowerEnd(octave, index) + ((1L << Math.Max(0, octave - 1)) - 1);
}
