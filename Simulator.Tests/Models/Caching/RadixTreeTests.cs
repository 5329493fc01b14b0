using FsCheck;
using Simulator.Models.Caching;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Caching;

public sealed class RadixTreeTests
{
    private static readonly ContentSegment[] Chat = [new(1, 100)];
    private static readonly ContentSegment[] System = [new(9, 40), new(1, 60)];
    private static readonly ContentSegment[] OtherSystem = [new(9, 40), new(2, 60)];

    [TestCase(0)]
    [TestCase(-1)]
    public void Constructor_NoTokensInAPage_Throws(int pageTokens) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new RadixTree(pageTokens));

    [Test]
    public void Match_EmptyTree_FindsTheRoot()
    {
        RadixTree tree = new();
        Assert.That(tree.Match(Chat, 100), Is.EqualTo(new RadixMatch(0, RadixTree.Root)));
        Assert.That((tree.EvictableTokens, tree.ProtectedTokens, tree.Nodes), Is.EqualTo((0, 0, 0)));
    }

    [Test]
    public void Insert_NoContent_NeverEntersTheTree()
    {
        RadixTree tree = new();
        Assert.That(tree.Insert([], 100), Is.EqualTo(new RadixMatch(0, RadixTree.Root)));
        Assert.That(tree.Match([], 100), Is.EqualTo(new RadixMatch(0, RadixTree.Root)));
        Assert.That(tree.Nodes, Is.Zero);
    }

    [Test]
    public void Insert_ZeroTokens_IsTheRoot()
    {
        RadixTree tree = new();
        Assert.That(tree.Insert(Chat, 0), Is.EqualTo(new RadixMatch(0, RadixTree.Root)));
        Assert.That(tree.Nodes, Is.Zero);
    }

    [Test]
    public void Match_LaterTurnOfAConversation_FindsPromptAndOutputOfTheEarlier()
    {
        RadixTree tree = new();
        RadixMatch first = tree.Insert(Chat, 130);
        Assert.That(first.Tokens, Is.Zero);
        Assert.That(tree.Match([new(1, 200)], 200), Is.EqualTo(new RadixMatch(130, first.Node)));
        RadixMatch second = tree.Insert([new(1, 200)], 250);
        Assert.That(second.Tokens, Is.EqualTo(130));
        Assert.That((tree.EvictableTokens, tree.Nodes), Is.EqualTo((250, 2)));
    }

    [Test]
    public void Match_EndsInsideAnEdge_SplitsIt()
    {
        RadixTree tree = new();
        RadixMatch whole = tree.Insert(Chat, 100);
        RadixMatch part = tree.Match(Chat, 37);
        Assert.That(part.Tokens, Is.EqualTo(37));
        Assert.That(part.Node, Is.Not.EqualTo(whole.Node));
        Assert.That((tree.Nodes, tree.EvictableTokens), Is.EqualTo((2, 100)));
        Assert.That(tree.Match(Chat, 100), Is.EqualTo(new RadixMatch(100, whole.Node)), "the lower part stays what it was");
        Assert.That(tree.Evict(1), Is.EqualTo(63), "and is a leaf of its own");
        Assert.That(tree.Match(Chat, 100), Is.EqualTo(part));
    }

    [Test]
    public void Insert_SharedSystemPrompt_IsKeptOnce()
    {
        RadixTree tree = new();
        tree.Insert(System, 100);
        Assert.That(tree.Insert(OtherSystem, 100).Tokens, Is.EqualTo(40));
        Assert.That((tree.EvictableTokens, tree.Nodes), Is.EqualTo((160, 3)));
    }

    [Test]
    public void Match_SameKeyAtAnotherOffset_IsAnotherContent()
    {
        RadixTree tree = new();
        tree.Insert([new(1, 10), new(2, 10)], 20);
        Assert.That(tree.Match([new(1, 11), new(2, 10)], 21).Tokens, Is.EqualTo(10));
        Assert.That(tree.Match([new(2, 10)], 10).Tokens, Is.Zero);
    }

    [TestCase(15, 0)]
    [TestCase(16, 16)]
    [TestCase(31, 16)]
    [TestCase(32, 32)]
    [TestCase(100, 96)]
    public void Match_PagesOfSixteen_FindsWholePages(int tokens, int found)
    {
        RadixTree tree = new(16);
        tree.Insert(Chat, 100);
        Assert.That(tree.EvictableTokens, Is.EqualTo(96));
        Assert.That(tree.Match(Chat, tokens).Tokens, Is.EqualTo(found));
        Assert.That(tree.Insert(Chat, tokens).Tokens, Is.EqualTo(found));
        Assert.That(tree.EvictableTokens, Is.EqualTo(96));
    }

    [Test]
    public void Match_ContentsThatPartInsideAPage_ShareThePagesBefore()
    {
        RadixTree tree = new(16);
        tree.Insert(System, 100);
        Assert.That(tree.Match(OtherSystem, 100).Tokens, Is.EqualTo(32));
        Assert.That(tree.Insert(OtherSystem, 100).Tokens, Is.EqualTo(32));
        Assert.That(tree.EvictableTokens, Is.EqualTo(96 + 64));
    }

    [Test]
    public void Evict_Nothing_FreesNothing()
    {
        RadixTree tree = new();
        Assert.That(tree.Evict(10), Is.Zero);
        tree.Insert(Chat, 10);
        Assert.That(tree.Evict(0), Is.Zero);
        Assert.That(tree.EvictableTokens, Is.EqualTo(10));
    }

    [Test]
    public void Evict_Leaves_GoLeastRecentlyUsedFirstAndWhole()
    {
        RadixTree tree = new();
        tree.Insert([new(1, 10)], 10);
        tree.Insert([new(2, 20)], 20);
        tree.Insert([new(3, 30)], 30);
        tree.Match([new(1, 10)], 10);
        Assert.That(tree.Evict(1), Is.EqualTo(20));
        Assert.That(tree.Evict(31), Is.EqualTo(40));
        Assert.That((tree.EvictableTokens, tree.Nodes), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Evict_ParentWhoseChildrenAreGone_IsALeafThen()
    {
        RadixTree tree = new();
        tree.Insert(System, 100);
        tree.Insert(OtherSystem, 100);
        tree.Insert([new(5, 7)], 7);
        Assert.That(tree.Evict(60), Is.EqualTo(60));
        Assert.That(tree.Match(System, 100).Tokens, Is.EqualTo(40), "of the older branch only the shared part is left");
        Assert.That(tree.Match(OtherSystem, 100).Tokens, Is.EqualTo(100));
        Assert.That(tree.Evict(1), Is.EqualTo(7));
        Assert.That(tree.Evict(61), Is.EqualTo(100));
    }

    [Test]
    public void Lock_Node_ProtectsAllBeforeIt()
    {
        RadixTree tree = new();
        RadixMatch end = tree.Insert(System, 100);
        tree.Insert(OtherSystem, 100);
        tree.Lock(end.Node);
        Assert.That((tree.EvictableTokens, tree.ProtectedTokens), Is.EqualTo((60, 100)));
        tree.Lock(end.Node);
        Assert.That((tree.EvictableTokens, tree.ProtectedTokens), Is.EqualTo((60, 100)));
        Assert.That(tree.Evict(1000), Is.EqualTo(60));
        tree.Unlock(end.Node);
        Assert.That((tree.EvictableTokens, tree.ProtectedTokens), Is.EqualTo((0, 100)));
        Assert.That(tree.Evict(1000), Is.Zero);
        tree.Unlock(end.Node);
        Assert.That((tree.EvictableTokens, tree.ProtectedTokens), Is.EqualTo((100, 0)));
        Assert.That(tree.Evict(1000), Is.EqualTo(100));
    }

    [Test]
    public void Lock_NodeThatIsSplitLater_HoldsBothParts()
    {
        RadixTree tree = new();
        RadixMatch end = tree.Insert(Chat, 100);
        tree.Lock(end.Node);
        RadixMatch part = tree.Match(Chat, 30);
        Assert.That((tree.EvictableTokens, tree.ProtectedTokens), Is.EqualTo((0, 100)));
        tree.Lock(part.Node);
        tree.Unlock(end.Node);
        Assert.That((tree.EvictableTokens, tree.ProtectedTokens), Is.EqualTo((70, 30)));
        tree.Unlock(part.Node);
        Assert.That((tree.EvictableTokens, tree.ProtectedTokens), Is.EqualTo((100, 0)));
    }

    [Test]
    public void Unlock_IsNoUse()
    {
        RadixTree tree = new();
        RadixMatch old = tree.Insert([new(1, 10)], 10);
        tree.Lock(old.Node);
        tree.Insert([new(2, 20)], 20);
        tree.Unlock(old.Node);
        Assert.That(tree.Evict(1), Is.EqualTo(10));
    }

    [Test]
    public void Lock_Root_DoesNothing()
    {
        RadixTree tree = new();
        tree.Insert(Chat, 10);
        tree.Lock(RadixTree.Root);
        tree.Unlock(RadixTree.Root);
        Assert.That((tree.EvictableTokens, tree.ProtectedTokens, tree.Evict(1)), Is.EqualTo((10, 0, 10)));
    }

    [Test]
    public void Match_LongContent_AllocatesNothing()
    {
        RadixTree tree = new(16);
        ContentSegment[] content = [.. Enumerable.Range(0, 200).Select(i => new ContentSegment(i, 512))];
        tree.Insert(content, 100_000);
        tree.Match(content, 100_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) tree.Match(content, 100_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Insert_ContentsInsertedAndEvictedOverAndOver_AllocatesNothingMore()
    {
        RadixTree tree = new();
        ContentSegment[][] contents = [.. Enumerable.Range(0, 60).Select(key => new[] { new ContentSegment(key, 10) })];
        Cycle(20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Cycle(100);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        foreach (ContentSegment[] content in contents) Assert.That(tree.Match(content, 10).Tokens, Is.EqualTo(10));

        void Cycle(int times)
        {
            for (int i = 0; i < times; i++)
            {
                tree.Evict(long.MaxValue);
                foreach (ContentSegment[] content in contents) tree.Insert(content, 10);
            }
        }
    }

    /// <summary>Invariant 4 for the tree: what is protected and what can be evicted is what the nodes hold, and what was evicted is not found.</summary>
    [SeededProperty(MaxTest = 400)]
    public void Invariant4_RandomOperations_EqualNaiveTree(PositiveInt page, (byte Kind, ushort Content, byte Length)[] operations)
    {
        int pageTokens = page.Get % 3 + 1;
        RadixTree tree = new(pageTokens);
        NaiveRadix naive = new(pageTokens);
        List<(int Node, NaiveRadix.Node Naive)> locked = [];
        foreach ((byte kind, ushort seed, byte length) in operations)
        {
            ContentSegment[] content = TestContent.Of(seed);
            List<(long, int)> tokens = TestContent.Tokens(content, length % 14);
            switch (kind % 6)
            {
                case 0:
                    Assert.That(tree.Match(content, tokens.Count).Tokens, Is.EqualTo(naive.Match(tokens).Tokens));
                    break;
                case 1:
                case 2:
                    (RadixMatch end, (int already, NaiveRadix.Node node)) =
                        (tree.Insert(content, tokens.Count), naive.Insert(tokens, new object[tokens.Count]));
                    Assert.That(end.Tokens, Is.EqualTo(already));
                    if (kind % 2 == 0) break;
                    locked.Add((end.Node, node));
                    tree.Lock(end.Node);
                    naive.Lock(node, 1);
                    break;
                case 3:
                    (RadixMatch match, (int _, NaiveRadix.Node found)) = (tree.Match(content, tokens.Count), naive.Match(tokens));
                    locked.Add((match.Node, found));
                    tree.Lock(match.Node);
                    naive.Lock(found, 1);
                    break;
                case 4 when locked.Count > 0:
                    int index = seed % locked.Count;
                    tree.Unlock(locked[index].Node);
                    naive.Lock(locked[index].Naive, -1);
                    locked.RemoveAt(index);
                    break;
                case 5:
                    Assert.That(tree.Evict(length % 14), Is.EqualTo(naive.Evict(length % 14).Count * pageTokens));
                    break;
            }
            Assert.That((tree.EvictableTokens, tree.ProtectedTokens, tree.Nodes),
                Is.EqualTo((naive.Evictable, naive.Protected, naive.Nodes.Count())));
        }
        foreach ((byte _, ushort seed, byte _) in operations)
        {
            ContentSegment[] content = TestContent.Of(seed);
            Assert.That(tree.Match(content, 14).Tokens, Is.EqualTo(naive.Match(TestContent.Tokens(content, 14)).Tokens));
        }
    }
}
