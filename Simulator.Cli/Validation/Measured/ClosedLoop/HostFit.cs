using System.Globalization;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Optimization;
using Simulator.Models.Costs.Profiles;

namespace Simulator.Cli.Validation.Measured.ClosedLoop;

/// <summary>Fits the host times of an engine to whole runs: every third point of its servers, in the order of their names.</summary>
/// <remarks>
/// What is least is the mean of |ln(predicted ÷ measured)| of TPOT and of half that of TTFT, so that few bad points weigh little. Four times
/// are found at once by Nelder and Mead's simplex, each within its bounds.
/// </remarks>
internal static class HostFit
{
    private const int EveryPoint = 3;
    private const int MostRuns = 160;
    private const double Step = 0.7;
    private const double Tolerance = 2e-4;
    private const double TtftWeight = 0.5;

    // Where the search begins and the bounds it stays in, in seconds: per iteration, per sequence, per launch, per request.
    private static readonly (double Start, double Least, double Most)[] Times =
    [
        (1e-3, 1e-5, 20e-3), (5e-6, 1e-7, 1e-3), (8e-6, 1e-6, 200e-6), (10e-3, 1e-4, 300e-3),
    ];

    /// <summary>The points that the fit may read.</summary>
    public static IReadOnlyList<ClosedLoopServer> Sample(IEnumerable<ClosedLoopServer> servers, EngineKernels engine) =>
    [
        .. servers.Where(server => server.Point.Engine == engine.Id())
            .OrderBy(server => server.Point.Id, StringComparer.Ordinal)
            .Where((_, i) => i % EveryPoint == 0),
    ];

    /// <summary>Fits.</summary>
    /// <param name="sample">The points.</param>
    /// <param name="provenance">What they are.</param>
    public static HostProfile Fit(IReadOnlyList<ClosedLoopServer> sample, string provenance)
    {
        Vector<double> best = DenseVector.OfEnumerable(Times.Select(time => Math.Log(time.Start)));
        double least = double.PositiveInfinity;
        double Objective(Vector<double> x)
        {
            double error = Error(ClosedLoopSet.Run(sample, Profile(x)));
            if (error < least) (least, best) = (error, x.Clone());
            return error;
        }

        try
        {
            NelderMeadSimplex.Minimum(ObjectiveFunction.Value(Objective), best, DenseVector.Create(Times.Length, Step), Tolerance, MostRuns);
        }
        catch (MaximumIterationsException)
        {
            // The best so far is good enough: near the minimum the error hardly changes.
        }
        HostProfile found = Profile(best);
        return new()
        {
            IterationSeconds = Round(found.IterationSeconds), SequenceSeconds = Round(found.SequenceSeconds),
            LaunchSeconds = Round(found.LaunchSeconds), RequestSeconds = Round(found.RequestSeconds), Provenance = [provenance],
        };
    }

    /// <summary>The times of an engine that are shipped; null when there are none.</summary>
    public static HostProfile? Shipped(EngineKernels engine) =>
        CostProfiles.Measured.FirstOrDefault(known => known.Engine == engine).Device is { } device ? CostProfiles.Of(device, engine).Host : null;

    private static HostProfile Profile(Vector<double> x)
    {
        double At(int i) => Math.Clamp(Math.Exp(x[i]), Times[i].Least, Times[i].Most);
        return new() { IterationSeconds = At(0), SequenceSeconds = At(1), LaunchSeconds = At(2), RequestSeconds = At(3) };
    }

    private static double Round(double seconds) =>
        double.Parse(seconds.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static double Error(MeasuredSetResult run)
    {
        double sum = 0, weights = 0;
        foreach (MeasuredFigure figure in run.Rows.SelectMany(row => row.Figures))
        {
            double weight = figure.Name switch { "tpot" => 1, "ttft" => TtftWeight, _ => 0 };
            if (weight == 0 || figure.Predicted is not { } predicted) continue;
            sum += weight * Math.Abs(Math.Log(predicted / figure.Measured));
            weights += weight;
        }
        return sum / weights;
    }
}
