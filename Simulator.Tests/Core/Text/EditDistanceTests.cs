using Simulator.Core.Text;

namespace Simulator.Tests.Core.Text;

public sealed class EditDistanceTests
{
    [TestCase("kitten", "sitting", 3)]
    [TestCase("saturday", "sunday", 3)]
    [TestCase("ab", "ba", 1)]
    [TestCase("a cat", "an act", 2)]
    [TestCase("ca", "abc", 3)]
    [TestCase("", "abc", 3)]
    [TestCase("same", "same", 0)]
    [TestCase("Same", "same", 1)]
    public void Between_KnownPairs_Matches(string a, string b, int distance) => Assert.That(EditDistance.Between(a, b), Is.EqualTo(distance));

    [SeededProperty]
    public bool Between_AnyPair_IsSymmetricAndBounded(string? a, string? b)
    {
        (a, b) = (a ?? "", b ?? "");
        int distance = EditDistance.Between(a, b);
        return distance == EditDistance.Between(b, a) && distance >= Math.Abs(a.Length - b.Length)
            && distance <= Math.Max(a.Length, b.Length) && distance == 0 == (a == b);
    }

    // Few letters, so that words have much in common.
    [SeededProperty(MaxTest = 300)]
    public bool Between_ShortWords_IsTheFewestEditsThatRecursionFinds(byte[] first, byte[] second)
    {
        (string a, string b) = (Word(first), Word(second));
        return EditDistance.Between(a, b) == Fewest(a, b);
    }

    private static string Word(byte[] letters) => string.Concat(letters.Take(6).Select(letter => (char)('a' + (letter % 3))));

    /// <summary>The definition: the last letters are kept, replaced, removed, added or swapped.</summary>
    private static int Fewest(string a, string b)
    {
        if (a.Length == 0 || b.Length == 0) return a.Length + b.Length;
        int fewest = Math.Min(Fewest(a[..^1], b), Fewest(a, b[..^1])) + 1;
        fewest = Math.Min(fewest, Fewest(a[..^1], b[..^1]) + (a[^1] == b[^1] ? 0 : 1));
        return a.Length > 1 && b.Length > 1 && a[^1] == b[^2] && a[^2] == b[^1] ? Math.Min(fewest, Fewest(a[..^2], b[..^2]) + 1) : fewest;
    }
}
