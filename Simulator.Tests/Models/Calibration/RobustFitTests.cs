using Simulator.Models.Calibration;

namespace Simulator.Tests.Models.Calibration;

[TestFixture]
public sealed class RobustFitTests
{
    private static readonly double[] Places = [.. Enumerable.Range(1, 60).Select(i => 0.1 * i)];

    [Test]
    public void Minimize_ExactValues_FindsTheParameters()
    {
        double[] found = Fit(x => 3 * Math.Exp(-0.7 * x) + 0.5, [(1, 0, 10), (0.1, 0, 5), (0, 0, 5)]);
        Assert.That(found, Is.EqualTo((double[])[3, 0.7, 0.5]).Within(1e-4));
    }

    [Test]
    public void Minimize_Outliers_BarelyMoveIt()
    {
        int row = 0;
        double[] found = Fit(x => (3 * Math.Exp(-0.7 * x) + 0.5) * (++row % 10 == 0 ? 4 : 1), [(1, 0, 10), (0.1, 0, 5), (0, 0, 5)]);
        Assert.That(found, Is.EqualTo((double[])[3, 0.7, 0.5]).Within(10).Percent);
    }

    [Test]
    public void Minimize_BestBeyondABound_StopsThere()
    {
        double[] found = Fit(x => 3 * Math.Exp(-0.7 * x) + 0.5, [(1, 0, 2), (0.1, 0, 5), (0, 0, 5)]);
        Assert.That(found[0], Is.EqualTo(2).Within(1e-9));
    }

    private static double[] Fit(Func<double, double> measured, (double, double, double)[] bounds)
    {
        double[] values = [.. Places.Select(measured)];
        return RobustFit.Minimize(
            (p, residuals) =>
            {
                for (int i = 0; i < Places.Length; i++)
                    residuals[i] = p[0] * Math.Exp(-p[1] * Places[i]) + p[2] - values[i];
            },
            Places.Length, bounds, 0.02, 200);
    }
}
