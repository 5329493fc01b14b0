using Simulator.Models.Caching;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Caching;

public sealed class ContentSliceTests
{
    [TestCase(0, 100, 0)]
    [TestCase(30, 100, 30)]
    [TestCase(50, 50, 50)]
    [TestCase(80, 50, 80)]
    [TestCase(80, 51, 50)]
    public void KnownTokens_ContentOfFiftyTokens_EndsWhereThePromptIsUnknown(int tokens, int prompt, int known) =>
        Assert.That(ContentSlice.KnownTokens([new(1, 20), new(2, 30)], tokens, prompt), Is.EqualTo(known));

    [Test]
    public void KnownTokens_NoContent_IsZeroEvenForAnEmptyPrompt() =>
        Assert.That(ContentSlice.KnownTokens([], 7, 0), Is.Zero);

    [SeededProperty(MaxTest = 1000)]
    public void CommonWith_RandomSlices_IsThatOfTheTokens(ushort first, ushort second, byte firstSkip, byte secondSkip, byte length)
    {
        ContentSlice a = Slice(first, firstSkip, length, out List<(long, int)> left);
        ContentSlice b = Slice(second, secondSkip, 15, out List<(long, int)> right);
        int common = left.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.That(a.Tokens, Is.EqualTo(left.Count));
        Assert.That(a.CommonWith(b), Is.EqualTo(common));
        Assert.That(b.CommonWith(a), Is.EqualTo(common));
        for (int count = 1; count <= Math.Min(left.Count, right.Count); count++)
            Assert.That(a.HashOf(count) == b.HashOf(count), Is.EqualTo(count <= common), "equal hashes, equal tokens");
    }

    private static ContentSlice Slice(int seed, int skip, int length, out List<(long, int)> tokens)
    {
        ContentSegment[] content = TestContent.Of(seed);
        (skip, length) = (skip % 8, length % 16);
        tokens = TestContent.Tokens(content, 30)[skip..(skip + length)];
        return new ContentSlice(content, 30).Skip(skip / 2).Skip(skip - skip / 2).Take(length);
    }
}
