using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Simulator.Models.Calibration;

/// <summary>Least squares and error figures that the fits share.</summary>
internal static class CalibrationMath
{
    /// <summary>Parts of the data that are left out in turn for figures out of sample.</summary>
    public const int Folds = 10;

    private const int Passes = 8;

    /// <summary>Least squares in which an error beyond <paramref name="tolerance"/> counts by its size and not its square (Huber), by reweighting.</summary>
    /// <param name="equations">Left sides: parameters and their factors. All others are 0.</param>
    /// <param name="values">Right sides.</param>
    /// <param name="penalties">Further equations whose right side is 0, and whose squares always count.</param>
    /// <param name="parameters">Number of parameters.</param>
    /// <param name="tolerance">Largest error that counts by its square.</param>
    public static double[] Fit(
        IReadOnlyList<(int Index, double Factor)[]> equations, IReadOnlyList<double> values,
        IReadOnlyList<(int Index, double Factor)[]> penalties, int parameters, double tolerance)
    {
        Matrix<double> fixedPart = Matrix<double>.Build.Dense(parameters, parameters);
        foreach ((int Index, double Factor)[] penalty in penalties) Add(fixedPart, penalty, 1);
        var solution = new double[parameters];
        for (int pass = 0; pass < Passes; pass++)
        {
            Matrix<double> normal = fixedPart.Clone();
            Vector<double> right = Vector<double>.Build.Dense(parameters);
            for (int i = 0; i < equations.Count; i++)
            {
                double error = Math.Abs(Evaluate(equations[i], solution) - values[i]);
                double weight = pass == 0 || error <= tolerance ? 1 : tolerance / error;
                Add(normal, equations[i], weight);
                foreach ((int index, double factor) in equations[i]) right[index] += weight * factor * values[i];
            }
            solution = normal.Cholesky().Solve(right).ToArray();
        }
        return solution;
    }

    /// <summary>The left side of an equation.</summary>
    public static double Evaluate((int Index, double Factor)[] equation, double[] parameters)
    {
        double sum = 0;
        foreach ((int index, double factor) in equation) sum += factor * parameters[index];
        return sum;
    }

    /// <summary>Median and 90th percentile of |error|, percent with one digit.</summary>
    /// <param name="errors">Relative errors.</param>
    public static (double Median, double P90) Figures(IEnumerable<double> errors)
    {
        double[] percent = [.. errors.Select(error => 100 * Math.Abs(error))];
        Array.Sort(percent);
        return percent.Length == 0 ? (0, 0) : (Figure(percent, 0.5), Figure(percent, 0.9));
    }

    private static double Figure(double[] sorted, double share) => Math.Round(SortedArrayStatistics.Quantile(sorted, share), 1);

    /// <summary>A number with four digits, as profiles keep it.</summary>
    public static double Rounded(double value) =>
        double.Parse(value.ToString("G4", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Replaces values that fall by means of neighbours, so that none falls (pool adjacent violators).</summary>
    /// <param name="values">The values.</param>
    public static void MakeIncreasing(Span<double> values)
    {
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] >= values[i - 1]) continue;
            int from = i - 1;
            double sum = values[i] + values[from];
            while (from > 0 && values[from - 1] > sum / (i - from + 1)) sum += values[--from];
            values[from..(i + 1)].Fill(sum / (i - from + 1));
        }
    }

    private static void Add(Matrix<double> normal, (int Index, double Factor)[] equation, double weight)
    {
        foreach ((int row, double left) in equation)
        {
            foreach ((int column, double right) in equation) normal[row, column] += weight * left * right;
        }
    }
}
