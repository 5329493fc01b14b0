using Simulator.Core.Text;

namespace Simulator.Tests.Core.Text;

public sealed class NearestNameTests
{
    private static readonly string[] Keys =
    [
        "tokenBudget", "maxSequences", "chunkedPrefill", "kvBlocks", "plan", "name", "Request_tokens", "respons tokens", new('y', 5000),
    ];

    [TestCase("tokenBudjet", "tokenBudget")]
    [TestCase("token_budget", "tokenBudget")]
    [TestCase("TokenBudget", "tokenBudget")]
    [TestCase("max-sequence", "maxSequences")]
    [TestCase("kvBlokcs", "kvBlocks")]
    [TestCase("paln", "plan")]
    [TestCase("Request tokens", "Request_tokens")]
    [TestCase("Response tokens", "respons tokens")]
    public void Find_ASlip_GivesTheNameThatWasMeant(string written, string meant)
    {
        Assert.That(NearestName.Find(written, Keys), Is.EqualTo(meant));
        Assert.That(NearestName.Hint(written, Keys), Is.EqualTo($"; did you mean '{meant}'?"));
    }

    [TestCase("temperature")]
    [TestCase("Timestamp")]
    [TestCase("x")]
    [TestCase("")]
    public void Find_NothingNear_GivesNull(string written)
    {
        Assert.That(NearestName.Find(written, Keys), Is.Null);
        Assert.That(NearestName.Hint(written, Keys), Is.Empty);
    }

    [Test]
    public void Find_TwoAsNear_GivesTheFirst() => Assert.That(NearestName.Find("cap", ["cat", "car"]), Is.EqualTo("cat"));

    [SeededProperty]
    public bool Find_AnyName_NoOtherCandidateIsNearer(byte[] written, byte[][] known)
    {
        string name = Word(written);
        string[] names = [.. known.Select(Word)];
        string? found = NearestName.Find(name, names);
        int[] near = [.. names.Where(other => Edits(other) <= Math.Max(name.Length, other.Length) / 3).Select(Edits)];
        return found is null ? near.Length == 0 : Edits(found) == near.Min();

        int Edits(string other) => EditDistance.Between(name, other);
    }

    private static string Word(byte[] letters) => string.Concat((letters ?? []).Select(letter => (char)('a' + (letter % 3))));
}
