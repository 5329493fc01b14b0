using System.Numerics;

namespace Simulator.Core.Statistics;

/// <summary>Sums of rounded-down arithmetic progressions, without stepping through them.</summary>
internal static class FloorSum
{
    /// <summary>Σ ⌊(first + j·step) / 2^shift⌋ for j = 0 … count − 1; all arguments at least 0.</summary>
    public static UInt128 Of(long first, long step, long count, int shift)
    {
        // 64 bits hold every intermediate number unless the progression is enormous.
        UInt128 largest = (UInt128)(ulong)step * (ulong)count + (ulong)first;
        return largest <= long.MaxValue
            ? Of((ulong)count, 1UL << shift, (ulong)step, (ulong)first)
            : Of((UInt128)(ulong)count, UInt128.One << shift, (ulong)step, (ulong)first);
    }

    /// <summary>Σ ⌊(a·i + b) / m⌋ for i = 0 … n − 1: like Euclid's algorithm, it swaps a and m until nothing is left.</summary>
    /// <remarks>
    /// Whole multiples of m in a and b come out at once. What is left counts lattice points under a line of slope below 1, and
    /// counting them by columns of the other axis is the same problem with a and m swapped (Graham, Knuth, Patashnik,
    /// Concrete Mathematics, 3.5). O(log m) rounds.
    /// </remarks>
    private static UInt128 Of<T>(T n, T m, T a, T b) where T : IBinaryInteger<T>, IUnsignedNumber<T>
    {
        UInt128 sum = 0;
        while (true)
        {
            (T quotient, a) = T.DivRem(a, m);
            if (quotient != T.Zero) sum += Triangle(UInt128.CreateTruncating(n)) * UInt128.CreateTruncating(quotient);
            (quotient, b) = T.DivRem(b, m);
            if (quotient != T.Zero) sum += UInt128.CreateTruncating(n) * UInt128.CreateTruncating(quotient);
            T height = a * n + b;
            if (height < m) return sum;
            (n, b) = T.DivRem(height, m);
            (a, m) = (m, a);
        }
    }

    /// <summary>0 + 1 + … + (n − 1).</summary>
    private static UInt128 Triangle(UInt128 n) => UInt128.IsEvenInteger(n) ? n / 2 * (n - 1) : n * ((n - 1) / 2);
}
