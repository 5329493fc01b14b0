using Simulator.Cli.Reading;
using static Simulator.Tests.Cli.Reading.QuantitiesTests;

namespace Simulator.Tests.Cli.Reading;

public sealed class ValuesTests
{
    [TestCase("1", 1)]
    [TestCase("8192", 8192)]
    public void Count_WholeNumber_IsRead(string text, int value) => Assert.That(Read(Values.Count(), text), Is.EqualTo(value));

    [TestCase("0", "expected a whole number of at least 1, got '0'")]
    [TestCase("1.5", "expected a whole number of at least 1, got '1.5'")]
    [TestCase("8k", "expected a whole number of at least 1, got '8k'")]
    [TestCase("8,192", "expected a whole number of at least 1, got '8,192'")]
    [TestCase("1e6", "expected a whole number of at least 1, got '1e6'")]
    [TestCase("0x10", "expected a whole number of at least 1, got '0x10'")]
    [TestCase("99999999999", "expected a whole number from 1 to 2147483647, got '99999999999'")]
    public void Count_Faulty_SaysWhy(string text, string fault) => Assert.That(Fault(Values.Count(), text), Is.EqualTo(fault));

    [Test]
    public void Whole_WithBothBounds_NamesBoth() =>
        Assert.That(Fault(Values.Whole(1, 8), "9"), Is.EqualTo("expected a whole number from 1 to 8, got '9'"));

    [TestCase("1e3", 1000)]
    [TestCase("-0.5", -0.5)]
    [TestCase("2", 2)]
    public void Number_Finite_IsRead(string text, double value) => Assert.That(Read(Values.Number(), text), Is.EqualTo(value));

    [TestCase(".nan")]
    [TestCase("NaN")]
    [TestCase("Infinity")]
    [TestCase("-inf")]
    [TestCase("1e999")]
    [TestCase("1,5")]
    [TestCase("")]
    public void Number_NotFinite_SaysWhy(string text) =>
        Assert.That(Fault(Values.Number(), text), Is.EqualTo($"expected a number, got '{text}'"));

    [Test]
    public void Positive_Zero_SaysWhy() => Assert.That(Fault(Values.Positive(), "0"), Is.EqualTo("expected a number above 0, got '0'"));

    [TestCase("yes")]
    [TestCase("True")]
    [TestCase("1")]
    public void Flag_OtherThanTrueAndFalse_SaysWhy(string text) =>
        Assert.That(Fault(Values.Flag(), text), Is.EqualTo($"expected true or false, got '{text}'"));

    [Test]
    public void OneOf_NearMiss_NamesTheNearestAndAll() => Assert.That(
        Fault(Values.OneOf("router", "random", "round-robin"), "roundrobin"),
        Is.EqualTo("unknown router 'roundrobin'; did you mean 'round-robin'? known: random, round-robin"));

    [Test]
    public void OneOf_NothingNear_NamesAll() => Assert.That(
        Fault(Values.OneOf("router", "random", "round-robin"), "best"),
        Is.EqualTo("unknown router 'best'; known: random, round-robin"));

    [Test]
    public void OrWord_TheWord_IsItsMeaning() => Assert.That(Read(Values.OrWord("unlimited", int.MaxValue, Values.Count()), "unlimited"), Is.EqualTo(int.MaxValue));

    [Test]
    public void OrWord_AValue_IsTheValue() => Assert.That(Read(Values.OrWord("unlimited", int.MaxValue, Values.Count()), "7"), Is.EqualTo(7));

    [Test]
    public void OrWord_Neither_NamesBoth() => Assert.That(
        Fault(Values.OrWord("unlimited", int.MaxValue, Values.Count()), "many"),
        Is.EqualTo("expected a whole number of at least 1, or unlimited, got 'many'"));
}
