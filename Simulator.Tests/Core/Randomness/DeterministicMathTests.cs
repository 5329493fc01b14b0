using Simulator.Core.Randomness;

namespace Simulator.Tests.Core.Randomness;

public class DeterministicMathTests
{
    private const int Samples = 20_000;

    [Test]
    public void Log_OverTheWholeRange_IsWithinTwoUlpOfTheHost()
    {
        RandomStream random = new RandomStreams(1).Stream("log");
        for (int i = 0; i < Samples; i++)
        {
            double x = Math.ScaleB(1 + random.NextDouble(), random.NextInt32(2046) - 1022);
            AssertClose(DeterministicMath.Log(x), Math.Log(x), 2, x);
            double nearOne = 1 + (random.NextDouble() - 0.5) * Math.ScaleB(1, -random.NextInt32(50));
            AssertClose(DeterministicMath.Log(nearOne), Math.Log(nearOne), 2, nearOne);
        }
    }

    [Test]
    public void Exp_OverTheWholeRange_IsWithinTwoUlpOfTheHost()
    {
        RandomStream random = new RandomStreams(1).Stream("exp");
        for (int i = 0; i < Samples; i++)
        {
            double x = 1416 * random.NextDouble() - 707;
            AssertClose(DeterministicMath.Exp(x), Math.Exp(x), 2, x);
            AssertClose(DeterministicMath.Exp(x / 1000), Math.Exp(x / 1000), 2, x / 1000);
        }
    }

    [Test]
    public void Pow_OverTheWholeRange_IsWithinTwoUlpOfTheHost()
    {
        RandomStream random = new RandomStreams(1).Stream("pow");
        for (int i = 0; i < Samples; i++)
        {
            double x = Math.ScaleB(1 + random.NextDouble(), random.NextInt32(60) - 30);
            double y = (2 * random.NextDouble() - 1) * 700 / Math.Max(0.001, Math.Abs(Math.Log(x)));
            AssertClose(DeterministicMath.Pow(x, y), Math.Pow(x, y), 2, x);
        }
    }

    [Test]
    public void Log1pAndExpm1_NearZero_KeepTheirDigits()
    {
        RandomStream random = new RandomStreams(1).Stream("near zero");
        for (int i = 0; i < Samples; i++)
        {
            double x = (random.NextDouble() - 0.5) * Math.ScaleB(1, -random.NextInt32(40));
            // log1p(x) = 2 atanh(x / (2 + x)), with the host's atanh.
            AssertClose(DeterministicMath.Log1p(x), 2 * Math.Atanh(x / (2 + x)), 8, x);
            // expm1(x) = 2 sinh(x/2) exp(x/2).
            AssertClose(DeterministicMath.Expm1(x), 2 * Math.Sinh(x / 2) * Math.Exp(x / 2), 8, x);
        }
    }

    // Reference values: 40-digit arithmetic, rounded to the nearest double.
    [TestCase(0.1, 2.252712651734206)]
    [TestCase(0.5, 0.5723649429247001)]
    [TestCase(2.5, 0.2846828704729192)]
    [TestCase(10, 12.801827480081469)]
    [TestCase(100.25, 360.28455963776423)]
    [TestCase(1e6, 12815504.569147611)]
    public void LogGamma_KnownValues_AreMet(double x, double expected) =>
        Assert.That(DeterministicMath.LogGamma(x), Is.EqualTo(expected).Within(2e-14 * Math.Max(1, Math.Abs(expected))));

    [Test]
    public void LogGamma_AtIntegers_IsTheLogarithmOfTheFactorial()
    {
        double factorial = 1;
        for (int n = 1; n <= 20; factorial *= n++)
            Assert.That(DeterministicMath.LogGamma(n), Is.EqualTo(Math.Log(factorial)).Within(2e-14 * Math.Max(1, Math.Log(factorial))));
    }

    [TestCase(0)]
    [TestCase(-1.5)]
    [TestCase(double.NaN)]
    public void LogGamma_OutOfRange_Throws(double x) =>
        Assert.That(() => DeterministicMath.LogGamma(x), Throws.TypeOf<ArgumentOutOfRangeException>());

    // The bits themselves: a change of any of them changes recorded runs.
    [TestCase(0.1, 0xC0026BB1BBB55515ul)]
    [TestCase(3.0, 0x3FF193EA7AAD030Aul)]
    [TestCase(1e-310, 0xC0864E69394D9508ul)]
    public void Log_FixedArguments_GiveFixedBits(double x, ulong bits) =>
        Assert.That(BitConverter.DoubleToUInt64Bits(DeterministicMath.Log(x)), Is.EqualTo(bits));

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(double.NegativeInfinity)]
    [TestCase(0.0)]
    [TestCase(-0.0)]
    [TestCase(1.0)]
    [TestCase(-1.0)]
    [TestCase(-2.0)]
    [TestCase(710.0)]
    [TestCase(-746.0)]
    [TestCase(-744.0)]
    public void LogAndExp_SpecialArguments_AgreeWithTheHost(double x)
    {
        Assert.That(DeterministicMath.Log(x), Is.EqualTo(Math.Log(x)));
        Assert.That(DeterministicMath.Exp(x), Is.EqualTo(Math.Exp(x)));
    }

    [Test]
    public void Pow_SpecialArguments_AgreeWithTheHost(
        [Values(0.0, 0.5, 1.0, 2.0, double.PositiveInfinity, double.NaN)] double x,
        [Values(0.0, 1.0, -1.0, 2000.0, -2000.0, double.PositiveInfinity, double.NegativeInfinity, double.NaN)] double y) =>
        Assert.That(DeterministicMath.Pow(x, y), Is.EqualTo(Math.Pow(x, y)));

    [Test]
    public void Pow_NegativeBase_IsNotANumber() => Assert.That(DeterministicMath.Pow(-2, 3), Is.NaN);

    [TestCase(-1.0, double.NegativeInfinity)]
    [TestCase(-1.5, double.NaN)]
    [TestCase(double.PositiveInfinity, double.PositiveInfinity)]
    [TestCase(1e-20, 1e-20)]
    public void Log1p_SpecialArguments_AreMet(double x, double expected) => Assert.That(DeterministicMath.Log1p(x), Is.EqualTo(expected));

    [TestCase(-800.0, -1.0)]
    [TestCase(800.0, double.PositiveInfinity)]
    [TestCase(1e-20, 1e-20)]
    public void Expm1_SpecialArguments_AreMet(double x, double expected) => Assert.That(DeterministicMath.Expm1(x), Is.EqualTo(expected));

    private static void AssertClose(double actual, double expected, int ulps, double argument)
    {
        double ulp = Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected);
        Assert.That(Math.Abs(actual - expected), Is.LessThanOrEqualTo(ulps * ulp), $"at {argument:R}");
    }
}
