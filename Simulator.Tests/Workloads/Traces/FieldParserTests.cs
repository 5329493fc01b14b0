using System.Text;
using Simulator.Workloads.Traces.Reading;

namespace Simulator.Tests.Workloads.Traces;

public class FieldParserTests
{
    [TestCase("0", 0)]
    [TestCase("374", 374)]
    [TestCase(" 374 ", 374)]
    [TestCase("374.0", 374)]
    [TestCase("3.74e2", 374)]
    [TestCase("1000000000", 1_000_000_000)]
    [TestCase("000000000000000000000007", 7)]
    public void Tokens_WholeNumbers_AreRead(string cell, int expected)
    {
        Assert.That(FieldParser.Tokens(Encoding.UTF8.GetBytes(cell), out int tokens), Is.Null);
        Assert.That(tokens, Is.EqualTo(expected));
    }

    [TestCase("", "is empty")]
    [TestCase("-1", "is negative")]
    [TestCase("-0.5", "is negative")]
    [TestCase("NaN", "is not a number")]
    [TestCase("inf", "is not a number")]
    [TestCase("Infinity", "is too large")]
    [TestCase("twelve", "is not a number")]
    [TestCase("0x10", "is not a number")]
    [TestCase("1,000", "is not a number")]
    [TestCase("１２", "is not a number")]
    [TestCase("12.5", "is not a whole number")]
    [TestCase("1000000001", "is above the limit of 1,000,000,000 tokens")]
    [TestCase("99999999999999999999999999999999999", "is too large")]
    [TestCase("1e400", "is too large")]
    [TestCase("-1e400", "is negative")]
    public void Tokens_OtherCells_NameTheFault(string cell, string fault) =>
        Assert.That(FieldParser.Tokens(Encoding.UTF8.GetBytes(cell), out _), Is.EqualTo(fault));

    [TestCase("5", 9, 5_000_000_000)]
    [TestCase("5.", 9, 5_000_000_000)]
    [TestCase(".5", 9, 500_000_000)]
    [TestCase("19440110.0", 9, 19_440_110_000_000_000)]
    [TestCase("0.000000001", 9, 1)]
    [TestCase("1.020060287274801", 9, 1_020_060_287)]
    [TestCase("0.0000000005", 9, 0)]
    [TestCase("0.0000000015", 9, 2)]
    [TestCase("1e-05", 9, 10_000)]
    [TestCase("-0.0", 9, 0)]
    [TestCase("27000", 6, 27_000_000_000)]
    [TestCase("27000.5", 6, 27_000_500_000)]
    [TestCase("1234567890123456789", 0, 1_234_567_890_123_456_789)]
    [TestCase("9223372036854775807", 0, long.MaxValue)]
    public void Nanoseconds_Numbers_AreExact(string cell, int decimals, long expected)
    {
        Assert.That(FieldParser.Nanoseconds(Encoding.UTF8.GetBytes(cell), decimals, out long nanoseconds), Is.Null);
        Assert.That(nanoseconds, Is.EqualTo(expected));
    }

    [TestCase("", 9, "is empty")]
    [TestCase("-1", 9, "is negative")]
    [TestCase("NaN", 9, "is not a number")]
    [TestCase("1.2.3", 9, "is not a number")]
    [TestCase("9223372037", 9, "is beyond 292 years")]
    [TestCase("9223372036854775808", 0, "is beyond 292 years")]
    [TestCase("1e300", 9, "is too large")]
    public void Nanoseconds_OtherCells_NameTheFault(string cell, int decimals, string fault) =>
        Assert.That(FieldParser.Nanoseconds(Encoding.UTF8.GetBytes(cell), decimals, out _), Is.EqualTo(fault));

    [TestCase("2023-11-16 18:15:46.6805900", 738839, 65_746_680_590_000)]
    [TestCase("2024-05-10 00:00:00.009930+00:00", 739015, 9_930_000)]
    [TestCase("2024-05-10T00:30:00Z", 739015, 1_800_000_000_000)]
    [TestCase("2024-05-10 00:30:00+01:00", 739014, 84_600_000_000_000)]
    [TestCase("2024-02-29 23:30:00-01:00", 738945, 1_800_000_000_000)]
    [TestCase("2024-05-10 00:00:00.123456789", 739015, 123_456_789)]
    public void Date_DatesAndTimes_AreExact(string cell, int day, long nanosecondOfDay)
    {
        Assert.That(FieldParser.Date(Encoding.UTF8.GetBytes(cell), out int readDay, out long read), Is.Null);
        Assert.That((readDay, read), Is.EqualTo((day, nanosecondOfDay)));
    }

    [SeededProperty]
    public void Date_AnyDate_AgreesWithTheFramework(DateTime date)
    {
        if (date.Year is < 2 or > 9997) return;
        Assert.That(FieldParser.Date(Encoding.UTF8.GetBytes(date.ToString("yyyy-MM-dd HH:mm:ss.fffffff", null)), out int day, out long nanoseconds), Is.Null);
        Assert.That(day * TimeSpan.TicksPerDay + nanoseconds / 100, Is.EqualTo(date.Ticks));
    }

    [TestCase("")]
    [TestCase("2023-02-30 00:00:00")]
    [TestCase("2023-11-16 24:00:00")]
    [TestCase("2023-11-16")]
    [TestCase("16/11/2023 18:15:46")]
    [TestCase("2023-11-16 18:15:46.")]
    [TestCase("2023-11-16 18:15:46.1234567891")]
    [TestCase("2023-11-16 18:15:46 CET")]
    [TestCase("0000-01-01 00:00:00")]
    public void Date_OtherCells_AreFaults(string cell) => Assert.That(FieldParser.Date(Encoding.UTF8.GetBytes(cell), out _, out _), Is.Not.Null);

    [Test]
    public void Quote_LongCellWithControls_IsCutAndOnOneLine() =>
        Assert.That(FieldParser.Quote(Encoding.UTF8.GetBytes("a\nb" + new string('x', 100))), Is.EqualTo("'a?b" + new string('x', 37) + "…'"));
}
