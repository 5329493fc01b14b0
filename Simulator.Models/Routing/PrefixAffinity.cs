using Simulator.Models.Caching;

namespace Simulator.Models.Routing;

/// <summary>The replica that was last sent most of the prompt, unless that would unbalance the load.</summary>
/// <remarks>
/// Mirrors the cache-aware policy of SGLang's router: it remembers, in pieces of <see cref="PieceTokens"/> tokens, which
/// replica each chain of content went to, and follows the longest remembered chain when that covers at least the share
/// <see cref="LeastMatch"/> of the prompt; a shorter match, such as a system prompt that all requests share, must not draw them all to
/// one replica. When the busiest replica has more than <see cref="BalanceDifference"/> outstanding requests beyond the idlest and more than
/// <see cref="BalanceRatio"/> times as many, or the match is short, it takes the one with the fewest outstanding requests. It does not
/// look into the caches.
/// </remarks>
public sealed class PrefixAffinity : IRouter
{
    /// <summary>Share of the prompt that a match must cover to be followed.</summary>
    public const double LeastMatch = 0.5;

    /// <summary>Tokens of a piece of content.</summary>
    public const int PieceTokens = 256;

    /// <summary>Outstanding requests by which the busiest replica may exceed the idlest.</summary>
    public const int BalanceDifference = 64;

    /// <summary>Factor by which the busiest replica may exceed the idlest.</summary>
    public const double BalanceRatio = 1.5;

    private readonly Dictionary<ulong, int> _replicaOf = [];
    private readonly List<ulong> _pieces = [];

    /// <inheritdoc/>
    public int Route(in RequestView request, ReadOnlySpan<ReplicaView> replicas)
    {
        _pieces.Clear();
        if (request.Content.Count > 0)
            BlockHashes.Extend(request.Content, request.PromptTokens, request.PromptTokens, PieceTokens, _pieces);
        int chosen = IsUnbalanced(replicas) ? -1 : Remembered(request.PromptTokens);
        if (chosen < 0) chosen = replicas.IndexOfMinimum(static replica => replica.Outstanding);
        foreach (ulong piece in _pieces) _replicaOf[piece] = chosen;
        return chosen;
    }

    private int Remembered(int promptTokens)
    {
        for (int i = _pieces.Count - 1; i >= 0 && (i + 1) * PieceTokens >= LeastMatch * promptTokens; i--)
            if (_replicaOf.TryGetValue(_pieces[i], out int replica)) return replica;
        return -1;
    }

    private static bool IsUnbalanced(ReadOnlySpan<ReplicaView> replicas)
    {
        int least = int.MaxValue, most = 0;
        foreach (ReplicaView replica in replicas)
        {
            least = Math.Min(least, replica.Outstanding);
            most = Math.Max(most, replica.Outstanding);
        }
        return most - least > BalanceDifference && most > BalanceRatio * least;
    }
}
