using Simulator.Planning.Fronts;

namespace Simulator.Tests.Planning.Fronts;

public sealed class ParetoFrontTests
{
    [Test]
    public void Points_OfTwoObjectives_AreThoseThatNoneCovers()
    {
        ParetoFront<string> front = new(true, false);
        foreach ((string name, double speed, double price) in new[] { ("slow", 1.0, 1.0), ("worse", 1, 2), ("fast", 3, 3), ("same", 3, 3), ("mid", 2, 2) })
            front.Add(name, speed, price);
        Assert.That(front.Points.Select(point => point.Item), Is.EqualTo(new[] { "fast", "mid", "slow" }));
        Assert.That(front.Knee!.Value.Item, Is.EqualTo("mid"));
        Assert.That(front.Reference, Is.EqualTo(new[] { 1.0, 3 }));
        // From the corner (1, 3): mid spans half of each axis.
        Assert.That(front.Hypervolume, Is.EqualTo(0.25).Within(1e-12));
    }

    [Test]
    public void Hypervolume_OfThreeObjectives_IsTheVolumeOfTheUnion()
    {
        ParetoFront<int> front = new(true, true, true);
        front.Add(0, 0, 0, 0);
        front.Add(1, 4, 2, 1);
        front.Add(2, 1, 2, 4);
        front.Add(3, 2, 4, 2);
        double share = UnitCubes([[4, 2, 1], [1, 2, 4], [2, 4, 2]]) / 64.0;
        Assert.That(front.Hypervolume, Is.EqualTo(share).Within(1e-12));
    }

    [SeededProperty]
    public void Points_OfAnyNumber_AreThoseOfTheDefinition(FsCheck.PositiveInt axes, (byte, byte, byte)[] drawn)
    {
        int count = 1 + axes.Get % 3;
        bool[] higher = [.. Enumerable.Range(0, count).Select(i => (axes.Get >> i) % 2 == 0)];
        double[][] points = [.. drawn.Select(point => new double[] { point.Item1 % 8, point.Item2 % 8, point.Item3 % 8 }[..count])];
        ParetoFront<int> front = new(higher);
        for (int i = 0; i < points.Length; i++) front.Add(i, points[i]);
        bool Covers(double[] a, double[] b) => Enumerable.Range(0, count).All(i => higher[i] ? a[i] >= b[i] : a[i] <= b[i]);
        int[] expected =
        [
            .. Enumerable.Range(0, points.Length).Where(i => !Enumerable.Range(0, points.Length)
                .Any(j => j != i && Covers(points[j], points[i]) && (!Covers(points[i], points[j]) || j < i))),
        ];
        Assert.That(front.Points.Select(point => point.Item), Is.EquivalentTo(expected));
        Assert.That(front.Hypervolume, Is.InRange(0, 1 + 1e-12));
    }

    [SeededProperty]
    public void Hypervolume_WithAPointMore_GrowsOrKeepsAgainstTheSameCorner((byte, byte)[] drawn, (byte, byte) more)
    {
        // The corners are there from the beginning, so that the box stays the same.
        ParetoFront<int> before = new(true, true), after = new(true, true);
        foreach (ParetoFront<int> front in new[] { before, after })
        {
            front.Add(0, 0, 0);
            front.Add(1, 255, 0);
            front.Add(2, 0, 255);
            foreach ((byte x, byte y) in drawn) front.Add(3, x, y);
        }
        after.Add(4, more.Item1, more.Item2);
        Assert.That(after.Hypervolume, Is.GreaterThanOrEqualTo(before.Hypervolume - 1e-12));
    }

    [Test]
    public void Add_ValuesThatAreMissingOrNotFinite_IsRefused()
    {
        ParetoFront<int> front = new(true, false);
        Assert.That(() => front.Add(0, 1), Throws.ArgumentException);
        Assert.That(() => front.Add(0, 1, double.NaN), Throws.ArgumentException);
        Assert.That(() => new ParetoFront<int>(), Throws.ArgumentException);
        Assert.That(() => new ParetoFront<int>(true, true, true, true), Throws.ArgumentException);
    }

    private static int UnitCubes(double[][] points) =>
        (from x in Enumerable.Range(0, 4) from y in Enumerable.Range(0, 4) from z in Enumerable.Range(0, 4)
         where points.Any(point => x < point[0] && y < point[1] && z < point[2])
         select 0).Count();
}
