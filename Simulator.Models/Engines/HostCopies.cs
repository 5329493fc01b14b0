using Simulator.Models.Networks;

namespace Simulator.Models.Engines;

/// <summary>How a replica copies KV blocks to host memory and back. Its devices copy their shares at the same time.</summary>
/// <param name="ToHost">The link to the host, which devices and replicas may share.</param>
/// <param name="FromHost">The link from the host.</param>
/// <param name="BytesPerBlock">Bytes of a block that go over one link.</param>
/// <param name="Layers">Layers whose keys and values are copied by calls of their own.</param>
internal sealed record HostCopies(SharedLink ToHost, SharedLink FromHost, long BytesPerBlock, int Layers)
{
    /// <summary>Calls for blocks that lie anywhere: one for each block, layer and half of the pair (vLLM v0's <c>swap_blocks</c>).</summary>
    public int Calls(long blocks) => (int)Math.Min(int.MaxValue, 2L * Layers * blocks);
}
