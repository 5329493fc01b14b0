using MathNet.Numerics.Statistics;

namespace Simulator.Models.Calibration;

/// <summary>Quantiles of relative errors.</summary>
internal static class ErrorQuantiles
{
    /// <summary>Median and 90th percentile of the absolute errors, percent.</summary>
    /// <param name="errors">Relative errors, of either sign; at least one.</param>
    public static (double Median, double P90) Of(IEnumerable<double> errors)
    {
        double[] sorted = [.. errors.Select(error => 100 * Math.Abs(error))];
        Array.Sort(sorted);
        return (SortedArrayStatistics.Quantile(sorted, 0.5), SortedArrayStatistics.Quantile(sorted, 0.9));
    }
}
