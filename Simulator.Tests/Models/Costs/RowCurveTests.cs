using FsCheck;
using Simulator.Models.Costs;

namespace Simulator.Tests.Models.Costs;

[TestFixture]
public sealed class RowCurveTests
{
    [Test]
    public void Proportional_AnyRows_IsTheRows()
    {
        foreach (double rows in new[] { 0, 0.25, 1, 3, 7.5, 64, 127, 8193, 32768, 100_000, 1 << 24 })
            Assert.That(RowCurve.Proportional.At(rows), Is.EqualTo(rows));
    }

    [Test]
    public void Increasing_BetweenKnots_IsLinear_AndGoesOnBeyondThem()
    {
        RowCurve curve = RowCurve.Increasing(rows => 10 + rows * rows);
        Assert.Multiple(() =>
        {
            for (int knot = 0; knot < RowCurve.Knots; knot++)
                Assert.That(curve.At(RowCurve.RowsAt(knot)), Is.EqualTo(10 + RowCurve.RowsAt(knot) * RowCurve.RowsAt(knot)));
            Assert.That(curve.At(3), Is.EqualTo((14 + 26) / 2.0));
            Assert.That(curve.At(80), Is.EqualTo(10 + 4096 + (16384 - 4096) * 0.25));
            double slope = (32768.0 * 32768 - 16384.0 * 16384) / 16384;
            Assert.That(curve.At(65536), Is.EqualTo(10 + 32768.0 * 32768 + 32768 * slope));
            Assert.That(RowCurve.Constant(3).At(1000), Is.EqualTo(3));
        });
    }

    [SeededProperty(MaxTest = 300)]
    [Category("Invariant9")]
    public void Effective_AnyFunction_NeverFallsAndIsNotBelowTheRows(DoNotSize<int> seed)
    {
        var pick = new TestModels.Picker(seed.Item);
        RowCurve curve = RowCurve.Effective(rows => rows * pick.Between(0, 30) / 10.0);
        double low = pick.Between(0, 70_000) / (double)pick.From(1, 7, 64), high = low + pick.Between(0, 20_000) / (double)pick.From(1, 64);
        Assert.That(curve.At(low), Is.GreaterThanOrEqualTo(low * (1 - 1e-12)));
        Assert.That(curve.At(high), Is.GreaterThanOrEqualTo(curve.At(low)));
    }

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(-1)]
    public void Constant_Unsound_Throws(double value) =>
        Assert.That(Assert.Throws<ArgumentException>(() => RowCurve.Constant(value))!.Message, Does.Contain("finite and at least 0"));

    [Test]
    public void Equals_SameValues_IsTrue()
    {
        RowCurve curve = RowCurve.Increasing(rows => 2 * rows), same = RowCurve.Increasing(rows => 2 * rows);
        Assert.That(curve == same && curve.GetHashCode() == same.GetHashCode(), Is.True);
        Assert.That(curve != RowCurve.Proportional, Is.True);
    }
}
