using Simulator.Core.Time;

namespace Simulator.Models.Results;

/// <summary>One iteration of a replica.</summary>
/// <param name="Replica">Replica of the run, from 0.</param>
/// <param name="Slot">Batch slot of the replica, from 0.</param>
/// <param name="Start">When it started, cut to a nanosecond.</param>
/// <param name="End">When its tokens were out, cut to a nanosecond.</param>
/// <param name="DecodeRows">Sequences that generated a token from their KV cache.</param>
/// <param name="PrefillRows">Prompts, or parts of them, that were processed.</param>
/// <param name="PrefillTokens">Tokens of those.</param>
/// <param name="KvBlocksUsed">KV blocks that sequences held while it ran.</param>
public readonly record struct IterationRecord(
    int Replica, int Slot, SimTime Start, SimTime End, int DecodeRows, int PrefillRows, int PrefillTokens, long KvBlocksUsed);
