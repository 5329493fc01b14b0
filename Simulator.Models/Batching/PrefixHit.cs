namespace Simulator.Models.Batching;

/// <summary>Leading tokens of a waiting sequence whose blocks are cached.</summary>
/// <param name="Tokens">Tokens that need not be computed: whole blocks, and never all known tokens.</param>
/// <param name="IdleBlocks">Those of the blocks that no sequence holds: to hold them uses up available blocks.</param>
/// <param name="HostBlocks">The last of the blocks, those that are in host memory only: they take available blocks, and are copied first.</param>
public readonly record struct PrefixHit(int Tokens, int IdleBlocks, int HostBlocks = 0);
