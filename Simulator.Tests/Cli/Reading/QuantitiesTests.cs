using System.Globalization;
using FsCheck.Fluent;
using Simulator.Cli.Reading;
using Simulator.Core.Time;
using Property = FsCheck.Property;

namespace Simulator.Tests.Cli.Reading;

public sealed class QuantitiesTests
{
    [TestCase("50ms", 50_000_000)]
    [TestCase("1.5s", 1_500_000_000)]
    [TestCase("2min", 120_000_000_000)]
    [TestCase("1h", 3_600_000_000_000)]
    [TestCase("1d", 86_400_000_000_000)]
    [TestCase("7 ns", 7)]
    [TestCase("3us", 3_000)]
    [TestCase("3µs", 3_000)]
    [TestCase("0s", 0)]
    [TestCase("0.1s", 100_000_000)]
    [TestCase("9223372036.854775807s", long.MaxValue)]
    public void Duration_WithUnit_IsExact(string text, long nanoseconds) =>
        Assert.That(Read(Quantities.Duration(), text), Is.EqualTo(SimDuration.FromNanoseconds(nanoseconds)));

    [TestCase("5", "'5' has no unit; expected a duration such as 50ms, 1.5s, 2min or 1h")]
    [TestCase("5m", "unknown unit 'm' in '5m'; write min for minutes or ms for milliseconds; known: ns, us, ms, s, min, h, d")]
    [TestCase("5sec", "unknown unit 'sec' in '5sec'; did you mean 's'? known: ns, us, ms, s, min, h, d")]
    [TestCase("5 minn", "unknown unit 'minn' in '5 minn'; did you mean 'min'? known: ns, us, ms, s, min, h, d")]
    [TestCase("5GiB", "unknown unit 'GiB' in '5GiB'; known: ns, us, ms, s, min, h, d")]
    [TestCase("soon", "expected a duration such as 50ms, 1.5s, 2min or 1h, got 'soon'")]
    [TestCase("-1s", "expected a duration such as 50ms, 1.5s, 2min or 1h, got '-1s'")]
    [TestCase("1.2.3s", "expected a duration such as 50ms, 1.5s, 2min or 1h, got '1.2.3s'")]
    [TestCase("", "expected a duration such as 50ms, 1.5s, 2min or 1h, got ''")]
    [TestCase("NaNs", "expected a duration such as 50ms, 1.5s, 2min or 1h, got 'NaNs'")]
    [TestCase("9223372037s", "'9223372037s' is too long: durations go up to 292 years")]
    [TestCase("99999999999999999999999999999999s", "expected a duration such as 50ms, 1.5s, 2min or 1h, got '99999999999999999999999999999999s'")]
    public void Duration_Faulty_SaysWhy(string text, string fault) => Assert.That(Fault(Quantities.Duration(), text), Is.EqualTo(fault));

    [Test]
    public void Duration_ZeroWherePositive_SaysWhy() => Assert.That(
        Fault(Quantities.Duration(positive: true), "0s"),
        Is.EqualTo("expected a duration above 0 such as 50ms, 1.5s, 2min or 1h, got '0s'"));

    [SeededProperty]
    public Property Duration_AnyWholeMilliseconds_RoundTrips(int milliseconds)
    {
        long whole = Math.Abs((long)milliseconds);
        string text = string.Create(CultureInfo.InvariantCulture, $"{whole}ms");
        return (Read(Quantities.Duration(), text).Nanoseconds == whole * 1_000_000).ToProperty();
    }

    [TestCase("80GiB", 80L << 30)]
    [TestCase("10GB", 10_000_000_000)]
    [TestCase("1.5 KiB", 1536)]
    [TestCase("0B", 0)]
    [TestCase("2TB", 2_000_000_000_000)]
    public void Size_WithUnit_IsExact(string text, long bytes) => Assert.That(Read(Quantities.Size(), text), Is.EqualTo(bytes));

    [TestCase("80", "'80' has no unit; expected a size such as 80GiB or 10GB")]
    [TestCase("80Gib", "unknown unit 'Gib' in '80Gib'; did you mean 'GiB'? known: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB")]
    [TestCase("80s", "unknown unit 's' in '80s'; known: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB")]
    [TestCase("-1GB", "expected a size such as 80GiB or 10GB, got '-1GB'")]
    [TestCase("9000000000TB", "'9000000000TB' is too large: sizes go up to 8 EiB")]
    public void Size_Faulty_SaysWhy(string text, string fault) => Assert.That(Fault(Quantities.Size(), text), Is.EqualTo(fault));

    [TestCase("5/s", 5)]
    [TestCase("300/min", 5)]
    [TestCase("0.5 / s", 0.5)]
    [TestCase("7200/h", 2)]
    [TestCase("86400/d", 1)]
    public void Rate_WithUnit_IsPerSecond(string text, double perSecond) =>
        Assert.That(Read(Quantities.Rate(), text), Is.EqualTo(perSecond));

    [TestCase("5", "'5' has no unit; expected a rate above 0 such as 5/s or 300/min")]
    [TestCase("5/sec", "unknown unit '/sec' in '5/sec'; known: /s, /min, /h, /d")]
    [TestCase("0/s", "expected a rate above 0 such as 5/s or 300/min, got '0/s'")]
    [TestCase("-5/s", "expected a rate above 0 such as 5/s or 300/min, got '-5/s'")]
    [TestCase("fast", "expected a rate above 0 such as 5/s or 300/min, got 'fast'")]
    [TestCase("Infinity/s", "expected a rate above 0 such as 5/s or 300/min, got 'Infinity/s'")]
    public void Rate_Faulty_SaysWhy(string text, string fault) => Assert.That(Fault(Quantities.Rate(), text), Is.EqualTo(fault));

    [TestCase("0.9", 0.9)]
    [TestCase("90%", 0.9)]
    [TestCase("100 %", 1)]
    [TestCase("0", 0)]
    public void Share_FractionOrPercentage_IsAFraction(string text, double share) =>
        Assert.That(Read(Quantities.Share(), text), Is.EqualTo(share));

    [TestCase("90", false, "expected a share from 0 to 1 such as 0.9 or 90%, got '90'")]
    [TestCase("-1%", false, "expected a share from 0 to 1 such as 0.9 or 90%, got '-1%'")]
    [TestCase("0", true, "expected a share above 0 and up to 1 such as 0.9 or 90%, got '0'")]
    [TestCase("NaN", false, "expected a share from 0 to 1 such as 0.9 or 90%, got 'NaN'")]
    public void Share_Faulty_SaysWhy(string text, bool positive, string fault) =>
        Assert.That(Fault(Quantities.Share(positive), text), Is.EqualTo(fault));

    internal static T Read<T>(ValueReader<T> reader, string text)
    {
        Assert.That(reader(text, out T value, out string fault), Is.True, fault);
        return value;
    }

    internal static string Fault<T>(ValueReader<T> reader, string text)
    {
        Assert.That(reader(text, out _, out string fault), Is.False);
        return fault;
    }
}
