using System.Numerics;
using FsCheck;
using Simulator.Core;
using Simulator.Core.Events;
using Simulator.Core.Time;
using Simulator.Models.Networks;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Networks;

public sealed class SharedLinkTests
{
    private const long Gigabyte = 1_000_000_000;

    [TestCase(0, 0)]
    [TestCase(-1, 0)]
    [TestCase(1_000_000_000_000_001, 0)]
    [TestCase(1, -1)]
    public void Constructor_OutOfRange_Throws(long bytesPerSecond, long latency) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new SharedLink(bytesPerSecond, SimDuration.FromNanoseconds(latency)));

    [TestCase(-1, 0)]
    [TestCase(0, -1)]
    public void Start_NegativeNumber_Throws(long bytes, int calls) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new SharedLink(1, SimDuration.Zero).Start(new Simulation(), bytes, calls, new Transfers(new(1, SimDuration.Zero))));

    [Test]
    public void Start_OneFlow_TakesItsCallsAndItsBytes()
    {
        // 1,000 tokens of Llama 8B: 63 blocks × 32 layers × 2 calls of 10 µs, and 131 MB at 25 GB/s.
        Transfers transfers = new(new(25 * Gigabyte, SimDuration.FromMicroseconds(10)));
        transfers.Add(0, 131_000_000, 4032);
        Assert.That(transfers.Run(), Is.EqualTo(new long[] { 40_320_000 + 5_240_000 }));
        Assert.That((transfers.Link.Flows, transfers.Link.BytesDone), Is.EqualTo((0, 131_000_000)));
    }

    [Test]
    public void Start_TwoEqualFlows_TakeTwiceAsLong()
    {
        Transfers transfers = new(new(Gigabyte, SimDuration.Zero));
        transfers.Add(0, 1000);
        transfers.Add(0, 1000);
        Assert.That(transfers.Run(), Is.EqualTo(new long[] { 2000, 2000 }));
        Assert.That(transfers.Order, Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public void Start_StaggeredFlows_ShareWhileTheyOverlap()
    {
        // Alone to 400, by halves to 1,600 (600 each), then alone.
        Transfers transfers = new(new(Gigabyte, SimDuration.Zero));
        transfers.Add(0, 1000);
        transfers.Add(400, 900);
        Assert.That(transfers.Run(), Is.EqualTo(new long[] { 1600, 1900 }));
    }

    [Test]
    public void Start_ThreeFlows_ShortOneEndsFirst()
    {
        Transfers transfers = new(new(3 * Gigabyte, SimDuration.Zero));
        transfers.Add(0, 3000);
        transfers.Add(0, 300);
        transfers.Add(0, 600);
        // A third each to 300, a half each to 500, then all of it.
        Assert.That(transfers.Run(), Is.EqualTo(new long[] { 1300, 300, 500 }));
        Assert.That(transfers.Order, Is.EqualTo(new[] { 1, 2, 0 }));
    }

    [Test]
    public void Start_AfterAnIdleTime_BeginsAfresh()
    {
        Transfers transfers = new(new(Gigabyte, SimDuration.Zero));
        transfers.Add(0, 10);
        transfers.Add(1000, 10);
        Assert.That(transfers.Run(), Is.EqualTo(new long[] { 10, 1010 }));
    }

    [Test]
    public void Start_NoBytes_EndsAtOnceOrAfterItsCalls()
    {
        Transfers transfers = new(new(Gigabyte, SimDuration.FromNanoseconds(7)));
        transfers.Add(5, 0);
        transfers.Add(5, 0, 3);
        Assert.That(transfers.Run(), Is.EqualTo(new long[] { 5, 26 }));
    }

    [Test]
    public void Start_PartOfAByteEachNanosecond_EndsAtTheNextNanosecond()
    {
        Transfers transfers = new(new(3 * Gigabyte, SimDuration.Zero));
        transfers.Add(0, 10);
        Assert.That(transfers.Run(), Is.EqualTo(new long[] { 4 }));
    }

    [Test]
    public void Start_CallsInTheirTime_UseNoBandwidth()
    {
        Transfers transfers = new(new(Gigabyte, SimDuration.FromNanoseconds(100)));
        transfers.Add(0, 1000);
        for (int i = 0; i < 9; i++) transfers.Add(0, 100, 10);
        long[] ends = transfers.Run();
        Assert.That(ends[0], Is.EqualTo(1000));
        Assert.That(ends[1..], Is.All.EqualTo(1900));
    }

    [Test]
    public void Flows_WhileCallsAreMadeAndBytesFlow_CountsThem()
    {
        Transfers transfers = new(new(Gigabyte, SimDuration.FromNanoseconds(100)));
        transfers.Add(0, 1000);
        for (int i = 0; i < 6; i++) transfers.Add(0, 10, 1);
        transfers.RunUntil(50);
        Assert.That((transfers.Link.Flows, transfers.Link.BytesDone), Is.EqualTo((7, 0)));
        transfers.RunUntil(900);
        Assert.That((transfers.Link.Flows, transfers.Link.BytesDone), Is.EqualTo((1, 60)));
    }

    [Test]
    public void Start_FromTheHandlerOfAnEnd_SharesFromThenOn()
    {
        Transfers transfers = new(new(Gigabyte, SimDuration.Zero)) { Again = 500 };
        transfers.Add(0, 100);
        transfers.Add(0, 1000);
        // By halves to 200; the new one begins there: by halves to 1,200; 400 are left of the second.
        Assert.That(transfers.Run(), Is.EqualTo(new long[] { 200, 1600, 1200 }));
    }

    [Test]
    public void ToHost_PciExpress_ReachesThreeQuartersOfThePeak()
    {
        foreach ((var device, double gigabytes) in new[]
        {
            (DeviceCatalogue.V100Sxm, 12.0), (DeviceCatalogue.A100Sxm80, 25.0), (DeviceCatalogue.H100Sxm, 50.0),
        })
        {
            Transfers transfers = new(SharedLink.ToHost(device));
            transfers.Add(0, Gigabyte, 1);
            double seconds = (transfers.Run()[0] - 10_000) / 1e9;
            Assert.That(1 / seconds, Is.EqualTo(gigabytes).Within(5).Percent, device.Id);
        }
    }

    /// <summary>Invariant 10: whatever begins and ends within an interval is no more than the link carries in it.</summary>
    [SeededProperty(MaxTest = 300)]
    public void Invariant10_RandomFlows_NeverExceedCapacity(PositiveInt bandwidth, (ushort At, ushort Bytes, byte Calls)[] flows)
    {
        long rate = bandwidth.Get * 37_000_001L;
        Transfers transfers = new(new(rate, SimDuration.FromNanoseconds(13)));
        foreach ((ushort at, ushort bytes, byte calls) in flows) transfers.Add(at, bytes, calls % 4);
        long[] ends = transfers.Run();
        Assert.That((transfers.Link.Flows, transfers.Link.BytesDone), Is.EqualTo((0, flows.Sum(flow => (long)flow.Bytes))));
        foreach (long from in flows.Select(flow => (long)flow.At))
        {
            foreach (long to in ends)
            {
                long carried = flows.Where((flow, i) => flow.At >= from && ends[i] <= to).Sum(flow => (long)flow.Bytes);
                Assert.That((BigInteger)carried * SimDuration.NanosecondsPerSecond, Is.LessThanOrEqualTo((BigInteger)rate * Math.Max(0, to - from)));
            }
        }
    }

    [SeededProperty(MaxTest = 300)]
    public void Start_RandomFlows_EndWhereTheFluidDoes(PositiveInt bandwidth, (ushort At, ushort Bytes, byte Calls)[] flows)
    {
        long rate = bandwidth.Get * 37_000_001L;
        Transfers transfers = new(new(rate, SimDuration.FromNanoseconds(13)));
        foreach ((ushort at, ushort bytes, byte calls) in flows) transfers.Add(at, bytes, calls % 4);
        long[] ends = transfers.Run();
        double[] fluid = Fluid(rate / 1e9, [.. flows.Select(flow => (flow.At + 13.0 * (flow.Calls % 4), (double)flow.Bytes))]);
        // Each end is rounded up to a nanosecond, during which a share lies idle; that delays those that are still there.
        for (int i = 0; i < ends.Length; i++)
            Assert.That(ends[i] - fluid[i], Is.InRange(-1e-3, flows.Length + 1.0), $"flow {i}");
    }

    /// <summary>Processor sharing in real numbers: from one start or end to the next, every flow gets an equal part.</summary>
    private static double[] Fluid(double rate, (double Start, double Bytes)[] flows)
    {
        double[] ends = new double[flows.Length], left = [.. flows.Select(flow => flow.Bytes)];
        HashSet<int> waiting = [.. Enumerable.Range(0, flows.Length)], flowing = [];
        for (double now = 0; waiting.Count + flowing.Count > 0;)
        {
            foreach (int i in waiting.Where(i => flows[i].Start <= now).ToArray())
            {
                waiting.Remove(i);
                flowing.Add(i);
            }
            double next = waiting.Select(i => flows[i].Start).DefaultIfEmpty(double.PositiveInfinity).Min();
            double share = flowing.Count == 0 ? 0 : rate / flowing.Count;
            double end = flowing.Count == 0 ? double.PositiveInfinity : now + flowing.Min(i => left[i]) / share;
            double step = Math.Min(next, end) - now;
            now = Math.Min(next, end);
            foreach (int i in flowing.ToArray())
            {
                left[i] -= step * share;
                if (left[i] > 1e-9 * (1 + flows[i].Bytes)) continue;
                ends[i] = now;
                flowing.Remove(i);
            }
        }
        return ends;
    }

    /// <summary>Starts transfers at their times and notes when they end.</summary>
    private sealed class Transfers(SharedLink link) : IEventHandler
    {
        private readonly Simulation _simulation = new();
        private readonly List<(long Bytes, int Calls)> _transfers = [];
        private readonly List<long> _ends = [];

        public SharedLink Link => link;

        public List<int> Order { get; } = [];

        /// <summary>Bytes to transfer once more when the first transfer has ended; 0 for none.</summary>
        public long Again { get; set; }

        public void Add(long at, long bytes, int calls = 0)
        {
            _simulation.Schedule(SimTime.FromNanoseconds(at), this, 0, _transfers.Count);
            _transfers.Add((bytes, calls));
            _ends.Add(-1);
        }

        public long[] Run()
        {
            _simulation.Run();
            return [.. _ends];
        }

        public void RunUntil(long time) => _simulation.RunUntil(SimTime.FromNanoseconds(time));

        public void Handle(Simulation simulation, int kind, long argument)
        {
            if (kind == 0)
            {
                link.Start(simulation, _transfers[(int)argument].Bytes, _transfers[(int)argument].Calls, this, 1, argument);
                return;
            }
            Order.Add((int)argument);
            _ends[(int)argument] = simulation.Now.Nanoseconds;
            if (Again == 0) return;
            _ends.Add(-1);
            link.Start(simulation, Again, 0, this, 1, _ends.Count - 1);
            Again = 0;
        }
    }
}
