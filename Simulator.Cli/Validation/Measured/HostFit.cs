using System.Globalization;
using Simulator.Models.Costs.Profiles;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Cli.Validation.Measured;

/// <summary>Fits the host times of servers to whole runs.</summary>
/// <remarks>
/// What is least is the mean of |ln(predicted ÷ measured)| of TPOT (ITL) and of half that of TTFT, so that few bad points weigh little. Logarithms of
/// predictions are nearly linear in those of the host times: each step takes their differences, solves for the least absolute errors within a
/// radius, and goes on from the best of all that was run; the radius grows with steps that turn out as foreseen and shrinks with the others (a
/// trust region).
/// <para>
/// The runs of one server err together, so that a hundred of them tell less than a hundred servers would, and times fitted to them alone go
/// wrong on other servers. Every time is therefore drawn to the order of magnitude that it has in any engine, as all are the same kind of
/// Python on the same kind of host: |ln(time ÷ start)| counts as a further error. A time goes e times away from its start only where that lowers the
/// mean of |ln| by 0.005. That is a prior with a spread of a factor of two (Laplace, mean |ln| of 0.7) where a sample tells as much as 50 independent
/// figures of a mean error of 17 %. Under absolute errors a time that the runs tell plainly is not moved by it, and one that they do not tell
/// stays where it starts (the lasso; Tibshirani, JRSS B 58, 1996).
/// </para>
/// <para>
/// Four times are fitted. What a sequence adds to the hidden part, and launches without a graph, no set of runs tells: the device
/// is busy for longer, and predictions stay the same whatever they are. These two keep the values that the search begins with.
/// </para>
/// </remarks>
internal static class HostFit
{
    private const int EveryRun = 3;
    private const double TtftWeight = 0.5;
    private const double PriorWeight = 0.005;
    private const double SequenceSeconds = 5e-6, LaunchSeconds = 8e-6;

    // Steps, radii and differences are in logarithms. Differences are wide, since schedules make the error rough on a small scale.
    private const int MostSteps = 6, Trials = 2;
    private const double FirstRadius = 1, LeastRadius = 0.04, MostRadius = 2;
    private const double DifferenceToRadius = 0.3, LeastDifference = 0.05, MostDifference = 0.3;
    private const double LeastGain = 3e-4;

    // Orders of magnitude, where the search begins and what the times are drawn to, and the bounds it stays in, in seconds: hidden per iteration
    // (scheduling and inputs in Python), exposed per iteration (waking, launching a graph) and per sequence (a token to its request), per request
    // (HTTP, tokenising, the way between processes).
    private static readonly (double Start, double Least, double Most)[] Times =
    [
        (1e-3, 1e-5, 20e-3), (3e-4, 1e-6, 5e-3), (5e-6, 1e-8, 2e-4), (15e-3, 1e-4, 300e-3),
    ];

    /// <summary>Every third of some runs, in the order of their names: those that a fit may read.</summary>
    public static IReadOnlyList<TRun> Sample<TRun>(IEnumerable<TRun> runs, Func<TRun, string> name) =>
        [.. runs.OrderBy(name, StringComparer.Ordinal).Where((_, i) => i % EveryRun == 0)];

    /// <summary>The times that are shipped for an engine; null when none are.</summary>
    public static HostProfile? Shipped(EngineKernels engine) => CostProfiles.Of(DeviceCatalogue.H100Sxm, engine).Host;

    /// <summary>Fits.</summary>
    /// <param name="run">Runs the sample with some host times; rows and their figures come in the same order every time.</param>
    /// <param name="provenance">What the sample is.</param>
    public static HostProfile Fit(Func<HostProfile, MeasuredSetResult> run, string provenance)
    {
        Guess? best = null;
        best = At([.. Times.Select(time => Math.Log(time.Start))]);
        double radius = FirstRadius;
        for (int step = 0; step < MostSteps && radius >= LeastRadius; step++)
        {
            Guess from = best;
            double width = Math.Clamp(DifferenceToRadius * radius, LeastDifference, MostDifference) * (step % 2 == 0 ? 1 : -1);
            double[][] slopes = [.. Times.Select((_, i) => Slope(from, i, width))];
            double reach = radius;
            for (int trial = 0; trial < Trials; trial++)
            {
                double[] change = LeastAbsoluteErrors.Solve(from.Errors.Values, from.Errors.Weights, slopes, Bounds(from.Logs, reach));
                Guess to = At([.. from.Logs.Select((log, i) => log + change[i])]);
                double gain = from.Errors.Mean - to.Errors.Mean;
                if (gain > 0)
                {
                    if (gain > 0.5 * (from.Errors.Mean - from.Errors.MeanAfter(slopes, change))) radius = Math.Min(2 * radius, MostRadius);
                    break;
                }
                reach = change.Max(Math.Abs) / 3;
            }
            if (from.Errors.Mean - best.Errors.Mean < LeastGain * from.Errors.Mean) radius /= 3;
        }
        HostProfile found = Profile(best.Logs);
        return found with
        {
            IterationSeconds = Round(found.IterationSeconds), ExposedSeconds = Round(found.ExposedSeconds),
            ExposedSequenceSeconds = Round(found.ExposedSequenceSeconds), RequestSeconds = Round(found.RequestSeconds), Provenance = [provenance],
        };

        // Runs the sample, and keeps the best of all that was run.
        Guess At(double[] logs)
        {
            Guess guess = new(logs, new LogErrors(run(Profile(logs)), [.. logs.Zip(Times, (log, time) => log - Math.Log(time.Start))]));
            if (best is null || guess.Errors.Mean < best.Errors.Mean) best = guess;
            return guess;
        }

        double[] Slope(Guess from, int time, double width)
        {
            double log = from.Logs[time] + width;
            double difference = log <= Math.Log(Times[time].Most) && log >= Math.Log(Times[time].Least) ? width : -width;
            double[] there = At([.. from.Logs.Select((at, i) => i == time ? at + difference : at)]).Errors.Values;
            return [.. there.Select((error, i) => (error - from.Errors.Values[i]) / difference)];
        }
    }

    private static (double, double)[] Bounds(double[] logs, double radius) =>
    [
        .. logs.Zip(Times, (log, time) =>
            (Math.Min(0, Math.Max(Math.Log(time.Least) - log, -radius)), Math.Max(0, Math.Min(Math.Log(time.Most) - log, radius)))),
    ];

    private static HostProfile Profile(double[] logs) => new()
    {
        IterationSeconds = Math.Exp(logs[0]), SequenceSeconds = SequenceSeconds, ExposedSeconds = Math.Exp(logs[1]),
        ExposedSequenceSeconds = Math.Exp(logs[2]), LaunchSeconds = LaunchSeconds, RequestSeconds = Math.Exp(logs[3]),
    };

    private static double Round(double seconds) =>
        double.Parse(seconds.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private sealed record Guess(double[] Logs, LogErrors Errors);

    /// <summary>
    /// ln(predicted ÷ measured) of each figure that counts, ln(time ÷ start) of each time, and what they weigh; figures that were not predicted
    /// weigh nothing.
    /// </summary>
    private sealed class LogErrors
    {
        public LogErrors(MeasuredSetResult run, double[] fromStart)
        {
            (double Value, double Weight)[] errors =
            [
                .. from figure in run.Rows.SelectMany(row => row.Figures)
                   let weight = figure.Name switch { "tpot" or "itl" => 1, "ttft" => TtftWeight, _ => 0 }
                   where weight > 0
                   select figure.Predicted is { } predicted ? (Math.Log(predicted / figure.Measured), weight) : (0.0, 0.0),
            ];
            double prior = PriorWeight * errors.Sum(error => error.Weight);
            Values = [.. errors.Select(error => error.Value), .. fromStart];
            Weights = [.. errors.Select(error => error.Weight), .. fromStart.Select(_ => prior)];
            Mean = MeanOf(Values);
        }

        public double[] Values { get; }

        public double[] Weights { get; }

        /// <summary>Weighted mean of the absolute values.</summary>
        public double Mean { get; }

        /// <summary>The mean after a change, if errors were linear in it.</summary>
        public double MeanAfter(double[][] slopes, double[] change) =>
            MeanOf([.. Values.Select((value, i) => value + change.Select((by, k) => by * slopes[k][i]).Sum())]);

        private double MeanOf(double[] values) => values.Select((value, i) => Weights[i] * Math.Abs(value)).Sum() / Weights.Sum();
    }
}
