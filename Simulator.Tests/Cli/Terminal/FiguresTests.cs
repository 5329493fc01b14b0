using Simulator.Cli.Terminal;

namespace Simulator.Tests.Cli.Terminal;

public sealed class FiguresTests
{
    [TestCase(null, "-")]
    [TestCase(double.NaN, "-")]
    [TestCase(0.0, "0")]
    [TestCase(12.0, "12")]
    [TestCase(1234567.0, "1,234,567")]
    [TestCase(1234567.8, "1,234,568")]
    [TestCase(123.456, "123.5")]
    [TestCase(1.23456, "1.235")]
    [TestCase(0.0123456, "0.01235")]
    [TestCase(-0.5, "-0.5000")]
    [TestCase(0.00000012, "1.2e-7")]
    [TestCase(1.5e20, "1.5e+20")]
    public void Number_OfAnySize_HasFourDigits(double? value, string text) => Assert.That(Figures.Number(value), Is.EqualTo(text));

    [TestCase(null, "-")]
    [TestCase(0.0, "0 s")]
    [TestCase(12.3456, "12.35 s")]
    [TestCase(0.0352, "35.20 ms")]
    [TestCase(0.00001234, "12.34 µs")]
    public void Seconds_OfAnySize_HaveTheUnitThatSuits(double? value, string text) => Assert.That(Figures.Seconds(value), Is.EqualTo(text));

    [TestCase(null, "-")]
    [TestCase(0.3661, "36.6 %")]
    public void Share_IsAPercentage(double? value, string text) => Assert.That(Figures.Share(value), Is.EqualTo(text));

    [TestCase(100.0, 112.5, "+12.5 %")]
    [TestCase(100.0, 50.0, "-50.0 %")]
    [TestCase(-10.0, -5.0, "+50.0 %")]
    [TestCase(5.0, 5.0, "")]
    [TestCase(0.0, 5.0, "")]
    [TestCase(null, 5.0, "")]
    public void Change_IsRelativeToTheFirst(double? before, double? after, string text) =>
        Assert.That(Figures.Change(before, after), Is.EqualTo(text));
}
