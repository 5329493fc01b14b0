using Simulator.Core.Randomness;

namespace Simulator.Models.Routing;

/// <summary>Any replica, each with the same probability.</summary>
/// <param name="random">Stream to draw from.</param>
public sealed class RandomRouter(RandomStream random) : IRouter
{
    /// <inheritdoc/>
    public bool ReadsReplicaState => false;

    /// <inheritdoc/>
    public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas) => random.NextInt32(replicas.Length);
}

/// <summary>One replica after the other.</summary>
public sealed class RoundRobin : IRouter
{
    private int _next;

    /// <inheritdoc/>
    public bool ReadsReplicaState => false;

    /// <inheritdoc/>
    public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas)
    {
        int chosen = _next % replicas.Length;
        _next = chosen + 1;
        return chosen;
    }
}

/// <summary>The replica with the fewest outstanding requests, running and waiting; of several, the first.</summary>
public sealed class LeastOutstanding : IRouter
{
    /// <inheritdoc/>
    public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas) =>
        replicas.IndexOfMinimum(static replica => replica.Outstanding);
}

/// <summary>The replica with the fewest waiting requests, whatever runs there; of several, the first.</summary>
/// <remarks>
/// What Vidur calls least outstanding requests (<c>vidur/scheduler/global_scheduler/lor_global_scheduler.py</c>, microsoft/vidur 7d47513): it counts the
/// queue alone, so under low load nearly all requests go to the first replicas. It is here to reproduce Vidur's results; to balance load,
/// take <see cref="LeastOutstanding"/>.
/// </remarks>
public sealed class LeastWaiting : IRouter
{
    /// <inheritdoc/>
    public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas) =>
        replicas.IndexOfMinimum(static replica => replica.Waiting);
}

/// <summary>The replica with the fewest pending prompt tokens; of several, the one with the fewest outstanding requests.</summary>
public sealed class LeastPendingTokens : IRouter
{
    /// <inheritdoc/>
    public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas)
    {
        int best = 0;
        for (int i = 1; i < replicas.Length; i++)
        {
            long difference = replicas[i].PendingTokens - replicas[best].PendingTokens;
            if (difference < 0 || (difference == 0 && replicas[i].Outstanding < replicas[best].Outstanding)) best = i;
        }
        return best;
    }
}

/// <summary>Two replicas at random, and of these the one with fewer outstanding requests (Mitzenmacher 2001).</summary>
/// <param name="random">Stream to draw from.</param>
public sealed class PowerOfTwoChoices(RandomStream random) : IRouter
{
    /// <inheritdoc/>
    public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas)
    {
        if (replicas.Length == 1) return 0;
        int first = random.NextInt32(replicas.Length);
        int second = random.NextInt32(replicas.Length - 1);
        if (second >= first) second++;
        return replicas[second].Outstanding < replicas[first].Outstanding ? second : first;
    }
}

/// <summary>The replica that served the session's last turn; for a first turn, the one with the fewest outstanding requests.</summary>
public sealed class SessionAffinity : IRouter
{
    private readonly Dictionary<string, int> _replicaOf = [];

    /// <inheritdoc/>
    public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas)
    {
        if (request.Session is { } session && _replicaOf.TryGetValue(session, out int chosen)) return chosen;
        chosen = replicas.IndexOfMinimum(static replica => replica.Outstanding);
        if (request.Session is not null) _replicaOf[request.Session] = chosen;
        return chosen;
    }
}
