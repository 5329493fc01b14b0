using Simulator.Core.Time;

namespace Simulator.Models.Batching;

/// <summary>What a scheduler decided at the start of an iteration.</summary>
/// <remarks>
/// A decode-only decision may hold for a stretch of iterations, which the engine then runs as one plan. It ends such a
/// stretch by itself when a sequence finishes, when blocks run out, and when a sequence is cancelled; and at an arrival
/// if <see cref="ArrivalsMatter"/>.
/// </remarks>
public readonly record struct BatchDecision
{
    private BatchDecision(int iterations, bool arrivalsMatter) => (StableIterations, ArrivalsMatter) = (iterations, arrivalsMatter);

    /// <summary>KV blocks that must be left over after each iteration of a stretch, for the decision to hold.</summary>
    public long SpareBlocks { get; private init; }

    /// <summary>When waiting: how long to wait at most before the scheduler is asked again; null for as long as nothing happens.</summary>
    public SimDuration? AskAgainAfter { get; private init; }

    /// <summary>Iterations for which the decision would be the same; 0 to wait for the next event instead of running.</summary>
    public int StableIterations { get; }

    /// <summary>True when a new waiting sequence could change the decision.</summary>
    public bool ArrivalsMatter { get; }

    /// <summary>Nothing to run until a request arrives, a waiting one leaves, or another slot's batch ends.</summary>
    public static BatchDecision Wait => new(0, true);

    /// <summary>Nothing to run yet, but ask again after some time even if nothing happens.</summary>
    /// <param name="delay">Longer than 0.</param>
    public static BatchDecision WaitFor(SimDuration delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(delay, SimDuration.Zero);
        return Wait with { AskAgainAfter = delay };
    }

    /// <summary>Run one iteration, then decide again.</summary>
    public static BatchDecision RunOnce => new(1, true);

    /// <summary>Run the same batch until something changes that the engine knows of.</summary>
    /// <param name="arrivalsMatter">Whether an arrival could change it.</param>
    /// <param name="spareBlocks">KV blocks that must be left over after each iteration for it to hold, at least 0.</param>
    public static BatchDecision RunWhileStable(bool arrivalsMatter, long spareBlocks = 0) => RunFor(int.MaxValue, arrivalsMatter, spareBlocks);

    /// <summary>Run the same batch for at most so many iterations.</summary>
    /// <param name="iterations">At least 1.</param>
    /// <param name="arrivalsMatter">Whether an arrival could change it.</param>
    /// <param name="spareBlocks">KV blocks that must be left over after each iteration for it to hold, at least 0.</param>
    public static BatchDecision RunFor(int iterations, bool arrivalsMatter, long spareBlocks = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(iterations);
        ArgumentOutOfRangeException.ThrowIfNegative(spareBlocks);
        return new(iterations, arrivalsMatter) { SpareBlocks = spareBlocks };
    }
}
