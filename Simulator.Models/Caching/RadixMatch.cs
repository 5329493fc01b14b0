namespace Simulator.Models.Caching;

/// <summary>Where a sequence stands in a <see cref="RadixTree"/>.</summary>
/// <param name="Tokens">Leading tokens that the tree held already, in whole pages.</param>
/// <param name="Node">Node that the walk ended at. It stays valid while it is locked, and until the next eviction.</param>
internal readonly record struct RadixMatch(int Tokens, int Node);
