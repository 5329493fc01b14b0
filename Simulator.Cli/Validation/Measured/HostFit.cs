using System.Globalization;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Optimization;
using Simulator.Models.Costs.Profiles;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Cli.Validation.Measured;

/// <summary>Fits the host times of servers to whole runs.</summary>
/// <remarks>
/// What is least is the mean of |ln(predicted ÷ measured)| of TPOT (ITL) and of half that of TTFT, so that few bad points weigh little. Six times
/// are found at once by Nelder and Mead's simplex, each within its bounds.
/// </remarks>
internal static class HostFit
{
    private const int EveryRun = 3;
    private const int MostTrials = 400;
    private const double Step = 0.7;
    private const double Tolerance = 2e-4;
    private const double TtftWeight = 0.5;

    // Where the search begins and the bounds it stays in, in seconds: hidden per iteration and per sequence,
    // exposed per iteration and per sequence, per launch, per request.
    private static readonly (double Start, double Least, double Most)[] Times =
    [
        (1e-3, 1e-5, 20e-3), (5e-6, 1e-7, 1e-3), (3e-4, 1e-6, 5e-3), (5e-6, 1e-8, 2e-4), (8e-6, 1e-6, 200e-6), (15e-3, 1e-4, 300e-3),
    ];

    /// <summary>Every third of some runs, in the order of their names: those that a fit may read.</summary>
    public static IReadOnlyList<TRun> Sample<TRun>(IEnumerable<TRun> runs, Func<TRun, string> name) =>
        [.. runs.OrderBy(name, StringComparer.Ordinal).Where((_, i) => i % EveryRun == 0)];

    /// <summary>The times that are shipped for an engine; null when none are.</summary>
    public static HostProfile? Shipped(EngineKernels engine) => CostProfiles.Of(DeviceCatalogue.H100Sxm, engine).Host;

    /// <summary>Fits.</summary>
    /// <param name="run">Runs the sample with some host times.</param>
    /// <param name="provenance">What the sample is.</param>
    public static HostProfile Fit(Func<HostProfile, MeasuredSetResult> run, string provenance)
    {
        Vector<double> best = DenseVector.OfEnumerable(Times.Select(time => Math.Log(time.Start)));
        double least = double.PositiveInfinity;
        double Objective(Vector<double> x)
        {
            double error = Error(run(Profile(x)));
            if (error < least) (least, best) = (error, x.Clone());
            return error;
        }

        try
        {
            NelderMeadSimplex.Minimum(ObjectiveFunction.Value(Objective), best, DenseVector.Create(Times.Length, Step), Tolerance, MostTrials);
        }
        catch (MaximumIterationsException)
        {
            // The best so far is good enough: near the minimum the error hardly changes.
        }
        HostProfile found = Profile(best);
        return new()
        {
            IterationSeconds = Round(found.IterationSeconds), SequenceSeconds = Round(found.SequenceSeconds),
            ExposedSeconds = Round(found.ExposedSeconds), ExposedSequenceSeconds = Round(found.ExposedSequenceSeconds),
            LaunchSeconds = Round(found.LaunchSeconds), RequestSeconds = Round(found.RequestSeconds),
            Provenance = [provenance],
        };
    }

    private static HostProfile Profile(Vector<double> x)
    {
        double At(int i) => Math.Clamp(Math.Exp(x[i]), Times[i].Least, Times[i].Most);
        return new()
        {
            IterationSeconds = At(0), SequenceSeconds = At(1), ExposedSeconds = At(2), ExposedSequenceSeconds = At(3), LaunchSeconds = At(4), RequestSeconds = At(5),
        };
    }

    private static double Round(double seconds) =>
        double.Parse(seconds.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static double Error(MeasuredSetResult run)
    {
        double sum = 0, weights = 0;
        foreach (MeasuredFigure figure in run.Rows.SelectMany(row => row.Figures))
        {
            double weight = figure.Name switch { "tpot" or "itl" => 1, "ttft" => TtftWeight, _ => 0 };
            if (weight == 0 || figure.Predicted is not { } predicted) continue;
            sum += weight * Math.Abs(Math.Log(predicted / figure.Measured));
            weights += weight;
        }
        return sum / weights;
    }
}
