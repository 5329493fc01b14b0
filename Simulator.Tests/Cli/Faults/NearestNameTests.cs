using Simulator.Cli.Faults;

namespace Simulator.Tests.Cli.Faults;

public sealed class NearestNameTests
{
    private static readonly string[] Keys = ["tokenBudget", "maxSequences", "chunkedPrefill", "kvBlocks", "plan", "name"];

    [TestCase("tokenBudjet", "tokenBudget")]
    [TestCase("token_budget", "tokenBudget")]
    [TestCase("TokenBudget", "tokenBudget")]
    [TestCase("max-sequence", "maxSequences")]
    [TestCase("kvBlokcs", "kvBlocks")]
    [TestCase("paln", "plan")]
    public void Find_ASlip_GivesTheKeyThatWasMeant(string written, string meant) =>
        Assert.That(NearestName.Find(written, Keys), Is.EqualTo(meant));

    [TestCase("temperature")]
    [TestCase("x")]
    [TestCase("")]
    public void Find_NothingNear_GivesNull(string written) => Assert.That(NearestName.Find(written, Keys), Is.Null);
}
