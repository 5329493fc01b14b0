using Simulator.Core.Randomness;

namespace Simulator.Models.Routing;

/// <summary>Chooses the replica of a pool that serves a request, when it arrives.</summary>
/// <remarks>Made once for each pool and run, so it may keep state. It sees no output length (invariant 5) and schedules nothing.</remarks>
public interface IRouter
{
    /// <summary>Chooses a replica.</summary>
    /// <param name="request">The request.</param>
    /// <param name="replicas">The replicas of the pool as they are now; at least one.</param>
    /// <returns>Position of the chosen one in <paramref name="replicas"/>.</returns>
    int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas);

    /// <summary>Whether a choice depends on the state of replicas. If not, they could be simulated apart.</summary>
    bool ReadsReplicaState => true;
}

/// <summary>What a router may know when it is made.</summary>
/// <param name="Replicas">Replicas of its pool.</param>
/// <param name="Random">A stream of its own.</param>
public readonly record struct RouterContext(int Replicas, RandomStream Random);
