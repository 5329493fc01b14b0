using FsCheck;
using Simulator.Models.Caching;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Caching;

public sealed class RadixPoolTests
{
    private static readonly ContentSegment[] Chat = [new(1, 100)];

    [TestCase(0, 1)]
    [TestCase(-1, 1)]
    [TestCase(1, 0)]
    [TestCase(KvBlockPool.Unlimited, 2)]
    public void Constructor_OutOfRange_Throws(long pages, int pageTokens) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new RadixPool(pages, pageTokens));

    [Test]
    public void Constructor_Unlimited_NeverRunsOut()
    {
        RadixPool pool = new(KvBlockPool.Unlimited);
        RadixHold hold = default;
        Assert.That(pool.TryGrow(ref hold, int.MaxValue));
        Assert.That(pool.UsedTokens, Is.EqualTo(int.MaxValue));
    }

    [Test]
    public void TryGrow_PagesOfFour_TakesWholePages()
    {
        RadixPool pool = new(10, 4);
        Assert.That((pool.TotalTokens, pool.FreeTokens, pool.AvailableTokens), Is.EqualTo((40, 40, 40)));
        RadixHold hold = default;
        Assert.That(pool.Missing(hold, 0), Is.Zero);
        Assert.That(pool.Missing(hold, 1), Is.EqualTo(4));
        Assert.That(pool.TryGrow(ref hold, 5));
        Assert.That((hold.PrivateTokens, hold.Tokens), Is.EqualTo((8, 8)));
        Assert.That(pool.TryGrow(ref hold, 8));
        Assert.That(pool.TryGrow(ref hold, 3));
        Assert.That((pool.UsedTokens, pool.CachedTokens, pool.FreeTokens), Is.EqualTo((8, 0, 32)));
        Assert.That(pool.TryGrow(ref hold, 41), Is.False);
        Assert.That((pool.UsedTokens, hold.Tokens), Is.EqualTo((8, 8)));
        Assert.That(pool.TryGrow(ref hold, 40));
        Assert.That((pool.UsedTokens, pool.FreeTokens), Is.EqualTo((40, 0)));
    }

    [Test]
    public void TryTake_PagesOfNoSequence_AreUsedUntilTheyAreReturned()
    {
        RadixPool pool = new(10, 4);
        RadixHold hold = default;
        pool.TryGrow(ref hold, 16);
        pool.Share(ref hold, Chat, 16);
        pool.Release(ref hold);
        Assert.That(pool.TryTake(44), Is.False);
        Assert.That((pool.UsedTokens, pool.CachedTokens, pool.FreeTokens), Is.EqualTo((0, 0, 40)), "what was evicted for it stays so");
        Assert.That(pool.TryTake(28));
        Assert.That((pool.UsedTokens, pool.AvailableTokens), Is.EqualTo((28, 12)));
        pool.Return(8);
        Assert.That((pool.UsedTokens, pool.FreeTokens), Is.EqualTo((20, 20)));
    }

    [Test]
    public void Share_PartOfAPrefill_MovesWholePagesAndKeepsTheRest()
    {
        RadixPool pool = new(10, 4);
        RadixHold hold = default;
        pool.TryGrow(ref hold, 10);
        pool.Share(ref hold, Chat, 10);
        Assert.That((hold.SharedTokens, hold.PrivateTokens), Is.EqualTo((8, 4)));
        Assert.That((pool.UsedTokens, pool.CachedTokens, pool.FreeTokens), Is.EqualTo((12, 0, 28)));
        pool.Release(ref hold);
        Assert.That(hold, Is.EqualTo(default(RadixHold)));
        Assert.That((pool.UsedTokens, pool.CachedTokens, pool.FreeTokens), Is.EqualTo((0, 8, 32)));
        Assert.That(pool.Match(Chat, 100).Tokens, Is.EqualTo(8));
    }

    [Test]
    public void Share_TwoSequencesOfOneContent_FreesTheDuplicates()
    {
        RadixPool pool = new(100);
        RadixHold first = default, second = default;
        pool.TryGrow(ref first, 30);
        pool.TryGrow(ref second, 40);
        pool.Share(ref first, Chat, 30);
        Assert.That(pool.FreeTokens, Is.EqualTo(30));
        pool.Share(ref second, Chat, 40);
        Assert.That((pool.UsedTokens, pool.FreeTokens), Is.EqualTo((40, 60)));
        pool.Release(ref second);
        Assert.That((pool.UsedTokens, pool.CachedTokens, pool.FreeTokens), Is.EqualTo((30, 10, 60)));
    }

    [Test]
    public void Release_WithoutShare_KeepsNothing()
    {
        RadixPool pool = new(100);
        RadixHold hold = default;
        pool.TryGrow(ref hold, 30);
        pool.Share(ref hold, Chat, 20);
        pool.TryGrow(ref hold, 50);
        pool.Release(ref hold);
        Assert.That((pool.UsedTokens, pool.CachedTokens, pool.FreeTokens), Is.EqualTo((0, 20, 80)));
    }

    [Test]
    public void Share_NoContentOrNothingMore_ChangesNothing()
    {
        RadixPool pool = new(100);
        RadixHold hold = default;
        pool.TryGrow(ref hold, 30);
        RadixHold before = hold;
        pool.Share(ref hold, [], 30);
        Assert.That(hold, Is.EqualTo(before));
        pool.Share(ref hold, Chat, 30);
        before = hold;
        pool.Share(ref hold, Chat, 29);
        pool.Share(ref hold, Chat, 30);
        Assert.That(hold, Is.EqualTo(before));
        Assert.That((pool.UsedTokens, pool.CachedTokens), Is.EqualTo((30, 0)));
    }

    [Test]
    public void Share_NothingMore_IsStillAUse()
    {
        RadixPool pool = new(100);
        RadixHold chat = Cached(pool, Chat, 20), other = Cached(pool, [new(2, 30)], 30);
        pool.Share(ref chat, Chat, 20);
        pool.Release(ref chat);
        pool.Release(ref other);
        Assert.That(pool.TryTake(45));
        Assert.That(pool.TryFree(10));
        Assert.That((pool.FreeTokens, pool.CachedTokens), Is.EqualTo((35, 20)), "the other content was used longer ago");
        Assert.That(pool.Match(Chat, 20).Tokens, Is.EqualTo(20));

        RadixHold Cached(RadixPool pool, ContentSegment[] content, int tokens)
        {
            RadixHold hold = default;
            pool.TryGrow(ref hold, tokens);
            pool.Share(ref hold, content, tokens);
            return hold;
        }
    }

    [Test]
    public void Hold_CachedPrefix_IsUsedAndNotEvicted()
    {
        RadixPool pool = new(100);
        RadixHold hold = default;
        pool.TryGrow(ref hold, 40);
        pool.Share(ref hold, Chat, 40);
        pool.Release(ref hold);
        hold = pool.Hold(pool.Match(Chat, 25));
        Assert.That((hold.SharedTokens, hold.PrivateTokens, hold.Tokens), Is.EqualTo((25, 0, 25)));
        Assert.That((pool.UsedTokens, pool.CachedTokens, pool.AvailableTokens), Is.EqualTo((25, 15, 75)));
        Assert.That(pool.TryFree(76), Is.False);
        Assert.That((pool.UsedTokens, pool.CachedTokens, pool.FreeTokens), Is.EqualTo((25, 0, 75)));
        Assert.That(pool.Match(Chat, 100).Tokens, Is.EqualTo(25));
    }

    [Test]
    public void TryFree_TooLittleIsFree_EvictsAsMuchAsIsAskedFor()
    {
        RadixPool pool = new(100);
        for (int key = 0; key < 9; key++)
        {
            RadixHold hold = default;
            pool.TryGrow(ref hold, 10);
            pool.Share(ref hold, [new(key, 10)], 10);
            pool.Release(ref hold);
        }
        Assert.That(pool.TryFree(10));
        Assert.That((pool.FreeTokens, pool.CachedTokens), Is.EqualTo((10, 90)), "enough was free");
        Assert.That(pool.TryFree(11));
        Assert.That((pool.FreeTokens, pool.CachedTokens), Is.EqualTo((30, 70)), "two leaves of ten, though one would do");
        Assert.That(pool.Match([new(1, 10)], 10).Tokens, Is.Zero);
        Assert.That(pool.Match([new(2, 10)], 10).Tokens, Is.EqualTo(10));
    }

    /// <summary>Invariant 4: used + cached + free = total, always, one object for each page; a freed page is in no node and no sequence.</summary>
    [SeededProperty(MaxTest = 400)]
    public void Invariant4_RandomSequences_EqualNaivePool(PositiveInt size, (byte Kind, ushort Content, byte Length)[] operations)
    {
        int pageTokens = size.Get % 3 + 1, pages = size.Get % 17 + 4;
        RadixPool pool = new(pages, pageTokens);
        NaivePool naive = new(pages, pageTokens);
        List<(RadixHold Hold, NaivePool.Sequence Naive, ContentSegment[] Content, int Tokens)> running = [];
        foreach ((byte kind, ushort seed, byte length) in operations)
        {
            int index = running.Count == 0 ? -1 : seed % running.Count, tokens = length % 16;
            switch (kind % 6)
            {
                case 0 or 1:
                    ContentSegment[] content = seed % 7 == 0 ? [] : TestContent.Of(seed);
                    RadixMatch match = pool.Match(content, tokens);
                    NaivePool.Sequence started = naive.Start(TestContent.Tokens(content, tokens));
                    Assert.That(match.Tokens, Is.EqualTo(started.Shared));
                    running.Add((pool.Hold(match), started, content, match.Tokens));
                    break;
                case 2 or 3 when index >= 0:
                    (RadixHold hold, NaivePool.Sequence grown, ContentSegment[] known, int computed) = running[index];
                    int goal = computed + tokens;
                    bool fits = pool.TryGrow(ref hold, goal);
                    Assert.That(fits, Is.EqualTo(naive.TryGrow(grown, goal)));
                    running[index] = (hold, grown, known, fits ? goal : computed);
                    break;
                case 4 when index >= 0:
                    (hold, NaivePool.Sequence sharing, known, computed) = running[index];
                    pool.Share(ref hold, known, computed);
                    if (known.Length > 0) naive.Share(sharing, TestContent.Tokens(known, computed));
                    running[index] = (hold, sharing, known, computed);
                    break;
                case 5 when index >= 0:
                    (hold, NaivePool.Sequence ended, known, computed) = running[index];
                    if (tokens % 2 == 0)
                    {
                        pool.Share(ref hold, known, computed);
                        if (known.Length > 0) naive.Share(ended, TestContent.Tokens(known, computed));
                    }
                    pool.Release(ref hold);
                    naive.Release(ended);
                    running.RemoveAt(index);
                    break;
            }
            Assert.That(pool.UsedTokens + pool.CachedTokens + pool.FreeTokens, Is.EqualTo(pool.TotalTokens));
            Assert.That(pool.FreeTokens, Is.EqualTo(naive.Free.Count * pageTokens));
            Assert.That(pool.CachedTokens, Is.EqualTo(naive.Tree.Evictable));
            List<object> reachable = [.. naive.Tree.Nodes.SelectMany(node => node.Pages), .. running.SelectMany(sequence => sequence.Naive.Own)];
            Assert.That(reachable.Concat(naive.Free).Distinct().Count(), Is.EqualTo(pages), "each page is in one place");
            Assert.That(reachable, Has.Count.EqualTo(pages - naive.Free.Count));
            foreach ((RadixHold held, NaivePool.Sequence sequence, _, _) in running)
                Assert.That((held.SharedTokens, held.PrivateTokens), Is.EqualTo((sequence.Shared, sequence.Own.Count * pageTokens)));
        }
    }

    private sealed class NaivePool(int pages, int pageTokens)
    {
        public NaiveRadix Tree { get; } = new(pageTokens);

        public List<object> Free { get; } = [.. Enumerable.Range(0, pages).Select(_ => new object())];

        public Sequence Start(List<(long, int)> tokens)
        {
            (int shared, NaiveRadix.Node node) = Tree.Match(tokens);
            Tree.Lock(node, 1);
            return new() { Node = node, Shared = shared };
        }

        public bool TryGrow(Sequence sequence, int tokens)
        {
            int missing = Math.Max(0, (tokens + pageTokens - 1) / pageTokens - sequence.Shared / pageTokens - sequence.Own.Count);
            if (Free.Count < missing) Free.AddRange(Tree.Evict(missing * pageTokens));
            if (Free.Count < missing) return false;
            sequence.Own.AddRange(Free[..missing]);
            Free.RemoveRange(0, missing);
            return true;
        }

        public void Share(Sequence sequence, List<(long, int)> tokens)
        {
            int before = sequence.Shared / pageTokens, whole = tokens.Count / pageTokens;
            (int already, NaiveRadix.Node node) = Tree.Insert(tokens, [.. new object[before], .. sequence.Own]);
            Free.AddRange(sequence.Own[..(already / pageTokens - before)]);
            sequence.Own.RemoveRange(0, whole - before);
            Tree.Lock(node, 1);
            Tree.Lock(sequence.Node, -1);
            (sequence.Node, sequence.Shared) = (node, whole * pageTokens);
        }

        public void Release(Sequence sequence)
        {
            Free.AddRange(sequence.Own);
            sequence.Own.Clear();
            Tree.Lock(sequence.Node, -1);
        }

        public sealed class Sequence
        {
            public required NaiveRadix.Node Node;
            public int Shared;
            public readonly List<object> Own = [];
        }
    }
}
