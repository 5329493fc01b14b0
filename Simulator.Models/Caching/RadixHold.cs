namespace Simulator.Models.Caching;

/// <summary>The KV memory that one sequence holds in a <see cref="RadixPool"/>; the default holds nothing.</summary>
/// <param name="Node">Locked node of the tree that its shared tokens end at.</param>
/// <param name="SharedTokens">Leading tokens that are in the tree, in whole pages.</param>
/// <param name="PrivateTokens">Tokens that its own pages have room for.</param>
internal readonly record struct RadixHold(int Node, int SharedTokens, int PrivateTokens)
{
    /// <summary>Tokens that there is room for.</summary>
    public int Tokens => SharedTokens + PrivateTokens;
}
