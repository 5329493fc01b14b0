using Simulator.Models.Caching;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Caching;

public sealed class BlockHashesTests
{
    private static List<ulong> Hashes(ContentSegment[] content, int tokens, int promptTokens, int blockTokens = 4)
    {
        List<ulong> hashes = [];
        BlockHashes.Extend(content, tokens, promptTokens, blockTokens, hashes);
        return hashes;
    }

    private static int Shared(List<ulong> a, List<ulong> b) => a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count();

    [Test]
    public void Extend_KnownContent_OneHashForEveryFullBlock()
    {
        Assert.That(Hashes([new(1, 11)], 11, 11), Has.Count.EqualTo(2));
        Assert.That(Hashes([new(1, 12)], 12, 12), Has.Count.EqualTo(3));
        Assert.That(Hashes([new(1, 3)], 3, 3), Is.Empty);
        Assert.That(Hashes([], 40, 40), Is.Empty);
    }

    [Test]
    public void Extend_SameBeginning_SharesHashesUpToTheFirstDifferentBlock()
    {
        List<ulong> a = Hashes([new(1, 10), new(2, 10)], 20, 20);
        List<ulong> b = Hashes([new(1, 10), new(3, 10)], 20, 20);
        Assert.That(Shared(a, b), Is.EqualTo(2), "the third block holds two tokens of the shared segment and two others");
        Assert.That(a.Skip(2).Intersect(b), Is.Empty);
    }

    [Test]
    public void Extend_SameContentAfterOtherContent_HashesDiffer()
    {
        List<ulong> first = Hashes([new(5, 4), new(9, 8)], 12, 12);
        List<ulong> second = Hashes([new(6, 4), new(9, 8)], 12, 12);
        Assert.That(first.Intersect(second), Is.Empty, "a hash covers all that stands before");
    }

    [Test]
    public void Extend_SameKeyAtAnotherOffset_HashesDiffer()
    {
        List<ulong> repeated = Hashes([new(5, 4), new(5, 4)], 8, 8);
        List<ulong> through = Hashes([new(5, 8)], 8, 8);
        Assert.That(Shared(repeated, through), Is.EqualTo(1));
    }

    [Test]
    public void Extend_LongerSegmentOfTheSameKey_SharesThePrefix()
    {
        // A conversation: its second turn repeats the first and goes on.
        Assert.That(Shared(Hashes([new(8, 10)], 10, 10), Hashes([new(8, 100)], 100, 100)), Is.EqualTo(2));
    }

    [Test]
    public void Extend_GeneratedTokens_ContinueTheLastSegment()
    {
        List<ulong> afterOutput = Hashes([new(3, 2), new(8, 6)], 8 + 12, 8);
        List<ulong> nextTurn = Hashes([new(3, 2), new(8, 30)], 32, 32);
        Assert.That(afterOutput, Has.Count.EqualTo(5));
        Assert.That(Shared(afterOutput, nextTurn), Is.EqualTo(5));
    }

    [Test]
    public void Extend_ContentShorterThanPrompt_NothingAfterItIsKnown() =>
        Assert.That(Hashes([new(1, 9)], 40, 20), Has.Count.EqualTo(2));

    [SeededProperty(MaxTest = 300)]
    public void Extend_StepByStep_EqualsAllAtOnce(byte[] segments, byte[] steps, byte blockTokens)
    {
        ContentSegment[] content = [.. segments.Select(tokens => new ContentSegment(tokens % 3, tokens % 20 + 1))];
        if (content.Length == 0) return;
        int prompt = content.Sum(segment => segment.Tokens), block = blockTokens % 9 + 1;
        List<ulong> grown = [];
        int tokens = 0;
        foreach (byte step in steps)
        {
            tokens += step % 17;
            BlockHashes.Extend(content, tokens, prompt, block, grown);
            Assert.That(grown, Has.Count.EqualTo(tokens / block));
        }
        Assert.That(grown, Is.EqualTo(Hashes(content, tokens, prompt, block)));
    }
}
