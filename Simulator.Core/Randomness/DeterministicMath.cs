namespace Simulator.Core.Randomness;

/// <summary>Elementary functions that give the same bits on every platform.</summary>
/// <remarks>
/// <see cref="Math.Log(double)"/>, <see cref="Math.Exp"/> and <see cref="Math.Pow"/> call the C library of the host, whose last
/// bit differs between systems; one such bit can swap two events. The functions here use only operations that IEEE 754
/// rounds correctly: + − × ÷, √ and fused multiply-add. Their series have rational coefficients (atanh for the logarithm,
/// Taylor for the exponential) after the usual reduction by powers of two. <see cref="Log"/>, <see cref="Exp(double)"/> and
/// <see cref="Pow"/> are within 1 ulp of the true value wherever the result is a normal number; <see cref="Log1p"/> and
/// <see cref="Expm1"/> within 4.
/// </remarks>
public static class DeterministicMath
{
    // ln 2 as a sum: the upper part has 33 bits, so that its product with any exponent is exact.
    private const double Ln2Upper = 0.6931471803691238;
    private const double Ln2Lower = 1.9082149292705877e-10;
    private const double HalfLnTwoPi = 0.9189385332046728;

    /// <summary>Natural logarithm.</summary>
    /// <param name="x">Any number: zero gives −∞, a negative number NaN.</param>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x)) return LogOfSpecial(x);
        (double m, int exponent) = Split(x);
        double f = m - 1;
        double s = f / (2 + f);
        double tail = s * (f - AtanhSeries(s * s));
        return exponent * Ln2Upper + (f - (tail - exponent * Ln2Lower));
    }

    /// <summary>Natural logarithm of 1 + x, accurate for small x.</summary>
    /// <param name="x">Any number: −1 gives −∞, less gives NaN.</param>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        if (u == 1) return x;
        return double.IsPositiveInfinity(u) ? u : Log(u) * (x / (u - 1));
    }

    /// <summary>Exponential function.</summary>
    /// <param name="x">Any number: above 709.8 the result is +∞, below −745.2 zero.</param>
    public static double Exp(double x) => Exp(x, 0);

    /// <summary>Exponential function less 1, accurate for small x.</summary>
    /// <param name="x">Any number.</param>
    public static double Expm1(double x)
    {
        double u = Exp(x);
        if (u == 1) return x;
        double difference = u - 1;
        return difference == -1 || double.IsPositiveInfinity(u) ? difference : difference * (x / Log(u));
    }

    /// <summary><paramref name="x"/> to the power <paramref name="y"/>.</summary>
    /// <param name="x">Base, at least 0; a negative base gives NaN unless the exponent is zero.</param>
    /// <param name="y">Exponent, any number; 0 gives 1 for every base, as in IEEE 754.</param>
    public static double Pow(double x, double y)
    {
        if (y == 0 || x == 1) return 1;
        if (!(x > 0) || double.IsPositiveInfinity(x)) return PowOfSpecial(x, y);
        (double upper, double lower) = LogPair(x);
        double product = y * upper;
        if (!double.IsFinite(product)) return Exp(product);
        double error = Math.FusedMultiplyAdd(y, upper, -product);
        return Exp(product, error + y * lower);
    }

    /// <summary>Natural logarithm of the gamma function.</summary>
    /// <remarks>Stirling's series above 12 and the recurrence below it; the error is within 2e-14 × max(1, |result|).</remarks>
    /// <param name="x">Above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0.</exception>
    public static double LogGamma(double x)
    {
        if (!(x > 0)) throw new ArgumentOutOfRangeException(nameof(x), x, "The gamma function is taken of numbers above 0.");
        double product = 1;
        for (; x < 12; x++) product *= x;
        double inverse = 1 / x;
        double z = inverse * inverse;
        double series = inverse
            * (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188 - z * (691.0 / 360360))))));
        double stirling = double.IsPositiveInfinity(x) ? x : (x - 0.5) * Log(x) - x + HalfLnTwoPi + series;
        return stirling - Log(product);
    }

    /// <summary>e to the power of an unevaluated sum whose second term is small beside the first one's last bits.</summary>
    private static double Exp(double x, double tail)
    {
        const double Log2OfE = 1.4426950408889634;
        if (double.IsNaN(x)) return x;
        if (x > 709.79) return double.PositiveInfinity;
        if (x < -745.14) return 0;
        double k = Math.Round(x * Log2OfE);
        double upper = x - k * Ln2Upper;
        double lower = k * Ln2Lower - tail;
        double r = upper - lower;
        double rest = upper - r - lower;
        double result = 1 + (r + (rest + r * rest + r * r * ExpSeries(r)));
        return Math.ScaleB(result, (int)k);
    }

    /// <summary>(eʳ − 1 − r) / r² for |r| ≤ ½ ln 2: Taylor, 1/2! + r/3! + r²/4! + … .</summary>
    private static double ExpSeries(double r) =>
        1.0 / 2 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720 + r * (1.0 / 5040 + r * (1.0 / 40320
        + r * (1.0 / 362880 + r * (1.0 / 3628800 + r * (1.0 / 39916800 + r * (1.0 / 479001600 + r * (1.0 / 6227020800)))))))))));

    /// <summary>2 z/3 + 2 z²/5 + 2 z³/7 + … with z = s²: what atanh leaves after its first term, over s/2.</summary>
    private static double AtanhSeries(double z) =>
        z * (2.0 / 3 + z * AtanhSeriesRest(z));

    private static double AtanhSeriesRest(double z) =>
        2.0 / 5 + z * (2.0 / 7 + z * (2.0 / 9 + z * (2.0 / 11 + z * (2.0 / 13 + z * (2.0 / 15 + z * (2.0 / 17
        + z * (2.0 / 19 + z * (2.0 / 21 + z * (2.0 / 23)))))))));

    /// <summary>A positive finite number as m × 2^exponent with m between √½ and √2.</summary>
    private static (double Mantissa, int Exponent) Split(double x)
    {
        const long OneBits = 0x3FF0_0000_0000_0000;
        int exponent = 0;
        if (!double.IsNormal(x))
        {
            x *= 18014398509481984.0; // 2^54 makes a subnormal number normal
            exponent = -54;
        }
        long bits = BitConverter.DoubleToInt64Bits(x);
        exponent += (int)(bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | OneBits);
        return m > 1.4142135623730951 ? (m / 2, exponent + 1) : (m, exponent);
    }

    /// <summary>The logarithm as an unevaluated sum of two numbers, good to about 2⁻⁶⁵ of itself.</summary>
    private static (double Upper, double Lower) LogPair(double x)
    {
        (double m, int exponent) = Split(x);
        double f = m - 1;

        // s = f / (2 + f) as a pair: the remainder of the division is exact with a fused multiply-add.
        double divisor = 2 + f;
        double divisorError = f - (divisor - 2);
        double s = f / divisor;
        double sError = (Math.FusedMultiplyAdd(-s, divisor, f) - s * divisorError) / divisor;

        // s² and 2 s³/3 as pairs, then the smaller terms as one number each.
        double z = s * s;
        double zError = Math.FusedMultiplyAdd(s, s, -z) + 2 * s * sError;
        double cube = z * s;
        double cubeError = Math.FusedMultiplyAdd(z, s, -cube) + z * sError + zError * s;
        double third = cube * 2 / 3;
        double thirdError = (Math.FusedMultiplyAdd(-3, third, cube * 2) + 2 * cubeError) / 3;

        double main = exponent * Ln2Upper;
        (double sum, double error) = TwoSum(main, 2 * s);
        (double total, double totalError) = TwoSum(sum, third);
        double lower = error + totalError + thirdError + 2 * sError + exponent * Ln2Lower + cube * z * AtanhSeriesRest(z);
        double upper = total + lower;
        return (upper, total - upper + lower);
    }

    private static (double Sum, double Error) TwoSum(double a, double b)
    {
        double sum = a + b;
        double bRounded = sum - a;
        return (sum, a - (sum - bRounded) + (b - bRounded));
    }

    private static double LogOfSpecial(double x) => x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;

    private static double PowOfSpecial(double x, double y)
    {
        if (x < 0 || double.IsNaN(x) || double.IsNaN(y)) return double.NaN;
        return (x == 0) == (y > 0) ? 0 : double.PositiveInfinity;
    }
}
