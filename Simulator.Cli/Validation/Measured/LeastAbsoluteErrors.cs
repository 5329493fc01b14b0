namespace Simulator.Cli.Validation.Measured;

/// <summary>Least absolute errors of a linear model, each unknown within its bounds.</summary>
/// <remarks>
/// By least squares with weights of 1/|error|, taken again and again, as few large errors then weigh no more than their size (iteratively
/// reweighted least squares; Schlossmacher, JASA 68, 1973). Within a round the unknowns are found one after the other, each cut to its bounds,
/// which ends at the least of a convex square.
/// </remarks>
internal static class LeastAbsoluteErrors
{
    private const int Rounds = 100;
    private const int Sweeps = 200;
    private const double FirstFloor = 0.1, LastFloor = 1e-3, FloorFactor = 0.9;

    /// <summary>The x between the bounds that makes Σ weight·|error + slopes·x| least.</summary>
    /// <param name="errors">Errors at x = 0.</param>
    /// <param name="weights">Weight of each error, at least 0.</param>
    /// <param name="slopes">How each error changes with each unknown, unknowns first. An unknown that changes nothing stays at 0.</param>
    /// <param name="bounds">The least and the most of each unknown, around 0.</param>
    public static double[] Solve(double[] errors, double[] weights, double[][] slopes, (double Least, double Most)[] bounds)
    {
        double[] x = new double[slopes.Length];
        double floor = FirstFloor;
        for (int round = 0; round < Rounds; round++)
        {
            double[] reweighted = [.. errors.Select((error, i) => weights[i] / Math.Max(Math.Abs(error + Dot(slopes, i, x)), floor))];
            Squares(errors, reweighted, slopes, bounds, x);
            floor = Math.Max(LastFloor, floor * FloorFactor);
        }
        return x;
    }

    private static void Squares(double[] errors, double[] weights, double[][] slopes, (double Least, double Most)[] bounds, double[] x)
    {
        double[][] curvature = [.. slopes.Select(one => slopes.Select(other => Sum(one, other)).ToArray())];
        double[] gradient = [.. slopes.Select(one => Sum(one, errors))];
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            for (int k = 0; k < x.Length; k++)
            {
                if (curvature[k][k] <= 0) continue;
                double slope = gradient[k];
                for (int other = 0; other < x.Length; other++) slope += curvature[k][other] * x[other];
                x[k] = Math.Clamp(x[k] - slope / curvature[k][k], bounds[k].Least, bounds[k].Most);
            }
        }

        double Sum(double[] one, double[] other)
        {
            double sum = 0;
            for (int i = 0; i < weights.Length; i++) sum += weights[i] * one[i] * other[i];
            return sum;
        }
    }

    private static double Dot(double[][] slopes, int i, double[] x)
    {
        double sum = 0;
        for (int k = 0; k < x.Length; k++) sum += slopes[k][i] * x[k];
        return sum;
    }
}
