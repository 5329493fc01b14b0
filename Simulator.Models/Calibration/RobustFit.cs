using MathNet.Numerics.LinearAlgebra;

namespace Simulator.Models.Calibration;

/// <summary>Least squares with bounds on the parameters and little weight for outliers.</summary>
/// <remarks>
/// Levenberg-Marquardt on the normal equations (Marquardt's scaling; Moré 1978), with parameters at a bound that they would leave held there,
/// and weights <c>1 ÷ √(1 + (r ÷ scale)²)</c> (the soft L1 loss of Triggs et al. 2000). Derivatives are forward differences.
/// </remarks>
internal static class RobustFit
{
    private const double Small = 1e-12;

    /// <summary>Parameters with the least loss, found from a start.</summary>
    /// <param name="residuals">Fills in the residuals of some parameters.</param>
    /// <param name="count">Number of residuals.</param>
    /// <param name="bounds">Start, least and greatest value of every parameter.</param>
    /// <param name="scale">Residual from which on one counts less than its square.</param>
    /// <param name="steps">Most steps.</param>
    public static double[] Minimize(Action<double[], double[]> residuals, int count, IReadOnlyList<(double Start, double Least, double Most)> bounds, double scale, int steps)
    {
        int n = bounds.Count;
        double[] best = [.. bounds.Select(bound => Math.Clamp(bound.Start, bound.Least, bound.Most))];
        var at = new double[count];
        var near = new double[count];
        var slopes = new double[n][];
        for (int i = 0; i < n; i++)
            slopes[i] = new double[count];
        residuals(best, at);
        double loss = Loss(at, scale), damping = 1e-2;
        for (int step = 0; step < steps; step++)
        {
            for (int i = 0; i < n; i++)
            {
                double[] moved = [.. best];
                double difference = 1e-5 * Math.Max(Math.Abs(best[i]), 1e-3 * (bounds[i].Most - bounds[i].Least));
                if (moved[i] + difference > bounds[i].Most)
                    difference = -difference;
                moved[i] += difference;
                residuals(moved, near);
                for (int row = 0; row < count; row++)
                    slopes[i][row] = (near[row] - at[row]) / difference;
            }
            (Matrix<double> normal, Vector<double> gradient) = Normal(slopes, at, scale);
            bool better = false;
            for (int attempt = 0; attempt < 8 && !better; attempt++, damping *= better ? 1 : 6)
            {
                double[] moved = Move(best, bounds, normal, gradient, damping);
                residuals(moved, near);
                double found = Loss(near, scale);
                if (!(found < loss))
                    continue;
                better = true;
                bool done = loss - found < 1e-6 * loss;
                loss = found;
                best = moved;
                (at, near) = (near, at);
                damping = Math.Max(damping / 10, 1e-9);
                if (done)
                    return best;
            }
            if (!better)
                break;
        }
        return best;
    }

    private static double Loss(double[] residuals, double scale)
    {
        double loss = 0;
        foreach (double residual in residuals)
        {
            double r = residual / scale;
            loss += Math.Sqrt(1 + r * r) - 1;
        }
        return loss;
    }

    private static (Matrix<double> Normal, Vector<double> Gradient) Normal(double[][] slopes, double[] residuals, double scale)
    {
        int n = slopes.Length;
        var weights = new double[residuals.Length];
        for (int row = 0; row < weights.Length; row++)
        {
            double r = residuals[row] / scale;
            weights[row] = 1 / Math.Sqrt(1 + r * r);
        }
        Matrix<double> normal = Matrix<double>.Build.Dense(n, n);
        Vector<double> gradient = Vector<double>.Build.Dense(n);
        for (int i = 0; i < n; i++)
        {
            for (int j = i; j < n; j++)
            {
                double sum = 0;
                for (int row = 0; row < weights.Length; row++)
                    sum += slopes[i][row] * slopes[j][row] * weights[row];
                normal[i, j] = normal[j, i] = sum;
            }
            double slope = 0;
            for (int row = 0; row < weights.Length; row++)
                slope += slopes[i][row] * residuals[row] * weights[row];
            gradient[i] = slope;
        }
        return (normal, gradient);
    }

    private static double[] Move(
        double[] from, IReadOnlyList<(double Start, double Least, double Most)> bounds, Matrix<double> normal, Vector<double> gradient, double damping)
    {
        int n = from.Length;
        Matrix<double> system = normal.Clone();
        Vector<double> right = -gradient;
        for (int i = 0; i < n; i++)
        {
            bool held = (from[i] <= bounds[i].Least && gradient[i] > 0) || (from[i] >= bounds[i].Most && gradient[i] < 0) || normal[i, i] < Small;
            if (held)
            {
                system.ClearRow(i);
                system.ClearColumn(i);
                system[i, i] = 1;
                right[i] = 0;
            }
            else
            {
                system[i, i] *= 1 + damping;
            }
        }
        Vector<double> step = system.Solve(right);
        var moved = new double[n];
        for (int i = 0; i < n; i++)
            moved[i] = double.IsFinite(step[i]) ? Math.Clamp(from[i] + step[i], bounds[i].Least, bounds[i].Most) : from[i];
        return moved;
    }
}
