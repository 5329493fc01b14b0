namespace Simulator.Models.Batching;

/// <summary>Leading tokens of a waiting sequence whose blocks are cached.</summary>
/// <param name="Tokens">Tokens that need not be computed: whole blocks, and never all known tokens.</param>
/// <param name="IdleBlocks">Those of the blocks that no sequence holds: to hold them uses up available blocks.</param>
public readonly record struct PrefixHit(int Tokens, int IdleBlocks);
