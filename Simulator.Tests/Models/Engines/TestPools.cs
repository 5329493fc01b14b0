using Simulator.Models.Architectures;
using Simulator.Models.Clusters;
using Simulator.Models.Devices;

namespace Simulator.Tests.Models.Engines;

/// <summary>Pools for tests that need one but not its figures.</summary>
internal static class TestPools
{
    public static ModelArchitecture Model { get; } = new()
    {
        Id = "test", Name = "Test", HiddenSize = 512, VocabularySize = 1000, ContextWindow = 4096,
        Layers = [.. Enumerable.Repeat(new LayerSpec(new GroupedQueryAttention(8, 4, 64), new DenseFeedForward(2048)), 4)],
        Source = "made for tests",
    };

    public static Device Device { get; } = new()
    {
        Id = "test", Name = "Test", Bf16FlopsPerSecond = 1e14, MemoryBytes = 16L << 30, MemoryBytesPerSecond = 1e12,
        PeerBytesPerSecond = 1e11, NetworkBytesPerSecond = 1e10, HostBytesPerSecond = 1e10, DevicesPerNode = 8, IdleWatts = 50,
        FullWatts = 300, UsdPerHour = 1, Source = "made for tests",
    };

    public static PoolSpec Small { get; } = new("pool", Model, Device);
}
