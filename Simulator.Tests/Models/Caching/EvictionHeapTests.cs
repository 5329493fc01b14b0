using Simulator.Models.Caching;

namespace Simulator.Tests.Models.Caching;

public sealed class EvictionHeapTests
{
    [Test]
    public void Contains_IdsThatWereNeverAdded_IsFalse()
    {
        EvictionHeap heap = new();
        Assert.That(heap.Contains(0), Is.False);
        heap.Add(3, 7);
        Assert.That(Enumerable.Range(0, 6).Select(heap.Contains), Is.EqualTo(new[] { false, false, false, true, false, false }));
        Assert.That((heap.Count, heap.First), Is.EqualTo((1, 3)));
        heap.Remove(3);
        Assert.That((heap.Count, heap.Contains(3)), Is.EqualTo((0, false)));
    }

    [SeededProperty(MaxTest = 500)]
    public void First_RandomAddsAndRemovals_IsTheOldestMember((byte Id, int Stamp)[] operations)
    {
        EvictionHeap heap = new();
        SortedDictionary<long, int> naive = [];
        long unique = 0;
        foreach ((byte id, int stamp) in operations)
        {
            Assert.That(heap.Contains(id), Is.EqualTo(naive.ContainsValue(id)));
            if (heap.Contains(id))
            {
                heap.Remove(id);
                naive.Remove(naive.Single(pair => pair.Value == id).Key);
            }
            else
            {
                long key = ((long)stamp << 20) + unique++;
                heap.Add(id, key);
                naive.Add(key, id);
            }
            Assert.That(heap.Count, Is.EqualTo(naive.Count));
            if (naive.Count > 0) Assert.That(heap.First, Is.EqualTo(naive.First().Value));
        }
        foreach (int id in naive.Values)
        {
            Assert.That(heap.First, Is.EqualTo(id));
            heap.Remove(id);
        }
        Assert.That(heap.Count, Is.Zero);
    }

    [Test]
    public void Remove_LastMemberIsOlderThanTheParentOfTheHole_MovesUp()
    {
        // Of two branches the first holds 10 to 12 and the second 2 to 4: when 11 goes, 4 takes its place, below 10.
        EvictionHeap heap = new();
        foreach (int id in new[] { 1, 10, 2, 11, 12, 3, 4 }) heap.Add(id, id);
        heap.Remove(11);
        foreach (int id in new[] { 20, 21, 22 }) heap.Add(id, id);
        foreach (int id in new[] { 1, 2, 3, 4, 10, 12, 20, 21, 22 })
        {
            Assert.That(heap.First, Is.EqualTo(id));
            heap.Remove(id);
        }
        Assert.That(heap.Count, Is.Zero);
    }

    [Test]
    public void Remove_InAnyOrder_KeepsTheRestInOrder()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            EvictionHeap heap = new();
            List<int> left = [.. Enumerable.Range(0, 40)];
            foreach (int id in left) heap.Add(id, Stamp(id, seed));
            for (int step = 0; step < 30; step++)
            {
                int id = left[(step * 7 + seed) % left.Count];
                left.Remove(id);
                heap.Remove(id);
                Assert.That(heap.First, Is.EqualTo(left.MinBy(other => Stamp(other, seed))));
            }
        }

        static long Stamp(int id, int seed) => (id * 31 + seed * 17) % 1009 * 100 + id;
    }
}
