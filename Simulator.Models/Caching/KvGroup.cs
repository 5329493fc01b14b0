namespace Simulator.Models.Caching;

/// <summary>Groups of layers whose KV caches have the same block table rules.</summary>
/// <param name="Count">Groups, each with a block table of its own.</param>
/// <param name="Window">Tokens that a query can look back on, itself included; null for all of them.</param>
/// <param name="BlockTokens">Tokens of a block.</param>
internal readonly record struct KvGroup(int Count, int? Window, long BlockTokens);
