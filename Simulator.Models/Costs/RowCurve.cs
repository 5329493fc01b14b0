using System.Runtime.InteropServices;

namespace Simulator.Models.Costs;

/// <summary>A function of a number of rows, linear between 1, 2, 4 … 32,768 rows and going on as it does between the last two. Blittable.</summary>
/// <remarks>
/// Compiled from a <see cref="Profiles.CostProfile"/>: seconds of a launch, or effective rows, which are the rows that a kernel at its best
/// efficiency would do in the time that it takes for those it has. Curves that <see cref="Increasing"/> and <see cref="Effective"/> make never fall.
/// Fields instead of an array, since kernels have no arrays.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public struct RowCurve : IEquatable<RowCurve>
{
    /// <summary>Knots: 1, 2, 4 … 32,768 rows.</summary>
    public const int Knots = 16;

    private double _at1;
    private double _at2;
    private double _at4;
    private double _at8;
    private double _at16;
    private double _at32;
    private double _at64;
    private double _at128;
    private double _at256;
    private double _at512;
    private double _at1024;
    private double _at2048;
    private double _at4096;
    private double _at8192;
    private double _at16384;
    private double _at32768;

    /// <summary>The number of rows itself: efficiency that does not depend on it.</summary>
    public static RowCurve Proportional { get; } = Effective(rows => rows);

    /// <summary>Rows at a knot.</summary>
    /// <param name="knot">The knot, from 0 to 15.</param>
    public static double RowsAt(int knot) => 1 << knot;

    /// <summary>The same value for any number of rows.</summary>
    /// <param name="value">The value.</param>
    public static RowCurve Constant(double value) => Of(_ => value);

    /// <summary>A curve through a function at the knots, raised where the function falls.</summary>
    /// <param name="function">The function of rows; finite and at least 0.</param>
    /// <exception cref="ArgumentException">The function is negative or not finite at a knot.</exception>
    public static RowCurve Increasing(Func<double, double> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        double greatest = 0;
        return Of(rows => greatest = Math.Max(greatest, function(rows)));
    }

    /// <summary>Effective rows through a function at the knots, raised where the function falls and where it is less than the rows.</summary>
    /// <remarks>
    /// One row is taken for at least half of two, so that fewer than one row, a rank's share of less, is not below itself either; and
    /// the last two knots are as far apart as their rows at least, so that this goes for more rows than the last knot's too.
    /// </remarks>
    /// <param name="function">The function of rows; finite.</param>
    /// <exception cref="ArgumentException">The function is not finite at a knot.</exception>
    public static RowCurve Effective(Func<double, double> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        RowCurve curve = Increasing(rows => Math.Max(rows, function(rows)));
        curve._at1 = Math.Max(curve._at1, curve._at2 / 2);
        curve._at32768 = Math.Max(curve._at32768, curve._at16384 + (32768 - 16384));
        return curve;
    }

    /// <summary>The value at a place.</summary>
    /// <param name="place">The place.</param>
    public readonly double At(in RowPlace place)
    {
        double share = place.Share;
        return place.Segment switch
        {
            0 => Between(_at1, _at2, share),
            1 => Between(_at2, _at4, share),
            2 => Between(_at4, _at8, share),
            3 => Between(_at8, _at16, share),
            4 => Between(_at16, _at32, share),
            5 => Between(_at32, _at64, share),
            6 => Between(_at64, _at128, share),
            7 => Between(_at128, _at256, share),
            8 => Between(_at256, _at512, share),
            9 => Between(_at512, _at1024, share),
            10 => Between(_at1024, _at2048, share),
            11 => Between(_at2048, _at4096, share),
            12 => Between(_at4096, _at8192, share),
            13 => Between(_at8192, _at16384, share),
            _ => Between(_at16384, _at32768, share),
        };
    }

    /// <summary>The value for a number of rows.</summary>
    /// <param name="rows">Rows, at least 0.</param>
    public readonly double At(double rows) => At(RowPlace.Of(rows));

    /// <inheritdoc/>
    public readonly bool Equals(RowCurve other) => Values(this).SequenceEqual(Values(other));

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is RowCurve other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(_at1, _at16, _at256, _at4096, _at32768);

    /// <summary>Whether two curves are the same.</summary>
    public static bool operator ==(RowCurve a, RowCurve b) => a.Equals(b);

    /// <summary>Whether two curves differ.</summary>
    public static bool operator !=(RowCurve a, RowCurve b) => !a.Equals(b);

    private static RowCurve Of(Func<double, double> function)
    {
        RowCurve curve = default;
        Span<double> values = MemoryMarshal.CreateSpan(ref curve._at1, Knots);
        for (int knot = 0; knot < Knots; knot++)
        {
            double value = function(RowsAt(knot));
            if (!(value >= 0 && double.IsFinite(value)))
                throw new ArgumentException($"The value at {RowsAt(knot)} rows is {value}; it must be finite and at least 0.", nameof(function));
            values[knot] = value;
        }
        return curve;
    }

    private static ReadOnlySpan<double> Values(in RowCurve curve) => MemoryMarshal.CreateReadOnlySpan(in curve._at1, Knots);

    private static double Between(double low, double high, double share) => low + (high - low) * share;
}

/// <summary>Where a number of rows is between the knots of a <see cref="RowCurve"/>: found once for all curves of the same rows. Blittable.</summary>
/// <param name="Segment">The knot at or before it, from 0 to 14.</param>
/// <param name="Share">How far it is to the next knot: from 0 to 1, above 1 beyond the last knot, from −1 to 0 below one row.</param>
public readonly record struct RowPlace(int Segment, double Share)
{
    private const int Bias = 1023;
    private const int MantissaBits = 52;

    /// <summary>The place of a number of rows.</summary>
    /// <param name="rows">Rows, at least 0.</param>
    public static RowPlace Of(double rows)
    {
        // The exponent of the number is the knot, and the share is exact: knots are powers of two.
        int knot = unchecked((int)(BitConverter.DoubleToInt64Bits(rows) >> MantissaBits) - Bias);
        int segment = Math.Clamp(knot, 0, RowCurve.Knots - 2);
        double inverse = BitConverter.Int64BitsToDouble((long)(Bias - segment) << MantissaBits);
        return new(segment, rows * inverse - 1);
    }
}
