namespace Simulator.Models.Caching;

/// <summary>Groups of layers whose KV caches have the same block table rules.</summary>
/// <param name="Count">Groups, each with a block table of its own.</param>
/// <param name="Layers">Layers that a block of one of them spans, padding included.</param>
/// <param name="Window">Tokens that a query can look back on, itself included; null for all of them.</param>
/// <param name="BlockTokens">Tokens of a block.</param>
internal readonly record struct KvGroup(int Count, int Layers, int? Window, int BlockTokens)
{
    /// <summary>Blocks of one group that begin before a token and are done with: none of their tokens is in its window.</summary>
    /// <param name="computed">Tokens before the one that is computed next.</param>
    public int Passed(int computed) => Window is { } window ? Math.Max(0, computed - window + 1) / BlockTokens : 0;
}
