using MathNet.Numerics.LinearAlgebra;
using Simulator.Core.Randomness;

namespace Simulator.Models.Calibration;

/// <summary>A positive parameter of a fit: where it starts and what it may be.</summary>
/// <param name="Start">First guess.</param>
/// <param name="Least">Least value, above 0.</param>
/// <param name="Most">Greatest value.</param>
internal readonly record struct BoundedParameter(double Start, double Least, double Most);

/// <summary>
/// Least squares of the logarithms of predicted over measured times, by Levenberg's and Marquardt's steps in the logarithms of positive parameters.
/// </summary>
/// <remarks>
/// An error beyond <see cref="Tolerance"/> counts by its size and not its square (pseudo-Huber), so that single far-off rows do not lead. A
/// parameter at a bound stays there while the errors push it outwards.
/// </remarks>
internal static class BoundedLeastSquares
{
    /// <summary>Relative error from which on errors count by their size.</summary>
    public const double Tolerance = 0.1;

    private const int MostSteps = 60;
    private const double Difference = 1e-4;
    private const double Enough = 1e-5;
    private const double MostDamping = 1e8;

    /// <summary>The parameters with the least errors that are found from the start.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="measured">Measured times.</param>
    /// <param name="predict">Writes the predicted times for some values of the parameters; all above 0.</param>
    public static double[] Fit(IReadOnlyList<BoundedParameter> parameters, ReadOnlySpan<double> measured, Predictor predict)
    {
        int count = parameters.Count, rows = measured.Length;
        var logs = new double[rows];
        for (int i = 0; i < rows; i++) logs[i] = DeterministicMath.Log(measured[i]);
        double[] current = [.. parameters.Select(p => DeterministicMath.Log(Math.Clamp(p.Start, p.Least, p.Most)))];
        double[] least = [.. parameters.Select(p => DeterministicMath.Log(p.Least))], most = [.. parameters.Select(p => DeterministicMath.Log(p.Most))];
        double[] errors = Errors(current, logs, predict);
        double loss = Loss(errors), damping = 1e-2;
        var slopes = new double[count][];
        for (int step = 0; step < MostSteps; step++)
        {
            for (int p = 0; p < count; p++)
            {
                double[] moved = [.. current];
                double delta = moved[p] + Difference <= most[p] ? Difference : -Difference;
                moved[p] += delta;
                slopes[p] = Errors(moved, logs, predict);
                for (int i = 0; i < rows; i++) slopes[p][i] = (slopes[p][i] - errors[i]) / delta;
            }
            var gradient = new double[count];
            Matrix<double> normal = Matrix<double>.Build.Dense(count, count);
            for (int i = 0; i < rows; i++)
            {
                double scaled = errors[i] / Tolerance, weight = 1 / Math.Sqrt(1 + scaled * scaled);
                for (int p = 0; p < count; p++)
                {
                    double own = weight * slopes[p][i];
                    gradient[p] += own * errors[i];
                    for (int q = 0; q <= p; q++) normal[p, q] += own * slopes[q][i];
                }
            }
            bool[] held = [.. Enumerable.Range(0, count).Select(p =>
                (current[p] <= least[p] && gradient[p] > 0) || (current[p] >= most[p] && gradient[p] < 0))];
            double before = loss;
            while (damping < MostDamping)
            {
                double[] next = Step(current, gradient, normal, held, damping, least, most);
                double[] nextErrors = Errors(next, logs, predict);
                double nextLoss = Loss(nextErrors);
                if (nextLoss < loss)
                {
                    (current, errors, loss) = (next, nextErrors, nextLoss);
                    damping = Math.Max(damping / 5, 1e-9);
                    break;
                }
                damping *= 4;
            }
            if (before - loss <= Enough * before)
                break;
        }
        return [.. current.Select((value, p) => Math.Clamp(DeterministicMath.Exp(value), parameters[p].Least, parameters[p].Most))];
    }

    private static double[] Step(double[] from, double[] gradient, Matrix<double> normal, bool[] held, double damping, double[] least, double[] most)
    {
        int[] free = [.. Enumerable.Range(0, from.Length).Where(p => !held[p])];
        double[] next = [.. from];
        if (free.Length == 0)
            return next;
        Matrix<double> system = Matrix<double>.Build.Dense(free.Length, free.Length, (row, column) =>
            normal[Math.Max(free[row], free[column]), Math.Min(free[row], free[column])]);
        for (int i = 0; i < free.Length; i++) system[i, i] += damping * (system[i, i] + 1e-12) + 1e-12;
        Vector<double> step = system.Cholesky().Solve(Vector<double>.Build.Dense(free.Length, i => -gradient[free[i]]));
        for (int i = 0; i < free.Length; i++)
            next[free[i]] = Math.Clamp(from[free[i]] + Math.Clamp(step[i], -2, 2), least[free[i]], most[free[i]]);
        return next;
    }

    private static double[] Errors(double[] logParameters, double[] logMeasured, Predictor predict)
    {
        double[] values = [.. logParameters.Select(DeterministicMath.Exp)];
        var errors = new double[logMeasured.Length];
        predict(values, errors);
        for (int i = 0; i < errors.Length; i++) errors[i] = DeterministicMath.Log(errors[i]) - logMeasured[i];
        return errors;
    }

    private static double Loss(double[] errors)
    {
        double loss = 0;
        foreach (double error in errors)
        {
            double scaled = error / Tolerance;
            loss += Math.Sqrt(1 + scaled * scaled) - 1;
        }
        return loss;
    }

    /// <summary>Writes the predicted times for some values of the parameters.</summary>
    /// <param name="parameters">The values.</param>
    /// <param name="times">Where to write.</param>
    public delegate void Predictor(double[] parameters, Span<double> times);
}
