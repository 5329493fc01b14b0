using Simulator.Cli.Validation.Measured;

namespace Simulator.Tests.Cli.Validation.Measured;

public sealed class LeastAbsoluteErrorsTests
{
    private static readonly (double, double) Wide = (-100, 100);

    [Test]
    public void Solve_OneUnknownAlike_IsTheWeightedMedian()
    {
        // The errors are x − value: weights 1, 1, 3, 1, 1 put the middle of the weight at 4.
        double[] x = LeastAbsoluteErrors.Solve([-1, -2, -4, -50, -90], [1, 1, 3, 1, 1], [[1, 1, 1, 1, 1]], [Wide]);
        Assert.That(x[0], Is.EqualTo(4).Within(1e-4));
    }

    [Test]
    public void Solve_LineWithWildPoints_PassesThroughTheOthers()
    {
        double[] at = [.. Enumerable.Range(0, 11).Select(i => (double)i)];
        double[] errors = [.. at.Select(t => -(2 + 3 * t) + (t is 2 or 5 or 9 ? 40 : 0))];
        double[] x = LeastAbsoluteErrors.Solve(errors, [.. at.Select(_ => 1.0)], [[.. at.Select(_ => 1.0)], at], [Wide, Wide]);
        Assert.That(x[0], Is.EqualTo(2).Within(1e-3));
        Assert.That(x[1], Is.EqualTo(3).Within(1e-3));
    }

    [Test]
    public void Solve_BestBeyondABound_StaysAtItAndTheOtherMakesTheBestOfIt()
    {
        // x + y = 3 twice and y = 1: with x at most 1, y = 2 gives an error of 1 in all, y = 1 one of 2.
        double[] x = LeastAbsoluteErrors.Solve([-3, -3, -1], [1, 1, 1], [[1, 1, 0], [1, 1, 1]], [(-1, 1), Wide]);
        Assert.That(x[0], Is.EqualTo(1).Within(1e-6));
        Assert.That(x[1], Is.EqualTo(2).Within(1e-3));
    }

    [Test]
    public void Solve_UnknownThatChangesNothing_StaysWhereItIs()
    {
        double[] x = LeastAbsoluteErrors.Solve([-1, -1], [1, 1], [[0, 0], [1, 1]], [Wide, Wide]);
        Assert.That(x, Is.EqualTo(new double[] { 0, 1 }).Within(1e-6));
    }

    /// <summary>The sum is convex: what no step near by betters is the least.</summary>
    [SeededProperty]
    public void Solve_AnyErrors_NoStepBetters(int seed)
    {
        Random random = new(seed);
        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() * 4 - 2)];
        double[] errors = Draw(25), weights = [.. Draw(25).Select(Math.Abs)];
        double[][] slopes = [Draw(25), Draw(25), Draw(25)];
        (double Least, double Most)[] bounds = [(-0.5, 0.5), (-2, 2), (-100, 100)];
        double[] x = LeastAbsoluteErrors.Solve(errors, weights, slopes, bounds);
        Assert.That(x.Zip(bounds).All(pair => pair.First >= pair.Second.Least && pair.First <= pair.Second.Most));
        double least = Sum(x);
        for (int step = 0; step < 50; step++)
        {
            double[] moved = [.. Draw(3).Select((by, i) => Math.Clamp(x[i] + 0.05 * by, bounds[i].Least, bounds[i].Most))];
            Assert.That(Sum(moved), Is.GreaterThan(least * 0.999));
        }

        double Sum(double[] at) => errors.Select((error, i) => weights[i] * Math.Abs(error + at.Select((value, k) => value * slopes[k][i]).Sum())).Sum();
    }
}
