using Simulator.Models.Routing;

/// <summary>A router in one file: the replica that holds the fewest KV blocks.</summary>
internal sealed class FewestKvBlocks : IRouter
{
    public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas) =>
        replicas.IndexOfMinimum(static replica => replica.KvBlocksUsed);
}
