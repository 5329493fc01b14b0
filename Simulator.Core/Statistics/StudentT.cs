using Simulator.Core.Randomness;

namespace Simulator.Core.Statistics;

/// <summary>Student's t distribution, for confidence intervals.</summary>
internal static class StudentT
{
    /// <summary>The t that a variate stays below with the given probability; relative error below 1e-10.</summary>
    /// <param name="probability">At least ½, below 1.</param>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    public static double Quantile(double probability, double freedom)
    {
        double upperTail = 1 - probability;
        double low = 0;
        double high = 1;
        while (UpperTail(high, freedom) > upperTail) high *= 2;
        while (true)
        {
            double middle = low + (high - low) / 2;
            if (middle <= low || middle >= high) return middle;
            if (UpperTail(middle, freedom) > upperTail) low = middle;
            else high = middle;
        }
    }

    /// <summary>P(T &gt; t) for t ≥ 0: half the regularised incomplete beta function I(x; ν/2, ½) at x = ν/(ν + t²).</summary>
    public static double UpperTail(double t, double freedom)
    {
        double a = freedom / 2;
        double x = freedom / (freedom + t * t);
        double y = t * t / (freedom + t * t);
        if (y == 0) return 0.5;
        double logX = y < 0.5 ? DeterministicMath.Log1p(-y) : DeterministicMath.Log(x);
        double front = DeterministicMath.Exp(
            DeterministicMath.LogGamma(a + 0.5) - DeterministicMath.LogGamma(a) - DeterministicMath.LogGamma(0.5)
            + a * logX + 0.5 * DeterministicMath.Log(y));

        // The fraction converges fast below the mean of the beta distribution; beyond it, take the complement.
        return x < (a + 1) / (a + 2.5)
            ? front * BetaFraction(x, a, 0.5) / a / 2
            : (1 - front * BetaFraction(y, 0.5, a) / 0.5) / 2;
    }

    /// <summary>Continued fraction of the incomplete beta function, by the modified method of Lentz.</summary>
    private static double BetaFraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        double c = 1;
        double d = 1 / NotZero(1 - (a + b) * x / (a + 1));
        double fraction = d;
        for (int m = 1; m <= 10_000; m++)
        {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            double step = Advance(even);
            fraction *= step;
            step = Advance(odd);
            fraction *= step;
            if (Math.Abs(step - 1) < 1e-16) break;
        }
        return fraction;

        double Advance(double coefficient)
        {
            d = 1 / NotZero(1 + coefficient * d);
            c = NotZero(1 + coefficient / c);
            return d * c;
        }

        static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;
    }
}
