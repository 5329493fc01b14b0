using Simulator.Models.Engines;

namespace Simulator.Models.Routing;

/// <summary>The state of a replica as a router sees it, at the instant of the arrival.</summary>
public readonly struct ReplicaView
{
    private readonly Replica _replica;

    internal ReplicaView(Replica replica) => _replica = replica;

    /// <summary>Number of the replica in the run, from 0.</summary>
    public int Index => _replica.Index;

    /// <summary>Sequences that run.</summary>
    public int Running => _replica.RunningCount;

    /// <summary>Sequences that wait to run.</summary>
    public int Waiting => _replica.WaitingCount + _replica.Swapped.Count;

    /// <summary>Requests that are there and whose clients have not heard of their end.</summary>
    public int Outstanding => _replica.Outstanding;

    /// <summary>Prompt tokens (and tokens to recompute after a preemption) that are not computed yet.</summary>
    public long PendingTokens => _replica.PendingTokens;

    /// <summary>KV blocks that sequences hold now.</summary>
    public long KvBlocksUsed => _replica.BlocksUsed;

    /// <summary>KV blocks of the replica.</summary>
    public long KvBlocksTotal => _replica.Memory.Total;
}
