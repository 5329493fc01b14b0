using Simulator.Core.Randomness;

namespace Simulator.Workloads.Spans;

/// <summary>The Weibull distribution by its moments: mean = λ Γ(1 + 1/k), CV² = Γ(1 + 2/k) / Γ(1 + 1/k)² − 1.</summary>
internal static class WeibullMoments
{
    public const double LeastCv = 0.02;
    public const double MostCv = 100;
    public const double LeastShape = 0.1;
    public const double MostShape = 100;

    /// <summary>The shape k of a coefficient of variation, by bisection.</summary>
    public static double ShapeOf(double cv)
    {
        if (!(cv >= LeastCv && cv <= MostCv))
            throw new ArgumentOutOfRangeException(nameof(cv), cv, $"The coefficient of variation of a Weibull distribution must lie between {LeastCv} and {MostCv} here.");
        double low = LeastShape;
        double high = MostShape;
        for (int i = 0; i < 200 && low < high; i++)
        {
            double middle = (low + high) / 2;
            if (SquaredCv(middle) > cv * cv) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    /// <summary>The scale λ of a mean and a shape.</summary>
    public static double ScaleOf(double mean, double shape) => mean / DeterministicMath.Exp(DeterministicMath.LogGamma(1 + (1 / shape)));

    private static double SquaredCv(double shape) =>
        DeterministicMath.Expm1(DeterministicMath.LogGamma(1 + (2 / shape)) - (2 * DeterministicMath.LogGamma(1 + (1 / shape))));
}
