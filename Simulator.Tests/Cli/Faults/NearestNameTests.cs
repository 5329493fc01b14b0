using FsCheck.Fluent;
using Simulator.Cli.Faults;
using Property = FsCheck.Property;

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

    [TestCase("", "", 0)]
    [TestCase("abc", "", 3)]
    [TestCase("kitten", "sitting", 3)]
    [TestCase("ca", "abc", 3)]
    [TestCase("ab", "ba", 1)]
    public void Distance_PublishedExamples_AreMet(string a, string b, int expected) =>
        Assert.That(NearestName.Distance(a, b), Is.EqualTo(expected));

    [FsCheck.NUnit.Property]
    public Property Distance_OfAnyTwo_IsSymmetricAndBounded(string? a, string? b)
    {
        string left = a ?? "", right = b ?? "";
        int distance = NearestName.Distance(left, right);
        return (distance == NearestName.Distance(right, left)
            && distance >= Math.Abs(left.Length - right.Length)
            && distance <= Math.Max(left.Length, right.Length)
            && (distance == 0) == (left == right)).ToProperty();
    }
}
