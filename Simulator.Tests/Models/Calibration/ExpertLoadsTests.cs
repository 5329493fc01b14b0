using Simulator.Models.Calibration;
using Simulator.Models.Costs.Profiles;

namespace Simulator.Tests.Models.Calibration;

[TestFixture]
public sealed class ExpertLoadsTests
{
    private readonly ExpertLoads _loads = new();

    [TestCase(1, 8, 8)]
    [TestCase(4, 32, 32)]
    [TestCase(16, 128, 128)]
    [TestCase(64, 128, 512)]
    public void Of_Balanced_TouchesAsManyExpertsAsItCan(int tokens, int experts, int pairs) =>
        Assert.That(_loads.Of(tokens, 128, 8, 1, "balanced"), Is.EqualTo(new ExpertLoad(experts, pairs, pairs / experts, pairs)));

    [Test]
    public void Of_BalancedOverDevices_GivesTheFirstItsShare() =>
        Assert.That(_loads.Of(64, 128, 8, 8, "balanced"), Is.EqualTo(new ExpertLoad(16, 64, 4, 512)));

    [SeededProperty]
    public void Of_PowerLaw_IsALoadThatCanBe(FsCheck.PositiveInt size, bool steep, FsCheck.NonNegativeInt kind)
    {
        (int experts, int active) = (((int, int)[])[(8, 2), (128, 8), (256, 8), (512, 10)])[kind.Get % 4];
        int tokens = 1 + size.Get * 37 % 5000, devices = 1 << (kind.Get % 4);
        ExpertLoad load = _loads.Of(tokens, experts, active, devices, steep ? "power_law_1.2" : "power_law_1.01");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(load.RoutedPairs, Is.EqualTo((double)tokens * active));
            Assert.That(load.Pairs, devices == 1 ? Is.EqualTo(load.RoutedPairs) : Is.InRange(load.RoutedPairs / devices, load.RoutedPairs));
            Assert.That(load.Experts, Is.InRange(1, Math.Min(load.Pairs, experts / devices)));
            Assert.That(load.Hottest, Is.InRange(load.Pairs / load.Experts, tokens));
        }
    }

    [Test]
    public void Of_PowerLaw_LeavesExpertsWithoutTokens()
    {
        Assert.That(_loads.Of(128, 256, 8, 1, "balanced").Experts, Is.EqualTo(256));
        Assert.That(_loads.Of(128, 256, 8, 1, "power_law_1.2").Experts, Is.InRange(150, 230));
    }

    [TestCase("balanced", 0)]
    [TestCase("power_law_1.01", 1.01)]
    [TestCase("power_law_x", double.NaN)]
    [TestCase("power_law_-1", double.NaN)]
    [TestCase("zipf", double.NaN)]
    public void Exponent_Name_IsItsNumber(string name, double exponent) => Assert.That(ExpertLoads.Exponent(name), Is.EqualTo(exponent));
}
