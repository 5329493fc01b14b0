namespace Simulator.Planning.Apex;

/// <summary>The collective operations between a cell and the next one (<c>parallel/reshard.py</c>).</summary>
internal static class ApexReshard
{
    /// <summary>Whether outputs of one can be handed to the other: one number of replicas divides the other.</summary>
    public static bool IsPossible(ApexCellPlan from, ApexCellPlan to) =>
        from.Replicas % to.Replicas == 0 || to.Replicas % from.Replicas == 0;

    /// <summary>The operations; gathers and exchanges reach all devices of a replica of the next cell.</summary>
    public static ApexCollective[] Between(ApexCellPlan from, ApexCellPlan to)
    {
        if (from.Split == ApexSplit.Expert)
        {
            double factor = Math.Min(((ApexFeedForward)from.Cell).ActiveExperts, from.Devices);
            return [new(ApexCollectiveKind.AllToAll, from.Devices, factor), new(ApexCollectiveKind.AllGather, to.Devices, 1 / factor)];
        }
        if (to.Split == ApexSplit.Expert)
        {
            double factor = Math.Min(((ApexFeedForward)to.Cell).ActiveExperts, to.Devices);
            return [new(ApexCollectiveKind.ReduceScatter, from.Devices), new(ApexCollectiveKind.AllToAll, to.Devices, factor)];
        }
        if (from.Cell is ApexFeedForward { Kind: ApexFeedForwardKind.SwiGlu, Experts: 0 })
        {
            // The third multiplication of SwiGLU needs the whole input, so its sum is followed by a gather even when replicas are equal.
            return from.Replicas < to.Replicas
                ? [new(ApexCollectiveKind.AllReduce, from.Devices), new(ApexCollectiveKind.AllToAll, from.Devices), new(ApexCollectiveKind.AllGather, to.Devices)]
                : [new(ApexCollectiveKind.AllReduce, from.Devices), new(ApexCollectiveKind.AllGather, to.Devices)];
        }
        return from.Replicas == to.Replicas
            ? [new(ApexCollectiveKind.AllReduce, from.Devices)]
            : [new(ApexCollectiveKind.ReduceScatter, from.Devices), new(ApexCollectiveKind.AllGather, to.Devices)];
    }
}
