using FsCheck;
using FsCheck.Fluent;
using Simulator.Models.Caching;

namespace Simulator.Tests.Models.Caching;

public sealed class KvBlockPoolTests
{
    [Test]
    public void TryTake_MoreThanAvailable_TakesNothing()
    {
        KvBlockPool pool = new(10);
        Assert.That(pool.TryTake(11), Is.False);
        Assert.That((pool.Used, pool.Cached, pool.Free), Is.EqualTo((0, 0, 10)));
    }

    [Test]
    public void TryTake_UnlimitedPool_NeverRunsOut()
    {
        KvBlockPool pool = new(KvBlockPool.Unlimited);
        for (int i = 0; i < 1000; i++) Assert.That(pool.TryTake(1_000_000_000_000), Is.True);
    }

    [Test]
    public void TryTake_CachedBlocks_EvictsTailOfPrefixFirst()
    {
        KvBlockPool pool = new(3);
        pool.TryTake(3);
        int[] held = [pool.Name(11), pool.Name(12), pool.Name(13)];
        foreach (int node in held.Reverse()) pool.Release(node);

        pool.TryTake(1);

        Assert.That(pool.FindPrefix([11, 12, 13], out int idle), Is.EqualTo(2));
        Assert.That(idle, Is.EqualTo(2));
    }

    [Test]
    public void Hold_BlockInQueue_IsNoLongerEvicted()
    {
        KvBlockPool pool = new(2);
        pool.TryTake(2);
        pool.Release(pool.Name(7));
        pool.Return(1);
        pool.TryHold(7, out _);
        Assert.That(pool.TryTake(2), Is.False);
        Assert.That(pool.TryTake(1), Is.True);
        Assert.That(pool.FindPrefix([7], out _), Is.EqualTo(1));
    }

    [Test]
    public void Evicted_BlocksThatAreTaken_AreNamedInOrderOnceNoTwinIsLeft()
    {
        List<ulong> evicted = [];
        KvBlockPool pool = new(5) { Evicted = evicted };
        pool.TryTake(5);
        int[] nodes = [pool.Name(3), pool.Name(1), pool.Name(3), pool.Name(2)];
        foreach (int node in nodes) pool.Release(node);
        pool.Return(1);
        pool.TryTake(1);
        Assert.That(evicted, Is.Empty, "a twin still holds the content");
        pool.TryTake(1);
        Assert.That(evicted, Is.EqualTo(new ulong[] { 1 }));
        pool.TryTake(3);
        Assert.That(evicted, Is.EqualTo(new ulong[] { 1, 3, 2 }));
    }

    [Test]
    public void FindPrefix_BlocksInUseAndInTheQueue_StopsAtTheFirstUnknown()
    {
        KvBlockPool pool = new(4);
        pool.TryTake(3);
        int[] nodes = [pool.Name(1), pool.Name(2), pool.Name(4)];
        pool.Release(nodes[1]);
        Assert.That(pool.FindPrefix([1, 2, 3, 4], out int idle), Is.EqualTo(2));
        Assert.That(idle, Is.EqualTo(1));
        Assert.That(pool.FindPrefix([], out idle), Is.Zero);
        Assert.That(idle, Is.Zero);
        Assert.That(pool.FindPrefix([3], out _), Is.Zero);
        Assert.That((pool.Used, pool.Cached, pool.Free, pool.Available), Is.EqualTo((2, 1, 1, 2)));
    }

    [Test]
    public void TryTake_Zero_TakesNothingFromAFullPool()
    {
        KvBlockPool pool = new(1);
        Assert.That(pool.TryTake(1));
        Assert.That(pool.TryTake(0));
        pool.Return(0);
        Assert.That((pool.Used, pool.Available), Is.EqualTo((1, 0)));
    }

    [Test]
    public void FreeBeforeEviction_QueueOfRunsAndNamedBlocks_IsTheRunAtItsHead()
    {
        KvBlockPool pool = new(8);
        pool.TryTake(5);
        Assert.That(pool.FreeBeforeEviction, Is.EqualTo(3));
        pool.Release(pool.Name(1));
        pool.Return(2);
        Assert.That((pool.FreeBeforeEviction, pool.Free, pool.Available), Is.EqualTo((3, 5, 6)), "what stands behind a named block does not count");
        pool.TryTake(3);
        Assert.That(pool.FreeBeforeEviction, Is.Zero, "a named block is next");
        pool.TryTake(1);
        Assert.That(pool.FreeBeforeEviction, Is.EqualTo(2));
        pool.TryTake(2);
        Assert.That((pool.FreeBeforeEviction, pool.Available), Is.EqualTo((0, 0)));
    }

    [Test]
    public void TryTake_BlocksNamedAndEvictedOverAndOver_AllocatesNothingMore()
    {
        KvBlockPool pool = new(8);
        Cycle(1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Cycle(10_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Cycle(int times)
        {
            for (int i = 0; i < times; i++)
            {
                pool.TryTake(3);
                pool.Release(pool.Name((ulong)i % 50 + 1));
                pool.Return(2);
            }
        }
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(KvBlockPool.Unlimited + 1)]
    public void Constructor_TotalOutOfRange_Throws(long total) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new KvBlockPool(total));

    [Test]
    public void TryTake_NegativeCount_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new KvBlockPool(3).TryTake(-1));

    [Test]
    public void Return_MoreThanIsUsed_Throws()
    {
        KvBlockPool pool = new(3);
        pool.TryTake(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Return(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Return(-1));
        Assert.That((pool.Used, pool.Available), Is.EqualTo((2, 1)));
    }

    [Test]
    public void TryHold_UnknownName_HoldsNothing()
    {
        KvBlockPool pool = new(3);
        Assert.That(pool.TryHold(5, out _), Is.False);
        Assert.That(pool.Available, Is.EqualTo(3));
    }

    [Test]
    public void Name_ManyBlocksOfOneContent_FirstIsFoundAndAllAreForgotten()
    {
        KvBlockPool pool = new(50_000);
        pool.TryTake(50_000);
        List<int> nodes = [.. Enumerable.Range(0, 50_000).Select(_ => pool.Name(7))];
        Assert.That(pool.TryHold(7, out int found) && found == nodes[0]);
        pool.Release(found);
        for (int i = nodes.Count - 1; i >= 0; i--) pool.Release(nodes[i]);
        for (int i = 0; i < 49_999; i++)
        {
            Assert.That(pool.TryTake(1));
            Assert.That(pool.FindPrefix([7], out int idle), Is.EqualTo(1));
            Assert.That(idle, Is.EqualTo(1));
        }
        Assert.That(pool.TryTake(1));
        Assert.That(pool.FindPrefix([7], out _), Is.Zero);
        Assert.That((pool.Used, pool.Cached, pool.Free), Is.EqualTo((50_000, 0, 0)));
    }

    /// <summary>Invariant 4: used + cached + free = total, always; a freed block is unreachable once it is taken again.</summary>
    [SeededProperty(MaxTest = 300)]
    public void Invariant4_RandomOperations_EqualNaiveModel(PositiveInt size, (byte Kind, byte Value)[] operations)
    {
        int total = size.Get % 12 + 1;
        List<ulong> evicted = [];
        KvBlockPool pool = new(total) { Evicted = evicted };
        NaivePool naive = new(total);
        List<(int Node, NaivePool.Block Block)> named = [];
        int anonymous = 0;
        List<NaivePool.Block> anonymousBlocks = [];
        foreach ((byte kind, byte value) in operations)
        {
            ulong name = (ulong)(value % 6 + 1);
            switch (kind % 5)
            {
                case 0:
                    int count = value % 4;
                    List<NaivePool.Block>? taken = naive.TryTake(count);
                    Assert.That(pool.TryTake(count), Is.EqualTo(taken is not null));
                    if (taken is null) break;
                    anonymous += count;
                    anonymousBlocks.AddRange(taken);
                    break;
                case 1 when anonymous > 0:
                    pool.Return(1);
                    naive.Return(anonymousBlocks[^1]);
                    anonymousBlocks.RemoveAt(--anonymous);
                    break;
                case 2 when anonymous > 0:
                    NaivePool.Block block = anonymousBlocks[^1];
                    anonymousBlocks.RemoveAt(--anonymous);
                    naive.Name(block, name);
                    named.Add((pool.Name(name), block));
                    break;
                case 3 when named.Count > 0:
                    int index = value % named.Count;
                    pool.Release(named[index].Node);
                    naive.Release(named[index].Block);
                    named.RemoveAt(index);
                    break;
                case 4 when naive.Find(name) is { } found:
                    naive.Hold(found);
                    pool.TryHold(name, out int held);
                    named.Add((held, found));
                    break;
            }
            Assert.That(evicted, Is.EqualTo(naive.Evicted));
            Assert.That(pool.Used + pool.Cached + pool.Free, Is.EqualTo(total));
            Assert.That(pool.Available, Is.EqualTo(naive.Queue.Count));
            Assert.That(pool.Cached, Is.EqualTo(naive.Queue.Count(block => block.Name != 0)));
            for (ulong n = 1; n <= 6; n++)
            {
                Assert.That(pool.FindPrefix([n], out int idle), Is.EqualTo(naive.Find(n) is null ? 0 : 1));
                if (naive.Find(n) is { } known) Assert.That(idle, Is.EqualTo(known.Holders == 0 ? 1 : 0));
            }
        }
    }

    /// <summary>Invariant 4 as sequences use the pool: prefixes that are held, grown, named and let go tail first.</summary>
    [SeededProperty(MaxTest = 300)]
    public void Invariant4_RandomSequences_EqualNaiveModel(PositiveInt size, (byte Kind, byte Family, byte Length)[] operations)
    {
        int total = size.Get % 20 + 1;
        List<ulong> evicted = [];
        KvBlockPool pool = new(total) { Evicted = evicted };
        NaivePool naive = new(total);
        List<(List<int> Nodes, List<NaivePool.Block> Blocks, ulong[] Names)> running = [];
        foreach ((byte kind, byte family, byte length) in operations)
        {
            if (kind % 3 < 2)
            {
                // Two families of chains: the first `length` names of each are prefixes of one another.
                ulong[] names = [.. Enumerable.Range(1, length % 8).Select(i => (ulong)(family % 2 * 100 + i))];
                NaivePool.Block[] hits = [.. names.Select(naive.Find).TakeWhile(block => block is not null).Cast<NaivePool.Block>()];
                Assert.That(pool.FindPrefix(names, out int idle), Is.EqualTo(hits.Length));
                Assert.That(idle, Is.EqualTo(hits.Count(block => block.Holders == 0)));
                int fresh = names.Length - hits.Length;
                if (fresh + idle > pool.Available) continue;
                List<int> nodes = [];
                foreach (ulong name in names[..hits.Length])
                {
                    Assert.That(pool.TryHold(name, out int node));
                    nodes.Add(node);
                }
                foreach (NaivePool.Block hit in hits) naive.Hold(hit);
                Assert.That(pool.TryTake(fresh));
                List<NaivePool.Block> blocks = [.. hits, .. naive.TryTake(fresh)!];
                // Some sequences end before their blocks are named, as one that is cut short.
                if (kind % 3 == 0)
                {
                    for (int i = hits.Length; i < names.Length; i++)
                    {
                        nodes.Add(pool.Name(names[i]));
                        naive.Name(blocks[i], names[i]);
                    }
                }
                running.Add((nodes, blocks, names));
            }
            else if (running.Count > 0)
            {
                int index = length % running.Count;
                (List<int> nodes, List<NaivePool.Block> blocks, _) = running[index];
                pool.Return(blocks.Count - nodes.Count);
                for (int i = blocks.Count - 1; i >= nodes.Count; i--) naive.Return(blocks[i]);
                for (int i = nodes.Count - 1; i >= 0; i--)
                {
                    pool.Release(nodes[i]);
                    naive.Release(blocks[i]);
                }
                running.RemoveAt(index);
            }
            Assert.That(evicted, Is.EqualTo(naive.Evicted));
            Assert.That((pool.Used, pool.Cached, pool.Free), Is.EqualTo((
                total - naive.Queue.Count, naive.Queue.Count(block => block.Name != 0), naive.Queue.Count(block => block.Name == 0))));
            Assert.That(running.SelectMany(sequence => sequence.Blocks).Any(naive.Queue.Contains), Is.False);
        }
    }

    private sealed class NaivePool(int total)
    {
        private readonly Dictionary<ulong, List<Block>> _byName = [];

        public List<Block> Queue { get; } = [.. Enumerable.Range(0, total).Select(_ => new Block())];

        public List<ulong> Evicted { get; } = [];

        public List<Block>? TryTake(int count)
        {
            if (count > Queue.Count) return null;
            List<Block> taken = Queue[..count];
            Queue.RemoveRange(0, count);
            foreach (Block block in taken.Where(block => block.Name != 0))
            {
                _byName[block.Name].Remove(block);
                if (_byName[block.Name].Count == 0) Evicted.Add(block.Name);
                block.Name = 0;
            }
            return taken;
        }

        public void Return(Block block) => Queue.Add(block);

        public void Name(Block block, ulong name)
        {
            (block.Name, block.Holders) = (name, 1);
            if (!_byName.TryGetValue(name, out List<Block>? same)) _byName.Add(name, same = []);
            same.Add(block);
        }

        public Block? Find(ulong name) => _byName.TryGetValue(name, out List<Block>? same) && same.Count > 0 ? same[0] : null;

        public void Hold(Block block)
        {
            if (block.Holders++ == 0) Queue.Remove(block);
        }

        public void Release(Block block)
        {
            if (--block.Holders == 0) Queue.Add(block);
        }

        public sealed class Block
        {
            public ulong Name;
            public int Holders;
        }
    }
}
