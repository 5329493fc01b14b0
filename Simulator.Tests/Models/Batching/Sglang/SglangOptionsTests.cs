using Simulator.Models.Batching.Sglang;
using Simulator.Models.Engines;
using Simulator.Core.Randomness;
using Simulator.Tests.Models.Engines;

namespace Simulator.Tests.Models.Batching.Sglang;

public sealed class SglangOptionsTests
{
    private static readonly (SglangOptions Options, string Fault)[] Faults =
    [
        (new() { ChunkedPrefillSize = 0 }, "ChunkedPrefillSize is 0; it must be at least 1, or null for whole prompts."),
        (new() { MaxPrefillTokens = 0 }, "MaxPrefillTokens is 0; it must be at least 1."),
        (new() { MaxRunningRequests = 0 }, "MaxRunningRequests is 0; it must be at least 1."),
        (new() { MixedChunk = true, ChunkedPrefillSize = null }, "MixedChunk is on and ChunkedPrefillSize is null; give a chunk size of at least 1, or turn MixedChunk off."),
        (new() { SchedulePolicy = (SglangPolicy)9 }, "SchedulePolicy is 9; it must be FirstComeFirstServed or LongestPrefixMatch."),
        (new() { ScheduleConservativeness = -0.1 }, "ScheduleConservativeness is -0.1; it must be 0 or more."),
        (new() { ScheduleConservativeness = double.NaN }, "ScheduleConservativeness is NaN; it must be 0 or more."),
        (new() { PriorityScheduling = true, SchedulePolicy = SglangPolicy.LongestPrefixMatch },
            "PriorityScheduling is on and SchedulePolicy is LongestPrefixMatch, which takes no notice of priorities; turn one of the two off."),
        (new() { PageSize = 0 }, "PageSize is 0; it must be at least 1."),
        (new() { RecvInterval = 0 }, "RecvInterval is 0; it must be at least 1."),
        (new() { PageSize = 16, ChunkedPrefillSize = 8 }, "ChunkedPrefillSize (8) is no multiple of PageSize (16); it must be 16 or a multiple of it."),
        (new() { PageSize = 16, ChunkedPrefillSize = 40 }, "ChunkedPrefillSize (40) is no multiple of PageSize (16); it must be 16 or a multiple of it."),
    ];

    [TestCaseSource(nameof(Faults))]
    public void Validate_OneFault_NamesItAndTheRange((SglangOptions Options, string Fault) fault)
    {
        Assert.That(fault.Options.Validate(), Is.EqualTo(new[] { fault.Fault }));
        SchedulerContext context = new(4096, fault.Options.PageSize, 100, 1, 1, new RandomStreams(1).Stream("test"));
        Assert.That(() => new SglangScheduler(fault.Options, context), Throws.ArgumentException.With.Message.StartsWith(fault.Fault));
    }

    [Test]
    public void Validate_AtTheBounds_NoFault()
    {
        Assert.That(new SglangOptions().Validate(), Is.Empty);
        SglangOptions least = new() { ChunkedPrefillSize = 1, MaxPrefillTokens = 1, MaxRunningRequests = 1, ScheduleConservativeness = 0, MixedChunk = true };
        Assert.That(least.Validate(), Is.Empty);
        Assert.That(new SglangOptions { ChunkedPrefillSize = null, PriorityScheduling = true }.Validate(), Is.Empty);
        Assert.That(new SglangOptions { ChunkedPrefillSize = 32, PageSize = 16 }.Validate(), Is.Empty);
    }

    [Test]
    public void Constructor_OtherBlocks_Throws()
    {
        SchedulerContext context = new(4096, 16, 100, 1, 1, new RandomStreams(1).Stream("test"));
        Assert.That(() => new SglangScheduler(new(), context),
            Throws.ArgumentException.With.Message.StartsWith("PageSize is 1 and a KV block has 16 tokens; they must be the same."));
        Assert.That(() => new SglangScheduler(null!, context), Throws.ArgumentNullException);
    }

    [TestCase(34, 2048)]
    [TestCase(35, 4096)]
    [TestCase(59, 4096)]
    [TestCase(60, 8192)]
    [TestCase(159, 8192)]
    [TestCase(160, 16384)]
    public void For_Device_ChunkGrowsWithMemory(int gibibytes, int chunk) =>
        Assert.That(SglangOptions.For(TestPools.Device with { MemoryBytes = (long)gibibytes << 30 }).ChunkedPrefillSize, Is.EqualTo(chunk));

    [Test]
    public void Factory_Settings_ReachTheEngine()
    {
        SglangOptions options = new() { PageSize = 4, MaxRunningRequests = 7, ChunkedPrefillSize = 64, RecvInterval = 5, PriorityScheduling = true };
        EngineOptions engine = ServingEngines.Sglang(options);
        Assert.That((engine.BlockTokens, engine.MaxSequences, engine.TokenBudget, engine.ReceiveInterval), Is.EqualTo((4, 7, 64, 5)));
        Assert.That((engine.QueueOrder, engine.PrefixCaching, engine.AsyncScheduling), Is.EqualTo((QueueOrder.Priority, true, true)));
        EngineOptions other = ServingEngines.Sglang(options with { ChunkedPrefillSize = null, RadixCache = false, OverlapSchedule = false, PriorityScheduling = false });
        Assert.That((other.TokenBudget, other.QueueOrder, other.PrefixCaching, other.AsyncScheduling), Is.EqualTo((16384, QueueOrder.Arrival, false, false)));
        Assert.That(ServingEngines.Sglang(TestPools.Device).TokenBudget, Is.EqualTo(2048));
    }
}
