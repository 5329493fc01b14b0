using Simulator.Core.Time;

namespace Simulator.Models.Results;

/// <summary>What one request got of one iteration.</summary>
/// <param name="Replica">Replica of the run, from 0.</param>
/// <param name="Slot">Batch slot of the replica, from 0.</param>
/// <param name="Start">When the iteration started, cut to a nanosecond.</param>
/// <param name="End">When its tokens were out, cut to a nanosecond.</param>
/// <param name="Request">Identity of the request.</param>
/// <param name="Kind">Whether tokens of the prompt were processed, or one was generated from the KV cache.</param>
/// <param name="Tokens">Tokens that were computed, at least 1.</param>
/// <param name="ContextTokens">Tokens before them that were in the KV cache.</param>
public readonly record struct RowRecord(
    int Replica, int Slot, SimTime Start, SimTime End, long Request, RowKind Kind, int Tokens, int ContextTokens);

/// <summary>What a row of an iteration does.</summary>
public enum RowKind
{
    /// <summary>It processes a prompt or a part of one, or computes again what a preemption lost.</summary>
    Prefill,

    /// <summary>It generates a token from the KV cache.</summary>
    Decode,
}

/// <summary>A running request that had to give up its place.</summary>
/// <param name="Replica">Replica of the run, from 0.</param>
/// <param name="Time">When.</param>
/// <param name="Request">Identity of the request.</param>
/// <param name="Swapped">True when its KV cache went to host memory; false when it is to be computed again.</param>
public readonly record struct PreemptionRecord(int Replica, SimTime Time, long Request, bool Swapped);
