using static Simulator.Core.Randomness.DeterministicMath;

namespace Simulator.Core.Randomness;

public sealed partial class RandomStream
{
    /// <summary>An exponential variate, by inversion.</summary>
    /// <param name="mean">Mean, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public double NextExponential(double mean)
    {
        RequirePositive(mean, nameof(mean));
        return -mean * Log(1 - NextDouble());
    }

    /// <summary>A normal variate of mean 0 and variance 1 (polar method of Marsaglia 1964; the second value is not kept).</summary>
    public double NextNormal()
    {
        while (true)
        {
            double u = 2 * NextDouble() - 1;
            double v = 2 * NextDouble() - 1;
            double square = u * u + v * v;
            if (square < 1 && square > 0) return u * Math.Sqrt(-2 * Log(square) / square);
        }
    }

    /// <summary>A log-normal variate: e to a normal variate.</summary>
    /// <param name="mu">Mean of the logarithm.</param>
    /// <param name="sigma">Standard deviation of the logarithm, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public double NextLogNormal(double mu, double sigma)
    {
        RequireFinite(mu, nameof(mu));
        if (!(sigma >= 0) || double.IsInfinity(sigma))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The standard deviation must be a number not below 0.");
        return Exp(mu + sigma * NextNormal());
    }

    /// <summary>A gamma variate of mean shape × scale (Marsaglia and Tsang 2000; below shape 1 by their power of a uniform).</summary>
    /// <param name="shape">Shape, above 0; the squared coefficient of variation is its inverse.</param>
    /// <param name="scale">Scale, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public double NextGamma(double shape, double scale)
    {
        RequirePositive(shape, nameof(shape));
        RequirePositive(scale, nameof(scale));
        double boost = shape < 1 ? Pow(1 - NextDouble(), 1 / shape) : 1;
        double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = NextNormal();
            double v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            if (Log(1 - NextDouble()) < x * x / 2 + d * (1 - v + Log(v))) return d * v * boost * scale;
        }
    }

    /// <summary>A Weibull variate, by inversion.</summary>
    /// <param name="shape">Shape, above 0; 1 gives the exponential distribution, less a heavier tail.</param>
    /// <param name="scale">Scale, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public double NextWeibull(double shape, double scale)
    {
        RequirePositive(shape, nameof(shape));
        RequirePositive(scale, nameof(scale));
        return scale * Pow(-Log(1 - NextDouble()), 1 / shape);
    }

    /// <summary>A geometric variate 1, 2, 3, …: trials up to and with the first success, by inversion.</summary>
    /// <param name="mean">Mean, at least 1; the probability of success is its inverse.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public long NextGeometric(double mean)
    {
        RequireFinite(mean, nameof(mean));
        if (mean < 1) throw new ArgumentOutOfRangeException(nameof(mean), mean, "The mean of a geometric variate is at least 1.");
        if (mean == 1) return 1;
        double failures = Math.Floor(Log(1 - NextDouble()) / Log1p(-1 / mean));
        return failures < long.MaxValue ? (long)failures + 1 : long.MaxValue;
    }

    /// <summary>A Zipf variate: k from 1 to <paramref name="max"/> with a probability proportional to k^−exponent.</summary>
    /// <remarks>Rejection-inversion (Hörmann and Derflinger 1996): no tables, constant time for any exponent and range.</remarks>
    /// <param name="exponent">Exponent, above 0; 1 is allowed.</param>
    /// <param name="max">Largest value, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public int NextZipf(double exponent, int max)
    {
        RequirePositive(exponent, nameof(exponent));
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        double lowest = ZipfArea(exponent, 1.5) - 1;
        double highest = ZipfArea(exponent, max + 0.5);
        double squeeze = 2 - ZipfInverse(exponent, ZipfArea(exponent, 2.5) - Pow(2, -exponent));
        while (true)
        {
            double area = highest + NextDouble() * (lowest - highest);
            double x = ZipfInverse(exponent, area);
            double k = Math.Clamp(Math.Floor(x + 0.5), 1, max);
            if (k - x <= squeeze || area >= ZipfArea(exponent, k + 0.5) - Pow(k, -exponent)) return (int)k;
        }
    }

    /// <summary>∫₁ˣ t^−exponent dt, which is ln x at exponent 1.</summary>
    private static double ZipfArea(double exponent, double x)
    {
        double logX = Log(x);
        double t = (1 - exponent) * logX;
        return t == 0 ? logX : logX * (Expm1(t) / t);
    }

    /// <summary>The x whose <see cref="ZipfArea"/> is given.</summary>
    private static double ZipfInverse(double exponent, double area)
    {
        double t = Math.Max(-1, area * (1 - exponent));
        return Exp(t == 0 ? area : area * (Log1p(t) / t));
    }

    private static void RequirePositive(double value, string name)
    {
        if (!(value > 0) || double.IsInfinity(value))
            throw new ArgumentOutOfRangeException(name, value, "The parameter of a distribution must be a number above 0.");
    }

    private static void RequireFinite(double value, string name)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(name, value, "The parameter of a distribution must be a finite number.");
    }
}
