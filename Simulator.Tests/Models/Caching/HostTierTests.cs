using FsCheck;
using Simulator.Models.Caching;

namespace Simulator.Tests.Models.Caching;

public sealed class HostTierTests
{
    [TestCase(0)]
    [TestCase(-1)]
    public void Constructor_NoRoom_Throws(long blocks) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new HostTier(blocks, HostWritePolicy.WriteBack));

    [TestCase(HostWritePolicy.WriteThrough, true, false)]
    [TestCase(HostWritePolicy.WriteBack, false, true)]
    public void Write_BeginsWhenThePolicySaysSo(HostWritePolicy policy, bool named, bool evicted)
    {
        HostTier host = new(4, policy);
        Assert.That(host.OnNamed(1), Is.EqualTo(named));
        Assert.That(host.OnEvicted(2), Is.EqualTo(evicted));
        Assert.That((host.Total, host.Pinned, host.Cached, host.Free), Is.EqualTo((4, 1, 0, 3)));
    }

    [Test]
    public void FindPrefix_BlockOnItsWay_IsNotThereYet()
    {
        HostTier host = new(4, HostWritePolicy.WriteBack);
        Write(host, 1);
        host.OnEvicted(2);
        Write(host, 3);
        Assert.That(host.FindPrefix([1, 2, 3]), Is.EqualTo(1));
        Assert.That(host.FindPrefix([2]), Is.Zero);
        Assert.That(host.FindPrefix([]), Is.Zero);
        host.EndWrite(2);
        Assert.That(host.FindPrefix([1, 2, 3]), Is.EqualTo(3));
        Assert.That(host.FindPrefix([1, 2, 3, 4]), Is.EqualTo(3));
        Assert.That((host.Pinned, host.Cached, host.Free), Is.EqualTo((0, 3, 1)));
    }

    [Test]
    public void OnEvicted_BlockThatIsThere_IsNotWrittenAgainAndKeepsItsPlace()
    {
        HostTier host = new(2, HostWritePolicy.WriteBack);
        Write(host, 1);
        Write(host, 2);
        Assert.That(host.OnEvicted(1), Is.False);
        Write(host, 3);
        Assert.That(Present(host, 1, 2, 3), Is.EqualTo(new ulong[] { 2, 3 }));
    }

    [Test]
    public void OnEvicted_Full_EvictsTheLeastRecentlyUsed()
    {
        HostTier host = new(3, HostWritePolicy.WriteBack);
        foreach (ulong name in new ulong[] { 1, 2, 3 }) Write(host, name);
        host.Touch([1, 9]);
        Write(host, 4);
        Assert.That(Present(host, 1, 2, 3, 4), Is.EqualTo(new ulong[] { 1, 3, 4 }));
        Assert.That((host.Pinned, host.Cached, host.Free), Is.EqualTo((0, 3, 0)));
    }

    [Test]
    public void Touch_Prefix_LeavesItsTailFirstToGo()
    {
        HostTier host = new(3, HostWritePolicy.WriteBack);
        foreach (ulong name in new ulong[] { 1, 2, 3 }) Write(host, name);
        host.Touch([1, 2, 3]);
        Write(host, 4);
        Write(host, 5);
        Assert.That(Present(host, 1, 2, 3, 4, 5), Is.EqualTo(new ulong[] { 1, 4, 5 }));
    }

    [Test]
    public void OnEvicted_EverythingPinned_IsRefused()
    {
        HostTier host = new(2, HostWritePolicy.WriteBack);
        Write(host, 1);
        host.Pin([1]);
        Assert.That(host.OnEvicted(2), Is.True);
        Assert.That(host.OnEvicted(3), Is.False);
        Assert.That((host.Pinned, host.Cached, host.Free), Is.EqualTo((2, 0, 0)));
        host.EndWrite(2);
        Assert.That(host.OnEvicted(3), Is.True);
        Assert.That(host.FindPrefix([2]), Is.Zero);
    }

    [Test]
    public void Unpin_LastReader_LeavesTheBlockAtItsPlace()
    {
        HostTier host = new(3, HostWritePolicy.WriteBack);
        foreach (ulong name in new ulong[] { 1, 2, 3 }) Write(host, name);
        host.Pin([1, 2]);
        host.Pin([1]);
        host.Touch([2]);
        host.Unpin([1, 2]);
        Assert.That((host.Pinned, host.Cached), Is.EqualTo((1, 2)));
        host.Unpin([1]);
        Assert.That((host.Pinned, host.Cached), Is.EqualTo((0, 3)));
        Write(host, 4);
        Assert.That(Present(host, 1, 2, 3, 4), Is.EqualTo(new ulong[] { 2, 3, 4 }));
        Write(host, 5);
        Assert.That(Present(host, 1, 2, 3, 4, 5), Is.EqualTo(new ulong[] { 2, 4, 5 }));
    }

    [Test]
    public void OnEvicted_ManyBlocks_ReusesRoom()
    {
        HostTier host = new(100, HostWritePolicy.WriteBack);
        for (ulong name = 1; name <= 1000; name++) Write(host, name);
        Assert.That(host.FindPrefix([.. Enumerable.Range(901, 100).Select(i => (ulong)i)]), Is.EqualTo(100));
        Assert.That(host.FindPrefix([900]), Is.Zero);
        Assert.That((host.Cached, host.Free), Is.EqualTo((100, 0)));
    }

    /// <summary>Invariant 4: pinned + cached + free = total, always, and what is evicted is not found.</summary>
    [SeededProperty(MaxTest = 400)]
    public void Invariant4_RandomOperations_EqualNaiveModel(PositiveInt size, (byte Kind, byte Value)[] operations)
    {
        int total = size.Get % 8 + 1;
        HostTier host = new(total, HostWritePolicy.WriteThrough);
        List<Block> naive = []; // least recently used first
        List<ulong> writing = [];
        List<ulong[]> reading = [];
        foreach ((byte kind, byte value) in operations)
        {
            ulong name = (ulong)(value % 10);
            switch (kind % 6)
            {
                case 0 or 1:
                    Assert.That(host.OnEvicted(name), Is.False);
                    bool fits = naive.All(block => block.Name != name) && (naive.Count < total || naive.Any(block => !block.IsPinned));
                    Assert.That(host.OnNamed(name), Is.EqualTo(fits));
                    if (!fits) break;
                    if (naive.Count == total) naive.Remove(naive.First(block => !block.IsPinned));
                    naive.Add(new Block { Name = name });
                    writing.Add(name);
                    break;
                case 2 when writing.Count > 0:
                    ulong written = writing[value % writing.Count];
                    writing.Remove(written);
                    host.EndWrite(written);
                    naive.Single(block => block.Name == written).IsWritten = true;
                    break;
                case 3:
                    ulong[] touched = [name, (name + 1) % 10, (name + 2) % 10];
                    host.Touch(touched);
                    foreach (ulong one in touched.Reverse())
                    {
                        if (naive.Find(block => block.Name == one) is not { } block) continue;
                        naive.Remove(block);
                        naive.Add(block);
                    }
                    break;
                case 4:
                    ulong[] names = [.. Enumerable.Range(0, 4).Select(i => (name + (ulong)i) % 10)];
                    int found = names.TakeWhile(one => naive.Any(block => block.Name == one && block.IsWritten)).Count();
                    Assert.That(host.FindPrefix(names), Is.EqualTo(found));
                    host.Pin(names.AsSpan()[..found]);
                    foreach (ulong one in names[..found]) naive.Single(block => block.Name == one).Readers++;
                    reading.Add(names[..found]);
                    break;
                case 5 when reading.Count > 0:
                    ulong[] read = reading[value % reading.Count];
                    reading.Remove(read);
                    host.Unpin(read);
                    foreach (ulong one in read) naive.Single(block => block.Name == one).Readers--;
                    break;
            }
            Assert.That(host.Pinned + host.Cached + host.Free, Is.EqualTo(host.Total));
            Assert.That((host.Pinned, host.Free), Is.EqualTo((naive.Count(block => block.IsPinned), total - naive.Count)));
            for (ulong n = 0; n < 10; n++)
                Assert.That(host.FindPrefix([n]), Is.EqualTo(naive.Count(block => block.Name == n && block.IsWritten)));
        }
    }

    private static void Write(HostTier host, ulong name)
    {
        Assert.That(host.OnEvicted(name));
        host.EndWrite(name);
    }

    private static IEnumerable<ulong> Present(HostTier host, params ulong[] names) => names.Where(name => host.FindPrefix([name]) == 1);

    private sealed class Block
    {
        public ulong Name;
        public int Readers;
        public bool IsWritten;

        public bool IsPinned => !IsWritten || Readers > 0;
    }
}
